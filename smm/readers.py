"""Readers: who reads a chat at this moment, and what becomes of a person's own chats when that person may see less.

In a private chat one person reads, with the roles of this moment. What stood there of the team's is drawn over once that person
is a client only, has no role in the brand or is off the desk; what waited there for the team goes to whoever stands in.
"""

from __future__ import annotations

from typing import Literal

from smm import addresses, alerts, rooms
from smm.addresses import Address
from smm.roles import ROLES, Right, Role
from storage import alerts as kept
from storage import channels, copies, members
from storage.channels import ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

Audience = Literal["team", "client"]
CLOSED = "alert.closed"
_TEAM = ROLES[Right.SEE]


def of_chat(uow: UnitOfWork, chat: ChatRef, brand_id: int | None) -> Audience | None:
    """Return as whom a chat reads what is a brand's, None where nobody there may read it any more.

    What is of no brand is said to the person themself.
    """
    room = channels.around(uow, chat)
    if room is not None and room.purpose == "client":
        return "client"
    known = members.by_identity(uow, chat.platform, chat.chat_id)
    if known is None:
        return "team"
    member, held = known
    if member.revoked_at is not None:
        return None
    roles = {Role(role) for of_brand, role in held if of_brand in {None, brand_id}}
    if brand_id is None or roles & _TEAM:
        return "team"
    return "client" if roles else None


def sees_less(uow: UnitOfWork, member: Member) -> None:
    """Follow the loss of a role in all of a person's own chats: what is the team's leaves them."""
    for known in members.identities_of(uow, member.id):
        chat = ChatRef(known.platform, known.user_id)
        _give_up_room(uow, chat)
        _pass_on(uow, chat)
        for copy in copies.within(uow, chat):
            if of_chat(uow, chat, copy.brand_id) != "team":
                alerts.redraw(uow, copy, alerts.LATER)


def _give_up_room(uow: UnitOfWork, chat: ChatRef) -> None:
    """Lose the team's room that was this person's own chat: its news goes to whatever stands in, and the owners are told."""
    if any(of_chat(uow, chat, room.brand_id) != "team" for room in channels.in_chat(uow, chat.platform, chat.chat_id)):
        rooms.lose(uow, chat)


def _pass_on(uow: UnitOfWork, chat: ChatRef) -> None:
    """Send what waits for the team there, such as the news of a lost room, to whoever stands in now."""
    for alert in kept.of_chat(uow, chat):
        is_news = alert.view and not alert.edits and alert.urgency != alerts.INTERACTIVE
        if is_news and alert.brand_id is not None and of_chat(uow, chat, alert.brand_id) != "team":
            kept.close(uow, [alert.id], "lost")  # a row of its own goes on: delivery may hold this one already
            _send_on(uow, alert, addresses.stand_in(uow, alert.brand_id))


def _send_on(uow: UnitOfWork, alert: kept.Alert, place: Address | None) -> None:
    if place is None or rooms.is_there(uow, alert, place.chat):
        return
    kept.queue(
        uow,
        place.chat,
        language=place.language,
        brand_id=alert.brand_id,
        view=alert.view,
        object_id=alert.object_id,
        args=alert.args,
        urgency=alert.urgency,
        not_before=place.opens_at if alert.held else None,
        held=alert.held,
    )


def leave(uow: UnitOfWork, chat: ChatRef) -> None:
    """Draw over every card of a private chat that is nobody's any more, and send nothing there that still waits."""
    kept.close(uow, [alert.id for alert in kept.of_chat(uow, chat)], "lost")
    standing = copies.within(uow, chat)
    copies.drop_all(uow, chat)
    for copy in standing:
        where = ChatRef(copy.platform, copy.chat_id, copy.topic_id)
        kept.queue(uow, where, language=copy.language, view=CLOSED, edits=copy.message_id, urgency=alerts.LATER)
