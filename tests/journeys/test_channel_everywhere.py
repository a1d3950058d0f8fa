"""Suggested posts and join links where the team works, in Slack, and where the client answers, in Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from fake_networks import item
from three_platforms import ThreePlatforms, three_platforms

from smm import alerts, ingest, join_links
from smm.networks import Join, Kind, Page, Suggestion
from storage import join_links as kept
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

TEXT = "Our new roastery, seen by <b>Mia</b> & co."
NAME = "Anna's story, <12 May>"
URL = "https://t.me/+AbCdEfGh"


@pytest.fixture
async def desk(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[ThreePlatforms]:
    async with three_platforms(database, clock, tmp_path) as opened:
        yield opened


async def test_a_suggested_post_is_put_to_the_client_from_slack(desk: ThreePlatforms) -> None:
    offer = item("s-1", TEXT, kind=Kind.SUGGESTION, suggestion=Suggestion(price="50 ⭐"), said_at=desk.clock.now)
    await desk.database.write(ingest.ingest, desk.account_id, Page((offer,), "c"))
    card = await desk.slack.card(desk.team, "Price offered")
    desk.anna.press(card, "Approve…")
    preview = await desk.slack.card(desk.team, "Preview of a suggested post")
    desk.anna.press(preview, "Ask the client")
    await desk.telegram.until(lambda: any("Reject" in each.labels for each in desk.client.cards))
    asked = desk.client.cards[-1]
    assert TEXT in asked.text
    desk.clara.press(asked, "Approve")
    await desk.slack.until(lambda: "is being approved" in card.text)
    await desk.telegram.until(lambda: "Approve" not in asked.labels)


async def test_a_join_link_is_made_in_slack_and_asked_for_step_by_step_in_telegram(desk: ThreePlatforms) -> None:
    desk.anna.commands(desk.team, "accounts")
    listed = await desk.slack.card(desk.team, "Accounts of")
    desk.anna.press(listed, next(each for each in listed.labels if "Northwind" in each or "Demo" in each))
    await desk.slack.until(lambda: "Join links" in listed.labels)
    desk.anna.press(listed, "Join links")
    links = await desk.slack.card(desk.team, "There is no link yet.")
    desk.anna.press(links, "New link")
    await desk.slack.until(lambda: desk.anna.modals)
    assert await desk.anna.modals[-1].submits(name=NAME) == {}
    card = await desk.slack.card(desk.team, "is being made")
    await desk.database.write(_made, desk.account_id, desk.clock)
    await desk.slack.until(lambda: URL in card.text)
    there, private = desk.anna_there, desk.telegram.private(desk.anna_there)
    there.says(private, "/accounts")
    account = await desk.telegram.card(private, "Accounts of")
    there.press(account, next(each for each in account.labels if "Northwind" in each or "Demo" in each))
    await desk.telegram.until(lambda: "Join links" in account.labels)
    there.press(account, "Join links")
    found = await desk.telegram.card(private, "1 person joined")
    assert NAME in found.text
    there.press(found, "New link")
    await desk.telegram.card(private, "Where will it stand?")
    there.says(private, "An advert")
    asked = await desk.telegram.card(private, "Until when does it work?")
    there.press(asked, "Skip")
    await desk.telegram.card(private, "Join link: An advert")


def _made(uow: UnitOfWork, account_id: int, clock: Clock) -> None:
    kept.change(uow, 1, "asked", state="open", url=URL)
    alerts.refresh(uow, join_links.VIEW, 1)
    ingest.ingest(uow, account_id, Page((), "c", joins=(Join("mia", clock.now, URL),)))
