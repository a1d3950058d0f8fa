"""Mentions: everything said to or about a brand, unique by account and remote id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.base import Id, Json, Moment, key, metadata

mentions = Table(
    "mentions",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("remote_id", String(255), nullable=False),
    Column("thread_id", String(255), nullable=False),
    Column("parent_id", String(255), nullable=False),
    Column("author_id", String(255), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("media", Json, nullable=False),
    Column("language", String(8), nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("edited_at", Moment, nullable=True),
    Column("deleted_at", Moment, nullable=True),
    Column("state", String(20), nullable=False),
    Column("claimed_by", Id, ForeignKey("members.id"), nullable=True),
    Column("claimed_until", Moment, nullable=True),
    Column("assigned_to", Id, ForeignKey("members.id"), nullable=True),
    Column("snoozed_until", Moment, nullable=True),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Moment, nullable=True),
    Column("answer", Text, nullable=False),
    Column("answer_link", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("raw", Json, nullable=False),
    UniqueConstraint("account_id", "remote_id"),
    Index(None, "brand_id", "state", "id"),
    Index(None, "account_id", "thread_id"),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing said. The states are those of smm/inbox.py; `revision` grows with every change of state or text."""

    id: int
    brand_id: int
    account_id: int
    kind: str
    remote_id: str
    thread_id: str
    parent_id: str
    author_id: str
    author_name: str
    author_handle: str
    text: str
    link: str
    media: list[str]
    language: str
    said_at: datetime
    received_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    state: str
    claimed_by: int | None
    claimed_until: datetime | None
    assigned_to: int | None
    snoozed_until: datetime | None
    answered_by: str
    answered_at: datetime | None
    answer: str
    answer_link: str
    revision: int
    raw: dict[str, Any]
