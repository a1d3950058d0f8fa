"""The key for secrets: made once, kept for its owner's eyes, and refused in words when it is no key."""

import stat
from pathlib import Path

import pytest

from bot.keys import key_file, vault
from config.settings import Settings
from smm.errors import ConfigError


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    sealed = vault(settings).seal({"token": "t"}, "account:1")
    assert vault(settings).open(sealed, "account:1") == {"token": "t"}
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600


def test_a_key_that_is_no_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys="not-a-key")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="COPYDESK_KEYS") as refused:
        vault(settings)
    assert "not-a-key" not in str(refused.value)
