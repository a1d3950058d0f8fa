"""Telling rooms and people: alerts are rows of the outbox, written in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage import alerts, buttons, channels
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

INTERACTIVE, NOW, LATER = 0, 1, 2


def tell(
    uow: UnitOfWork,
    brand_id: int,
    purpose: str,
    view: str,
    object_id: int,
    args: Mapping[str, str] | None = None,
    urgency: int = NOW,
) -> int:
    """Show a view of an object in every open room that the brand has for a purpose; return in how many.

    An alert for "alerts" goes to the team's rooms where the brand has no room for alerts alone.
    """
    rooms = channels.of_purpose(uow, brand_id, purpose)
    if not rooms and purpose == "alerts":
        rooms = channels.of_purpose(uow, brand_id, "team")
    for room in rooms:
        alerts.queue(
            uow,
            room.chat,
            language=room.language,
            brand_id=brand_id,
            view=view,
            object_id=object_id,
            args=args or {},
            urgency=urgency,
        )
    return len(rooms)


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
    for copy in buttons.copies_of(uow, view, object_id):
        alerts.queue(
            uow,
            ChatRef(copy.platform, copy.chat_id, copy.topic_id),
            language=copy.language,
            view=view,
            object_id=object_id,
            args=copy.args,
            edits=copy.message_id,
            urgency=urgency,
        )


def say(uow: UnitOfWork, chat: ChatRef, card: Mapping[str, Any], language: str, urgency: int = INTERACTIVE) -> None:
    """Send one finished card to one chat."""
    alerts.queue(uow, chat, language=language, card=card, urgency=urgency)
