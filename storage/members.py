"""Members, the chat identities that prove who they are, and their roles in brands. Woken topic: "members"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

members = Table(
    "members",
    metadata,
    key(),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("language", String(2), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment, nullable=True),
)

identities = Table(
    "identities",
    metadata,
    key(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False, index=True),
    Column("platform", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("name", String(120), nullable=False),
    Column("verified_at", Moment, nullable=False),
    Column("gone_at", Moment, nullable=True),
    UniqueConstraint("platform", "user_id"),
)

memberships = Table(
    "memberships",
    metadata,
    key(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("role", String(16), nullable=False),
    UniqueConstraint("member_id", "brand_id", "role"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A person with roles. `brand_id` is the brand they look at where no channel says which."""

    id: int
    workspace_id: int
    name: str
    language: str
    brand_id: int | None
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified account on a chat platform: Telegram user id, Slack team+user id, web login.

    `gone_at`: since when nothing can be written to it, because the person has blocked us there.
    """

    id: int
    member_id: int
    platform: str
    user_id: str
    name: str
    verified_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in one brand, or in every brand of the workspace where `brand_id` is None."""

    id: int
    member_id: int
    brand_id: int | None
    role: str


_GET = select(members).where(members.c.id == bindparam("wanted"))
_BY_IDENTITY = (
    select(members, memberships.c.brand_id.label("role_brand"), memberships.c.role)
    .join(identities, identities.c.member_id == members.c.id)
    .outerjoin(memberships, memberships.c.member_id == members.c.id)
    .where(identities.c.platform == bindparam("on_platform"), identities.c.user_id == bindparam("wanted"))
)
_ON_PLATFORM = (
    select(identities.c.user_id, members.c.language, memberships.c.role)
    .join(members, members.c.id == identities.c.member_id)
    .outerjoin(memberships, memberships.c.member_id == members.c.id)
    .where(identities.c.platform == bindparam("on_platform"), members.c.revoked_at.is_(None))
    .order_by(identities.c.id)
)
_OF_WORKSPACE = (
    select(members)
    .where(members.c.workspace_id == bindparam("of_workspace"), members.c.revoked_at.is_(None))
    .order_by(members.c.id)
)
_EVERYBODY = select(members).where(members.c.workspace_id == bindparam("of_workspace")).order_by(members.c.id)
_ROLES = select(memberships).where(memberships.c.member_id == bindparam("of_member")).order_by(memberships.c.id)
_IDENTITIES = select(identities).where(identities.c.member_id == bindparam("of_member")).order_by(identities.c.id)
_OWNERS = (
    select(func.count(members.c.id.distinct()))
    .join(memberships, and_(memberships.c.member_id == members.c.id, memberships.c.role == "owner"))
    .where(members.c.revoked_at.is_(None), memberships.c.brand_id.is_(None))
)
_WITH_ROLE = (
    select(members)
    .join(memberships, memberships.c.member_id == members.c.id)
    .where(
        members.c.revoked_at.is_(None),
        memberships.c.role == bindparam("wanted"),
        or_(memberships.c.brand_id == bindparam("of_brand"), memberships.c.brand_id.is_(None)),
    )
    .order_by(members.c.id)
    .distinct()
)


def add(uow: UnitOfWork, workspace_id: int, name: str, language: str, brand_id: int | None = None) -> Member:
    """Make a member without roles and identities."""
    member_id = uow.add(
        members,
        workspace_id=workspace_id,
        name=name,
        language=language,
        brand_id=brand_id,
        created_at=uow.now,
        revoked_at=None,
    )
    return Member(member_id, workspace_id, name, language, brand_id, uow.now, None)


def get(uow: UnitOfWork, member_id: int) -> Member | None:
    """Return a member, revoked ones too."""
    return uow.one(Member, _GET, wanted=member_id)


def of_workspace(uow: UnitOfWork, workspace_id: int) -> list[Member]:
    """Return the members who have not been removed."""
    return uow.many(Member, _OF_WORKSPACE, of_workspace=workspace_id)


def everybody(uow: UnitOfWork, workspace_id: int) -> list[Member]:
    """Return the members, those who have been removed too."""
    return uow.many(Member, _EVERYBODY, of_workspace=workspace_id)


def removed(uow: UnitOfWork, workspace_id: int, brand_id: int) -> list[Member]:
    """Return who worked for a brand last and was taken off the desk; whoever became one with another member is not there."""
    known = select(identities.c.id).where(identities.c.member_id == members.c.id).exists()
    where = (members.c.workspace_id == workspace_id, members.c.brand_id == brand_id, members.c.revoked_at.is_not(None))
    return uow.many(Member, select(members).where(*where, known).order_by(members.c.revoked_at.desc()).limit(20))


def with_role(uow: UnitOfWork, brand_id: int, role: str) -> list[Member]:
    """Return who has a role in a brand, or in every brand."""
    return uow.many(Member, _WITH_ROLE, of_brand=brand_id, wanted=role)


def by_identity(uow: UnitOfWork, platform: str, user_id: str) -> tuple[Member, list[tuple[int | None, str]]] | None:
    """Return who a chat identity belongs to, with (brand, role) pairs; None for a stranger. Revoked ones are returned too."""
    rows = uow.rows(_BY_IDENTITY, on_platform=platform, wanted=user_id)
    if not rows:
        return None
    return Member(*rows[0][:-2]), [(row[-2], row[-1]) for row in rows if row[-1] is not None]


def change(uow: UnitOfWork, member_id: int, **values: object) -> int:
    """Set columns of a member; return how many members that were."""
    uow.wake("members")
    return uow.change(update(members).where(members.c.id == member_id).values(**values))


def identify(uow: UnitOfWork, member_id: int, platform: str, user_id: str, name: str) -> int:
    """Bind a verified chat identity to a member."""
    uow.wake("members")
    values = {"member_id": member_id, "platform": platform, "user_id": user_id, "name": name}
    return uow.add(identities, verified_at=uow.now, gone_at=None, **values)


def on_platform(uow: UnitOfWork, platform: str) -> list[tuple[str, str, frozenset[str]]]:
    """Return who can be reached on a platform: user id, language, and the roles held in any brand."""
    found: dict[tuple[str, str], set[str]] = {}
    for user_id, language, role in uow.rows(_ON_PLATFORM, on_platform=platform):
        found.setdefault((user_id, language), set()).update({role} if role else ())
    return [(user_id, language, frozenset(roles)) for (user_id, language), roles in found.items()]


def identities_of(uow: UnitOfWork, member_id: int) -> list[Identity]:
    """Return a member's chat identities."""
    return uow.many(Identity, _IDENTITIES, of_member=member_id)


_GONE = (
    update(identities)
    .where(
        identities.c.platform == bindparam("on_platform"),
        identities.c.user_id == bindparam("wanted"),
        identities.c.gone_at.is_(None),
    )
    .values(gone_at=bindparam("at"))
)
_BACK = (
    update(identities)
    .where(
        identities.c.platform == bindparam("on_platform"),
        identities.c.user_id == bindparam("wanted"),
        identities.c.gone_at.is_not(None),
    )
    .values(gone_at=None)
)


def note_gone(uow: UnitOfWork, platform: str, user_id: str) -> int:
    """Note that nothing can be written to a chat identity."""
    return uow.change(_GONE, on_platform=platform, wanted=user_id, at=uow.now)


def note_back(uow: UnitOfWork, platform: str, user_id: str) -> int:
    """Note that a chat identity can be written to again: it has written to us."""
    return uow.change(_BACK, on_platform=platform, wanted=user_id)


def drop_identity(uow: UnitOfWork, identity_id: int) -> int:
    """Unbind one chat identity."""
    uow.wake("members")
    return uow.change(delete(identities).where(identities.c.id == identity_id))


def roles_of(uow: UnitOfWork, member_id: int) -> list[Membership]:
    """Return a member's roles in all brands."""
    return uow.many(Membership, _ROLES, of_member=member_id)


def grant(uow: UnitOfWork, member_id: int, brand_id: int | None, role: str) -> None:
    """Give a role; giving it twice is harmless."""
    if any(held.brand_id == brand_id and held.role == role for held in roles_of(uow, member_id)):
        return
    uow.wake("members")
    uow.add(memberships, member_id=member_id, brand_id=brand_id, role=role)


def withdraw(uow: UnitOfWork, membership_id: int) -> int:
    """Take a role away."""
    uow.wake("members")
    return uow.change(delete(memberships).where(memberships.c.id == membership_id))


def withdraw_all(uow: UnitOfWork, member_id: int) -> int:
    """Take every role away."""
    uow.wake("members")
    return uow.change(delete(memberships).where(memberships.c.member_id == member_id))


def count_owners(uow: UnitOfWork) -> int:
    """Return how many owners there are."""
    return int(uow.scalar(_OWNERS))
