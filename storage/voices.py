"""Voice notes: what somebody said instead of writing why a post should change, and what a machine heard in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, select, update

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

voices = Table(
    "voices",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("approval_id", Id, ForeignKey("approvals.id"), nullable=False, unique=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("digest", String(64), ForeignKey("media.digest"), nullable=False),
    Column("mime", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice note of one decision; `digest` names the file, `text` is what a machine heard.

    `state`: kept (nobody transcribes it), hearing, heard, or failed with an `error` for people.
    """

    id: int
    brand_id: int
    approval_id: int
    member_id: int
    digest: str
    mime: str
    state: str
    text: str
    error: str
    model: str
    created_at: datetime
    heard_at: datetime | None


_GET = select(voices).where(voices.c.id == bindparam("wanted"))
_OF_APPROVAL = select(voices).where(voices.c.approval_id == bindparam("of_approval"))


def add(uow: UnitOfWork, brand_id: int, approval_id: int, member_id: int, digest: str, mime: str) -> int:
    """Keep the voice note of a decision."""
    return uow.add(
        voices,
        brand_id=brand_id,
        approval_id=approval_id,
        member_id=member_id,
        digest=digest,
        mime=mime,
        state="kept",
        text="",
        error="",
        model="",
        created_at=uow.now,
        heard_at=None,
    )


def get(uow: UnitOfWork, voice_id: int) -> Voice | None:
    """Return a voice note."""
    return uow.one(Voice, _GET, wanted=voice_id)


def of_approval(uow: UnitOfWork, approval_id: int) -> Voice | None:
    """Return the voice note of a decision."""
    return uow.one(Voice, _OF_APPROVAL, of_approval=approval_id)


def move(uow: UnitOfWork, voice_id: int, *states: str, **values: Any) -> bool:
    """Change a voice note that is in one of some states; False where it is in none of them any more."""
    statement = update(voices).where(voices.c.id == voice_id, voices.c.state.in_(states)).values(**values)
    return uow.change(statement) == 1
