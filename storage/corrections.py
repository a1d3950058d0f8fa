"""Corrections: other words for a post where it is live already, one row for each target and version of the post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    text,
    update,
)

from storage.accounts import accounts
from storage.base import Id, Moment, key, metadata
from storage.posts import targets
from storage.unit_of_work import UnitOfWork

ON_THEIR_WAY: Final = "state IN ('due', 'working', 'removing')"  # words of SQL, as in storage/posts.py
OPEN: Final = ("waiting", "due", "blocked", "hands")

corrections = Table(
    "corrections",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False, index=True),
    Column("target_id", Id, ForeignKey("targets.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("due_at", Moment, nullable=True),
    Column("fence", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    UniqueConstraint("target_id", "version"),
    Index("ix_corrections_due", "due_at", sqlite_where=text(ON_THEIR_WAY), postgresql_where=text(ON_THEIR_WAY)),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """Other words for one target that is live: see the life cycle in smm/amending.py. `hash` is of the version it brings.

    `unsure`: a try may have put there what is neither live nor wanted.
    """

    id: int
    post_id: int
    target_id: int
    version: int
    hash: str
    state: str
    due_at: datetime | None
    fence: int
    failures: int
    unsure: bool
    error: str
    created_at: datetime
    done_at: datetime | None


_BY_ID = select(corrections).where(corrections.c.id == bindparam("wanted"))
_OF_POST = select(corrections).where(corrections.c.post_id == bindparam("of_post")).order_by(corrections.c.id)
_DUE = (
    select(corrections.c.id, corrections.c.due_at)
    .where(text(f"corrections.{ON_THEIR_WAY}"), corrections.c.due_at <= bindparam("until"))
    .order_by(corrections.c.due_at, corrections.c.id)
    .limit(200)
)
_FOLLOW = (
    update(corrections)
    .where(corrections.c.post_id == bindparam("of_post"), corrections.c.state.in_(OPEN))
    .values(
        version=bindparam("new_version"),
        hash=bindparam("new_hash"),
        state="waiting",
        due_at=None,
        failures=0,
        error="",
        fence=corrections.c.fence + 1,
    )
)
_CAS = update(corrections).where(
    corrections.c.id == bindparam("wanted"),
    corrections.c.fence == bindparam("old_fence"),
    corrections.c.state == bindparam("old_state"),
)
_UNBLOCKED = (
    select(corrections)
    .join(targets, targets.c.id == corrections.c.target_id)
    .join(accounts, accounts.c.id == targets.c.account_id)
    .where(corrections.c.state == "blocked", accounts.c.health == "ok", accounts.c.closed_at.is_(None))
    .order_by(corrections.c.id)
)


def add(uow: UnitOfWork, post_id: int, target_id: int, version: int, digest: str) -> int | None:
    """Add a correction that waits for the approval of its version; None where there is one already."""
    return uow.add_new(
        corrections,
        on=("target_id", "version"),
        post_id=post_id,
        target_id=target_id,
        version=version,
        hash=digest,
        state="waiting",
        due_at=None,
        fence=0,
        failures=0,
        unsure=False,
        error="",
        created_at=uow.now,
        done_at=None,
    )


def get(uow: UnitOfWork, correction_id: int) -> Correction | None:
    """Return a correction."""
    return uow.one(Correction, _BY_ID, wanted=correction_id)


def of_post(uow: UnitOfWork, post_id: int) -> list[Correction]:
    """Return every correction of a post, oldest first."""
    return uow.many(Correction, _OF_POST, of_post=post_id)


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return what comes due before `until`, in order: (correction, when)."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until)]


def unblocked(uow: UnitOfWork) -> list[Correction]:
    """Return the corrections that waited for an account which works again."""
    return uow.many(Correction, _UNBLOCKED)


def follow(uow: UnitOfWork, post_id: int, version: int, digest: str) -> None:
    """Let what is not made yet, and by nobody just now, wait for a newer version of the post instead."""
    uow.change(_FOLLOW, of_post=post_id, new_version=version, new_hash=digest)


def doubt(uow: UnitOfWork, target_id: int) -> None:
    """Let what is still to be made for a target know that neither old nor new words may stand there."""
    uow.change(
        update(corrections)
        .where(corrections.c.target_id == target_id, corrections.c.state.in_(OPEN))
        .values(unsure=True)
    )


def move(uow: UnitOfWork, row: Correction, to: str, *, claim: bool = False, **values: Any) -> bool:
    """Change the state of a correction that is still as it was read; a claim raises the fence. False: somebody was first."""
    uow.wake("due")
    values = {"due_at": None, "error": "", "fence": row.fence + claim} | values
    return uow.change(_CAS.values(state=to, **values), wanted=row.id, old_fence=row.fence, old_state=row.state) == 1
