"""Reports for the client: facts of a period, frozen when they were gathered, and the manager's words about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, bindparam, select, update

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

reports = Table(
    "reports",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("facts", Json, nullable=False),
    Column("comment", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_by", Id, ForeignKey("members.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("shared_by", Id, ForeignKey("members.id"), nullable=True),
    Column("shared_at", Moment, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Report:
    """A report from `first` to `last`, days of the brand as 2026-03-01. `state`: draft, shared or dropped.

    `revision` counts the changes of a draft: what is shared is exactly what was looked at.
    """

    id: int
    brand_id: int
    first: str
    last: str
    facts: dict[str, Any]
    comment: str
    state: str
    revision: int
    made_by: int
    made_at: datetime
    shared_by: int | None
    shared_at: datetime | None


_GET = select(reports).where(reports.c.id == bindparam("wanted"))
_CHANGE = update(reports).where(
    reports.c.id == bindparam("wanted"), reports.c.revision == bindparam("seen"), reports.c.state == "draft"
)


def add(uow: UnitOfWork, brand_id: int, first: str, last: str, facts: dict[str, Any], member_id: int) -> int:
    """Keep a draft."""
    made = {"made_by": member_id, "made_at": uow.now, "shared_by": None, "shared_at": None}
    told = {"first": first, "last": last, "facts": facts, "comment": "", "state": "draft", "revision": 1}
    return uow.add(reports, brand_id=brand_id, **told, **made)


def get(uow: UnitOfWork, report_id: int) -> Report | None:
    """Return a report."""
    return uow.one(Report, _GET, wanted=report_id)


def change(uow: UnitOfWork, report_id: int, seen: int, **values: Any) -> bool:
    """Change a draft that is as it was seen; False: it is not."""
    return uow.change(_CHANGE.values(revision=reports.c.revision + 1, **values), wanted=report_id, seen=seen) == 1
