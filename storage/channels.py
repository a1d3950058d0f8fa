"""Channels: chats bound to a brand for a purpose; and the addresses of chats and messages.

Woken topic: "channels".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, bindparam, delete, select, update

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

channels = Table(
    "channels",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("topic_id", String(32), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("title", String(200), nullable=False),
    Column("language", String(2), nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("rhythm", Json, nullable=False, server_default="{}"),
    Column("fallback_id", Id, ForeignKey("channels.id"), nullable=True),
    UniqueConstraint("platform", "chat_id", "topic_id"),
)


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Where a message goes. `topic_id` is a Telegram forum topic or a Slack thread; empty for the chat itself."""

    platform: str
    chat_id: str
    topic_id: str = ""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message in a chat."""

    chat: ChatRef
    message_id: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A chat bound to a brand. `purpose`: team, client or alerts. `state`: open or lost.

    `rhythm` says when it takes what can wait (smm/rhythm.py reads it), `fallback_id` which room stands in when it is lost.
    """

    id: int
    brand_id: int
    platform: str
    chat_id: str
    topic_id: str
    purpose: str
    title: str
    language: str
    state: str
    created_at: datetime
    rhythm: dict[str, Any]
    fallback_id: int | None

    @property
    def chat(self) -> ChatRef:
        """The chat's address."""
        return ChatRef(self.platform, self.chat_id, self.topic_id)


_OF_PURPOSE = (
    select(channels)
    .where(
        channels.c.brand_id == bindparam("brand"),
        channels.c.purpose == bindparam("wanted"),
    )
    .order_by(channels.c.id)
)
_AT = select(channels).where(
    channels.c.platform == bindparam("at_platform"),
    channels.c.chat_id == bindparam("at_chat"),
    channels.c.topic_id == bindparam("at_topic"),
)


def of_purpose(uow: UnitOfWork, brand_id: int, purpose: str) -> list[Channel]:
    """Return the brand's rooms for a purpose, lost ones too."""
    return uow.many(Channel, _OF_PURPOSE, brand=brand_id, wanted=purpose)


def at(uow: UnitOfWork, chat: ChatRef) -> Channel | None:
    """Return the channel bound to a chat, None if it is not bound."""
    return uow.one(Channel, _AT, at_platform=chat.platform, at_chat=chat.chat_id, at_topic=chat.topic_id)


def around(uow: UnitOfWork, chat: ChatRef) -> Channel | None:
    """Return the channel bound to a chat or, for a topic that is not bound by itself, to the whole chat."""
    return at(uow, chat) or (at(uow, ChatRef(chat.platform, chat.chat_id)) if chat.topic_id else None)


_GET = select(channels).where(channels.c.id == bindparam("wanted"))
_OF_BRAND = select(channels).where(channels.c.brand_id == bindparam("brand")).order_by(channels.c.id)
_ON_PLATFORM = (
    select(channels)
    .where(channels.c.platform == bindparam("at_platform"), channels.c.state == "open")
    .order_by(channels.c.id)
)
_IN_CHAT = select(channels).where(
    channels.c.platform == bindparam("at_platform"), channels.c.chat_id == bindparam("at_chat")
)


def get(uow: UnitOfWork, channel_id: int) -> Channel | None:
    """Return a channel, None if there is none of that id."""
    return uow.one(Channel, _GET, wanted=channel_id)


def of_brand(uow: UnitOfWork, brand_id: int) -> list[Channel]:
    """Return all rooms of a brand, lost ones too."""
    return uow.many(Channel, _OF_BRAND, brand=brand_id)


def on_platform(uow: UnitOfWork, platform: str) -> list[Channel]:
    """Return the open rooms of a platform."""
    return uow.many(Channel, _ON_PLATFORM, at_platform=platform)


def in_chat(uow: UnitOfWork, platform: str, chat_id: str) -> list[Channel]:
    """Return the channels of a chat and of all its topics."""
    return uow.many(Channel, _IN_CHAT, at_platform=platform, at_chat=chat_id)


def add(uow: UnitOfWork, brand_id: int, chat: ChatRef, purpose: str, title: str, language: str) -> Channel:
    """Bind a chat that is not bound yet."""
    uow.wake("channels")
    channel_id = uow.add(
        channels,
        brand_id=brand_id,
        platform=chat.platform,
        chat_id=chat.chat_id,
        topic_id=chat.topic_id,
        purpose=purpose,
        title=title,
        language=language,
        state="open",
        created_at=uow.now,
        rhythm={},
        fallback_id=None,
    )
    added = get(uow, channel_id)
    assert added is not None
    return added


def change(uow: UnitOfWork, channel_id: int, **values: object) -> int:
    """Set columns of a channel; return how many channels that were."""
    uow.wake("channels")
    return uow.change(update(channels).where(channels.c.id == channel_id).values(**values))


def reopen(uow: UnitOfWork, channel_id: int) -> int:
    """Let a lost channel be open again; return how many that were: none if somebody was first."""
    uow.wake("channels")
    return uow.change(
        update(channels).where(channels.c.id == channel_id, channels.c.state == "lost").values(state="open")
    )


def drop(uow: UnitOfWork, channel_id: int) -> int:
    """Unbind a chat; what it stood in for has no chosen fallback any more."""
    uow.wake("channels")
    uow.change(update(channels).where(channels.c.fallback_id == channel_id).values(fallback_id=None))
    return uow.change(delete(channels).where(channels.c.id == channel_id))
