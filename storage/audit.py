"""The audit trail: append-only, each row chained to the one before it by hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, Text

from storage.base import Id, Json, Moment, metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("brand_id", Id, nullable=True),
    Column("actor", String(64), nullable=False),
    Column("identity", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(64), nullable=False),
    Column("facts", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("note", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what. `actor` such as "member:3" or "desk"; `identity` the chat identity that was used."""

    seq: int
    at: datetime
    brand_id: int | None
    actor: str
    identity: str
    action: str
    object: str
    facts: dict[str, Any]
    previous: str
    hash: str
    note: str
