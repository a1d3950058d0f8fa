"""Open questions: what one person was asked in a chat, and what they have answered so far."""

from __future__ import annotations

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
    bindparam,
    or_,
    select,
    update,
)

from storage.base import Id, Json, Moment, key, metadata
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

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


_GET = select(asks).where(asks.c.ref == bindparam("wanted"))
_OPEN = (
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


def add(uow: UnitOfWork, **values: Any) -> None:
    """Keep an open question."""
    uow.add(asks, state="open", created_at=uow.now, aside_at=None, **values)


def get(uow: UnitOfWork, ref: str) -> AskRow | None:
    """Return the question of a ref, in whatever state."""
    return uow.one(AskRow, _GET, wanted=ref)


def open_to(uow: UnitOfWork, chat: ChatRef, user_id: str) -> AskRow | None:
    """Return the newest question that is open to a person in a chat."""
    return uow.one(AskRow, _OPEN, at_platform=chat.platform, at_chat=chat.chat_id, of_user=user_id, at=uow.now)


def close(uow: UnitOfWork, ask_id: int, state: str) -> bool:
    """Close an open question as done or stopped; False if it was not open any more."""
    return (
        uow.change(update(asks).where(asks.c.id == ask_id, asks.c.state == "open").values(state=state, answers={})) == 1
    )


def cancel_all(uow: UnitOfWork, chat: ChatRef, user_id: str) -> list[AskRow]:
    """Close every question that is open to a person in a chat; return them as they were."""
    where = (
        asks.c.platform == chat.platform,
        asks.c.chat_id == chat.chat_id,
        asks.c.user_id == user_id,
        asks.c.state == "open",
    )
    closed = uow.many(AskRow, select(asks).where(*where))
    uow.change(update(asks).where(asks.c.id.in_([each.id for each in closed])).values(state="stopped", answers={}))
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
