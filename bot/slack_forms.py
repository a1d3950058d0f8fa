"""Forms: a card's questions as a modal over the chat, and what came back of it.

A modal can be opened for three seconds after a press (https://docs.slack.dev/interactivity/handling-user-interaction#trigger).
Where that comes too late the questions stand in the chat as a card; what a modal cannot ask is put to the same person on the web.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot import asking, steps
from bot.slack_card import render
from bot.slack_modal import answers, files, fits, modal
from bot.slack_request import Refused, Requests, Unreached
from bot.slack_updates import PLATFORM, Decoded, FileRef, file_of, presser
from bot.slack_words import native_card
from bot.transport import ChatRef, Incoming
from handlers.card import Ask, Card
from handlers.card_json import pack, unpack
from handlers.route import Words
from smm import members, tokens
from smm.errors import N_, Conflict, DeskError, Forbidden, NotFound
from storage import alerts, asks
from storage import members as people
from storage.asks import AskRow
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

# Slack shows what is typed while it is typed, and holds 3000 characters in a field.
_ELSEWHERE = N_("This cannot be asked in Slack. I have put it to you on the web: {link}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question and how it is put: the card that asks, the asker's language, and the zone of its moments."""

    row: AskRow
    card: Card
    language: str
    zone: str
    values: Mapping[str, str]


class Forms:
    """Opens modals. `words` speaks to the one who pressed."""

    def __init__(self, requests: Requests, database: Database, words: Callable[[str], Words]) -> None:
        self._requests = requests
        self._database = database
        self._words = words

    async def put(self, pressed: Decoded) -> str:
        """Open the questions whose button was pressed; return what to tell instead, if anything."""
        incoming = pressed.incoming
        try:
            asked = await self._database.read(_standing, incoming)
        except DeskError as error:
            return error.say(self._words(incoming.sender.language))
        told = await self._open(pressed, asked, stands=True)
        t = self._words(asked.language)
        return t(N_("That took too long. Press it once more.")) if told is None else told

    async def open(self, pressed: Decoded, card: Card) -> str:
        """Open a card's questions at once; return what to tell instead, if anything. Too late, the card stands in the chat."""
        assert card.ask is not None
        asked = await self._database.read(_found, pressed.incoming, card)
        if asked is None:
            return ""
        told = await self._open(pressed, asked, stands=False)
        if told is None:
            await self._database.write(_let_stand, pressed.incoming.chat, asked)
        return told or ""

    async def _open(self, pressed: Decoded, asked: Asked, *, stands: bool) -> str | None:
        """Return what to tell instead, empty for nothing, None if the modal could not be opened."""
        assert asked.card.ask is not None
        if not fits(asked.card.ask):
            return await self._send_elsewhere(pressed.incoming, asked)
        try:
            await self._requests.call(
                "views.open", trigger_id=pressed.trigger, view=_view(asked, pressed.incoming, stands=stands)
            )
        except (Refused, Unreached) as error:
            log.info("a form could not be opened", reason=str(error))
            return None
        return ""

    async def _send_elsewhere(self, incoming: Incoming, asked: Asked) -> str:
        t = self._words(asked.language)
        try:
            return t(_ELSEWHERE, link=await self._database.write(_put_on_the_web, incoming, asked))
        except DeskError as error:
            return error.say(t)


def _standing(uow: UnitOfWork, incoming: Incoming) -> Asked:
    """Return the questions of a button in a chat, if they are open to whoever pressed it."""
    row = asks.get(uow, incoming.ref)
    if row is None:
        raise NotFound(steps.CLOSED)
    if (row.platform, row.chat_id) != (incoming.platform, incoming.chat.chat_id):
        raise Forbidden(N_("These questions belong to another chat. Answer them there."))
    if row.user_id and row.user_id != incoming.sender.user_id:
        raise Forbidden(N_("These questions were put to somebody else. Press the button yourself to answer them."))
    if row.state != "open" or row.expires_at <= uow.now:
        raise Conflict(steps.CLOSED)
    ask = Ask(row.action, asking.questions(row), incoming.text, ref=row.ref)
    return _asked(uow, row, replace(unpack(row.card), ask=ask))


def _found(uow: UnitOfWork, incoming: Incoming, card: Card) -> Asked | None:
    assert card.ask is not None
    row = asks.get(uow, card.ask.ref)
    return _asked(uow, row, card) if row is not None else None


def _asked(uow: UnitOfWork, row: AskRow, card: Card) -> Asked:
    member = people.get(uow, row.member_id) if row.member_id is not None else None
    language = member.language if member is not None else ""
    return Asked(row, card, language, asking.zone_of(uow, row), row.answers)


def _view(asked: Asked, incoming: Incoming, *, stands: bool) -> dict[str, Any]:
    """Return the modal, with what the card says above its questions."""
    card, chat = asked.card, incoming.chat
    assert card.ask is not None
    private = {
        "ref": card.ask.ref,
        "chat": chat.chat_id,
        "topic": chat.topic_id,
        "private": incoming.private,
        "stands": stands,
    }
    view = modal(card.ask, card.title, json.dumps(private), asked.values, zone=asked.zone)
    said = render(native_card(replace(card, title="", ask=None, buttons=(), pictures=())))
    return view | {"blocks": [*said.blocks, *view["blocks"]]}


def _let_stand(uow: UnitOfWork, chat: ChatRef, asked: Asked) -> None:
    row = asked.row
    alerts.queue(
        uow,
        chat,
        language=asked.language or "en",
        card=pack(asked.card),
        args={"ask": row.ref},
        brand_id=row.brand_id,
        urgency=0,
    )


def _put_on_the_web(uow: UnitOfWork, incoming: Incoming, asked: Asked) -> str:
    """Put the questions to the same member in their private chat on the web; return the address that signs them in."""
    member_id = asked.row.member_id
    if member_id is None:
        raise Forbidden(N_("I do not know you yet. Ask an owner of the desk for an invitation and open its link."))
    alone = members.private_chat(members.WEB, members.web_user(member_id))
    if asked.row.message_id:
        alerts.queue(uow, incoming.chat, language=asked.language, edits=asked.row.message_id)
    asks.put_elsewhere(uow, asked.row.id, alone, alone.chat_id)
    _let_stand(uow, alone, asked)
    return tokens.web_link(uow, member_id)


def decode_form(key: str, body: Mapping[str, Any]) -> Decoded | None:
    """Return what a modal that was sent or closed means. Raises on a body that no Slack sends.

    One that was opened from a card in the chat may be closed and opened again; closing any other one stops.
    """
    view = body["view"]
    private = json.loads(view["private_metadata"])
    closed = body["type"] == "view_closed"
    if closed and private["stands"]:
        return None
    incoming = Incoming(
        PLATFORM,
        key,
        ChatRef(PLATFORM, str(private["chat"]), str(private["topic"])),
        presser(body),
        "answer",
        ref=str(private["ref"]),
        values={} if closed else answers(view),
        private=bool(private["private"]),
        cancelled=closed,
    )
    sent: tuple[FileRef, ...] = () if closed else tuple(file_of(each) for each in files(view))
    return Decoded(incoming, sent)
