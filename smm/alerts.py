"""Telling rooms and people: alerts are rows of the outbox, written in the transaction of what they tell.

How urgent something is, decides what a room's quiet hours and digests may do with it:

- INTERACTIVE: an answer to a person, a change of a card that stands. At once.
- URGENT: risk. A post that failed, is late or was stopped, an account that died, a chat that was lost; and of mentions those
  that are negative, risky, or by somebody who matters. At once, in quiet hours too.
- NOW: other news. At once, unless the room rests or wants digests.
- LATER: the same, and after everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from smm import addresses
from storage import alerts, channels, copies
from storage.channels import ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

INTERACTIVE, URGENT, NOW, LATER = 0, 1, 2, 3
KEPT: Final = timedelta(days=35)  # longer than the button of a digest that shows its rows by themselves
AT_ONCE: Final = 1_000


def tell(
    uow: UnitOfWork,
    brand_id: int,
    purpose: str,
    view: str,
    object_id: int,
    args: Mapping[str, str] | None = None,
    urgency: int = NOW,
    room_id: int | None = None,
) -> int:
    """Show a view of an object in every room that the brand has for a purpose; return in how many.

    What can wait is held while a room rests. What was for a lost room goes to whatever stands in for it. An alert for
    "alerts" goes to the team's rooms where the brand has no room for alerts alone. With `room_id` it goes to that room alone.
    """
    places = addresses.of_purpose(uow, brand_id, purpose, room_id)
    for place in places:
        held = urgency > URGENT and place.opens_at > uow.now
        alerts.queue(
            uow,
            place.chat,
            language=place.language,
            brand_id=brand_id,
            view=view,
            object_id=object_id,
            args=args or {},
            urgency=urgency,
            not_before=place.opens_at if held else None,
            held=held,
        )
    return len(places)


def show(
    uow: UnitOfWork,
    chat: ChatRef,
    view: str,
    object_id: int,
    *,
    brand_id: int,
    language: str,
    args: Mapping[str, str] | None = None,
) -> None:
    """Show a view of an object in one chat, as an answer to somebody there; it is kept in step like any other copy."""
    alerts.queue(
        uow,
        chat,
        language=language,
        brand_id=brand_id,
        view=view,
        object_id=object_id,
        args=args or {},
        urgency=INTERACTIVE,
    )


def refresh(uow: UnitOfWork, view: str, object_id: int, urgency: int = INTERACTIVE) -> None:
    """Redraw every copy of a card, in whatever chat it stands."""
    for copy in copies.of(uow, view, object_id):
        redraw(uow, copy, urgency)


def redraw(uow: UnitOfWork, copy: copies.Copy, urgency: int = INTERACTIVE) -> None:
    """Redraw one copy of a card."""
    alerts.queue(
        uow,
        ChatRef(copy.platform, copy.chat_id, copy.topic_id),
        language=copy.language,
        brand_id=copy.brand_id,
        view=copy.view,
        object_id=copy.object_id,
        args=copy.args,
        edits=copy.message_id,
        urgency=urgency,
    )


def urge(uow: UnitOfWork, view: str, object_id: int) -> int:
    """Let out at once what rooms hold of a view of an object, because it turned out to be urgent; return in how many."""
    return alerts.urge(uow, view, object_id, URGENT)


def say(uow: UnitOfWork, chat: ChatRef, card: Mapping[str, Any], language: str, urgency: int = INTERACTIVE) -> None:
    """Send one finished card to one chat."""
    alerts.queue(uow, chat, language=language, card=card, urgency=urgency)


def whisper(
    uow: UnitOfWork, chat: ChatRef, user_id: str, card: Mapping[str, Any], language: str, *, private: bool = False
) -> None:
    """Say a finished card without buttons to one person in a room, where the platform can keep it from the others.

    Where it cannot, it is said in the room; with `private` rather in their private chat, if they have one.
    """
    args = {"only": user_id} | ({"else": "private"} if private else {})
    alerts.queue(uow, chat, language=language, card=card, args=args, urgency=INTERACTIVE)


def tell_member(
    uow: UnitOfWork,
    member: Member,
    view: str,
    object_id: int,
    args: Mapping[str, str] | None = None,
    besides: Sequence[ChatRef] = (),
    brand_id: int | None = None,
) -> bool:
    """Show a view to one person, in the best of their own chats that is not one of `besides`; False if there is none.

    Where that chat turns out to be closed to us, the next best one gets it (smm/rooms.py).
    """
    own = addresses.of_member(uow, member, *besides)
    if own is None:
        return False
    alerts.queue(
        uow, own.chat, language=own.language, brand_id=brand_id, view=view, object_id=object_id, args=args or {}
    )
    return True


def tidy(uow: UnitOfWork) -> int:
    """Forget some of what was told long ago, so that no single transaction has much to do; return how many rows."""
    return alerts.forget(uow, uow.now - KEPT, AT_ONCE)


def get(uow: UnitOfWork, alert_id: int) -> alerts.Alert | None:
    """Return a row of the outbox."""
    found = alerts.get(uow, [alert_id])
    return found[0] if found else None


def title(uow: UnitOfWork, alert: alerts.Alert) -> str:
    """Return the name of the chat that a row was for."""
    room = channels.at(uow, ChatRef(alert.platform, alert.chat_id, alert.topic_id))
    return room.title if room is not None and room.title else alert.chat_id


def is_shown(uow: UnitOfWork, alert: alerts.Alert) -> bool:
    """Say whether what was held for a room was shown there meanwhile, because somebody asked or it became urgent."""
    return alert.held and any(
        (copy.platform, copy.chat_id, copy.topic_id) == (alert.platform, alert.chat_id, alert.topic_id)
        and copy.created_at >= alert.created_at
        for copy in copies.of(uow, alert.view, alert.object_id)
    )


def show_merged(uow: UnitOfWork, chat: ChatRef, ids: Sequence[int], most: int = 5) -> list[int]:
    """Show by themselves a few of the rows that went out in a digest of this chat; return which."""
    merged = [
        row
        for row in alerts.get(uow, ids)
        if row.state == "merged" and (row.platform, row.chat_id) == (chat.platform, chat.chat_id)
    ][:most]
    for row in merged:
        alerts.queue(
            uow,
            ChatRef(row.platform, row.chat_id, row.topic_id),
            language=row.language,
            brand_id=row.brand_id,
            view=row.view,
            object_id=row.object_id,
            args=row.args,
            urgency=INTERACTIVE,
        )
    alerts.show(uow, [row.id for row in merged])
    return [row.id for row in merged]
