"""Spending: what was used up of something that is allowed in a period, by whoever draws from one pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, String, Table, bindparam, delete, select, update

from storage.base import Moment, metadata
from storage.unit_of_work import UnitOfWork

spending = Table(
    "spending",
    metadata,
    Column("pool", String(400), primary_key=True),
    Column("ends_at", Moment, primary_key=True),
    Column("spent", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a pool has spent in the period that ends then."""

    pool: str
    ends_at: datetime
    spent: int


_ONE = (spending.c.pool == bindparam("of_pool"), spending.c.ends_at == bindparam("at_end"))
_MORE = update(spending).where(*_ONE).values(spent=spending.c.spent + bindparam("cost"))
_SPENT = select(spending.c.spent).where(*_ONE)
_ALL = select(spending).where(spending.c.pool == bindparam("of_pool"))
_GONE = delete(spending).where(spending.c.pool == bindparam("of_pool"))
_OVER = delete(spending).where(spending.c.ends_at <= bindparam("now"))


def spend(uow: UnitOfWork, pool: str, ends_at: datetime, cost: int) -> int:
    """Add to what a pool has spent in the period that ends then; return the sum. Periods that are over are forgotten."""
    if uow.add_new(spending, on=("pool", "ends_at"), pool=pool, ends_at=ends_at, spent=cost) is None:
        uow.change(_MORE, of_pool=pool, at_end=ends_at, cost=cost)
    else:
        uow.change(_OVER, now=uow.now)
    spent: int | None = uow.scalar(_SPENT, of_pool=pool, at_end=ends_at)
    return spent or 0


def join(uow: UnitOfWork, pool: str, into: str) -> bool:
    """Count what one pool has spent as another's; say whether that one had spent anything before."""
    before = bool(uow.many(Spent, _ALL, of_pool=into))
    for each in uow.many(Spent, _ALL, of_pool=pool):
        spend(uow, into, each.ends_at, each.spent)
    uow.change(_GONE, of_pool=pool)
    return before
