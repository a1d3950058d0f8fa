"""Jobs: work with the outside that a transaction asked for. Woken topic: "jobs"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, bindparam, select, text, update

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


_DUE = (
    select(jobs)
    .where(jobs.c.state == "queued", jobs.c.due_at <= bindparam("until"))
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("most", type_=Integer))
)
_GET = select(jobs).where(jobs.c.id == bindparam("wanted"))
_MOVE = update(jobs).where(jobs.c.id == bindparam("wanted"), jobs.c.state == bindparam("from_state"))


def due(uow: UnitOfWork, until: datetime, limit: int = 100) -> list[Job]:
    """Return the queued jobs that are due by a moment, first due first."""
    return uow.many(Job, _DUE, until=until, most=limit)


def get(uow: UnitOfWork, job_id: int) -> Job | None:
    """Return a job."""
    return uow.one(Job, _GET, wanted=job_id)


def claim(uow: UnitOfWork, job_id: int) -> bool:
    """Take a queued job to run it; False where somebody else took it."""
    return _move(uow, job_id, "queued", state="running")


def finish(uow: UnitOfWork, job_id: int) -> bool:
    """Close a running job that did its work."""
    return _move(uow, job_id, "running", state="done", error="", done_at=uow.now)


def retry(uow: UnitOfWork, job_id: int, due_at: datetime, error: str) -> bool:
    """Put a running job back for later, with one more failure."""
    uow.wake("jobs")
    return _move(uow, job_id, "running", state="queued", due_at=due_at, error=error, failures=jobs.c.failures + 1)


def bury(uow: UnitOfWork, job_id: int, error: str) -> bool:
    """Close a running job that will never succeed; `error` says why."""
    return _move(uow, job_id, "running", state="dead", error=error, failures=jobs.c.failures + 1, done_at=uow.now)


def requeue_running(uow: UnitOfWork) -> int:
    """Put back what was running when the process before this one died; return how many."""
    uow.wake("jobs")
    return uow.change(update(jobs).where(jobs.c.state == "running").values(state="queued", due_at=uow.now))


def _move(uow: UnitOfWork, job_id: int, from_state: str, **values: Any) -> bool:
    return uow.change(_MOVE.values(**values), wanted=job_id, from_state=from_state) == 1
