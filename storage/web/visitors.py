"""Who sits at a browser: sign-in sessions, and what a session's member may be shown to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, delete, select, update

from storage.base import Id, Moment, key, metadata
from storage.brands import brands
from storage.channels import channels
from storage.copies import Copy, copies
from storage.invites import invites
from storage.members import members
from storage.unit_of_work import UnitOfWork

PLATFORM = "web"

sessions = Table(
    "sessions",
    metadata,
    key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. The cookie holds the token, the row its SHA-256."""

    id: int
    digest: str
    member_id: int
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """A chat that can be entered, with what its page needs to know of the brand."""

    chat_id: str
    purpose: str
    title: str
    brand_id: int
    brand: str
    zone: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a sign-in link is for: `member` is whom it signs in, empty for somebody new, called `name`."""

    kind: str
    name: str
    member: str | None


_SESSION = (
    select(sessions)
    .join(members, members.c.id == sessions.c.member_id)
    .where(
        sessions.c.digest == bindparam("token_digest"),
        sessions.c.expires_at > bindparam("moment"),
        members.c.revoked_at.is_(None),
    )
)
_ROOMS = (
    select(channels.c.chat_id, channels.c.purpose, channels.c.title, brands.c.id, brands.c.name, brands.c.zone)
    .join(brands, brands.c.id == channels.c.brand_id)
    .where(
        channels.c.platform == PLATFORM,
        channels.c.state == "open",
        brands.c.workspace_id == bindparam("of_workspace"),
    )
    .order_by(brands.c.id, channels.c.id)
)
_INVITATION = (
    select(invites.c.kind, invites.c.name, members.c.name)
    .join(members, members.c.id == invites.c.member_id, isouter=True)
    .where(
        invites.c.digest == bindparam("token_digest"),
        invites.c.used_at.is_(None),
        invites.c.expires_at > bindparam("moment"),
    )
)


def open_session(uow: UnitOfWork, member_id: int, digest: str, csrf: str, expires_at: datetime) -> None:
    """Keep a new session, and forget those that are over."""
    uow.change(delete(sessions).where(sessions.c.expires_at <= uow.now))
    uow.add(
        sessions,
        digest=digest,
        member_id=member_id,
        csrf=csrf,
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=expires_at,
    )


def session(uow: UnitOfWork, digest: str) -> Session | None:
    """Return a session that still holds, of a member who still is one."""
    return uow.one(Session, _SESSION, token_digest=digest, moment=uow.now)


def roll_session(uow: UnitOfWork, session_id: int, expires_at: datetime) -> None:
    """Let a session that is in use last longer."""
    uow.change(update(sessions).where(sessions.c.id == session_id).values(seen_at=uow.now, expires_at=expires_at))


def close_session(uow: UnitOfWork, session_id: int) -> None:
    """Sign a browser out."""
    uow.change(delete(sessions).where(sessions.c.id == session_id))


def close_sessions(uow: UnitOfWork, member_id: int) -> None:
    """Sign every browser of a member out."""
    uow.change(delete(sessions).where(sessions.c.member_id == member_id))


def invitation(uow: UnitOfWork, digest: str) -> Invitation | None:
    """Say what an unused sign-in link is for, without using it."""
    return uow.one(Invitation, _INVITATION, token_digest=digest, moment=uow.now)


def names(uow: UnitOfWork, member_ids: Sequence[int]) -> dict[int, str]:
    """Return members' names."""
    if not member_ids:
        return {}
    rows = uow.rows(select(members.c.id, members.c.name).where(members.c.id.in_(member_ids)))
    return {row[0]: row[1] for row in rows}


def speak(uow: UnitOfWork, member_ids: Sequence[int], language: str) -> list[Copy]:
    """Let members, and the web rooms of their workspaces, speak a language; return the cards that spoke another."""
    homes = select(members.c.workspace_id).where(members.c.id.in_(member_ids))
    owned = select(brands.c.id).where(brands.c.workspace_id.in_(homes))
    uow.change(update(members).where(members.c.id.in_(member_ids)).values(language=language))
    uow.change(
        update(channels)
        .where(channels.c.platform == PLATFORM, channels.c.brand_id.in_(owned))
        .values(language=language)
    )
    otherwise = (copies.c.platform == PLATFORM, copies.c.brand_id.in_(owned), copies.c.language != language)
    found = uow.many(Copy, select(copies).where(*otherwise))
    uow.change(update(copies).where(*otherwise).values(language=language))
    return found


def rooms(uow: UnitOfWork, workspace_id: int) -> list[Room]:
    """Return every open web room of a workspace. Who may enter which is not decided here."""
    return uow.many(Room, _ROOMS, of_workspace=workspace_id)
