"""Join links: addresses by which people join an account, each for one placement, and who came by them, as hashes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from storage.accounts import accounts
from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

join_links = Table(
    "join_links",
    metadata,
    key(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("error", Json, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("ends_at", Moment, nullable=True),
    Column("made_by", Id, ForeignKey("members.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("stopped_at", Moment, nullable=True),
)

arrivals = Table(
    "arrivals",
    metadata,
    key(),
    Column("link_id", Id, ForeignKey("join_links.id"), nullable=False),
    Column("person", String(64), nullable=False, index=True),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment, nullable=True),
    Column("told_at", Moment, nullable=False),
    UniqueConstraint("link_id", "person"),
)


@dataclass(frozen=True, slots=True)
class JoinLink:
    """An address for one placement. `state`: asked, open, stopping, stopped or failed; `error` is what was said when a call failed.

    `tries` grows with each call that is asked for. At `ends_at` the network closes it by itself.
    """

    id: int
    account_id: int
    name: str
    url: str
    state: str
    error: dict[str, Any] | None
    tries: int
    ends_at: datetime | None
    made_by: int
    created_at: datetime
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody, as a keyed hash, who first joined by a link at `joined_at`, and left at `left_at`.

    `told_at` is the moment of the newest that the network told of them.
    """

    id: int
    link_id: int
    person: str
    joined_at: datetime
    left_at: datetime | None
    told_at: datetime


_GET = select(join_links).where(join_links.c.id == bindparam("wanted"))
_OF_ACCOUNT = (
    select(join_links).where(join_links.c.account_id == bindparam("of_account")).order_by(join_links.c.id.desc())
)
_BY_URL = select(join_links).where(
    join_links.c.account_id == bindparam("of_account"), join_links.c.url == bindparam("with_url")
)
_ARRIVED = select(arrivals).where(
    arrivals.c.link_id == bindparam("by_link"), arrivals.c.person.in_(bindparam("persons", expanding=True))
)
_TALLY = (
    select(arrivals.c.link_id, func.count(), func.count(arrivals.c.left_at))
    .where(arrivals.c.link_id.in_(bindparam("links", expanding=True)))
    .group_by(arrivals.c.link_id)
)
_BETWEEN = (
    select(join_links.c.name, func.count(), func.count(arrivals.c.left_at))
    .join(arrivals, arrivals.c.link_id == join_links.c.id)
    .join(accounts, accounts.c.id == join_links.c.account_id)
    .where(
        accounts.c.brand_id == bindparam("of_brand"),
        arrivals.c.joined_at >= bindparam("since"),
        arrivals.c.joined_at < bindparam("until"),
    )
    .group_by(join_links.c.id, join_links.c.name)
    .order_by(func.count().desc(), join_links.c.id)
)


def get(uow: UnitOfWork, link_id: int) -> JoinLink | None:
    """Return a link."""
    return uow.one(JoinLink, _GET, wanted=link_id)


def of_account(uow: UnitOfWork, account_id: int) -> list[JoinLink]:
    """Return an account's links, newest first."""
    return uow.many(JoinLink, _OF_ACCOUNT, of_account=account_id)


def by_url(uow: UnitOfWork, account_id: int, url: str) -> JoinLink | None:
    """Return the account's link with an address."""
    return uow.one(JoinLink, _BY_URL, of_account=account_id, with_url=url) if url else None


def add(uow: UnitOfWork, account_id: int, name: str, ends_at: datetime | None, made_by: int) -> int:
    """Add a link that the network has yet to make."""
    plain = {"url": "", "state": "asked", "error": None, "tries": 1, "stopped_at": None}
    return uow.add(
        join_links, account_id=account_id, name=name, ends_at=ends_at, made_by=made_by, created_at=uow.now, **plain
    )


def change(uow: UnitOfWork, link_id: int, *before: str, **values: Any) -> bool:
    """Change a link that is in one of the states before; False means that somebody was first."""
    standing = update(join_links).where(join_links.c.id == link_id, join_links.c.state.in_(before))
    return uow.change(standing.values(**values)) == 1


def arrive(uow: UnitOfWork, link_id: int, persons: Sequence[str], at: datetime) -> None:
    """Note that somebody, known by any of these names, the newest first, joined by a link; told again, nothing changes."""
    known = uow.one(Arrival, _ARRIVED, by_link=link_id, persons=list(persons))
    if known is None:
        values = {"person": persons[0], "joined_at": at, "left_at": None, "told_at": at}
        uow.add_new(arrivals, on=("link_id", "person"), link_id=link_id, **values)
        return
    back = update(arrivals).where(arrivals.c.id == known.id, arrivals.c.told_at < at)
    uow.change(back.values(left_at=None, told_at=at))


def leave(uow: UnitOfWork, persons: Collection[str], at: datetime, besides: int = 0) -> None:
    """Note that somebody left, whichever link they had come by, `besides` one; told again, nothing changes."""
    gone = update(arrivals).where(
        arrivals.c.person.in_(list(persons)),
        arrivals.c.link_id != besides,
        arrivals.c.left_at.is_(None),
        arrivals.c.told_at <= at,
    )
    uow.change(gone.values(left_at=at, told_at=at))


def tallies(uow: UnitOfWork, links: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return how many came by each link, and how many of them have left; links by which nobody came are left out."""
    return {row[0]: (int(row[1]), int(row[2])) for row in uow.rows(_TALLY, links=list(links))} if links else {}


def between(uow: UnitOfWork, brand_id: int, since: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """Return by which of a brand's links people first came in a stretch of time, how many, and how many of them have left."""
    rows = uow.rows(_BETWEEN, of_brand=brand_id, since=since, until=until)
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


def forget(uow: UnitOfWork, before: datetime) -> int:
    """Forget who they were that left before, and all who came to accounts disconnected before; they stay counted."""
    closed = select(join_links.c.id).join(accounts).where(accounts.c.closed_at < before)
    nobody = literal("nobody:") + cast(arrivals.c.id, String)
    old = update(arrivals).where(
        or_(arrivals.c.left_at < before, arrivals.c.link_id.in_(closed)), arrivals.c.person.not_like("nobody:%")
    )
    return uow.change(old.values(person=nobody))
