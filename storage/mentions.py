"""Mentions: everything said to or about a brand, unique by account and remote id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from storage.accounts import Account
from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

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
    Column("answerable", Boolean, nullable=False, server_default=true()),
    Column("reply_until", Moment, nullable=True),
    Column("private_until", Moment, nullable=True),
    Column("rating", Integer, nullable=True),
    Column("hidden_at", Moment, nullable=True),
    Column("out_of_reach", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("account_id", "remote_id"),
    Index(None, "brand_id", "state", "id"),
    Index(None, "account_id", "thread_id"),
    Index(None, "state", "snoozed_until"),
    Index(None, "state", "claimed_until"),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing said. The states are those of smm/inbox.py; `revision` grows with every change of state or text.

    Not `answerable`: the network lets no program answer it. `reply_until` ends its window for any answer, `private_until` that
    for an answer in private; `rating` is a review's, 1 to 5; `hidden_at` when we hid it from the public; what is
    `out_of_reach` can be neither hidden nor removed by us.
    """

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
    answerable: bool
    reply_until: datetime | None
    private_until: datetime | None
    rating: int | None
    hidden_at: datetime | None
    out_of_reach: bool


_GET = select(mentions).where(mentions.c.id == bindparam("wanted"))
_ANSWERED = select(mentions.c.said_at, mentions.c.answered_at).where(
    mentions.c.brand_id == bindparam("of_brand"),
    mentions.c.answered_at >= bindparam("since"),
    mentions.c.answered_at < bindparam("until"),
)
_HOLD = _GET.with_for_update()
_OF = select(mentions).where(mentions.c.id.in_(bindparam("wanted", expanding=True))).order_by(mentions.c.id)
_KNOWN = select(mentions).where(
    mentions.c.account_id == bindparam("of_account"),
    mentions.c.remote_id.in_(bindparam("wanted", expanding=True)),
)
_IN_THREAD = (
    select(mentions)
    .where(
        mentions.c.account_id == bindparam("of_account"),
        mentions.c.thread_id == bindparam("of_thread"),
        mentions.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(mentions.c.id)
)
# Some networks name a thread after the comment that it answers: either name is looked up by the index.
_NEWEST_BESIDE = select(func.max(mentions.c.id)).where(
    mentions.c.account_id == bindparam("of_account"),
    mentions.c.thread_id.in_((bindparam("of_thread"), bindparam("answering"))),
    mentions.c.id > bindparam("after"),
    or_(mentions.c.parent_id == bindparam("answering"), mentions.c.author_id == bindparam("by_author")),
)
_DUE = (
    select(mentions.c.id, mentions.c.snoozed_until)
    .where(mentions.c.state == "snoozed", mentions.c.snoozed_until <= bindparam("until"))
    .union_all(
        select(mentions.c.id, mentions.c.claimed_until).where(
            mentions.c.state == "claimed", mentions.c.claimed_until <= bindparam("until")
        )
    )
    .limit(bindparam("most"))
)
_TALLY = (
    select(mentions.c.state, func.count())
    .where(mentions.c.brand_id == bindparam("of_brand"), mentions.c.state.in_(bindparam("states", expanding=True)))
    .group_by(mentions.c.state)
)
_WAITING_SINCE = (
    select(mentions)
    .where(
        mentions.c.account_id == bindparam("of_account"),
        mentions.c.received_at >= bindparam("since"),
        mentions.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(mentions.c.id)
)
# By brand and state, newest first, so that a flood reads as many rows as it asks for and not all that came in.
_FRESH = (
    select(mentions.c.id)
    .where(
        mentions.c.brand_id == bindparam("of_brand"),
        mentions.c.state == bindparam("in_state"),
        mentions.c.account_id == bindparam("of_account"),
        mentions.c.received_at >= bindparam("since"),
        mentions.c.said_at >= bindparam("said_since"),
    )
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
)


def answered_between(
    uow: UnitOfWork, brand_id: int, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when what was answered in a stretch of time had been said, and when it was answered."""
    return [(row[0], row[1]) for row in uow.rows(_ANSWERED, of_brand=brand_id, since=since, until=until)]


def get(uow: UnitOfWork, mention_id: int) -> Mention | None:
    """Return a mention."""
    return uow.one(Mention, _GET, wanted=mention_id)


def of(uow: UnitOfWork, ids: Collection[int]) -> list[Mention]:
    """Return mentions by id, oldest first."""
    return uow.many(Mention, _OF, wanted=list(ids)) if ids else []


def hold(uow: UnitOfWork, mention_id: int) -> Mention | None:
    """Return a mention that nobody else can change before this transaction ends."""
    return uow.one(Mention, _HOLD, wanted=mention_id)


def known(uow: UnitOfWork, account_id: int, remote_ids: Collection[str]) -> dict[str, Mention]:
    """Return which of the network's ids are stored already."""
    found = uow.many(Mention, _KNOWN, of_account=account_id, wanted=list(remote_ids)) if remote_ids else []
    return {mention.remote_id: mention for mention in found}


def put_new(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert what is not stored yet; return the new ids by the network's ids."""
    added = uow.put_new(mentions, rows, on=("account_id", "remote_id"))
    return {remote_id: mention_id for mention_id, _, remote_id in added}


def in_thread(uow: UnitOfWork, account_id: int, thread_id: str, states: Collection[str]) -> list[Mention]:
    """Return a thread's mentions in some states, oldest first."""
    return uow.many(Mention, _IN_THREAD, of_account=account_id, of_thread=thread_id, states=list(states))


def newest_beside(uow: UnitOfWork, mention: Mention) -> int:
    """Return the id of the newest thing said after a mention by its author there, or in answer to it; its own if none."""
    newest = uow.scalar(
        _NEWEST_BESIDE,
        of_account=mention.account_id,
        after=mention.id,
        answering=mention.remote_id,
        of_thread=mention.thread_id or mention.remote_id,
        by_author=mention.author_id,
    )
    return int(newest) if newest is not None else mention.id


def due(uow: UnitOfWork, until: datetime, most: int = 500) -> list[tuple[int, datetime]]:
    """Return what must be woken by then: snoozes that end and claims that lapse, each with its moment."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until, most=most)]


@lru_cache(maxsize=64)
def _as_it_was_read(names: tuple[str, ...]) -> Executable:
    """Return the compare-and-set of some columns, made once: building it anew costs as much as running it."""
    return (
        update(mentions)
        .where(mentions.c.id == bindparam("wanted"), mentions.c.revision == bindparam("as_read"))
        .values({name: bindparam(f"new_{name}", type_=mentions.c[name].type) for name in names})
    )


def change(uow: UnitOfWork, mention: Mention, **values: Any) -> bool:
    """Change a mention as it was read and make it a new revision; False means that somebody was first."""
    return mark(uow, mention, revision=mention.revision + 1, **values)


def mark(uow: UnitOfWork, mention: Mention, **values: Any) -> bool:
    """Change what is neither state nor text, so that it stays the same revision; False means that somebody was first."""
    new = {f"new_{name}": value for name, value in values.items()}
    return uow.change(_as_it_was_read(tuple(sorted(values))), wanted=mention.id, as_read=mention.revision, **new) == 1


def tally(uow: UnitOfWork, brand_id: int, states: Collection[str]) -> dict[str, int]:
    """Count a brand's mentions by state."""
    return {row[0]: int(row[1]) for row in uow.rows(_TALLY, of_brand=brand_id, states=list(states))}


def waiting_since(uow: UnitOfWork, account_id: int, since: datetime, states: Collection[str]) -> list[Mention]:
    """Return what came to an account since a moment and is still in one of the states, oldest first."""
    return uow.many(Mention, _WAITING_SINCE, of_account=account_id, since=since, states=list(states))


def fresh(uow: UnitOfWork, account: Account, state: str, since: datetime, said_since: datetime, most: int) -> list[int]:
    """Return the ids of an account's newest mentions in a state, received and said since two moments; at most `most`."""
    rows = uow.rows(
        _FRESH,
        of_brand=account.brand_id,
        of_account=account.id,
        in_state=state,
        since=since,
        said_since=said_since,
        most=most,
    )
    return [row[0] for row in rows]
