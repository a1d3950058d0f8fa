"""Looking outside for a rule: what networks are asked for, and what comes in of their answers."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks, item
from inbox_desk import words
from inbox_world import NoWriter, add_account

from handlers.card import Notice
from smm import declared
from smm.desk import Desk
from smm.errors import N_, RateLimited
from smm.networks import Can, Page
from smm.rules import book, searching
from smm.rules.query import parse
from smm.rules.searching import queries
from storage import accounts
from storage.jobs import Job, jobs


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("coffee", ["coffee"]),
        ("coffee OR latte", ["coffee", "latte"]),
        ("coffee northwind", ["northwind"]),
        ("(coffee OR latte) northwind -ad", ["northwind"]),
        ('"oat milk" OR "soy milk"~4', ['"oat milk"', "soy milk"]),
        ("#autumn", ["#autumn"]),
        ("coffee OR Coffee", ["coffee"]),
    ],
)
def test_networks_are_asked_for_words_that_must_be_there(rule: str, asked: list[str]) -> None:
    assert queries(parse(rule)) == asked


class Outside:
    """The desk with one account whose network can search; `answers` are what it finds, a page a call."""

    def __init__(self, desk: TestDesk, clock: Clock, account_id: int, networks: FakeNetworks) -> None:
        self.desk, self.clock, self.account_id = desk, clock, account_id
        self.ports = Desk(desk.database, networks, NoWriter(), Path())
        self.answers: deque[Page | Exception] = deque()
        self.asked: list[tuple[str, str]] = []

    async def search(self, query: str, cursor: str) -> Page:
        self.asked.append((query, cursor))
        answer = self.answers.popleft() if self.answers else Page((), cursor)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def connector(self, account_id: int) -> Outside:
        return self

    async def passes(self, **parts: float) -> None:
        self.clock.advance(**parts)
        while due := await self.desk.database.read(searching.due, self.clock.now):
            for search_id, _ in due:
                await searching.search(self.ports, search_id)
        await self.desk.settle()

    async def listens(self, query: str) -> Notice:
        """Make a rule that looks outside."""
        await self.desk.anna.says(f"/rules {query}")
        for job in await self.desk.database.read(lambda uow: uow.many(Job, jobs.select())):
            await book.look_forms_up(self.ports, job.args)
        await self.desk.settle()
        told = await self.desk.anna.presses("Look outside too")
        assert isinstance(told, Notice)
        return told


@pytest.fixture
async def outside(desk: TestDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Outside:
    known = {"demo": declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)}
    monkeypatch.setattr(declared, "_networks", known)
    account_id = await desk.database.write(add_account, desk.world.brand.id)
    networks = FakeNetworks(clock)
    made = Outside(desk, clock, account_id, networks)
    monkeypatch.setattr(networks, "connector", made.connector)
    return made


def found(outside: Outside) -> list[str]:
    return [words(card) for card in outside.desk.room("team").cards if card.title.startswith("Mention")]


async def test_what_the_rule_finds_comes_in_once_and_the_rest_does_not(outside: Outside) -> None:
    assert (await outside.listens("northwind coffee -starbucks")).text == "Looking on 1 account from now on."
    now = outside.clock.now
    page = Page(
        (
            item("a", "Coffee at Northwind was great", kind="mention", said_at=now),
            item("b", "Northwind airlines is late", kind="mention", said_at=now),
            item("c", "Northwind coffee or Starbucks?", kind="mention", said_at=now),
        ),
        "7",
    )
    outside.answers += [page, page]
    await outside.passes()
    await outside.passes(minutes=11)
    assert outside.asked == [("northwind", ""), ("northwind", "7")]
    (told,) = found(outside)
    assert "Coffee at Northwind was great" in told
    assert "Matched: coffee, northwind" in told
    account = await outside.desk.database.read(accounts.get, outside.account_id)
    assert account is not None
    assert account.cursor != "7"


async def test_a_network_that_asks_to_wait_is_not_asked_before(outside: Outside) -> None:
    await outside.listens("northwind")
    wait = RateLimited(N_("{network} asks to wait a little."), retry_after=timedelta(hours=1), network="Demo")
    outside.answers.append(wait)
    await outside.passes()
    await outside.passes(minutes=50)
    assert len(outside.asked) == 1
    await outside.passes(minutes=11)
    assert len(outside.asked) == 2


async def test_a_rule_that_rests_or_looks_inside_asks_nobody(outside: Outside) -> None:
    await outside.listens("northwind")
    await outside.desk.anna.presses("Pause")
    await outside.passes()
    assert outside.asked == []
    await outside.desk.anna.presses("Listen")
    card = await outside.desk.anna.presses("Stop looking outside")
    assert "Looks outside: no" in words(card)
    await outside.passes(minutes=30)
    assert outside.asked == []


async def test_nothing_can_search(outside: Outside) -> None:
    await outside.desk.database.write(lambda uow: accounts.change(uow, outside.account_id, can=["fetch"]))
    told = await outside.listens("northwind")
    assert "None of the brand's accounts can search" in told.text
    told = await outside.listens("one OR two OR three OR four OR five OR six")
    assert "at most 5 alternatives" in told.text
