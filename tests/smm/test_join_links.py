"""Join links count people, each once: whatever is told twice, out of order, or of somebody who comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from inbox_world import BOTH, Inbox, database_of, open_inbox
from sqlalchemy import select

from smm import ingest, join_links
from smm.networks import Join, Page
from storage import accounts, vault
from storage import join_links as kept
from storage.unit_of_work import UnitOfWork

STORY, ADVERT = "https://t.me/+story", "https://t.me/+advert"


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Inbox]:
    async with database_of(request) as opened:
        found = await open_inbox(opened, clock, tmp_path)
        await opened.write(_two_links, found)
        yield found


def _two_links(uow: UnitOfWork, inbox: Inbox) -> None:
    for url in (STORY, ADVERT):
        link_id = kept.add(uow, inbox.account_id, url[-6:], None, inbox.people.anna.id)
        kept.change(uow, link_id, "asked", state="open", url=url)


class Told:
    """What the network tells, second by second."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.seconds = inbox, 0

    def at(self, **parts: Any) -> Join:
        self.seconds += 1
        return Join("mia", self.inbox.database.clock() + timedelta(seconds=self.seconds), **parts)

    async def tell(self, *joins: Join) -> None:
        page = Page((), f"cursor-{self.seconds}", joins=joins)
        await self.inbox.database.write(ingest.ingest, self.inbox.account_id, page)

    async def counted(self) -> dict[str, tuple[int, int]]:
        found = await self.inbox.database.read(join_links.of_account, self.inbox.account_id)
        return {each.link.url: (each.joined, each.left) for each in found}


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_whoever_is_told_of_twice_counts_once(inbox: Inbox) -> None:
    told = Told(inbox)
    came, left, back = told.at(address=STORY), told.at(left=True), told.at(address=STORY)
    await told.tell(came, came)
    await told.tell(came)
    assert await told.counted() == {STORY: (1, 0), ADVERT: (0, 0)}
    await told.tell(left)
    await told.tell(came, left)
    await told.tell(came)
    assert await told.counted() == {STORY: (1, 1), ADVERT: (0, 0)}
    await told.tell(back)
    await told.tell(came, left, back)
    await told.tell(left)
    assert await told.counted() == {STORY: (1, 0), ADVERT: (0, 0)}


async def test_who_comes_back_by_another_link_had_left_the_first(inbox: Inbox) -> None:
    told = Told(inbox)
    await told.tell(told.at(address=STORY), told.at(address=ADVERT))
    assert await told.counted() == {STORY: (1, 1), ADVERT: (1, 0)}
    await told.tell(told.at(left=True), told.at())
    await told.tell(Join("lee", inbox.database.clock(), "https://t.me/+somebody-elses"))
    assert await told.counted() == {STORY: (1, 1), ADVERT: (1, 1)}


async def test_of_people_a_hash_is_kept_and_that_for_a_month(inbox: Inbox, clock: Clock) -> None:
    told = Told(inbox)
    await told.tell(told.at(address=STORY), told.at(left=True))
    await told.tell(Join("lee", clock.now, STORY))
    persons = await inbox.database.read(lambda uow: [row[0] for row in uow.rows(select(kept.arrivals.c.person))])
    assert all(len(person) == 64 for person in persons)
    clock.advance(days=31)
    await inbox.database.write(join_links.tidy)
    await inbox.database.write(join_links.tidy)
    after = await inbox.database.read(lambda uow: [row[0] for row in uow.rows(select(kept.arrivals.c.person))])
    assert sorted(after)[1].startswith("nobody:")
    assert len(set(after) & set(persons)) == 1
    assert (await told.counted())[STORY] == (2, 1)


async def test_a_new_key_of_the_desk_still_knows_who_leaves(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    told, old, new = Told(inbox), vault.Vault.new_key(), vault.Vault.new_key()
    for keys, join in (([old], told.at(address=STORY)), ([new, old], told.at(left=True))):

        def count(uow: UnitOfWork, keys: list[str] = keys, join: Join = join) -> None:
            uow.vault = vault.Vault(keys)
            account = accounts.get(uow, inbox.account_id)
            assert account is not None
            join_links.count(uow, account, [join])

        await inbox.database.write(count)
    assert (await told.counted())[STORY] == (1, 1)
