"""`copydesk check` about Slack: what is ready, what is missing, which token is the wrong one, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import slack_alone
from loopback_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LoopbackSlack

from bot import checks
from bot.checks import Finding
from config.settings import Settings

TOKENS = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN}
server = slack_alone.server


async def about_slack(server: LoopbackSlack, folder: Path, **given: Any) -> Finding:
    settings = Settings(data=folder, slack_api=f"{server.url}/api/", web_port=0, **given)
    found = await checks._guarded(checks._slack, settings)
    assert found in await checks.inspect(settings, audit=False)
    assert "canary" not in found.words
    return found


@pytest.mark.parametrize(
    ("given", "level", "words"),
    [
        ({}, "optional", "No Slack app"),
        (TOKENS, "ready", "Socket Mode"),
        ({"slack_bot_token": BOT_TOKEN}, "missing", "COPYDESK_SLACK_APP_TOKEN"),
        ({"slack_app_token": APP_TOKEN}, "missing", "COPYDESK_SLACK_BOT_TOKEN"),
        ({"slack_bot_token": APP_TOKEN, "slack_app_token": BOT_TOKEN}, "missing", "xoxb-"),
        (TOKENS | {"slack_app_token": BOT_TOKEN}, "missing", "xapp-"),
        (TOKENS | {"slack_bot_token": "xoxb-old-canary"}, "missing", "does not know this bot token"),
        (TOKENS | {"slack_app_token": "xapp-old-canary"}, "missing", "does not know this app-level token"),
        ({"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING_SECRET}, "missing", "COPYDESK_PUBLIC_URL"),
        (
            {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING_SECRET, "public_url": "https://d.example"},
            "ready",
            "https://d.example/slack/events",
        ),
    ],
)
async def test_what_is_said(server: LoopbackSlack, tmp_path: Path, given: Any, level: str, words: str) -> None:
    found = await about_slack(server, tmp_path, **given)
    assert (found.level, words in found.words) == (level, True), found.words


async def test_a_slack_that_does_not_answer(server: LoopbackSlack, tmp_path: Path) -> None:
    server.fail("auth.test", times=2)
    assert "COPYDESK_SLACK_API" in (await about_slack(server, tmp_path, **TOKENS)).words
