"""Reading the settings: what cannot be used or is no setting is named, with what it should look like; its value is never said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from config.settings import Settings
from smm.errors import ConfigError

PREFIX: Final = Settings.model_config["env_prefix"]


def read(path: Path | None = None, given: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings of the environment and of a file, `given` ones first; ConfigError names what cannot be used."""
    if path is not None and not path.is_file():
        raise ConfigError(f"There is no settings file at {path}. Copy config/example.env there and fill it in.")
    try:
        return Settings(_env_file=path, **(given or {}))
    except ValidationError as error:
        wrong = {str(part["loc"][0]): part["msg"].removeprefix("Value error, ") for part in error.errors()}
    raise ConfigError("\n".join(_wrong(name, why) for name, why in wrong.items()))


def _wrong(name: str, why: str) -> str:
    field, setting = Settings.model_fields[name], f"{PREFIX}{name.upper()}"
    like = field.examples[0] if field.examples else field.default
    return f"{setting} cannot be used ({why[0].lower()}{why[1:]}). Write it like this: {setting}={like}"


def misspelt(path: Path | None) -> Iterable[str]:
    """Say of everything that looks like a setting and is none which one may be meant."""
    known = [f"{PREFIX}{name}".upper() for name in Settings.model_fields]
    written = {**EnvSettingsSource(Settings).env_vars, **DotEnvSettingsSource(Settings, env_file=path).env_vars}
    for name in sorted(each.upper() for each in written if each.upper().startswith(PREFIX)):
        if name not in known:
            close = get_close_matches(name, known, 1, cutoff=0.8)
            yield f"{name} is no setting: " + (f"did you mean {close[0]}?" if close else "see config/example.env.")
