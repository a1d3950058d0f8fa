"""The main jobs over Slack, with the real router, handlers and delivery: answering a comment, approving, working in threads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from fake_networks import LIMITS, FakeNetworks, item
from inbox_world import NoWriter
from slack_desk import SlackDesk, slack_desk

from smm import declared, ingest, replies
from smm.desk import Desk
from smm.networks import Can, Page
from storage import accounts


@pytest.fixture
async def desk(database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackDesk]:
    monkeypatch.setattr(declared, "_networks", {"demo": declared.Declared("demo", "Demo", frozenset(Can), LIMITS)})
    async with slack_desk(database, tmp_path) as opened:
        yield opened


async def hears(desk: SlackDesk, clock: Clock, text: str) -> None:
    """Let one comment arrive at the brand's account."""
    brand_id = desk.world.brand.id
    account_id = await desk.database.write(lambda uow: accounts.add(uow, brand_id, "demo", "own-1", name="Northwind"))
    page = Page((item("r-1", text, author_name="Mia", said_at=clock.now),), "cursor")
    await desk.database.write(ingest.ingest, account_id, page)


async def test_a_comment_is_answered_from_the_teams_channel(desk: SlackDesk, clock: Clock) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Do you have <b>oat</b> milk? <!channel>")
    card = await desk.card(team, "oat")
    anna.press(card, "Reply")
    modal = await anna.modal()
    assert "oat" in modal.text
    assert await modal.submits(text="Yes, we do!") == {}
    preview = await server.card(team, "Yes, we do!")
    assert preview.thread == card.ts
    assert {"Send", "Edit", "Discard"} <= set(preview.labels)
    anna.press(preview, "Send")
    await server.until(lambda: "Undo" in preview.labels)
    clock.advance(seconds=10)
    networks = FakeNetworks(clock)
    ports = Desk(desk.database, networks, NoWriter(), Path())
    for reply_id, _ in await desk.database.read(replies.due, clock.now):
        await replies.send(ports, reply_id)
    await server.until(lambda: "Reply" not in card.labels)
    assert "Anna" in card.text
    assert len(networks.effects) == 1
