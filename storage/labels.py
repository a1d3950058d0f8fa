"""Labels of mentions: their language and their tone, as a machine or a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Float, ForeignKey, String, Table, bindparam, func, select, update

from storage.base import Id, key, metadata
from storage.mentions import Mention, mentions
from storage.unit_of_work import UnitOfWork

labels = Table(
    "labels",
    metadata,
    key(),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
    Column("tone", String(5), nullable=False),
    Column("sure", Float, nullable=False),
    Column("said_by", Id, ForeignKey("members.id"), nullable=True),
)


@dataclass(frozen=True, slots=True)
class Label:
    """How a mention reads: `language` as a two-letter code, `tone` good, plain or bad; either empty where nobody can tell.

    `sure` is between 0 and 1; `said_by` is the person who said so, None for a machine.
    """

    id: int
    mention_id: int
    language: str
    tone: str
    sure: float
    said_by: int | None


_OF = select(labels).where(labels.c.mention_id == bindparam("of_mention"))
_NEWEST = select(func.max(mentions.c.id))
_BETWEEN = (
    select(mentions)
    .where(mentions.c.id > bindparam("after"), mentions.c.id <= bindparam("upto"))
    .order_by(mentions.c.id)
)


def of(uow: UnitOfWork, mention_id: int) -> Label | None:
    """Return a mention's label."""
    return uow.one(Label, _OF, of_mention=mention_id)


def newest(uow: UnitOfWork) -> int:
    """Return the id of the newest mention, 0 for none."""
    return int(uow.scalar(_NEWEST) or 0)


def between(uow: UnitOfWork, after: int, upto: int) -> list[Mention]:
    """Return the mentions after an id, up to another."""
    return uow.many(Mention, _BETWEEN, after=after, upto=upto)


def put(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Keep labels; a mention that has one keeps it."""
    uow.put_new(labels, [{**row, "said_by": None} for row in rows], on=("mention_id",))


def say(uow: UnitOfWork, mention_id: int, tone: str, by: int) -> None:
    """Keep the tone that a person reads in a mention, in place of any other."""
    said = {"tone": tone, "sure": 1.0, "said_by": by}
    if uow.add_new(labels, on=("mention_id",), mention_id=mention_id, language="", **said) is None:
        uow.change(update(labels).where(labels.c.mention_id == mention_id).values(said))
