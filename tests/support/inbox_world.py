"""A small world around the inbox: the sample brand with one account on networks in memory, and what arrives there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from databases import open_sqlite
from fake_networks import FakeNetworks, item
from sqlalchemy import select

from smm.actors import Actor
from smm.desk import Desk
from smm.ingest import ingest
from smm.networks import Item, Page
from smm.roles import Role
from smm.sample import World, build_world
from smm.writing import Brief, Progress, Suggestion
from storage import accounts, brands, mentions, replies
from storage.accounts import Account
from storage.alerts import Alert, alerts
from storage.engine import Database
from storage.members import Member
from storage.mentions import Mention
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@asynccontextmanager
async def database_of(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Open SQLite, or PostgreSQL for a test whose fixture is parametrized with BOTH: where rows are fought for."""
    vault, clock = request.getfixturevalue("vault"), request.getfixturevalue("clock")
    if getattr(request, "param", "sqlite") == "sqlite":
        path = request.getfixturevalue("tmp_path") / "desk.sqlite3"
        opened = open_sqlite(request.getfixturevalue("sqlite_file"), path, vault, clock)
        yield opened
        await opened.close()
    else:
        async with request.getfixturevalue("postgres").lent(vault, clock) as opened:
            yield opened


class NoWriter:
    """A writer that nobody asks."""

    model = ""

    async def suggest(self, brief: Brief, progress: Progress | None = None) -> tuple[Suggestion, ...]:
        """Suggest nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Inbox:
    """The world, its desk and the one account that things arrive at."""

    desk: Desk
    networks: FakeNetworks
    people: World
    account_id: int
    _numbers: Any

    @property
    def database(self) -> Database:
        """The open database."""
        return self.desk.database

    async def arrive(self, *items: Item) -> list[int]:
        """Let a page arrive and return the new ids."""
        page = Page(items, f"cursor-{next(self._numbers)}")
        return await self.database.write(ingest, self.account_id, page)

    async def one(self, **changes: Any) -> int:
        """Let one comment arrive, said now, and return its id."""
        remote_id = changes.pop("remote_id", f"r-{next(self._numbers)}")
        new = await self.arrive(item(remote_id, said_at=self.database.clock(), **changes))
        return new[0]

    async def mention(self, mention_id: int) -> Mention:
        """Return a mention as it stands."""
        found = await self.database.read(mentions.get, mention_id)
        assert found is not None
        return found

    async def reply(self, reply_id: int) -> Reply:
        """Return a reply as it stands."""
        found = await self.database.read(replies.get, reply_id)
        assert found is not None
        return found

    async def account(self) -> Account:
        """Return the account as it stands."""
        found = await self.database.read(accounts.get, self.account_id)
        assert found is not None
        return found

    async def set_account(self, **values: Any) -> None:
        """Change the account."""
        await self.database.write(lambda uow: accounts.change(uow, self.account_id, **values))

    async def set_brand(self, **values: Any) -> None:
        """Change the brand."""
        await self.database.write(lambda uow: brands.change(uow, self.people.brand.id, **values))

    async def told(self, view: str) -> list[Alert]:
        """Return the new messages about a kind of object that wait in the outbox."""
        return [alert for alert in await self.database.read(_outbox) if alert.view == view and not alert.edits]


def _outbox(uow: UnitOfWork) -> list[Alert]:
    return uow.many(Alert, select(alerts).order_by(alerts.c.id))


def by(member: Member, brand_id: int = 1) -> Actor:
    """Return a member as somebody who acts."""
    return Actor(brand_id, member.id, member.name, frozenset({Role.COMMUNITY}), f"web:{member.id}")


def add_account(uow: UnitOfWork, brand_id: int) -> int:
    """Add the account that things arrive at."""
    return accounts.add(uow, brand_id, "demo", "own-1", name="Northwind Coffee", handle="northwind")


async def open_inbox(database: Database, clock: Callable[[], datetime], media: Path) -> Inbox:
    """Build the world."""
    people = await database.write(build_world)
    account_id = await database.write(add_account, people.brand.id)
    networks = FakeNetworks(clock)
    return Inbox(Desk(database, networks, NoWriter(), media), networks, people, account_id, count(1))
