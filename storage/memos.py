"""Memos: small facts to remember between starts, such as a poll offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, Text

from storage.base import Moment, metadata

memos = Table(
    "memos",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Memo:
    """A small fact to remember between starts, such as a poll offset or the day of the last daily line."""

    name: str
    value: str
    changed_at: datetime
