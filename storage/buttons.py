"""Buttons and open questions: the rows behind the opaque references that chats carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from storage.base import Id, Json, Moment, key, metadata
from storage.channels import ChatRef, MessageRef, channels
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
    Column("digest", String(64), nullable=False, unique=True),
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
    Column("card", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("aside_at", Moment, nullable=True),
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
    Column("brand_id", Id, nullable=True),
    Column("language", String(2), nullable=False),
    Column("args", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("platform", "chat_id", "message_id"),
    Index(None, "view", "object_id"),
)


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """What a button means. `ref` is 96 random bits, URL-safe; it is all that a chat carries. Pressed only in its own chat.

    `digest` is over everything it means, so that the same button drawn again in the same chat is the same row.
    """

    ref: str
    action: str
    brand_id: int | None
    object_id: int
    version: int
    args: dict[str, Any]
    platform: str
    chat_id: str
    digest: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AskRow:
    """An open question to one person. `state`: open, done, stopped. `message_id` is the prompt that a reply may quote.

    `card` is the card that asks, without its questions: what stays in the chat once they are answered. `aside_at`: when the
    person was told that what they said in the chat does not answer it.
    """

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
    card: dict[str, Any]
    state: str
    created_at: datetime
    expires_at: datetime
    aside_at: datetime | None


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


_GET = select(buttons).where(buttons.c.ref == bindparam("wanted"))
_KNOWN = select(buttons).where(buttons.c.digest.in_(bindparam("wanted", expanding=True)))
_RENEW = (
    update(buttons).where(buttons.c.ref.in_(bindparam("wanted", expanding=True))).values(expires_at=bindparam("until"))
)
_EXPIRED = delete(buttons).where(buttons.c.expires_at < bindparam("before"))
_ASK = select(asks).where(asks.c.ref == bindparam("wanted"))
_OPEN_ASK = (
    select(asks)
    .where(
        asks.c.platform == bindparam("at_platform"),
        asks.c.chat_id == bindparam("at_chat"),
        asks.c.user_id == bindparam("of_user"),
        asks.c.state == "open",
        asks.c.expires_at > bindparam("at"),
    )
    .order_by(asks.c.id.desc())
    .limit(1)
)
_COPY = select(copies).where(
    copies.c.platform == bindparam("at_platform"),
    copies.c.chat_id == bindparam("at_chat"),
    copies.c.message_id == bindparam("at_message"),
)
_COPIES_IN = (
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
_COPIES = select(copies).where(
    copies.c.view == bindparam("of_view"), copies.c.object_id == bindparam("of_object"), ~_LOST
)


def copies_of(uow: UnitOfWork, view: str, object_id: int) -> list[Copy]:
    """Return every copy of a card, in whatever chat it stands; what stands in a lost room cannot be reached."""
    return uow.many(Copy, _COPIES, of_view=view, of_object=object_id)


def copies_in(uow: UnitOfWork, chat: ChatRef) -> list[Copy]:
    """Return every card that stands in a chat and its topics, oldest first."""
    return uow.many(Copy, _COPIES_IN, at_platform=chat.platform, at_chat=chat.chat_id)


def get(uow: UnitOfWork, ref: str) -> ButtonRow | None:
    """Return what a ref means, None if it means nothing (any more)."""
    return uow.one(ButtonRow, _GET, wanted=ref)


def known(uow: UnitOfWork, digests: Sequence[str]) -> dict[str, ButtonRow]:
    """Return the buttons that exist already, by digest."""
    return {row.digest: row for row in uow.many(ButtonRow, _KNOWN, wanted=list(digests))} if digests else {}


def renew(uow: UnitOfWork, refs: Sequence[str], until: datetime) -> None:
    """Let buttons live longer: they are being shown again."""
    if refs:
        uow.change(_RENEW, wanted=list(refs), until=until)


def put(uow: UnitOfWork, rows: Sequence[ButtonRow]) -> None:
    """Keep new buttons; one that somebody else is keeping at this moment stays theirs."""
    uow.put_new(
        buttons, [{name: getattr(row, name) for name in ButtonRow.__dataclass_fields__} for row in rows], on=("digest",)
    )


def forget_expired(uow: UnitOfWork, before: datetime) -> int:
    """Drop the buttons whose time ended before a moment."""
    return uow.change(_EXPIRED, before=before)


def add_ask(uow: UnitOfWork, **values: Any) -> None:
    """Keep an open question."""
    uow.add(asks, state="open", created_at=uow.now, aside_at=None, **values)


def ask(uow: UnitOfWork, ref: str) -> AskRow | None:
    """Return the question of a ref, in whatever state."""
    return uow.one(AskRow, _ASK, wanted=ref)


def open_ask(uow: UnitOfWork, chat: ChatRef, user_id: str) -> AskRow | None:
    """Return the newest question that is open to a person in a chat."""
    return uow.one(AskRow, _OPEN_ASK, at_platform=chat.platform, at_chat=chat.chat_id, of_user=user_id, at=uow.now)


def close_ask(uow: UnitOfWork, ask_id: int, state: str) -> bool:
    """Close an open question as done or stopped; False if it was not open any more."""
    return (
        uow.change(update(asks).where(asks.c.id == ask_id, asks.c.state == "open").values(state=state, answers={})) == 1
    )


def cancel_asks(uow: UnitOfWork, chat: ChatRef, user_id: str) -> list[AskRow]:
    """Close every question that is open to a person in a chat; return them as they were."""
    where = (
        asks.c.platform == chat.platform,
        asks.c.chat_id == chat.chat_id,
        asks.c.user_id == user_id,
        asks.c.state == "open",
    )
    closed = uow.many(AskRow, select(asks).where(*where))
    uow.change(update(asks).where(asks.c.id.in_([ask.id for ask in closed])).values(state="stopped", answers={}))
    return closed


def put_elsewhere(uow: UnitOfWork, ask_id: int, chat: ChatRef, user_id: str) -> None:
    """Put an open question to the same person in another chat, where they have another id."""
    place = {"platform": chat.platform, "chat_id": chat.chat_id, "topic_id": chat.topic_id}
    uow.change(
        update(asks).where(asks.c.id == ask_id, asks.c.state == "open").values(user_id=user_id, message_id="", **place)
    )


def keep_answers(uow: UnitOfWork, ask_id: int, answers: dict[str, str]) -> bool:
    """Keep the answers given so far; False if the question is not open any more."""
    return uow.change(update(asks).where(asks.c.id == ask_id, asks.c.state == "open").values(answers=answers)) == 1


def note_aside(uow: UnitOfWork, ask_id: int, before: datetime) -> bool:
    """Note that a person is told now that they spoke beside an open question; False if they were told since `before`."""
    is_due = or_(asks.c.aside_at.is_(None), asks.c.aside_at < before)
    return uow.change(update(asks).where(asks.c.id == ask_id, is_due).values(aside_at=uow.now)) == 1


def prompted(uow: UnitOfWork, ref: str, message_id: str) -> None:
    """Note which message asks."""
    uow.change(update(asks).where(asks.c.ref == ref).values(message_id=message_id))


def copy_at(uow: UnitOfWork, message: MessageRef) -> Copy | None:
    """Return the card standing as a message, None if it is not one of an object."""
    chat = message.chat
    return uow.one(Copy, _COPY, at_platform=chat.platform, at_chat=chat.chat_id, at_message=message.message_id)


def add_copy(
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


def drop_copy(uow: UnitOfWork, copy_id: int) -> None:
    """Forget a card that no longer changes."""
    uow.change(delete(copies).where(copies.c.id == copy_id))


def drop_copies(uow: UnitOfWork, chat: ChatRef) -> int:
    """Forget every card of a chat that is lost."""
    return uow.change(delete(copies).where(copies.c.platform == chat.platform, copies.c.chat_id == chat.chat_id))
