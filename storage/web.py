"""What the web chat keeps: sign-in sessions, and the messages of its chats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from storage.base import Id, Json, Moment, key, metadata

sessions = Table(
    "sessions",
    metadata,
    key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    key(),
    Column("chat_id", String(64), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=True),
    Column("text", Text, nullable=False),
    Column("card", Json, nullable=True),
    Column("files", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("edited_at", Moment, nullable=True),
    Index(None, "chat_id", "id"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. The cookie holds the token, the row its SHA-256."""

    id: int
    digest: str
    member_id: int
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a web chat: a person's words, or the desk's card (`member_id` None)."""

    id: int
    chat_id: str
    member_id: int | None
    text: str
    card: dict[str, Any] | None
    files: list[str]
    revision: int
    created_at: datetime
    edited_at: datetime | None
