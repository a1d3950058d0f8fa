"""Pulses: how much came to an account in each hour, kept for two weeks, so that a norm can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint, bindparam, delete, func, select, update

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

pulses = Table(
    "pulses",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("hour", Moment, nullable=False, index=True),
    Column("count", Integer, nullable=False),
    UniqueConstraint("account_id", "hour"),
)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How much came to an account in the hour that began at `hour`."""

    id: int
    brand_id: int
    account_id: int
    hour: datetime
    count: int


_OF_ACCOUNT = select(pulses).where(pulses.c.account_id == bindparam("of_account"), pulses.c.hour >= bindparam("since"))
_OF_BRAND = (
    select(pulses.c.hour, func.sum(pulses.c.count))
    .where(pulses.c.brand_id == bindparam("of_brand"), pulses.c.hour >= bindparam("since"))
    .group_by(pulses.c.hour)
)


def beat(uow: UnitOfWork, brand_id: int, account_id: int, hour: datetime, count: int) -> None:
    """Count what came in an hour."""
    on = ("account_id", "hour")
    if uow.add_new(pulses, on=on, brand_id=brand_id, account_id=account_id, hour=hour, count=count) is None:
        here = (pulses.c.account_id == account_id, pulses.c.hour == hour)
        uow.change(update(pulses).where(*here).values(count=pulses.c.count + count))


def of_account(uow: UnitOfWork, account_id: int, since: datetime) -> dict[datetime, int]:
    """Return the counts of an account by hour; an hour without any is not there."""
    return {pulse.hour: pulse.count for pulse in uow.many(Pulse, _OF_ACCOUNT, of_account=account_id, since=since)}


def of_brand(uow: UnitOfWork, brand_id: int, since: datetime) -> dict[datetime, int]:
    """Return the counts of all accounts of a brand together by hour."""
    return {hour: int(count) for hour, count in uow.rows(_OF_BRAND, of_brand=brand_id, since=since)}


def forget(uow: UnitOfWork, before: datetime) -> int:
    """Forget old hours."""
    return uow.change(delete(pulses).where(pulses.c.hour < before))
