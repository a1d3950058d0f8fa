"""Rooms: which chat is bound to which brand for what, and what happens when one is lost or moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from smm import addresses, alerts, rhythm, text
from smm.addresses import Address
from smm.errors import N_, Conflict, Invalid, NotFound
from storage import alerts as kept
from storage import audit, channels, copies, members, moves
from storage.brands import Brand
from storage.channels import Channel, ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

PURPOSES = ("team", "client", "alerts")
TITLE = 200
INTERNAL = frozenset({"team", "alerts"})
CATCH_UP = 50  # cards of a room that came back that are brought up to date; what is older is opened anew


def bind(uow: UnitOfWork, by: Member, brand: Brand, chat: ChatRef, purpose: str, title: str) -> Channel:
    """Make a chat a brand's room for a purpose; one that was lost comes back. Another brand's room is not taken over."""
    if purpose not in PURPOSES:
        raise Invalid(N_("A room is for the team, for the client or for alerts."), field="purpose")
    known = channels.at(uow, chat)
    if known is not None and known.brand_id != brand.id:
        raise Conflict(N_("This chat is a room of another brand. Release it there first: /channels."))
    if known is not None and known.purpose == "client" and purpose in INTERNAL:
        raise Conflict(
            N_(
                "The client reads this chat. See that nobody of them is in it any more, then release it and choose again."
            )
        )
    if known is not None and purpose == "client" and known.purpose in INTERNAL:
        raise Conflict(
            N_(
                "The team's own words stand in this room, and the client would read them. Make another room for the client."
            )
        )
    if known is not None:
        reopen(uow, chat)
        channels.change(uow, known.id, purpose=purpose, title=title or known.title)
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


def _log(uow: UnitOfWork, by: Member, room: Channel, action: str, purpose: str, **more: Any) -> None:
    facts = {"purpose": purpose, "chat": f"{room.platform}:{room.chat_id}", **more}
    audit.append(
        uow, actor=f"member:{by.id}", action=action, object=f"channel:{room.id}", brand_id=room.brand_id, facts=facts
    )


def move(uow: UnitOfWork, platform: str, old: str, new: str) -> None:
    """Follow a chat to its new id with its rooms, cards, questions and what is queued for it."""
    for stale in channels.in_chat(uow, platform, new):
        channels.drop(uow, stale.id)
    moves.move(uow, platform, old, new)


def lose(uow: UnitOfWork, chat: ChatRef) -> list[Channel]:
    """Note that a chat is gone and send what waits for it elsewhere; return the rooms that were lost just now.

    The cards of a room are kept in mind: when it comes back they are brought up to date.
    """
    bound = channels.in_chat(uow, chat.platform, chat.chat_id)
    lost = [room for room in bound if room.state == "open"]
    for room in lost:
        channels.change(uow, room.id, state="lost")
    if not bound:
        members.note_gone(uow, chat.platform, chat.chat_id)
        copies.drop_all(uow, chat)
    for alert in kept.of_chat(uow, chat):
        _divert(uow, alert, _instead(uow, alert, bound))
    for room in lost:
        _report(uow, room)
    return lost


def _instead(uow: UnitOfWork, alert: kept.Alert, bound: Sequence[Channel]) -> Address | None:
    """Return where else a row may be shown. What was said to one person is for nobody else, an edit has nothing to edit."""
    if alert.urgency == alerts.INTERACTIVE or alert.edits:
        return None
    if bound:
        room = next((one for one in bound if one.topic_id == alert.topic_id), bound[0])
        return addresses.stand_in(uow, room.brand_id, room)
    known = members.by_identity(uow, alert.platform, alert.chat_id)
    mine = known is not None and known[0].revoked_at is None and alert.view
    return addresses.of_member(uow, known[0]) if known is not None and mine else None


def _divert(uow: UnitOfWork, alert: kept.Alert, place: Address | None) -> None:
    if place is None:
        kept.close(uow, [alert.id], "lost")
    elif is_there(uow, alert, place.chat):
        kept.close(uow, [alert.id], "merged")
    else:
        when = {"not_before": place.opens_at} if alert.held else {}
        kept.send_elsewhere(uow, alert.id, place.chat, place.language, **when)


def is_there(uow: UnitOfWork, alert: kept.Alert, chat: ChatRef) -> bool:
    """Say whether a chat shows the same card already, or is about to: a card that went to two rooms is not shown twice."""
    if not alert.view:
        return False
    shown: list[copies.Copy | kept.Alert] = [*kept.of_chat(uow, chat)]
    shown += copies.of(uow, alert.view, alert.object_id)
    return any(
        (one.view, one.object_id, one.args) == (alert.view, alert.object_id, alert.args)
        and ChatRef(one.platform, one.chat_id, one.topic_id) == chat
        for one in shown
    )


def _report(uow: UnitOfWork, room: Channel) -> None:
    """Tell whoever gets its messages from now on, and the owners in private."""
    place = addresses.stand_in(uow, room.brand_id, room)
    told = () if place is None else (place.chat,)
    if place is not None:
        kept.queue(
            uow, place.chat, language=place.language, brand_id=room.brand_id, view="room.lost", object_id=room.id
        )
    for owner in addresses.owners(uow, room.brand_id):
        own = addresses.of_member(uow, owner)
        if own is not None and own.chat not in told:
            alerts.tell_member(uow, owner, "room.lost", room.id, brand_id=room.brand_id)


def rename(uow: UnitOfWork, chat: ChatRef, title: str) -> None:
    """Follow a chat to its new name."""
    for room in channels.in_chat(uow, chat.platform, chat.chat_id):
        channels.change(uow, room.id, title=text.line(title, TITLE))


def reopen(uow: UnitOfWork, chat: ChatRef) -> list[Channel]:
    """Let the rooms of a chat live again that we were let back into; return which. Their cards catch up, owners are told."""
    bound = channels.in_chat(uow, chat.platform, chat.chat_id)
    back = [room for room in bound if room.state == "lost" and channels.reopen(uow, room.id)]
    for copy in copies.within(uow, chat)[-CATCH_UP:] if back else ():
        alerts.redraw(uow, copy, alerts.LATER)
    for room in back:
        alerts.refresh(uow, "room.lost", room.id)
        for owner in addresses.owners(uow, room.brand_id):
            alerts.tell_member(uow, owner, "room.back", room.id, brand_id=room.brand_id)
    return back


def all_of(uow: UnitOfWork, brand: Brand) -> list[Channel]:
    """Return a brand's rooms, lost ones too."""
    return channels.of_brand(uow, brand.id)


def release(uow: UnitOfWork, by: Member, brand: Brand, channel_id: int) -> Channel:
    """Unbind a room of a brand; what stands there is not kept up any more."""
    room = of(uow, brand, channel_id)
    for alert in kept.held_for(uow, room.chat):
        _divert(uow, alert, addresses.stand_in(uow, brand.id, room))
    _log(uow, by, room, "room.released", room.purpose)
    channels.drop(uow, room.id)
    return room


def of(uow: UnitOfWork, brand: Brand, channel_id: int) -> Channel:
    """Return a room of a brand or raise NotFound."""
    room = get(uow, channel_id)
    if room.brand_id != brand.id:
        raise NotFound(N_("There is no such room. See /channels."))
    return room


# --- rhythm and fallback -------------------------------------------------------------------------------------------


def set_rhythm(uow: UnitOfWork, by: Member, brand: Brand, channel_id: int, wanted: Mapping[str, Any]) -> Channel:
    """Set some of a room's rhythm; what is held for it goes out by the new one."""
    room = of(uow, brand, channel_id)
    stored = {name: value for name, value in {**room.rhythm, **wanted}.items() if value}
    rhythm.check(stored, brand.zone, uow.now)
    channels.change(uow, room.id, rhythm=stored)
    _log(uow, by, room, "room.rhythm", room.purpose, before=room.rhythm, after=stored)
    changed = get(uow, room.id)
    _show_at(uow, changed, addresses.opens_at(uow, changed))
    return changed


def instead_of(uow: UnitOfWork, room: Channel) -> Address | None:
    """Return where the messages of a room go once it is lost."""
    return addresses.stand_in(uow, room.brand_id, room)


def waiting(uow: UnitOfWork, room: Channel) -> int:
    """Return how many cards are held for a room."""
    return len(kept.held_for(uow, room.chat))


def show_waiting(uow: UnitOfWork, brand: Brand, channel_id: int) -> int:
    """Let everything that is held for a room out now; return how much that is."""
    return _show_at(uow, of(uow, brand, channel_id), uow.now)


def _show_at(uow: UnitOfWork, room: Channel, moment: datetime) -> int:
    held = [alert.id for alert in kept.held_for(uow, room.chat)]
    if held:
        kept.hold_until(uow, held, moment)
    return len(held)


def set_fallback(uow: UnitOfWork, by: Member, brand: Brand, channel_id: int, other_id: int) -> Channel:
    """Choose which room stands in when this one is lost; 0 leaves it to the desk."""
    room = of(uow, brand, channel_id)
    if other_id and not addresses.may_stand_in(of(uow, brand, other_id), room):
        raise Conflict(N_("The client would read what is meant for the team there. Choose another room."))
    channels.change(uow, room.id, fallback_id=other_id or None)
    _log(uow, by, room, "room.fallback", room.purpose, fallback=other_id)
    return get(uow, room.id)


def stand_ins(uow: UnitOfWork, brand: Brand, room: Channel) -> list[Channel]:
    """Return the rooms that may stand in for one."""
    return [each for each in all_of(uow, brand) if addresses.may_stand_in(each, room)]


def opens_at(uow: UnitOfWork, room: Channel) -> datetime:
    """Return when a room takes what waits for it: the earliest of what is held."""
    return min((alert.not_before for alert in kept.held_for(uow, room.chat)), default=uow.now)
