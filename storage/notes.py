"""Notes: what people remark on a post or a mention, for the team alone or for the client too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, select

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

notes = Table(
    "notes",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=True, index=True),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=True, index=True),
    Column("audience", String(8), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a post or a mention. `audience`: internal (the team alone) or client."""

    id: int
    post_id: int | None
    mention_id: int | None
    audience: str
    member_id: int
    text: str
    created_at: datetime


_ON_POST = (
    select(notes)
    .where(notes.c.post_id == bindparam("of_post"), notes.c.audience.in_(bindparam("audiences", expanding=True)))
    .order_by(notes.c.id)
)
_OF_MENTION = (
    select(notes)
    .where(notes.c.mention_id == bindparam("of_mention"))
    .order_by(notes.c.id.desc())
    .limit(bindparam("most"))
)


def add_to_post(uow: UnitOfWork, post_id: int, audience: str, member_id: int, text: str) -> int:
    """Keep a remark on a post. `audience`: internal or client."""
    return _add(uow, audience, member_id, text, post_id=post_id)


def add_to_mention(uow: UnitOfWork, mention_id: int, member_id: int, text: str) -> int:
    """Keep a note on a mention, for the team alone."""
    return _add(uow, "internal", member_id, text, mention_id=mention_id)


def _add(
    uow: UnitOfWork,
    audience: str,
    member_id: int,
    text: str,
    *,
    post_id: int | None = None,
    mention_id: int | None = None,
) -> int:
    about = {"post_id": post_id, "mention_id": mention_id}
    return uow.add(notes, audience=audience, member_id=member_id, text=text, created_at=uow.now, **about)


def on_post(uow: UnitOfWork, post_id: int, *audiences: str) -> list[Note]:
    """Return the remarks on a post that were made for any of `audiences`."""
    return uow.many(Note, _ON_POST, of_post=post_id, audiences=audiences)


def get(uow: UnitOfWork, note_id: int) -> Note | None:
    """Return a remark."""
    return uow.one(Note, select(notes).where(notes.c.id == note_id))


def of_mention(uow: UnitOfWork, mention_id: int, most: int) -> list[Note]:
    """Return a mention's newest notes, oldest first."""
    return uow.many(Note, _OF_MENTION, of_mention=mention_id, most=most)[::-1]
