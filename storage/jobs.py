"""Jobs: work with the outside that a transaction asked for. Woken topic: "jobs"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from storage.base import Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

jobs = Table(
    "jobs",
    metadata,
    key(),
    Column("kind", String(32), nullable=False),
    Column("key", String(128), nullable=False, unique=True),
    Column("args", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Index("ix_jobs_open", "due_at", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
)


@dataclass(frozen=True, slots=True)
class Job:
    """Work with the outside that a transaction asked for: ids only. `key` makes asking twice harmless.

    `state`: queued, running, done or dead.
    """

    id: int
    kind: str
    key: str
    args: dict[str, Any]
    state: str
    due_at: datetime
    failures: int
    error: str
    created_at: datetime
    done_at: datetime | None


def queue(uow: UnitOfWork, kind: str, key: str, args: dict[str, Any], due_at: datetime | None = None) -> bool:
    """Ask for work with the outside, in this transaction; the same key asks once, for ever. Say whether it was new."""
    asked = uow.add_new(
        jobs,
        on=("key",),
        kind=kind,
        key=key,
        args=args,
        state="queued",
        due_at=due_at or uow.now,
        failures=0,
        error="",
        created_at=uow.now,
        done_at=None,
    )
    if asked is not None:
        uow.wake("jobs")
    return asked is not None
