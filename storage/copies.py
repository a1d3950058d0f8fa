"""Copies: the cards that stand in chats and are edited when their object changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)

from storage.base import Id, Json, Moment, key, metadata
from storage.channels import ChatRef, MessageRef, channels
from storage.unit_of_work import UnitOfWork

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
    Column("brand_id", Id, nullable=True),
    Column("language", String(2), nullable=False),
    Column("args", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("platform", "chat_id", "message_id"),
    Index(None, "view", "object_id"),
)


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
    brand_id: int | None
    language: str
    args: dict[str, Any]
    digest: str
    created_at: datetime


_AT = select(copies).where(
    copies.c.platform == bindparam("at_platform"),
    copies.c.chat_id == bindparam("at_chat"),
    copies.c.message_id == bindparam("at_message"),
)
_WITHIN = (
    select(copies)
    .where(copies.c.platform == bindparam("at_platform"), copies.c.chat_id == bindparam("at_chat"))
    .order_by(copies.c.id)
)
_LOST = (
    select(channels.c.id)
    .where(
        channels.c.platform == copies.c.platform,
        channels.c.chat_id == copies.c.chat_id,
        channels.c.state == "lost",
    )
    .exists()
)
_OF = select(copies).where(copies.c.view == bindparam("of_view"), copies.c.object_id == bindparam("of_object"), ~_LOST)


def of(uow: UnitOfWork, view: str, object_id: int) -> list[Copy]:
    """Return every copy of a card, in whatever chat it stands; what stands in a lost room cannot be reached."""
    return uow.many(Copy, _OF, of_view=view, of_object=object_id)


def within(uow: UnitOfWork, chat: ChatRef) -> list[Copy]:
    """Return every card that stands in a chat and its topics, oldest first."""
    return uow.many(Copy, _WITHIN, at_platform=chat.platform, at_chat=chat.chat_id)


def at(uow: UnitOfWork, message: MessageRef) -> Copy | None:
    """Return the card standing as a message, None if it is not one of an object."""
    chat = message.chat
    return uow.one(Copy, _AT, at_platform=chat.platform, at_chat=chat.chat_id, at_message=message.message_id)


def add(
    uow: UnitOfWork,
    message: MessageRef,
    view: str,
    object_id: int,
    args: dict[str, Any],
    language: str,
    digest: str,
    brand_id: int | None,
) -> None:
    """Note that a card of an object stands as a message."""
    chat = message.chat
    row = {
        "view": view,
        "object_id": object_id,
        "platform": chat.platform,
        "chat_id": chat.chat_id,
        "topic_id": chat.topic_id,
        "message_id": message.message_id,
        "brand_id": brand_id,
        "language": language,
        "args": args,
        "digest": digest,
        "created_at": uow.now,
    }
    uow.add_new(copies, on=("platform", "chat_id", "message_id"), **row)


def redrawn(uow: UnitOfWork, copy_id: int, digest: str, message_id: str) -> None:
    """Note what a standing card looks like now, and as which message it stands."""
    uow.change(update(copies).where(copies.c.id == copy_id).values(digest=digest, message_id=message_id))


def drop(uow: UnitOfWork, copy_id: int) -> None:
    """Forget a card that no longer changes."""
    uow.change(delete(copies).where(copies.c.id == copy_id))


def drop_all(uow: UnitOfWork, chat: ChatRef) -> int:
    """Forget every card of a chat that is lost."""
    return uow.change(delete(copies).where(copies.c.platform == chat.platform, copies.c.chat_id == chat.chat_id))
