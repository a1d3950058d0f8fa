"""Shared plans: the months of a brand that the client was given to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, bindparam, select

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

plans = Table(
    "plans",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("shared_by", Id, ForeignKey("members.id"), nullable=False),
    Column("shared_at", Moment, nullable=False),
    UniqueConstraint("brand_id", "month"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A month that is shared with the client, as 2026-03. What stands in it is read when it is shown."""

    id: int
    brand_id: int
    month: str
    shared_by: int
    shared_at: datetime


_GET = select(plans).where(plans.c.id == bindparam("wanted"))
_OF_MONTH = select(plans).where(plans.c.brand_id == bindparam("of_brand"), plans.c.month == bindparam("of_month"))
_SINCE = (
    select(plans)
    .where(plans.c.brand_id == bindparam("of_brand"), plans.c.month >= bindparam("first"))
    .order_by(plans.c.month)
)


def share(uow: UnitOfWork, brand_id: int, month: str, member_id: int) -> bool:
    """Share a month; False if it was shared before."""
    place = {"brand_id": brand_id, "month": month}
    added = uow.add_new(plans, on=("brand_id", "month"), **place, shared_by=member_id, shared_at=uow.now)
    return added is not None


def get(uow: UnitOfWork, plan_id: int) -> Plan | None:
    """Return a shared month."""
    return uow.one(Plan, _GET, wanted=plan_id)


def of_month(uow: UnitOfWork, brand_id: int, month: str) -> Plan | None:
    """Return a brand's month if it was shared."""
    return uow.one(Plan, _OF_MONTH, of_brand=brand_id, of_month=month)


def since(uow: UnitOfWork, brand_id: int, month: str) -> list[Plan]:
    """Return what was shared of a month and those after it."""
    return uow.many(Plan, _SINCE, of_brand=brand_id, first=month)
