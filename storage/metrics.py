"""Figures of what was published, taken at fixed ages. None is "the network does not tell", never a zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    select,
)

from storage.accounts import accounts
from storage.base import Id, Moment, key, metadata
from storage.posts import targets
from storage.unit_of_work import UnitOfWork

metrics = Table(
    "metrics",
    metadata,
    key(),
    Column("target_id", Id, ForeignKey("targets.id"), nullable=False),
    Column("hours", Integer, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("views", BigInteger, nullable=True),
    Column("reach", BigInteger, nullable=True),
    Column("likes", BigInteger, nullable=True),
    Column("comments", BigInteger, nullable=True),
    Column("shares", BigInteger, nullable=True),
    Column("saves", BigInteger, nullable=True),
    Column("clicks", BigInteger, nullable=True),
    UniqueConstraint("target_id", "hours"),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A publication's figures, `hours` after it went live."""

    id: int
    target_id: int
    hours: int
    taken_at: datetime
    views: int | None
    reach: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    clicks: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publication whose figures are due."""

    target_id: int
    account_id: int
    remote_id: str


_NEWEST = select(metrics).where(metrics.c.target_id == bindparam("of_target")).order_by(metrics.c.hours.desc()).limit(1)
_DUE = (
    select(targets.c.id, targets.c.account_id, targets.c.remote_id)
    .join(accounts, accounts.c.id == targets.c.account_id)
    .where(
        targets.c.state == "published",
        targets.c.remote_id != "",
        targets.c.published_at <= bindparam("until"),
        targets.c.published_at > bindparam("since"),
        accounts.c.closed_at.is_(None),
        accounts.c.health == "ok",
        ~exists(
            select(metrics.c.id).where(metrics.c.target_id == targets.c.id, metrics.c.hours == bindparam("at_age"))
        ),
    )
    .order_by(targets.c.account_id, targets.c.id)
    .limit(bindparam("most", type_=Integer))
)


def due(uow: UnitOfWork, hours: int, lasting: timedelta, most: int) -> list[Wanted]:
    """Return publications that are so many hours old, for at most `lasting`, and have no figures of that age yet."""
    until = uow.now - timedelta(hours=hours)
    rows = uow.rows(_DUE, until=until, since=until - lasting, at_age=hours, most=most)
    return [Wanted(*row) for row in rows]


def keep(uow: UnitOfWork, target_id: int, hours: int, **figures: Any) -> None:
    """Keep the figures of one age; a second time changes nothing."""
    uow.add_new(metrics, on=("target_id", "hours"), target_id=target_id, hours=hours, taken_at=uow.now, **figures)


def forget(uow: UnitOfWork, target_id: int) -> None:
    """Let go of the figures of what was taken down: what stands there next has its own."""
    uow.change(delete(metrics).where(metrics.c.target_id == target_id))


def newest(uow: UnitOfWork, target_id: int) -> Snapshot | None:
    """Return the newest figures of a publication."""
    return uow.one(Snapshot, _NEWEST, of_target=target_id)
