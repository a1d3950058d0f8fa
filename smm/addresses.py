"""Where news goes at this moment: a room, what stands in for one that is lost, the best chat of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from smm import rhythm
from storage import brands, channels, members
from storage.channels import Channel, ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

WEB = "web"  # kept there until somebody looks: the last resort for news


@dataclass(frozen=True, slots=True)
class Address:
    """A chat, the language there, and when it takes what can wait. `title` is empty for a person's own chat."""

    chat: ChatRef
    language: str
    opens_at: datetime
    title: str = ""


def of_purpose(uow: UnitOfWork, brand_id: int, purpose: str, room_id: int | None = None) -> list[Address]:
    """Return where a brand's news for a purpose goes: its rooms, and what stands in for the lost ones, each chat once.

    What is for "alerts" goes to the team's rooms where the brand has no room for alerts alone. With `room_id` only that room
    is meant, as long as it is one of the team's.
    """
    named = channels.get(uow, room_id) if room_id is not None else None
    meant = named is not None and named.brand_id == brand_id and named.purpose != "client"
    rooms = [named] if named is not None and meant else channels.of_purpose(uow, brand_id, purpose)
    if not rooms and purpose == "alerts":
        rooms = channels.of_purpose(uow, brand_id, "team")
    found: dict[ChatRef, Address] = {}
    for room in rooms:
        address = of_room(uow, room) if room.state == "open" else stand_in(uow, brand_id, room)
        if address is not None:
            found.setdefault(address.chat, address)
    return list(found.values())


def of_room(uow: UnitOfWork, room: Channel) -> Address:
    """Return the address of an open room."""
    return Address(room.chat, room.language, opens_at(uow, room), room.title or room.chat_id)


def opens_at(uow: UnitOfWork, room: Channel) -> datetime:
    """Return when a room takes what can wait."""
    if not room.rhythm:
        return uow.now
    brand = brands.get(uow, room.brand_id)
    assert brand is not None
    return rhythm.opens(rhythm.read(room.rhythm), brand.zone, uow.now)


def stand_in(uow: UnitOfWork, brand_id: int, room: Channel | None = None) -> Address | None:
    """Return where to turn when a brand's room is lost: the chosen room, another of the team, an owner's own chat."""
    for each in _candidates(uow, brand_id, room):
        if each.state == "open" and (room is None or each.id != room.id):
            return of_room(uow, each)
    return next((own for owner in owners(uow, brand_id) if (own := of_member(uow, owner)) is not None), None)


def _candidates(uow: UnitOfWork, brand_id: int, room: Channel | None) -> Iterator[Channel]:
    chosen = channels.get(uow, room.fallback_id) if room is not None and room.fallback_id is not None else None
    if room is not None and chosen is not None and may_stand_in(chosen, room):
        yield chosen
    yield from channels.of_purpose(uow, brand_id, "team")
    yield from channels.of_purpose(uow, brand_id, "alerts")


def may_stand_in(other: Channel, room: Channel) -> bool:
    """Say whether a room may get what was for another: the client never reads what was for the team."""
    same = other.brand_id == room.brand_id and other.id != room.id
    return same and (other.purpose != "client" or room.purpose == "client")


def owners(uow: UnitOfWork, brand_id: int) -> list[Member]:
    """Return the owners of a brand."""
    return members.with_role(uow, brand_id, "owner")


def of_member(uow: UnitOfWork, member: Member, *besides: ChatRef) -> Address | None:
    """Return the best chat to reach one person in: one that takes our messages, a messenger before the web."""
    known = [one for one in members.identities_of(uow, member.id) if one.gone_at is None]
    chats = [ChatRef(one.platform, one.user_id) for one in sorted(known, key=lambda one: one.platform == WEB)]
    best = next((chat for chat in chats if chat not in besides), None)
    return Address(best, member.language, uow.now) if best is not None else None
