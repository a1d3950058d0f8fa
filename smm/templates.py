"""Saved answers: what a brand says again and again, kept by its team."""

from __future__ import annotations

from smm.errors import N_, Conflict, Invalid, NotFound
from storage import templates
from storage.templates import Template
from storage.unit_of_work import UnitOfWork

MOST = 50
TITLE = 120
TEXT = 2_000


def save(uow: UnitOfWork, brand_id: int, title: str, text: str) -> int:
    """Keep an answer under a title."""
    for field, value, most in (("title", title, TITLE), ("text", text, TEXT)):
        if not value.strip():
            raise Invalid(N_("Write something here."), field=field)
        if len(value) > most:
            raise Invalid(N_("At most {most} characters fit here. Shorten it."), field=field, most=most)
    if templates.count(uow, brand_id) >= MOST:
        raise Conflict(N_("A brand keeps {most} saved answers at most. Remove one with /templates first."), most=MOST)
    return templates.add(uow, brand_id, title.strip(), text.strip())


def of_brand(uow: UnitOfWork, brand_id: int) -> list[Template]:
    """Return the brand's saved answers."""
    return templates.of_brand(uow, brand_id)


def forget(uow: UnitOfWork, brand_id: int, template_id: int) -> None:
    """Remove a saved answer."""
    if not templates.remove(uow, brand_id, template_id):
        raise NotFound(N_("This saved answer is gone already. See /templates."))
