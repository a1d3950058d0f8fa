"""One conversation across every room: a post is drafted in Slack, changed on the web and approved by the client in Telegram.

All its cards stay in step, also when two of the three platforms could not be reached for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import Clock
from loopback_slack_world import Standing
from slack_desk import clock_of
from three_platforms import ThreePlatforms, three_platforms
from waiting import PATIENCE

from storage.engine import Database

FIRST = "The autumn blend is back, from Friday."
SECOND = "The autumn blend is back, from Saturday."
NOTE = "The margin on this one is thin"
POST = "/b/northwind-coffee/posts/1"
DOWN = 4  # calls of one kind that fail before a platform is there again


@pytest.fixture
async def desk(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[ThreePlatforms]:
    async with three_platforms(database, clock, tmp_path) as opened:
        yield opened


async def drafted_in_slack(desk: ThreePlatforms) -> Standing:
    """Anna writes a post in the team's channel, and leaves a note for the team."""
    desk.anna.commands(desk.team, "post")
    await desk.slack.until(lambda: desk.anna.modals)
    soon = desk.clock.now + timedelta(hours=2)
    assert await desk.anna.modals[-1].submits(text=FIRST, **clock_of(soon)) == {}
    card = await desk.slack.card(desk.team, FIRST)
    desk.anna.press(card, "Note")
    await desk.slack.until(lambda: desk.anna.modals)
    await desk.anna.modals[-1].submits(text=NOTE)
    await desk.slack.until(lambda: NOTE in card.text)
    return card


async def changed_on_the_web(desk: ThreePlatforms) -> None:
    """The same Anna, in a browser without script, changes the text in the editor."""
    page = await desk.browser.opens(POST)
    assert FIRST in page.text
    fields = {"text": SECOND, "accounts": str(desk.account_id), "version": "1", "slot": "2026-03-02T12:00"}
    assert (await desk.browser.sends(POST, **fields, slot_was="2026-03-02T11:00:00+00:00")).status_code == 303


async def sent_to_the_client(desk: ThreePlatforms, card: Standing) -> None:
    desk.anna.press(card, "Send for approval")
    await desk.telegram.until(lambda: any("Approve" in each.labels for each in desk.client.cards))
    assert SECOND in desk.client.cards[-1].text


async def on_the_web(desk: ThreePlatforms, state: str) -> None:
    """Wait until the post's page says where it stands."""
    async with asyncio.timeout(PATIENCE):
        while state not in (await desk.browser.opens(POST)).text:
            pass


async def in_step(desk: ThreePlatforms, card: Standing, state: str) -> None:
    """Wait until the card in Slack and the page on the web say the same."""
    await desk.slack.until(lambda: state in card.text)
    await on_the_web(desk, state)


async def test_one_post_on_three_platforms(desk: ThreePlatforms) -> None:
    card = await drafted_in_slack(desk)
    await changed_on_the_web(desk)
    await desk.slack.until(lambda: "version 2" in card.text and SECOND in card.text)
    await sent_to_the_client(desk, card)
    await in_step(desk, card, "Waits for the client")
    asked = desk.client.cards[-1]
    desk.clara.press(asked, "Approve")
    await in_step(desk, card, "Scheduled")
    await desk.telegram.until(lambda: "Approve" not in asked.labels)
    assert not [each for each in desk.client.cards if NOTE in each.text]


async def test_it_stays_in_step_when_two_of_the_three_were_away(desk: ThreePlatforms) -> None:
    card = await drafted_in_slack(desk)
    await changed_on_the_web(desk)
    await sent_to_the_client(desk, card)
    desk.slack.fail("chat.update", times=DOWN)
    desk.telegram.fail("editMessageText", times=DOWN)
    asked = desk.client.cards[-1]
    desk.clara.press(asked, "Approve")
    await on_the_web(desk, "Scheduled")
    assert "Scheduled" not in card.text
    async with asyncio.timeout(PATIENCE):
        while "Scheduled" not in card.text or "Approve" in asked.labels:
            await desk.passes(seconds=30)
    await in_step(desk, card, "Scheduled")
    assert sum(SECOND in each.text for each in desk.client.cards) == 1
    assert sum("Team only" in each.text for each in desk.team.cards) == 1
