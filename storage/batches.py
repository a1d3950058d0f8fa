"""Batches: posts that are put to the client together, on one card. Each item names exactly the version that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    not_,
    select,
    update,
)

from storage.approvals import Approval
from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

batches = Table(
    "batches",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("state", String(8), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("decided_by", Id, ForeignKey("members.id"), nullable=True),
    Column("decided_at", Moment, nullable=True),
)

batch_items = Table(
    "batch_items",
    metadata,
    key(),
    Column("batch_id", Id, ForeignKey("batches.id"), nullable=False),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("left_out", Boolean, nullable=False),
    UniqueConstraint("batch_id", "post_id"),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of posts for the client. `state`: open, answered or folded (a newer list took its place).

    `revision` counts what changed on the card, so that nobody approves a list that they did not see.
    """

    id: int
    brand_id: int
    state: str
    revision: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """One post of a batch, in the version that is shown. `left_out`: the client does not approve it with the others."""

    id: int
    batch_id: int
    post_id: int
    version: int
    left_out: bool


_GET = select(batches).where(batches.c.id == bindparam("wanted"))
_OPEN = select(batches).where(batches.c.brand_id == bindparam("of_brand"), batches.c.state == "open")
_ITEMS = select(batch_items).where(batch_items.c.batch_id == bindparam("of_batch")).order_by(batch_items.c.id)
_WITH_POST = (
    select(batches.c.id)
    .join(batch_items, batch_items.c.batch_id == batches.c.id)
    .where(batch_items.c.post_id == bindparam("of_post"), batches.c.state != "folded")
    .order_by(batches.c.id)
)
_RAISE = (
    update(batches)
    .where(batches.c.id == bindparam("wanted"), batches.c.revision == bindparam("seen"), batches.c.state == "open")
    .values(revision=batches.c.revision + 1)
)
_TOGGLE = (
    update(batch_items)
    .where(batch_items.c.batch_id == bindparam("of_batch"), batch_items.c.post_id == bindparam("of_post"))
    .values(left_out=not_(batch_items.c.left_out))
)


_RENEW = (
    update(batch_items)
    .where(
        batch_items.c.batch_id == bindparam("of_batch"),
        batch_items.c.post_id == bindparam("of_post"),
        batch_items.c.version < bindparam("newer"),
    )
    .values(version=bindparam("newer"), left_out=False)
)


def add(uow: UnitOfWork, brand_id: int) -> int:
    """Begin a batch."""
    return uow.add(
        batches, brand_id=brand_id, state="open", revision=1, asked_at=uow.now, decided_by=None, decided_at=None
    )


def put(uow: UnitOfWork, batch_id: int, asked: Sequence[Approval]) -> None:
    """Put versions on a batch; of a post that stands there already the newer one, which nobody has left out."""
    for each in asked:
        place = {"batch_id": batch_id, "post_id": each.post_id}
        fresh = {"version": each.version, "left_out": False}
        if uow.add_new(batch_items, on=("batch_id", "post_id"), **place, **fresh) is None:
            uow.change(_RENEW, of_batch=batch_id, of_post=each.post_id, newer=each.version)


def get(uow: UnitOfWork, batch_id: int) -> Batch | None:
    """Return a batch."""
    return uow.one(Batch, _GET, wanted=batch_id)


def open_ones(uow: UnitOfWork, brand_id: int) -> list[Batch]:
    """Return the batches of a brand that wait for their answer."""
    return uow.many(Batch, _OPEN, of_brand=brand_id)


def items(uow: UnitOfWork, batch_id: int) -> list[Item]:
    """Return what stands on a batch, in order."""
    return uow.many(Item, _ITEMS, of_batch=batch_id)


def with_post(uow: UnitOfWork, post_id: int) -> list[int]:
    """Return the batches whose cards show a post."""
    return [row[0] for row in uow.rows(_WITH_POST, of_post=post_id)]


def turn(uow: UnitOfWork, batch_id: int, seen: int) -> bool:
    """Count one more change of an open batch; False: it is not as it was seen."""
    return uow.change(_RAISE, wanted=batch_id, seen=seen) == 1


def toggle(uow: UnitOfWork, batch_id: int, post_id: int) -> bool:
    """Leave a post out, or take it in again; False: it does not stand there."""
    return uow.change(_TOGGLE, of_batch=batch_id, of_post=post_id) == 1


def close(uow: UnitOfWork, batch_id: int, state: str, member_id: int | None = None) -> None:
    """Close an open batch."""
    decided = {"decided_by": member_id, "decided_at": uow.now} if member_id is not None else {}
    uow.change(
        update(batches).where(batches.c.id == batch_id, batches.c.state == "open").values(state=state, **decided)
    )
