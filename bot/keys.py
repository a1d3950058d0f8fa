"""The key that seals secrets: from the settings, else from a file beside the database that only its owner may read."""

from __future__ import annotations

import os
from pathlib import Path

from config.settings import Settings
from smm.errors import ConfigError
from storage.vault import Vault


def key_file(settings: Settings) -> Path:
    """Return where a key of our own making is kept."""
    return settings.data / "secret.key"


def vault(settings: Settings) -> Vault:
    """Return the vault; make and keep a key at the first start. ConfigError where a key is no key."""
    keys = [key.get_secret_value() for key in settings.keys] or [_kept_key(key_file(settings))]
    try:
        return Vault(keys)
    except ValueError:
        raise ConfigError(
            "A key for secrets is not a Fernet key (44 characters, URL-safe base64). "
            "Check COPYDESK_KEYS, or the file secret.key in the data folder."
        ) from None


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(Vault.new_key() + "\n")
    return path.read_text().strip()
