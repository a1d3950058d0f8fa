"""The Slack app's manifest: what is committed is what the code says, and it asks for what is used and no more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.slack_manifest import EVENTS, METHODS, SCOPES, manifest, usage, written
from handlers.route import load, routes

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "config" / "slack_manifest.yaml"


def test_the_committed_manifest_is_the_one_that_the_code_makes() -> None:
    stale = "run: copydesk slack-manifest > config/slack_manifest.yaml"
    assert COMMITTED.read_text(encoding="utf-8") == written(), stale
    assert yaml.safe_load(written()) == manifest()


def test_every_command_stands_in_the_hint() -> None:
    load()
    assert usage().split(" | ") == sorted(route.name for route in routes().values() if route.kind == "command")
    assert len(usage()) <= 1_000


def test_each_scope_is_needed_by_something_and_has_its_reason() -> None:
    needed = {scope for some in (*EVENTS.values(), *METHODS.values()) for scope in some} | {"commands"}
    assert set(SCOPES) == needed
    assert all(SCOPES.values())


def test_nothing_is_called_that_the_app_may_not_call() -> None:
    called = set(_called())
    assert called <= METHODS.keys(), f"add to METHODS in bot/slack_manifest.py: {called - METHODS.keys()}"


def _called() -> Iterator[str]:
    for path in (ROOT / "bot").glob("slack*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "call" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_limits_of_the_fields_are_kept() -> None:
    made = manifest("https://desk.example.com")
    shown, features = made["display_information"], made["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4_000
    assert len(features["shortcuts"][0]["name"]) <= 24
    assert len(features["shortcuts"][0]["description"]) <= 150
    assert len(features["slash_commands"][0]["description"]) <= 2_000


def test_a_public_address_is_pushed_to_and_without_one_a_socket_is_held_open() -> None:
    socket, pushed = manifest(), manifest("https://desk.example.com/")
    assert socket["settings"]["socket_mode_enabled"]
    assert "https:" not in str(socket)
    address = "https://desk.example.com/slack/events"
    assert pushed["settings"]["socket_mode_enabled"] is False
    assert pushed["settings"]["event_subscriptions"]["request_url"] == address
    assert pushed["settings"]["interactivity"]["request_url"] == address
    assert pushed["features"]["slash_commands"][0]["url"] == address


def test_the_command_line_prints_it_and_refuses_an_address_that_slack_would_refuse() -> None:
    printed = CliRunner().invoke(app, ["slack-manifest"])
    assert (printed.exit_code, printed.stdout) == (0, written())
    refused = CliRunner().invoke(app, ["slack-manifest", "--url", "http://desk.example.com"])
    assert refused.exit_code == 2
    assert "https" in refused.stderr
