"""Links to our own pages, for people: they begin with the address under which the desk is reached."""

from __future__ import annotations

from storage import memos
from storage.unit_of_work import UnitOfWork

_BASE = "links.base"


def set_base(uow: UnitOfWork, address: str) -> None:
    """Remember the address that links begin with."""
    if memos.get(uow, _BASE) != address:
        memos.set(uow, _BASE, address)


def to(uow: UnitOfWork, path: str) -> str:
    """Return the whole link to one of our pages; `path` begins with a slash."""
    return f"{memos.get(uow, _BASE) or ''}{path}"
