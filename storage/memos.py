"""Memos: small facts to remember between starts, such as a poll offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, Text, bindparam, delete, select, update

from storage.base import Moment, metadata
from storage.unit_of_work import UnitOfWork

memos = Table(
    "memos",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Memo:
    """A small fact to remember between starts, such as a poll offset or the day of the last daily line."""

    name: str
    value: str
    changed_at: datetime


_GET = select(memos.c.value).where(memos.c.name == bindparam("wanted"))


def get(uow: UnitOfWork, name: str) -> str | None:
    """Return what was remembered under a name, None where nothing was."""
    value: str | None = uow.scalar(_GET, wanted=name)
    return value


def set(uow: UnitOfWork, name: str, value: str) -> None:  # noqa: A001 - read as memos.set
    """Remember a value under a name, in place of what was there."""
    if uow.add_new(memos, on=("name",), name=name, value=value, changed_at=uow.now) is None:
        uow.change(update(memos).where(memos.c.name == name).values(value=value, changed_at=uow.now))


def forget(uow: UnitOfWork, name: str) -> None:
    """Forget a name."""
    uow.change(delete(memos).where(memos.c.name == name))
