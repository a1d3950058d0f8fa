"""Buttons and open questions: the rows behind the opaque references that chats carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, bindparam, select

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

buttons = Table(
    "buttons",
    metadata,
    Column("ref", String(24), primary_key=True),
    Column("action", String(64), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("object_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("args", Json, nullable=False),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

asks = Table(
    "asks",
    metadata,
    key(),
    Column("ref", String(24), nullable=False, unique=True),
    Column("action", String(64), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("object_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("args", Json, nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=True),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("topic_id", String(32), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("questions", Json, nullable=False),
    Column("answers", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "platform", "chat_id", "user_id", "state"),
)

copies = Table(
    "copies",
    metadata,
    key(),
    Column("view", String(32), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("topic_id", String(32), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("args", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("platform", "chat_id", "message_id"),
    Index(None, "view", "object_id"),
)


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """What a button means. `ref` is 96 random bits, URL-safe; it is all that a chat carries. Pressed only in its own chat."""

    ref: str
    action: str
    brand_id: int | None
    object_id: int
    version: int
    args: dict[str, Any]
    platform: str
    chat_id: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AskRow:
    """An open question to one person. `state`: open, done, cancelled. `message_id` is the prompt that a reply may quote."""

    id: int
    ref: str
    action: str
    brand_id: int | None
    object_id: int
    version: int
    args: dict[str, Any]
    member_id: int | None
    platform: str
    chat_id: str
    topic_id: str
    user_id: str
    message_id: str
    questions: list[dict[str, Any]]
    answers: dict[str, str]
    state: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """A card standing in a chat that is edited when its object changes. `digest` is of its last rendering."""

    id: int
    view: str
    object_id: int
    platform: str
    chat_id: str
    topic_id: str
    message_id: str
    language: str
    args: dict[str, Any]
    digest: str
    created_at: datetime


_COPIES = select(copies).where(copies.c.view == bindparam("of_view"), copies.c.object_id == bindparam("of_object"))


def copies_of(uow: UnitOfWork, view: str, object_id: int) -> list[Copy]:
    """Return every copy of a card, in whatever chat it stands."""
    return uow.many(Copy, _COPIES, of_view=view, of_object=object_id)
