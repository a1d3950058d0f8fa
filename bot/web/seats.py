"""Seats: one signed-in identity in one browser, and the rooms that it may enter.

A seat's cookie is bound to its path, so that one browser can hold several seats side by side. Roles are read with every
request: a right that was taken away is gone at once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smm.members import web_user
from smm.roles import ROLES, Right, Role
from storage import members, web
from storage.members import Member, Membership
from storage.unit_of_work import UnitOfWork

COOKIE = "copydesk"
LIFETIME = timedelta(days=30)
LONGEST = timedelta(days=180)
_ROLL_AFTER = timedelta(hours=1)
_NAME = re.compile(r"[a-z0-9-]{1,32}")
_TEAM = ROLES[Right.SEE]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits there, by which session, and what they may enter. `user_id` is their identity, and their private chat."""

    name: str
    session: web.Session
    member: Member
    user_id: str
    rooms: tuple[web.Room, ...]
    memberships: tuple[Membership, ...]

    @property
    def chat_ids(self) -> list[str]:
        """The chats that this seat may enter."""
        return [room.chat_id for room in self.rooms]

    def room(self, chat_id: str) -> web.Room | None:
        """Return a room that this seat may enter; others do not exist for it."""
        return next((room for room in self.rooms if room.chat_id == chat_id), None)

    def roles(self, room: web.Room) -> frozenset[Role]:
        """Return the roles that count in a room; in the private one, those of any brand."""
        return roles_in(self.memberships, None if room.purpose == "private" else room.brand_id)


def is_name(name: str) -> bool:
    """Say whether a seat can be called so."""
    return _NAME.fullmatch(name) is not None


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def roles_in(memberships: Sequence[Membership], brand_id: int | None) -> frozenset[Role]:
    """Return the roles of a brand, or of any brand for None; a membership without a brand holds in all."""
    return frozenset(Role(one.role) for one in memberships if brand_id is None or one.brand_id in {None, brand_id})


def may_enter(room: web.Room, roles: frozenset[Role]) -> bool:
    """Say who may enter: the team everywhere in its brands, a client only the client's rooms."""
    return bool(roles & _TEAM) or (room.purpose == "client" and Role.CLIENT in roles)


def take(uow: UnitOfWork, member_id: int) -> str:
    """Sign a member in and return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    web.open_session(uow, member_id, digest(token), secrets.token_urlsafe(24), uow.now + LIFETIME)
    return token


def sit(uow: UnitOfWork, name: str, token: str) -> Seat | None:
    """Return the seat that a cookie's token holds, None if it holds none any more."""
    session = web.session(uow, digest(token))
    member = members.get(uow, session.member_id) if session else None
    if session is None or member is None:
        return None
    memberships = tuple(members.roles_of(uow, member.id))
    rooms = [
        room for room in web.rooms(uow, member.workspace_id) if may_enter(room, roles_in(memberships, room.brand_id))
    ]
    private = _private_room(member, rooms)
    return Seat(name, session, member, web_user(member.id), (*rooms, private), memberships)


def _private_room(member: Member, rooms: Sequence[web.Room]) -> web.Room:
    brand = next((room for room in rooms if room.brand_id == member.brand_id), rooms[0] if rooms else None)
    zone = brand.zone if brand else "UTC"
    return web.Room(web_user(member.id), "private", "", brand.brand_id if brand else 0, "", zone)


def is_due(session: web.Session, now: datetime) -> bool:
    """Say whether a session in use should be made to last longer."""
    return now - session.seen_at > _ROLL_AFTER


def roll(uow: UnitOfWork, session: web.Session) -> None:
    """Let a session in use last longer, up to the longest that any may."""
    web.roll_session(uow, session.id, min(uow.now + LIFETIME, session.created_at + LONGEST))
