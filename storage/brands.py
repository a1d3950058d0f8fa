"""Workspaces and the brands that they own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, UniqueConstraint, bindparam, select, update

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

workspaces = Table(
    "workspaces",
    metadata,
    key(),
    Column("name", String(120), nullable=False),
    Column("created_at", Moment, nullable=False),
)

brands = Table(
    "brands",
    metadata,
    key(),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("slug", String(60), nullable=False),
    Column("language", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("tone", Text, nullable=False),
    Column("policy", Json, nullable=False),
    Column("on_hold", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "slug"),
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One team's installation space."""

    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Brand:
    """A client's brand. `zone` is an IANA name, `policy` the approval policy (smm/policy.py reads it).

    While `on_hold` nothing of the brand goes out.
    """

    id: int
    workspace_id: int
    name: str
    slug: str
    language: str
    zone: str
    tone: str
    policy: dict[str, Any]
    on_hold: bool
    created_at: datetime


_WORKSPACE = select(workspaces).order_by(workspaces.c.id).limit(1)
_GET = select(brands).where(brands.c.id == bindparam("wanted"))
_OF_WORKSPACE = select(brands).where(brands.c.workspace_id == bindparam("of_workspace")).order_by(brands.c.name)
_BY_SLUG = select(brands).where(
    brands.c.workspace_id == bindparam("of_workspace"), brands.c.slug == bindparam("wanted")
)


def first_workspace(uow: UnitOfWork) -> Workspace | None:
    """Return the installation's workspace, None before the first start."""
    return uow.one(Workspace, _WORKSPACE)


def add_workspace(uow: UnitOfWork, name: str) -> Workspace:
    """Make a workspace."""
    return Workspace(uow.add(workspaces, name=name, created_at=uow.now), name, uow.now)


def add(uow: UnitOfWork, workspace_id: int, name: str, slug: str, *, language: str, zone: str) -> Brand:
    """Make a brand: not on hold, with no tone and no approval policy yet."""
    brand_id = uow.add(
        brands,
        workspace_id=workspace_id,
        name=name,
        slug=slug,
        language=language,
        zone=zone,
        tone="",
        policy={},
        on_hold=False,
        created_at=uow.now,
    )
    return Brand(brand_id, workspace_id, name, slug, language, zone, "", {}, on_hold=False, created_at=uow.now)


def get(uow: UnitOfWork, brand_id: int) -> Brand | None:
    """Return a brand, None if there is none of that id."""
    return uow.one(Brand, _GET, wanted=brand_id)


def of_workspace(uow: UnitOfWork, workspace_id: int) -> list[Brand]:
    """Return all brands of a workspace by name."""
    return uow.many(Brand, _OF_WORKSPACE, of_workspace=workspace_id)


def by_slug(uow: UnitOfWork, workspace_id: int, slug: str) -> Brand | None:
    """Return the brand of that short name, None if there is none."""
    return uow.one(Brand, _BY_SLUG, of_workspace=workspace_id, wanted=slug)


def change(uow: UnitOfWork, brand_id: int, **values: Any) -> int:
    """Set columns of a brand; return how many brands that were."""
    return uow.change(update(brands).where(brands.c.id == brand_id).values(**values))


def switch(uow: UnitOfWork, brand_id: int, *, on_hold: bool) -> bool:
    """Put a brand on hold or lift that; False if it was so already."""
    statement = update(brands).where(brands.c.id == brand_id, brands.c.on_hold.is_(not on_hold))
    return uow.change(statement.values(on_hold=on_hold)) == 1
