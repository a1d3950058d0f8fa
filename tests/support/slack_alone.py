"""The Slack transport alone on a loopback Slack, with ears instead of a router: fixtures that a module takes by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ears import Ears
from loopback_slack import LoopbackSlack, loopback_slack
from slack_desk import slack_on

from bot.slack import Slack
from storage.engine import Database


@pytest.fixture
async def server() -> AsyncIterator[LoopbackSlack]:
    """A server; every breach of its description fails the test."""
    async with loopback_slack() as opened:
        yield opened
        assert opened.breaches == []


@pytest.fixture
async def slack(server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears) -> AsyncIterator[Slack]:
    """The transport, started."""
    opened = slack_on(server, database, tmp_path)
    await opened.start(ears.receive)
    yield opened
    await opened.stop()
