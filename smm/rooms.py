"""Rooms: which chat is bound to which brand for what, and what happens when one is lost or moves."""

from __future__ import annotations

from smm.errors import N_, Conflict, Invalid, NotFound
from storage import alerts, audit, buttons, channels, members, moves
from storage.brands import Brand
from storage.channels import Channel, ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

PURPOSES = ("team", "client", "alerts")
INTERNAL = frozenset({"team", "alerts"})


def bind(uow: UnitOfWork, by: Member, brand: Brand, chat: ChatRef, purpose: str, title: str) -> Channel:
    """Make a chat a brand's room for a purpose; one that was lost comes back. Another brand's room is not taken over."""
    if purpose not in PURPOSES:
        raise Invalid(N_("A room is for the team, for the client or for alerts."), field="purpose")
    known = channels.at(uow, chat)
    if known is not None and known.brand_id != brand.id:
        raise Conflict(N_("This chat is a room of another brand. Release it there first: /channels."))
    if known is not None and purpose == "client" and known.purpose in INTERNAL:
        raise Conflict(
            N_(
                "The team's own words stand in this room, and the client would read them. Make another room for the client."
            )
        )
    if known is not None:
        channels.change(uow, known.id, purpose=purpose, title=title or known.title, state="open")
    room = known or channels.add(uow, brand.id, chat, purpose, title, brand.language)
    _log(uow, by, room, "room.bound", purpose)
    return get(uow, room.id)


def add_web_room(uow: UnitOfWork, by: Member, brand: Brand, purpose: str) -> Channel:
    """Make a room of the web chat for a purpose."""
    return bind(uow, by, brand, ChatRef("web", f"{brand.slug}-{purpose}"[:64]), purpose, f"{brand.name} · {purpose}")


def find(uow: UnitOfWork, channel_id: int) -> Channel | None:
    """Return a room, None if it was released."""
    return channels.get(uow, channel_id)


def get(uow: UnitOfWork, channel_id: int) -> Channel:
    """Return a room or raise NotFound."""
    room = channels.get(uow, channel_id)
    if room is None:
        raise NotFound(N_("There is no such room. See /channels."))
    return room


def _log(uow: UnitOfWork, by: Member, room: Channel, action: str, purpose: str) -> None:
    facts = {"purpose": purpose, "chat": f"{room.platform}:{room.chat_id}"}
    audit.append(
        uow, actor=f"member:{by.id}", action=action, object=f"channel:{room.id}", brand_id=room.brand_id, facts=facts
    )


def audience(uow: UnitOfWork, chat: ChatRef) -> str:
    """Return who reads a chat: "client" in a client's room, "team" elsewhere."""
    room = channels.at(uow, chat) or channels.at(uow, ChatRef(chat.platform, chat.chat_id))
    return "client" if room is not None and room.purpose == "client" else "team"


def move(uow: UnitOfWork, platform: str, old: str, new: str) -> None:
    """Follow a chat to its new id with its rooms, cards, questions and what is queued for it."""
    for stale in channels.in_chat(uow, platform, new):
        channels.drop(uow, stale.id)
    moves.move(uow, platform, old, new)


def lose(uow: UnitOfWork, chat: ChatRef) -> list[Channel]:
    """Note that a chat is gone, send what waits for it to the fallback; return the rooms that were lost just now."""
    bound = channels.in_chat(uow, chat.platform, chat.chat_id)
    lost = [room for room in bound if room.state == "open"]
    for room in lost:
        channels.change(uow, room.id, state="lost")
    buttons.drop_copies(uow, chat)
    for alert in alerts.of_chat(uow, chat):
        _divert(uow, alert, bound)
    for room in lost:
        _report(uow, room)
    return lost


def _report(uow: UnitOfWork, room: Channel) -> None:
    target = fallback(uow, room.brand_id)
    if target is not None:
        chat, language = target
        alerts.queue(uow, chat, language=language, brand_id=room.brand_id, view="room.lost", object_id=room.id)


def reopen(uow: UnitOfWork, room: Channel) -> None:
    """Let a room live again that we were let back into."""
    if room.state == "lost":
        channels.change(uow, room.id, state="open")


def _divert(uow: UnitOfWork, alert: alerts.Alert, rooms: list[Channel]) -> None:
    """Send a room's news elsewhere. What was said to one person is not for others, and an edit has nothing to edit there."""
    news = bool(rooms) and alert.urgency > 0 and not alert.edits
    target = fallback(uow, alert.brand_id or rooms[0].brand_id) if news else None
    if target is None:
        alerts.close(uow, [alert.id], "lost")
    else:
        alerts.send_elsewhere(uow, alert.id, *target)


def fallback(uow: UnitOfWork, brand_id: int) -> tuple[ChatRef, str] | None:
    """Return where to turn when a brand's room is lost: another room of the team, else an owner's private chat."""
    for purpose in ("team", "alerts"):
        for room in channels.of_purpose(uow, brand_id, purpose):
            return room.chat, room.language
    return owner_chat(uow, brand_id)


def owner_chat(uow: UnitOfWork, brand_id: int) -> tuple[ChatRef, str] | None:
    """Return an owner's private chat."""
    for owner in members.with_role(uow, brand_id, "owner"):
        for chat in private_chats(uow, owner):
            return chat, owner.language
    return None


def private_chats(uow: UnitOfWork, member: Member) -> list[ChatRef]:
    """Return the private chats of a member: on every platform a person is reached under their own id."""
    return [ChatRef(known.platform, known.user_id) for known in members.identities_of(uow, member.id)]


def all_of(uow: UnitOfWork, brand: Brand) -> list[Channel]:
    """Return a brand's rooms, lost ones too."""
    return channels.of_brand(uow, brand.id)


def release(uow: UnitOfWork, by: Member, brand: Brand, channel_id: int) -> Channel:
    """Unbind a room of a brand; what stands there is not kept up any more."""
    room = get(uow, channel_id)
    if room.brand_id != brand.id:
        raise NotFound(N_("There is no such room. See /channels."))
    _log(uow, by, room, "room.released", room.purpose)
    channels.drop(uow, room.id)
    return room
