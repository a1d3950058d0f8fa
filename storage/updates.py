"""Received updates: stored before the sender is told that we have them, done in the transaction of their effects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint, text

from storage.base import Json, Moment, key, metadata

updates = Table(
    "updates",
    metadata,
    key(),
    Column("platform", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("error", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    UniqueConstraint("platform", "key"),
    Index(
        "ix_updates_open", "platform", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")
    ),
)


@dataclass(frozen=True, slots=True)
class Update:
    """What a chat platform sent, as it came. `key` is the platform's own id. `state`: new, done or poison."""

    id: int
    platform: str
    key: str
    body: dict[str, Any]
    state: str
    error: str
    received_at: datetime
    done_at: datetime | None
