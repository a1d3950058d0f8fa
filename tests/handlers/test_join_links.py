"""Join links as people in rooms see them: made, counted, stopped, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from handlers.card import Card, Notice
from smm import declared, ingest, join_links
from smm.desk import Desk
from smm.networks import Can, Join, Page
from storage.jobs import Job, jobs


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    opened = await open_inbox_desk(desk, clock)
    await opened.anna.says("/accounts")
    await opened.anna.presses("Demo network: Northwind Coffee")
    return opened


async def carry_out(inbox: InboxDesk) -> None:
    """Do what was asked of the network."""
    for job in await inbox.desk.database.read(lambda uow: uow.many(Job, jobs.select())):
        if job.kind == join_links.KIND:
            await join_links.carry_out(Desk(inbox.desk.database, inbox.networks, None, Path()), job.args)  # type: ignore[arg-type]
    await inbox.desk.settle()


async def made(inbox: InboxDesk, name: str = "Anna's story, 12 May", **answers: str) -> Any:
    await inbox.anna.presses("Join links")
    await inbox.anna.presses("New link")
    wrong = await inbox.anna.answers(name=name, **answers)
    await carry_out(inbox)
    return wrong


def newest(inbox: InboxDesk) -> Card:
    return next(card for card in reversed(inbox.cards()) if card.title.startswith("Join link:"))


async def test_a_link_is_made_copied_counted_and_stopped(inbox: InboxDesk) -> None:
    assert "There is no link yet." in words(await inbox.anna.presses("Join links"))
    await made(inbox)
    card = newest(inbox)
    url = "https://demo.example/invite-1"
    assert [span.text for block in card.body for span in getattr(block, "spans", ()) if span.style == "code"] == [url]
    joins = tuple(Join(who, inbox.clock.now, url) for who in ("mia", "lee", "mia"))
    left = Join("lee", inbox.clock.now, left=True)
    await inbox.desk.database.write(ingest.ingest, inbox.account_id, Page((), "c", joins=(*joins, left)))
    assert "Came by it: 2\nLeft again: 1\nStill there: 1" in words(await inbox.anna.presses("Count again"))
    assert "Anna's story, 12 May · 2 people joined, 1 has left again" in words(await inbox.anna.presses("All links"))
    await inbox.anna.presses("Anna's story, 12 May")
    await inbox.anna.presses("Stop")
    await carry_out(inbox)
    assert [effect.key for effect in inbox.networks.of("close_invite")] == [url]  # type: ignore[arg-type]
    card = newest(inbox)
    assert "State: stopped" in words(card)
    assert labels(card) == ["Count again", "All links"]
    told = await inbox.anna.says("/report 2026-03-01 2026-03-31")
    assert "People joined by these links:\n• Anna's story, 12 May · 2 people joined, 1 has left again" in words(told)


async def test_what_cannot_be_a_link_is_said_at_its_question(inbox: InboxDesk) -> None:
    await made(inbox)
    taken = await made(inbox, "anna's  STORY, 12 may")
    assert taken == {"name": "There is a link of that name already. Stop it first, or choose another name."}


async def test_a_network_that_fails_is_told_and_asked_again(inbox: InboxDesk) -> None:
    inbox.networks.script("invite", "unavailable")
    await made(inbox)
    card = newest(inbox)
    assert card.tone == "bad"
    assert "Not done: Demo network cannot be reached." in words(card)
    await inbox.anna.presses("Try again")
    await carry_out(inbox)
    assert newest(inbox).tone == "good"
    assert len(inbox.networks.of("invite")) == 1


async def test_a_link_that_could_not_be_stopped_is_open_and_says_so(inbox: InboxDesk) -> None:
    await made(inbox)
    inbox.networks.script("close_invite", "needs_human")
    ref = inbox.anna.ref("Stop")
    await inbox.anna.presses("Stop")
    told = await inbox.anna.receives(kind="press", ref=ref, message_id="1")
    assert told.notice == Notice("This link is not open. Look at its newest card.", alarm=True)
    await carry_out(inbox)
    assert "wants a person" in words(newest(inbox))
    assert "Stop" in labels(newest(inbox))


async def test_who_answers_comments_sees_links_and_makes_none(inbox: InboxDesk) -> None:
    await made(inbox)
    card = await inbox.boris.presses("Join links")
    assert "Anna's story, 12 May · 0 people joined" in words(card)
    assert "New link" not in labels(card)
    refused = await inbox.boris.presses("Stop")
    assert "Your role does not allow that." in words(refused)
    assert not any("Join link" in str(card) for card in inbox.cards("client"))


async def test_why_a_key_makes_no_links_is_said(inbox: InboxDesk) -> None:
    await inbox.set_account(can=["fetch"], cannot={"invite": "The bot may not invite people."})
    card = await inbox.anna.presses("Join links")
    assert "The bot may not invite people." in words(card)
    assert "New link" not in labels(card)
