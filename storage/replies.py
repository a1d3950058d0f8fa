"""Replies to mentions, from preview to public."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    false,
    select,
    update,
)

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

replies = Table(
    "replies",
    metadata,
    key(),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False, index=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("seen_revision", Integer, nullable=False),
    Column("seen_id", Id, nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("send_at", Moment, nullable=True),
    Column("generation", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("remote_id", String(255), nullable=False),
    Column("link", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment, nullable=True),
    Column("private", Boolean, nullable=False, server_default=false()),
    Index(None, "state", "send_at"),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way. `state`: preview, queued (undo window), sending, sent, failed, unknown, cancelled.

    `seen_revision` is the mention's revision that the writer saw, `seen_id` the newest thing said beside it; sending re-checks
    both. `send_at` is when the desk acts next: sends, or looks whether a call that has not answered did it; None: not by itself.
    A `private` one is for the author of the mention alone.
    """

    id: int
    mention_id: int
    member_id: int
    text: str
    state: str
    seen_revision: int
    seen_id: int
    key: str
    send_at: datetime | None
    generation: int
    fence: int
    remote_id: str
    link: str
    error: str
    created_at: datetime
    sent_at: datetime | None
    private: bool


_GET = select(replies).where(replies.c.id == bindparam("wanted"))
_HOLD = _GET.with_for_update()
_OF_MENTION = (
    select(replies)
    .where(
        replies.c.mention_id == bindparam("of_mention"),
        replies.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(replies.c.id)
)
_DUE = (
    select(replies.c.id, replies.c.send_at)
    .where(replies.c.state.in_(("queued", "sending", "unknown")), replies.c.send_at <= bindparam("until"))
    .order_by(replies.c.send_at)
    .limit(bindparam("most"))
)


def add(
    uow: UnitOfWork,
    mention_id: int,
    member_id: int,
    text: str,
    key: str,
    *,
    seen_revision: int,
    seen_id: int,
    private: bool = False,
) -> int:
    """Keep an answer as a preview."""
    return uow.add(
        replies,
        mention_id=mention_id,
        member_id=member_id,
        text=text,
        state="preview",
        seen_revision=seen_revision,
        seen_id=seen_id,
        key=key,
        send_at=None,
        generation=1,
        fence=0,
        remote_id="",
        link="",
        error="",
        created_at=uow.now,
        sent_at=None,
        private=private,
    )


def get(uow: UnitOfWork, reply_id: int) -> Reply | None:
    """Return a reply."""
    return uow.one(Reply, _GET, wanted=reply_id)


def hold(uow: UnitOfWork, reply_id: int) -> Reply | None:
    """Return a reply that nobody else can change before this transaction ends."""
    return uow.one(Reply, _HOLD, wanted=reply_id)


def of_mention(uow: UnitOfWork, mention_id: int, states: Collection[str]) -> list[Reply]:
    """Return the replies to a mention in some states, oldest first."""
    return uow.many(Reply, _OF_MENTION, of_mention=mention_id, states=list(states))


def due(uow: UnitOfWork, until: datetime, most: int = 500) -> list[tuple[int, datetime]]:
    """Return the replies that the desk must act on by then, each with its moment."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until, most=most)]


def change(uow: UnitOfWork, reply: Reply, *states: str, **values: Any) -> bool:
    """Change a reply that has its fence still and is in one of `states`; False means that somebody was first."""
    statement = (
        update(replies)
        .where(replies.c.id == reply.id, replies.c.fence == reply.fence, replies.c.state.in_(states))
        .values(**values)
    )
    return uow.change(statement) == 1
