"""Received updates: stored before the sender is told that we have them, done in the transaction of their effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint, bindparam, delete, select, text, update

from storage.base import Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

updates = Table(
    "updates",
    metadata,
    key(),
    Column("platform", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("error", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    UniqueConstraint("platform", "key"),
    Index(
        "ix_updates_open", "platform", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")
    ),
)


@dataclass(frozen=True, slots=True)
class Update:
    """What a chat platform sent, as it came. `key` is the platform's own id. `state`: new, done or poison."""

    id: int
    platform: str
    key: str
    body: dict[str, Any]
    state: str
    error: str
    received_at: datetime
    done_at: datetime | None


_FIND = select(updates).where(updates.c.platform == bindparam("of_platform"), updates.c.key == bindparam("wanted"))
_OPEN = (
    select(updates)
    .where(updates.c.platform == bindparam("of_platform"), updates.c.state == "new")
    .order_by(updates.c.id)
)
_TAKE = (
    update(updates)
    .where(
        updates.c.platform == bindparam("of_platform"), updates.c.key == bindparam("wanted"), updates.c.state == "new"
    )
    # What was handled is never replayed, and it may hold what somebody typed as a secret.
    .values(state="done", done_at=bindparam("at"), body={})
)

_OLD = (  # the oldest come first: a look at them meets few that stay
    select(updates.c.id)
    .where(updates.c.state != "new", updates.c.received_at < bindparam("before"))
    .order_by(updates.c.id)
    .limit(bindparam("most"))
)
_FORGET = delete(updates).where(updates.c.id.in_(_OLD))


def find(uow: UnitOfWork, platform: str, key: str) -> Update | None:
    """Return a received update, None if it never came."""
    return uow.one(Update, _FIND, of_platform=platform, wanted=key)


def store(uow: UnitOfWork, platform: str, key: str, body: dict[str, Any]) -> bool:
    """Keep an update that came in; False if we have it already."""
    return _add(uow, platform, key, body, "new")


def store_all(uow: UnitOfWork, platform: str, bodies: Mapping[str, dict[str, Any]]) -> set[str]:
    """Keep updates that came in together, by key; return the keys of those that we did not have."""
    rows = [
        {
            "platform": platform,
            "key": key,
            "body": body,
            "state": "new",
            "error": "",
            "received_at": uow.now,
            "done_at": None,
        }
        for key, body in bodies.items()
    ]
    return {key for _, _, key in uow.put_new(updates, rows, on=("platform", "key"))}


def gather(uow: UnitOfWork, platform: str, keys: Sequence[str], body: dict[str, Any]) -> None:
    """Make one update of several that belong together: the first gets the whole body, the others are done."""
    first, *others = keys
    mine = (updates.c.platform == platform, updates.c.state == "new")
    uow.change(update(updates).where(*mine, updates.c.key == first).values(body=body))
    uow.change(update(updates).where(*mine, updates.c.key.in_(others)).values(state="done", done_at=uow.now))


def open_ones(uow: UnitOfWork, platform: str) -> list[Update]:
    """Return what was stored and not handled, oldest first: a start replays them."""
    return uow.many(Update, _OPEN, of_platform=platform)


def take(uow: UnitOfWork, platform: str, key: str) -> bool:
    """Take an update off the list, storing it if the transport has not; False if it was handled before."""
    if uow.change(_TAKE, of_platform=platform, wanted=key, at=uow.now):
        return True
    return _add(uow, platform, key, {}, "done")


def poison(uow: UnitOfWork, platform: str, key: str, error: str) -> None:
    """Put an update aside that cannot be handled, so that it does not come again."""
    _add(uow, platform, key, {}, "done")
    where = (updates.c.platform == platform, updates.c.key == key)
    uow.change(update(updates).where(*where).values(state="poison", error=error, done_at=uow.now))


def _add(uow: UnitOfWork, platform: str, key: str, body: dict[str, Any], state: str) -> bool:
    done_at = None if state == "new" else uow.now
    row = {"platform": platform, "key": key, "body": body, "state": state, "error": "", "received_at": uow.now}
    return uow.add_new(updates, on=("platform", "key"), **row, done_at=done_at) is not None


def forget(uow: UnitOfWork, before: datetime, most: int) -> int:
    """Drop updates that came before a moment and were handled or put aside, no more than `most`; return how many."""
    return uow.change(_FORGET, before=before, most=most)
