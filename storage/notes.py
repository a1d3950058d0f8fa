"""The queries of notes that people leave on a mention (their table stands with the approvals, whose posts have notes too)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from storage.approvals import Note, notes
from storage.unit_of_work import UnitOfWork

_OF_MENTION = (
    select(notes)
    .where(notes.c.mention_id == bindparam("of_mention"))
    .order_by(notes.c.id.desc())
    .limit(bindparam("most"))
)


def add_to_mention(uow: UnitOfWork, mention_id: int, member_id: int, text: str) -> int:
    """Keep a note for the team alone."""
    return uow.add(
        notes,
        post_id=None,
        mention_id=mention_id,
        audience="internal",
        member_id=member_id,
        text=text,
        created_at=uow.now,
    )


def of_mention(uow: UnitOfWork, mention_id: int, most: int) -> list[Note]:
    """Return a mention's newest notes, oldest first."""
    return uow.many(Note, _OF_MENTION, of_mention=mention_id, most=most)[::-1]
