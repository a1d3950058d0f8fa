"""The Telegram transport alone on a loopback Telegram, with ears instead of a router: fixtures that a module takes by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ears import Ears
from loopback_telegram import LoopbackTelegram, loopback_telegram
from telegram_desk import telegram_on

from bot.telegram import Telegram
from storage.engine import Database


@pytest.fixture
async def server() -> AsyncIterator[LoopbackTelegram]:
    """A server; every breach of its description fails the test."""
    async with loopback_telegram() as opened:
        yield opened
        assert opened.breaches == []


@pytest.fixture
async def telegram(server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears) -> AsyncIterator[Telegram]:
    """The transport, started."""
    opened = telegram_on(server, database, tmp_path)
    await opened.start(ears.receive)
    yield opened
    await opened.stop()
