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
from storage import brands, members, web
from storage.brands import Brand
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
    """Who sits there, by which session, and what they may enter. `user_id` is their identity, and their private chat.

    `pages` are the chats behind their pages (bot/web/pages), one for each brand: what is pressed on a page is pressed there, and
    answered there. Who was of the team and is a client now has another one: what stood in the team's is not theirs to see.
    """

    name: str
    session: web.Session
    member: Member
    user_id: str
    rooms: tuple[web.Room, ...]
    pages: tuple[web.Room, ...]
    memberships: tuple[Membership, ...]
    brands: tuple[Brand, ...]

    @property
    def chat_ids(self) -> list[str]:
        """The chats that this seat may enter."""
        return [room.chat_id for room in (*self.rooms, *self.pages)]

    def room(self, chat_id: str) -> web.Room | None:
        """Return a room that this seat may enter; others do not exist for it."""
        return next((room for room in (*self.rooms, *self.pages) if room.chat_id == chat_id), None)

    def roles(self, room: web.Room) -> frozenset[Role]:
        """Return the roles that count in a room; in a private one, those of any brand."""
        return roles_in(self.memberships, None if is_private(room) else room.brand_id)


def is_name(name: str) -> bool:
    """Say whether a seat can be called so."""
    return _NAME.fullmatch(name) is not None


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def roles_in(memberships: Sequence[Membership], brand_id: int | None) -> frozenset[Role]:
    """Return the roles of a brand, or of any brand for None; a membership without a brand holds in all."""
    return frozenset(Role(one.role) for one in memberships if brand_id is None or one.brand_id in {None, brand_id})


def is_private(room: web.Room) -> bool:
    """Say whether one person alone reads a room."""
    return room.purpose == "private" or is_page(room)


def is_page(room: web.Room) -> bool:
    """Say whether a room is the chat behind somebody's pages of a brand."""
    return room.purpose == "page"


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
    mine = tuple(brand for brand in brands.of_workspace(uow, member.workspace_id) if roles_in(memberships, brand.id))
    brand = next((one for one in mine if one.id == member.brand_id), mine[0] if mine else None)
    private = _own_room(web_user(member.id), "private", brand)
    pages = tuple(_page(member, one, roles_in(memberships, one.id)) for one in mine)
    return Seat(name, session, member, web_user(member.id), (*rooms, private), pages, memberships, mine)


def _page(member: Member, brand: Brand, roles: frozenset[Role]) -> web.Room:
    reads = "team" if roles & _TEAM else "client"
    return _own_room(f"page-{member.id}-{brand.id}-{reads}", "page", brand)


def _own_room(chat_id: str, purpose: str, brand: Brand | None) -> web.Room:
    return web.Room(chat_id, purpose, "", brand.id if brand else 0, "", brand.zone if brand else "UTC")


def is_due(session: web.Session, now: datetime) -> bool:
    """Say whether a session in use should be made to last longer."""
    return now - session.seen_at > _ROLL_AFTER


def roll(uow: UnitOfWork, session: web.Session) -> None:
    """Let a session in use last longer, up to the longest that any may."""
    web.roll_session(uow, session.id, min(uow.now + LIFETIME, session.created_at + LONGEST))
