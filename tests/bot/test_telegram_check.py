"""`copydesk check` about Telegram: what is ready, what is missing, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import telegram_alone
from loopback_telegram import LoopbackTelegram

from bot import checks
from config.settings import Settings

server = telegram_alone.server


async def about_telegram(server: LoopbackTelegram, folder: Path, **given: Any) -> tuple[str, str]:
    settings = Settings(data=folder, **{"telegram_api": server.url, **given})
    found = await checks._guarded(checks._telegram, settings)
    assert "canary" not in found.words
    return found.level, found.words


@pytest.mark.parametrize(
    ("token", "level", "words"),
    [
        (None, "optional", "No Telegram bot"),
        ("my-bot-canary", "missing", "is not a bot's token"),
        ("12345:canary", "missing", "does not know this token"),
    ],
)
async def test_what_is_missing_is_said(
    server: LoopbackTelegram, tmp_path: Path, token: str | None, level: str, words: str
) -> None:
    said = await about_telegram(server, tmp_path, telegram_token=token)
    assert said[0] == level
    assert words in said[1]


async def test_a_bot_that_answers_is_named(server: LoopbackTelegram, tmp_path: Path) -> None:
    level, words = await about_telegram(server, tmp_path, telegram_token=server.token)
    assert level == "ready"
    assert "@copydesk_bot answers" in words


async def test_a_telegram_that_is_away_is_told_apart(server: LoopbackTelegram, tmp_path: Path) -> None:
    away = {"telegram_token": server.token, "telegram_api": "http://127.0.0.1:9"}
    level, words = await about_telegram(server, tmp_path, **away)
    assert level == "missing"
    assert "cannot be reached" in words
