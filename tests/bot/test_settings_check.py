"""Reading the settings: one sentence names what cannot be used or is misspelt, and what it should look like; no value is said."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import settings_check
from bot.__main__ import app
from config.settings import Settings
from smm.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config" / "example.env"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("COPYDESK_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "like"),
    [
        ("APPS", "youtube:canary:canary", 'COPYDESK_APPS={"facebook":"ID:SECRET","instagram":"ID:SECRET"}'),
        ("APPS", '{"youtube":["canary"]}', 'COPYDESK_APPS={"facebook":"ID:SECRET","instagram":"ID:SECRET"}'),
        ("NETWORKS", '["canary"]', 'COPYDESK_NETWORKS={"mastodon":"https://mastodon.example/"}'),
        ("WEB_PORT", "canary", "COPYDESK_WEB_PORT=8080"),
        ("SYNCHRONOUS", "canary", "COPYDESK_SYNCHRONOUS=FULL"),
        ("LOG_LEVEL", "canary", "COPYDESK_LOG_LEVEL=INFO"),
    ],
)
def test_what_cannot_be_used_is_named_with_a_line_that_can(
    name: str, value: str, like: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"COPYDESK_{name}", value)
    with pytest.raises(ConfigError) as refused:
        settings_check.read()
    words = str(refused.value)
    assert words.startswith(f"COPYDESK_{name} cannot be used (")
    assert words.endswith(f"Write it like this: {like}")
    assert "canary" not in words
    assert "\n" not in words


@pytest.mark.parametrize("command", ["run", "check", "migrate", "demo"])
def test_every_command_refuses_it_in_one_sentence(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYDESK_APPS", "youtube:canary:canary")
    told = CliRunner().invoke(app, [command])
    assert told.exit_code == 2
    assert told.stderr.startswith("COPYDESK_APPS cannot be used (this is no JSON). Write it like this: ")
    assert told.stderr.count("\n") == 1
    assert "canary" not in told.output


def test_every_line_of_the_example_can_be_used(tmp_path: Path) -> None:
    file = tmp_path / "desk.env"
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text().splitlines() if line.startswith("#COPYDESK_")]
    file.write_text("\n".join(lines))
    settings = settings_check.read(file)
    assert len(lines) == len(Settings.model_fields)
    assert {name: app.get_secret_value() for name, app in settings.apps.items()} == {
        "facebook": "ID:SECRET",
        "instagram": "ID:SECRET",
    }
    assert not list(settings_check.misspelt(file))


def test_a_misspelt_setting_is_told_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_TELEGRAM_TOKN", "canary")
    file = tmp_path / "desk.env"
    file.write_text(f"COPYDESK_DATA={tmp_path}\nCOPYDESK_DATABSE=canary\ncopydesk_whatever=canary\nPATH=canary\n")
    told = CliRunner().invoke(app, ["migrate", "--settings", str(file)])
    assert told.exit_code == 0
    assert "canary" not in told.output
    assert told.stderr.splitlines() == [
        "COPYDESK_DATABSE is no setting: did you mean COPYDESK_DATABASE?",
        "COPYDESK_TELEGRAM_TOKN is no setting: did you mean COPYDESK_TELEGRAM_TOKEN?",
        "COPYDESK_WHATEVER is no setting: see config/example.env.",
    ]


def test_a_taken_port_of_the_demo_is_told_with_the_setting_that_changes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("COPYDESK_WEB_PORT", str(port))
        told = CliRunner().invoke(app, ["demo", "--no-browser", "--data", str(tmp_path)])
    assert told.exit_code == 2
    assert told.stderr.startswith(f"The web chat cannot listen on 127.0.0.1:{port} ")
    assert told.stderr.endswith("Choose another port with COPYDESK_WEB_PORT, for example: COPYDESK_WEB_PORT=8081\n")
