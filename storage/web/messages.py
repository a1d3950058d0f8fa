"""The messages of the web chat's rooms, what each member has seen of them, and which files stand where.

`Message.revision` counts the changes of one chat, new messages and edits alike: a browser that says the last one it saw is
told everything since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Text,
    UniqueConstraint,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from storage.asks import asks
from storage.base import Id, Json, Moment, key, metadata
from storage.brands import brands
from storage.unit_of_work import UnitOfWork

messages = Table(
    "messages",
    metadata,
    key(),
    Column("chat_id", String(64), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=True),
    Column("key", String(128), nullable=True),
    Column("text", Text, nullable=False),
    Column("card", Json, nullable=True),
    Column("files", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("edited_at", Moment, nullable=True),
    UniqueConstraint("chat_id", "key"),
    Index(None, "chat_id", "id"),
    Index(None, "chat_id", "revision"),
)

seen = Table(
    "seen",
    metadata,
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("message_id", Id, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

shown = Table(
    "shown",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a web chat: a person's words, or the desk's card (`member_id` None). `key` is the sender's own id of it.

    With neither words nor card it was removed.
    """

    id: int
    chat_id: str
    member_id: int | None
    key: str | None
    text: str
    card: dict[str, Any] | None
    files: list[str]
    revision: int
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to which message a member has seen a chat."""

    member_id: int
    chat_id: str
    message_id: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A file stands, or stood, in a chat: whoever may enter the chat may see it."""

    digest: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """To whom a question was put, and whether it still stands."""

    ref: str
    member_id: int | None
    state: str
    expires_at: datetime
    zone: str | None


_NEWEST = select(func.coalesce(func.max(messages.c.revision), 0)).where(messages.c.chat_id == bindparam("of_chat"))
_MESSAGE = select(messages).where(messages.c.id == bindparam("of_id"))
_KEYED = select(messages).where(messages.c.chat_id == bindparam("of_chat"), messages.c.key == bindparam("of_key"))
_STANDS = or_(messages.c.member_id.is_not(None), messages.c.card.is_not(null()))  # what was removed is an empty row
_LATEST = (
    select(messages)
    .where(messages.c.chat_id == bindparam("of_chat"), messages.c.id < bindparam("before"), _STANDS)
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
)
_SINCE = (
    select(messages)
    .where(messages.c.chat_id == bindparam("of_chat"), messages.c.revision > bindparam("after"))
    .order_by(messages.c.revision)
    .limit(bindparam("most"))
)
_SEEN = select(seen).where(seen.c.member_id == bindparam("of_member"), seen.c.chat_id == bindparam("of_chat"))


def add_message(
    uow: UnitOfWork,
    chat_id: str,
    *,
    card: Mapping[str, Any] | None = None,
    pictures: Sequence[str] = (),
    member_id: int | None = None,
    text: str = "",
    files: Sequence[str] = (),
    key: str | None = None,
) -> Message:
    """Keep a new message; the same `key` again is the same message."""
    revision = _next_revision(uow, chat_id)  # first: it makes whoever sends the same at once wait for us
    known = uow.one(Message, _KEYED, of_chat=chat_id, of_key=key) if key else None
    if known is not None:
        return known
    message_id = uow.add(
        messages,
        chat_id=chat_id,
        member_id=member_id,
        key=key,
        text=text,
        card=dict(card) if card is not None else None,
        files=list(files),
        revision=revision,
        created_at=uow.now,
        edited_at=None,
    )
    show(uow, chat_id, [*files, *pictures])
    added = message(uow, message_id)
    assert added is not None
    return added


def edit_message(uow: UnitOfWork, message_id: int, card: Mapping[str, Any], pictures: Sequence[str] = ()) -> bool:
    """Draw a card over a message of the desk; say whether there is such a message."""
    old = message(uow, message_id)
    if old is None or old.card is None:
        return False
    if old.card != card:
        values = {"card": dict(card), "revision": _next_revision(uow, old.chat_id), "edited_at": uow.now}
        uow.change(update(messages).where(messages.c.id == message_id).values(**values))
        show(uow, old.chat_id, pictures)
    return True


def remove_message(uow: UnitOfWork, message_id: int) -> None:
    """Take a message of the desk away: its row stays empty, so that open browsers are told."""
    old = message(uow, message_id)
    if old is not None and old.card is not None:
        values = {"card": null(), "revision": _next_revision(uow, old.chat_id)}
        uow.change(update(messages).where(messages.c.id == message_id).values(**values))


def touch_message(uow: UnitOfWork, message_id: int) -> None:
    """Have a message drawn again in every open browser: what it stands for has changed, not its card."""
    old = message(uow, message_id)
    if old is not None:
        values = {"revision": _next_revision(uow, old.chat_id)}
        uow.change(update(messages).where(messages.c.id == message_id).values(**values))


def _next_revision(uow: UnitOfWork, chat_id: str) -> int:
    # Two writers of one chat must not take the same number, nor commit theirs in the other order: a browser that saw the
    # higher one would never be told the lower. SQLite has one writer anyway.
    if uow.postgresql:
        uow.scalar(select(func.pg_advisory_xact_lock(func.hashtext(literal(f"web:{chat_id}")))))
    return int(uow.scalar(_NEWEST, of_chat=chat_id)) + 1


def newest_revision(uow: UnitOfWork, chat_id: str) -> int:
    """Return the number of the chat's last change."""
    return int(uow.scalar(_NEWEST, of_chat=chat_id))


def message(uow: UnitOfWork, message_id: int) -> Message | None:
    """Return one message."""
    return uow.one(Message, _MESSAGE, of_id=message_id)


def latest(uow: UnitOfWork, chat_id: str, before: int, most: int) -> list[Message]:
    """Return a chat's newest messages before a given one, oldest first."""
    return uow.many(Message, _LATEST, of_chat=chat_id, before=before, most=most)[::-1]


def since(uow: UnitOfWork, chat_id: str, revision: int, most: int) -> list[Message]:
    """Return what changed in a chat after a revision, in the order of the changes."""
    return uow.many(Message, _SINCE, of_chat=chat_id, after=revision, most=most)


def asked(uow: UnitOfWork, refs: Sequence[str]) -> dict[str, Asked]:
    """Return what is known of open and closed questions, by reference."""
    if not refs:
        return {}
    statement = (
        select(asks.c.ref, asks.c.member_id, asks.c.state, asks.c.expires_at, brands.c.zone)
        .join(brands, brands.c.id == asks.c.brand_id, isouter=True)
        .where(asks.c.ref.in_(refs))
    )
    return {found.ref: found for found in uow.many(Asked, statement)}


def mark_seen(uow: UnitOfWork, member_id: int, chat_id: str, message_id: int) -> None:
    """Remember that a member has seen a chat up to a message; never goes back."""
    known = uow.one(Seen, _SEEN, of_member=member_id, of_chat=chat_id)
    here = (seen.c.member_id == member_id, seen.c.chat_id == chat_id)
    if known is None:
        uow.add(seen, member_id=member_id, chat_id=chat_id, message_id=message_id, seen_at=uow.now)
    elif known.message_id < message_id:
        uow.change(update(seen).where(*here).values(message_id=message_id, seen_at=uow.now))


def seen_up_to(uow: UnitOfWork, member_id: int, chat_id: str) -> int:
    """Return the last message that a member has seen in a chat, 0 for none."""
    known = uow.one(Seen, _SEEN, of_member=member_id, of_chat=chat_id)
    return known.message_id if known else 0


def unseen(uow: UnitOfWork, member_id: int, chat_ids: Sequence[str]) -> dict[str, int]:
    """Count, by chat, the messages that a member has not seen yet; their own are always seen."""
    if not chat_ids:
        return {}
    last = (
        select(seen.c.message_id).where(seen.c.member_id == member_id, seen.c.chat_id == messages.c.chat_id)
    ).scalar_subquery()
    statement = (
        select(messages.c.chat_id, func.count())
        .where(
            messages.c.chat_id.in_(chat_ids),
            messages.c.id > func.coalesce(last, 0),
            messages.c.member_id.is_distinct_from(member_id),
            _STANDS,
        )
        .group_by(messages.c.chat_id)
    )
    return {row[0]: row[1] for row in uow.rows(statement)}


def show(uow: UnitOfWork, chat_id: str, digests: Sequence[str]) -> None:
    """Remember that files stand in a chat."""
    rows = [{"digest": digest, "chat_id": chat_id} for digest in dict.fromkeys(digests)]
    uow.put_new(shown, rows, on=("digest", "chat_id"))


def is_shown(uow: UnitOfWork, digest: str, chat_ids: Sequence[str]) -> bool:
    """Say whether a file stands in one of the chats."""
    statement = select(shown.c.digest).where(shown.c.digest == digest, shown.c.chat_id.in_(chat_ids)).limit(1)
    return uow.scalar(statement) is not None
