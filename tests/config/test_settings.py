"""Settings: from the environment or a file, with nothing secret in a repr, and the example names every one of them."""

from pathlib import Path

import pytest

from config.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "config" / "example.env"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "desk.env"
    file.write_text("COPYDESK_WORKSPACE=From the file\nCOPYDESK_WEB_PORT=9000\n")
    monkeypatch.setenv("COPYDESK_WORKSPACE", "From the environment")
    settings = Settings(_env_file=file)
    assert (settings.workspace, settings.web_port) == ("From the environment", 9000)


def test_no_secret_shows_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_TELEGRAM_TOKEN", "123:canary")
    monkeypatch.setenv("COPYDESK_KEYS", "canary-one, canary-two")
    monkeypatch.setenv("COPYDESK_WRITER_KEY", "canary")
    settings = Settings()
    assert "canary" not in repr(settings) + str(settings)
    assert [key.get_secret_value() for key in settings.keys] == ["canary-one", "canary-two"]


def test_every_base_address_can_be_set() -> None:
    names = {name for name, field in Settings.model_fields.items() if "address" in (field.description or "").lower()}
    assert {"telegram_api", "slack_api", "writer_url", "demo_network_url", "public_url"} <= names


def test_the_example_names_every_setting_once_with_its_description() -> None:
    text = EXAMPLE.read_text()
    for name, field in Settings.model_fields.items():
        assert text.count(f"COPYDESK_{name.upper()}=") == 1
        assert field.description
        assert field.description in text
