"""Receiving one stored update: what it means, the files in it, who handles it, and the answer that its press is owed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog
from telegram.error import BadRequest, TelegramError

from bot.chat_text import clean
from bot.errands import Errands
from bot.intake import Body
from bot.refusals import complain
from bot.telegram_card import notice
from bot.telegram_files import Files
from bot.telegram_request import Requests
from bot.telegram_updates import PLATFORM, Decoded, Me, Query, decode, query
from bot.telegram_whispers import Whispers
from bot.transport import ChatRef, Incoming, Outcome, Receive, Sender
from handlers.card import Card, Notice, para
from handlers.card_json import pack
from handlers.route import Words
from smm.errors import Invalid
from storage import alerts, asks, channels, updates
from storage.channels import Channel
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)


class Reception:
    """Hands updates on to `receive`, once it and `me` are known."""

    def __init__(
        self,
        database: Database,
        requests: Requests,
        files: Files,
        whispers: Whispers,
        words: Callable[[str], Words],
        bot_id: int,
    ) -> None:
        self._database = database
        self._requests = requests
        self._files = files
        self._whispers = whispers
        self._words = words
        self._bot_id = bot_id
        self._answers = Errands()
        self.me: Me | None = None
        self.receive: Receive | None = None

    @property
    def ready(self) -> bool:
        """Whether updates can be handed on."""
        return self.me is not None and self.receive is not None

    async def handle(self, name: str, body: Body) -> None:
        """Hand one update on and answer its press, whatever came of it."""
        press, outcome = query(body), Outcome()
        try:
            outcome = await self._hand_on(name, body)
        finally:
            if press:
                self._answers.spawn(self._answer(press, outcome))

    async def note_move(self, chat: ChatRef, new_id: str) -> None:
        """Tell that a group has another id now: once, though both a message and a refusal say so."""
        assert self.receive is not None
        once = f"{self._bot_id}:moved:{chat.chat_id}:{new_id}"
        await self.receive(Incoming(PLATFORM, once, ChatRef(PLATFORM, chat.chat_id), Sender(""), "moved", new_id))

    async def finish(self, grace: float) -> None:
        """Let the last answers out."""
        await self._answers.finish(grace)

    async def _hand_on(self, name: str, body: Body) -> Outcome:
        assert self.me is not None
        assert self.receive is not None
        try:
            decoded = decode(name, body, self.me)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("an update cannot be read", key=name, error=type(error).__name__)
            await self._database.write(updates.poison, PLATFORM, name, f"unreadable: {type(error).__name__}")
            return Outcome()
        incoming = await self._complete(decoded) if decoded is not None else None
        if incoming is not None and incoming.kind != "moved":
            return await self.receive(incoming)
        if incoming is not None:
            await self.note_move(incoming.chat, incoming.text)
        await self._database.write(updates.take, PLATFORM, name)
        return Outcome()

    async def _complete(self, decoded: Decoded) -> Incoming | None:
        """Fetch what was sent, if it is to us; tell what could not be kept. None when nothing is left to hand on."""
        incoming = decoded.incoming
        if not decoded.files:
            return incoming
        room, asked = await self._database.read(_place, incoming)
        if not (decoded.addressed or asked):
            return incoming if incoming.text else None
        digests: list[str] = []
        for ref in decoded.files:
            try:
                digests.append(await self._files.fetch(ref, room.brand_id if room is not None else None))
            except Invalid as error:
                language = room.language if room is not None else incoming.sender.language
                await self._database.write(complain, incoming.chat, error, self._words(language))
        return replace(incoming, files=tuple(digests)) if digests or incoming.text else None

    async def _answer(self, press: Query, outcome: Outcome) -> None:
        """Answer a press. One that is too old was answered before, or waited while we were away: there is nobody to tell."""
        try:
            words = await self._words_for(press, outcome.notice)
            await self._requests.call("answerCallbackQuery", callback_query_id=press.id, **words)
        except BadRequest:
            return
        except TelegramError as error:
            log.info("a press could not be answered", error=type(error).__name__)

    async def _words_for(self, press: Query, said: Notice | None) -> dict[str, Any]:
        """Return what a press is answered with; what is too long for that goes to the presser alone, in a message."""
        if said is None:
            return {}
        short = notice(said.text)
        if short == clean(said.text).strip() or not press.user_id:
            return {"text": short, "show_alert": said.alarm}
        whole = Card(body=(para(said.text),))
        if await self._whispers.say(press.chat, press.user_id, whole, press.id):
            return {}
        private = ChatRef(PLATFORM, press.user_id)
        await self._database.write(alerts.queue, private, language="en", card=pack(whole), urgency=0)
        return {"text": short, "show_alert": said.alarm}


def _place(uow: UnitOfWork, incoming: Incoming) -> tuple[Channel | None, bool]:
    """Return the room that something was said in, and whether the sender was asked something there."""
    user_id = incoming.sender.user_id
    asked = bool(user_id) and asks.open_to(uow, incoming.chat, user_id) is not None
    return channels.around(uow, incoming.chat), asked
