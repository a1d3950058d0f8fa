"""Suggestions: posts that people offer an account for publication, what is decided about each, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, bindparam, select, update

from storage.base import Id, Json, Moment, key, metadata
from storage.mentions import mentions
from storage.unit_of_work import UnitOfWork

suggestions = Table(
    "suggestions",
    metadata,
    key(),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("publish_at", Moment, nullable=True),
    Column("price", String(64), nullable=False),
    Column("files", Json, nullable=False),
    Column("pictures", Json, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("slot_at", Moment, nullable=True),
    Column("reason", Text, nullable=False),
    Column("signed", Json, nullable=False),
    Column("error", Json, nullable=True),
    Column("money", String(10), nullable=False),
    Column("decided_by", Id, ForeignKey("members.id"), nullable=True),
    Column("decided_at", Moment, nullable=True),
    Column("revision", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A post that somebody offers; its words are the mention's. `state`: open, asked, accepting, accepted, declining or declined.

    `publish_at` is when it is wanted, `slot_at` what was decided: None is then, or at once. `files` are pictures by the network's
    names, `pictures` the digests of those that are here; not `whole`: it has more than that. `signed` are the clients' people who
    agree; `money` is what became of the price: paid, refunded or unpaid. `revision` grows with every change.
    """

    id: int
    mention_id: int
    state: str
    publish_at: datetime | None
    price: str
    files: list[str]
    pictures: list[str]
    whole: bool
    slot_at: datetime | None
    reason: str
    signed: list[int]
    error: dict[str, Any] | None
    money: str
    decided_by: int | None
    decided_at: datetime | None
    revision: int


_GET = select(suggestions).where(suggestions.c.id == bindparam("wanted"))
_OF = select(suggestions).where(suggestions.c.mention_id == bindparam("of_mention"))

_ASKED = (
    select(suggestions)
    .join(mentions, mentions.c.id == suggestions.c.mention_id)
    .where(mentions.c.brand_id == bindparam("of_brand"), suggestions.c.state == "asked")
    .order_by(suggestions.c.id)
)


def get(uow: UnitOfWork, suggestion_id: int) -> Suggestion | None:
    """Return a suggestion."""
    return uow.one(Suggestion, _GET, wanted=suggestion_id)


def of_mention(uow: UnitOfWork, mention_id: int) -> Suggestion | None:
    """Return the suggestion that a mention is."""
    return uow.one(Suggestion, _OF, of_mention=mention_id)


def asked(uow: UnitOfWork, brand_id: int) -> list[Suggestion]:
    """Return what a brand's client is asked about."""
    return uow.many(Suggestion, _ASKED, of_brand=brand_id)


def add(uow: UnitOfWork, mention_id: int, **offered: Any) -> int | None:
    """Add an open suggestion; None where it is there already."""
    plain: dict[str, Any] = {
        "pictures": [],
        "slot_at": None,
        "reason": "",
        "signed": [],
        "error": None,
        "money": "",
        "decided_by": None,
        "decided_at": None,
        "revision": 1,
    }
    return uow.add_new(suggestions, on=("mention_id",), mention_id=mention_id, state="open", **plain | offered)


def change(uow: UnitOfWork, seen: Suggestion, *before: str, **values: Any) -> bool:
    """Change a suggestion as it was read, if it is in one of the states before; False means that somebody was first."""
    standing = update(suggestions).where(
        suggestions.c.id == seen.id, suggestions.c.revision == seen.revision, suggestions.c.state.in_(before)
    )
    return uow.change(standing.values(revision=seen.revision + 1, **values)) == 1
