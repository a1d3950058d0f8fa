"""Attempts: the ledger of calls that change something outside, written before each call and closed after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint, bindparam, func, select, update

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

attempts = Table(
    "attempts",
    metadata,
    key(),
    Column("kind", String(8), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("key", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("outcome", String(8), nullable=True),
    Column("note", Text, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("kind", "subject_id", "number"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call. `kind`: target or reply. `outcome`: None while open, then ok, refused, absent (probed: not there) or unknown."""

    id: int
    kind: str
    subject_id: int
    number: int
    generation: int
    fence: int
    key: str
    content_hash: str
    started_at: datetime
    outcome: str | None
    note: str
    ended_at: datetime | None


_OF_SUBJECT = (attempts.c.kind == bindparam("of_kind"), attempts.c.subject_id == bindparam("of_subject"))
_LAST_NUMBER = select(func.max(attempts.c.number)).where(*_OF_SUBJECT)
_BY_ID = select(attempts).where(attempts.c.id == bindparam("wanted"))
_ALL = select(attempts).where(*_OF_SUBJECT).order_by(attempts.c.number)
_OPEN = _ALL.where(attempts.c.outcome.is_(None))
_CLOSE = (
    update(attempts)
    .where(attempts.c.id == bindparam("wanted"), attempts.c.outcome.is_(None))
    .values(outcome=bindparam("new_outcome"), note=bindparam("new_note"), ended_at=bindparam("at"))
)


def open_attempt(
    uow: UnitOfWork, kind: str, subject_id: int, generation: int, fence: int, key: str, content_hash: str
) -> Attempt:
    """Write down that a call is about to be made, in the transaction that decides to make it."""
    number = (uow.scalar(_LAST_NUMBER, of_kind=kind, of_subject=subject_id) or 0) + 1
    added = uow.add(
        attempts,
        kind=kind,
        subject_id=subject_id,
        number=number,
        generation=generation,
        fence=fence,
        key=key,
        content_hash=content_hash,
        started_at=uow.now,
        outcome=None,
        note="",
        ended_at=None,
    )
    attempt = uow.one(Attempt, _BY_ID, wanted=added)
    assert attempt is not None
    return attempt


def close_attempt(uow: UnitOfWork, attempt_id: int, outcome: str, note: str = "") -> bool:
    """Write down how a call ended; say whether it was still open."""
    return uow.change(_CLOSE, wanted=attempt_id, new_outcome=outcome, new_note=note[:2000], at=uow.now) == 1


def is_closed_as(uow: UnitOfWork, attempt_id: int, outcome: str) -> bool:
    """Say whether it is written down already that a call ended so."""
    attempt = uow.one(Attempt, _BY_ID, wanted=attempt_id)
    return attempt is not None and attempt.outcome == outcome


def open_of(uow: UnitOfWork, kind: str, subject_id: int) -> list[Attempt]:
    """Return the calls whose end is not known, oldest first."""
    return uow.many(Attempt, _OPEN, of_kind=kind, of_subject=subject_id)


def all_of(uow: UnitOfWork, kind: str, subject_id: int) -> list[Attempt]:
    """Return every call ever made for a subject, oldest first."""
    return uow.many(Attempt, _ALL, of_kind=kind, of_subject=subject_id)
