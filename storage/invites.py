"""Invites: one-time tokens, kept by their digest alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, delete, or_, select, update

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

invites = Table(
    "invites",
    metadata,
    key(),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("role", String(16), nullable=False),
    Column("name", String(120), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=True),
    Column("created_by", Id, ForeignKey("members.id"), nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
    Column("used_by", Id, ForeignKey("members.id"), nullable=True),
)


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time token, kept as its SHA-256. `kind`: owner (first start), member (join), login (web), link (identity)."""

    id: int
    workspace_id: int | None
    digest: str
    kind: str
    brand_id: int | None
    role: str
    name: str
    member_id: int | None
    created_by: int | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: int | None


_BY_DIGEST = select(invites).where(invites.c.digest == bindparam("wanted"))
_STILL_OPEN = (
    select(invites)
    .where(
        invites.c.kind == "member",
        invites.c.used_at.is_(None),
        invites.c.expires_at > bindparam("moment"),
        invites.c.workspace_id == bindparam("of_workspace"),
        or_(invites.c.brand_id == bindparam("of_brand"), invites.c.brand_id.is_(None)),
    )
    .order_by(invites.c.id.desc())
)
_USE = (
    update(invites)
    .where(invites.c.id == bindparam("wanted"), invites.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)


def add(
    uow: UnitOfWork,
    digest: str,
    kind: str,
    expires_at: datetime,
    *,
    workspace_id: int | None = None,
    brand_id: int | None = None,
    role: str = "",
    name: str = "",
    member_id: int | None = None,
    created_by: int | None = None,
) -> int:
    """Keep a one-time token by its digest."""
    return uow.add(
        invites,
        workspace_id=workspace_id,
        digest=digest,
        kind=kind,
        brand_id=brand_id,
        role=role,
        name=name,
        member_id=member_id,
        created_by=created_by,
        created_at=uow.now,
        expires_at=expires_at,
        used_at=None,
        used_by=None,
    )


def by_digest(uow: UnitOfWork, digest: str) -> Invite | None:
    """Return the invite of a digest, None for a guess."""
    return uow.one(Invite, _BY_DIGEST, wanted=digest)


def still_open(uow: UnitOfWork, workspace_id: int, brand_id: int) -> list[Invite]:
    """Return the invitations to a brand, or to every brand, that still work, newest first."""
    return uow.many(Invite, _STILL_OPEN, moment=uow.now, of_workspace=workspace_id, of_brand=brand_id)


def use(uow: UnitOfWork, invite_id: int) -> bool:
    """Use an invite up; False if somebody was first."""
    return uow.change(_USE, wanted=invite_id, at=uow.now) == 1


def used_by(uow: UnitOfWork, invite_id: int, member_id: int) -> None:
    """Note who used an invite."""
    uow.change(update(invites).where(invites.c.id == invite_id).values(used_by=member_id))


def drop(uow: UnitOfWork, kind: str, *, member_id: int | None = None) -> int:
    """Forget unused invites of a kind, of one member where one is named."""
    statement = delete(invites).where(invites.c.kind == kind, invites.c.used_at.is_(None))
    return uow.change(statement if member_id is None else statement.where(invites.c.member_id == member_id))


_GET = select(invites).where(invites.c.id == bindparam("wanted"))


def get(uow: UnitOfWork, invite_id: int) -> Invite | None:
    """Return an invite, None if it was never there or was taken back."""
    return uow.one(Invite, _GET, wanted=invite_id)


def take_back(uow: UnitOfWork, invite_id: int) -> bool:
    """Let an unused invite not work any more; False if it was used or taken back before."""
    return uow.change(delete(invites).where(invites.c.id == invite_id, invites.c.used_at.is_(None))) == 1


def drop_of(uow: UnitOfWork, member_id: int) -> int:
    """Forget the unused invites that somebody made or that are for them."""
    theirs = or_(invites.c.created_by == member_id, invites.c.member_id == member_id)
    return uow.change(delete(invites).where(theirs, invites.c.used_at.is_(None)))
