"""Requests for material: what the team asked the client for, and what the client sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, bindparam, select, update

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

materials = Table(
    "materials",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=True),
    Column("text", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("due_at", Moment, nullable=True),
    Column("state", String(10), nullable=False),
    Column("missing", Text, nullable=False),
    Column("asked_by", Id, ForeignKey("members.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("remind_at", Moment, nullable=True),
    Column("reminders", Integer, nullable=False),
    Index(None, "brand_id", "state"),
    Index(None, "state", "remind_at"),
)

material_answers = Table(
    "material_answers",
    metadata,
    key(),
    Column("material_id", Id, ForeignKey("materials.id"), nullable=False, index=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("files", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Material:
    """One request. `state`: open, answered (the team looks at it), none (the client has nothing), closed or withdrawn.

    `wanted` is how many files are asked for, 0: no number. `missing` is what the team asked for once more.
    """

    id: int
    brand_id: int
    post_id: int | None
    text: str
    wanted: int
    due_at: datetime | None
    state: str
    missing: str
    asked_by: int
    asked_at: datetime
    remind_at: datetime | None
    reminders: int


@dataclass(frozen=True, slots=True)
class MaterialAnswer:
    """What somebody of the client sent: words, and files by their digests."""

    id: int
    material_id: int
    member_id: int
    text: str
    files: list[str]
    created_at: datetime


_GET = select(materials).where(materials.c.id == bindparam("wanted_id"))
_OF_BRAND = (
    select(materials)
    .where(materials.c.brand_id == bindparam("of_brand"), materials.c.state.in_(bindparam("states", expanding=True)))
    .order_by(materials.c.due_at.is_(None), materials.c.due_at, materials.c.id)
    .limit(bindparam("most"))
)
_TO_REMIND = (
    select(materials)
    .where(materials.c.state == "open", materials.c.remind_at <= bindparam("until"))
    .order_by(materials.c.id)
    .limit(100)
)
_ANSWERS = (
    select(material_answers)
    .where(material_answers.c.material_id == bindparam("of_material"))
    .order_by(material_answers.c.id)
)
_MOVE = update(materials).where(
    materials.c.id == bindparam("wanted_id"), materials.c.state.in_(bindparam("old_states", expanding=True))
)


def add(uow: UnitOfWork, brand_id: int, member_id: int, text: str, **facts: Any) -> int:
    """Keep a request. `facts` are post_id, wanted, due_at and remind_at."""
    told = {"state": "open", "missing": "", "reminders": 0, "asked_by": member_id, "asked_at": uow.now}
    return uow.add(materials, brand_id=brand_id, text=text, **told, **facts)


def get(uow: UnitOfWork, material_id: int) -> Material | None:
    """Return a request."""
    return uow.one(Material, _GET, wanted_id=material_id)


def of_brand(uow: UnitOfWork, brand_id: int, states: Sequence[str], most: int) -> list[Material]:
    """Return a brand's requests in some states, the most pressing first."""
    return uow.many(Material, _OF_BRAND, of_brand=brand_id, states=list(states), most=most)


def to_remind(uow: UnitOfWork, until: datetime) -> list[Material]:
    """Return open requests with a reminder due."""
    return uow.many(Material, _TO_REMIND, until=until)


def move(uow: UnitOfWork, material_id: int, *states: str, **values: Any) -> bool:
    """Change a request that is in one of `states`; False: somebody was first."""
    return uow.change(_MOVE.values(**values), wanted_id=material_id, old_states=states) == 1


def add_answer(uow: UnitOfWork, material_id: int, member_id: int, text: str, files: Sequence[str]) -> int:
    """Keep what somebody sent."""
    sent = {"text": text, "files": list(files), "created_at": uow.now}
    return uow.add(material_answers, material_id=material_id, member_id=member_id, **sent)


def answers(uow: UnitOfWork, material_id: int) -> list[MaterialAnswer]:
    """Return what was sent, oldest first."""
    return uow.many(MaterialAnswer, _ANSWERS, of_material=material_id)
