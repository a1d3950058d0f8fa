"""The queries of saved answers (their table stands with the replies that are made of them)."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, select

from storage.replies import Template, templates
from storage.unit_of_work import UnitOfWork

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
