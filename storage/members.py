"""Members, the chat identities that prove who they are, and their roles in brands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint

from storage.base import Id, Moment, key, metadata

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
    """A verified account on a chat platform: Telegram user id, Slack team+user id, web login."""

    id: int
    member_id: int
    platform: str
    user_id: str
    name: str
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in one brand, or in every brand of the workspace where `brand_id` is None."""

    id: int
    member_id: int
    brand_id: int | None
    role: str


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
