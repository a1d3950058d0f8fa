"""Attempts: the ledger of calls that change something outside, written before each call and closed after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from storage.base import Id, Moment, key, metadata

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
