"""Saved answers: what a brand says again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, delete, func, select

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

templates = Table(
    "templates",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A saved answer."""

    id: int
    brand_id: int
    title: str
    text: str
    created_at: datetime


_OF_BRAND = select(templates).where(templates.c.brand_id == bindparam("of_brand")).order_by(templates.c.id)
_COUNT = select(func.count()).select_from(templates).where(templates.c.brand_id == bindparam("of_brand"))


def add(uow: UnitOfWork, brand_id: int, title: str, text: str) -> int:
    """Keep an answer."""
    return uow.add(templates, brand_id=brand_id, title=title, text=text, created_at=uow.now)


def of_brand(uow: UnitOfWork, brand_id: int) -> list[Template]:
    """Return the brand's saved answers, oldest first."""
    return uow.many(Template, _OF_BRAND, of_brand=brand_id)


def count(uow: UnitOfWork, brand_id: int) -> int:
    """Count the brand's saved answers."""
    return int(uow.scalar(_COUNT, of_brand=brand_id))


def remove(uow: UnitOfWork, brand_id: int, template_id: int) -> bool:
    """Forget an answer; False means that it was not there."""
    gone = delete(templates).where(templates.c.id == template_id, templates.c.brand_id == brand_id)
    return uow.change(gone) == 1
