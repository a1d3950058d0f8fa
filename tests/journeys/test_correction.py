"""A typo in a post that is out: corrected from Slack, from Telegram and from the web, each time with the client's yes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from clocks import Clock
from fake_networks import FakeNetworks
from loopback_slack_world import Standing
from loopback_telegram_world import Chat
from loopback_telegram_world import Standing as Sent
from post_world import NoWriter
from three_platforms import ThreePlatforms, three_platforms
from waiting import PATIENCE

from smm import amender, amending, publisher, publishing
from smm.desk import Desk
from storage.engine import Database

TYPO, RIGHT = "The autumn bledn is back.", "The autumn blend is back."
POST = "/b/northwind-coffee/posts/1"


class Stage:
    """The three platforms and a network in memory; `works` does what the program's clock does."""

    def __init__(self, desk: ThreePlatforms, media: Path) -> None:
        self.desk = desk
        self.networks = FakeNetworks(desk.clock)
        self._ports = Desk(desk.database, self.networks, NoWriter(), media)

    async def works(self) -> None:
        """Publish and correct what is due."""
        now, read = self.desk.clock.now, self.desk.database.read
        for target_id, _ in await read(publishing.due, now):
            await publisher.publish(self._ports, target_id)
        for correction_id, _ in await read(amending.due, now):
            await amender.amend(self._ports, correction_id)

    async def approves(self, words: str) -> None:
        """Let the client approve what says these words."""
        desk = self.desk
        await desk.telegram.until(lambda: any("Approve" in card.labels for card in desk.client.cards))
        card = next(card for card in desk.client.cards if "Approve" in card.labels)
        assert words in card.text
        desk.clara.press(card, "Approve")
        await desk.telegram.until(lambda: "Approve" not in card.labels)

    async def until_page(self, words: str) -> str:
        """Wait until the post's page says something; return the page."""
        async with asyncio.timeout(PATIENCE):
            while words not in (page := (await self.desk.browser.opens(POST)).text):
                pass
        return page


@pytest.fixture
async def stage(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Stage]:
    async with three_platforms(database, clock, tmp_path) as opened:
        yield Stage(opened, tmp_path)


async def goes_out(stage: Stage) -> Standing:
    """Anna writes in Slack, Clara approves, and it is published; return the card in Slack."""
    desk = stage.desk
    desk.anna.commands(desk.team, f"post {TYPO}")
    card = await desk.slack.card(desk.team, TYPO)
    desk.anna.press(card, "Send for approval")
    await stage.approves(TYPO)
    await desk.slack.until(lambda: "Publish now" in card.labels)
    desk.anna.press(card, "Publish now")
    async with asyncio.timeout(PATIENCE):
        while not stage.networks.effects:
            await stage.works()
    await desk.slack.until(lambda: "Correct" in card.labels)
    return card


async def in_slack(stage: Stage, card: Standing) -> None:
    stage.desk.anna.press(card, "Correct")
    modal = await stage.desk.anna.modal()
    assert "The client is asked first." in modal.text
    assert await modal.submits(text=RIGHT) == {}


async def in_telegram(stage: Stage, _: Standing) -> None:
    desk = stage.desk
    alone, anna = desk.telegram.private(desk.anna_there), desk.anna_there
    anna.says(alone, "/plan")
    for words in ("1", "Correct"):  # the post of the week, then its card
        await desk.telegram.until(lambda words=words: labelled(alone, words))
        anna.press(*labelled(alone, words)[0])
    await desk.telegram.until(lambda: "Text" in alone.cards[-1].text)
    anna.says(alone, RIGHT)


def labelled(chat: Chat, words: str) -> list[tuple[Sent, str]]:
    """Return the buttons that begin with some words, each with its card."""
    return [(card, label) for card in chat.cards for label in card.labels if label.startswith(words)]


async def on_the_web(stage: Stage, _: Standing) -> None:
    browser = stage.desk.browser
    page = await browser.presses(POST, "Correct")
    assert "The client is asked first." in page.text
    assert TYPO in page.text
    await browser.answers(page, text=RIGHT)


@pytest.mark.parametrize("corrects", [in_slack, in_telegram, on_the_web])
async def test_a_typo_is_corrected_with_the_clients_yes(
    stage: Stage, corrects: Callable[[Stage, Standing], Awaitable[None]]
) -> None:
    desk, card = stage.desk, await goes_out(stage)
    await corrects(stage, card)
    await desk.slack.until(lambda: "The correction waits for the client" in card.text)
    await stage.works()
    assert stage.networks.of("edit") == []
    await stage.approves("This post is live. Please look at the correction")
    async with asyncio.timeout(PATIENCE):
        while not stage.networks.of("edit"):
            await stage.works()
    assert [effect.text for effect in stage.networks.of("edit")] == [RIGHT]
    await desk.slack.until(lambda: "corrected" in card.text)
    page = await stage.until_page("· corrected")
    assert "<ins>blend</ins>" in page
    assert "<del>bledn</del>" in page
