"""Talk in channels and threads: what of it is to us, and what it means then.

A team talks under its cards, and a reply to a card, as other chats know it, cannot be told from that talk: in the team's
channels only what begins with our name is said to a card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.slack_updates import Decoded
from bot.transport import Incoming, MessageRef
from handlers.route import routes
from storage import asks, channels, copies
from storage.channels import Channel
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: the room, and what waits for it there, a question to its sender or the card of a view."""

    room: Channel | None
    asked: bool = False
    view: str = ""

    @property
    def listens(self) -> bool:
        """Whether anything that is sent here is to us."""
        return self.asked or bool(self.view)

    @property
    def takes_words(self) -> bool:
        """Whether words alone are an answer here."""
        return self.asked or f"{self.view}.said" in routes()


def find_place(uow: UnitOfWork, decoded: Decoded) -> Place:
    """Return where something was said.

    Whoever writes under a card in a client's room speaks to the team; elsewhere the team talks among itself, unless it names us.
    """
    incoming, room = decoded.incoming, channels.around(uow, decoded.incoming.chat)
    ask = asks.open_to(uow, incoming.chat, incoming.sender.user_id)
    if ask is not None and (incoming.private or (ask.message_id and ask.message_id == incoming.reply_to)):
        return Place(room, asked=True)
    if not incoming.reply_to or not (decoded.addressed or (room is not None and room.purpose == "client")):
        return Place(room)
    card = copies.at(uow, MessageRef(incoming.chat, incoming.reply_to))
    return Place(room, view=card.view if card is not None else "")


def meant(incoming: Incoming, decoded: Decoded, place: Place) -> Incoming:
    """Return words as they were meant. In a thread all that is said "answers" the card that it hangs on, which says nothing.

    After our name one word is a command; more are said to the card that takes them, lest "hold on" stop everything.
    """
    text, called = incoming.text, decoded.called
    if not place.listens:
        return replace(incoming, text=_commanded(text)) if incoming.private else _among_people(incoming, decoded)
    if called is None or _is_command(called) or not (decoded.files or (called and place.takes_words)):
        return incoming
    return replace(incoming, text=called)


def _commanded(text: str) -> str:
    """Return a command that was written without its slash: Slack keeps those with one to itself."""
    first = text.split(maxsplit=1)[:1]
    return f"/{text}" if first and _is_command(first[0]) else text


def _among_people(incoming: Incoming, decoded: Decoded) -> Incoming:
    return incoming if decoded.addressed else replace(incoming, reply_to="")


def _is_command(name: str) -> bool:
    route = routes().get(name.lower())
    return name.lower() == "cancel" or (route is not None and route.kind == "command")
