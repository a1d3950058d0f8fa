"""Pushes of networks that were taken: the names of events, so that the same one twice is taken once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, UniqueConstraint, bindparam, delete

from storage.base import Moment, key, metadata
from storage.unit_of_work import UnitOfWork

pushes = Table(
    "pushes",
    metadata,
    key(),
    Column("network", String(32), nullable=False),
    Column("key", String(128), nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
    UniqueConstraint("network", "key"),
)


@dataclass(frozen=True, slots=True)
class Push:
    """An event that a network told us of."""

    id: int
    network: str
    key: str
    received_at: datetime


_OLD = delete(pushes).where(pushes.c.received_at < bindparam("before"))


def take(uow: UnitOfWork, network: str, name: str) -> bool:
    """Remember an event; False if it was known."""
    taken = uow.add_new(pushes, on=("network", "key"), network=network, key=name, received_at=uow.now)
    return taken is not None


def forget(uow: UnitOfWork, before: datetime) -> None:
    """Forget old events: no network repeats one for so long."""
    uow.change(_OLD, before=before)
