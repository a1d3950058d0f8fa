"""The web chat as a transport: messages are rows, and every open browser is told when a chat changes.

Pages and streams (chat.py, events.py) read the rows; who may read which is theirs to decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from bot.transport import Incoming, Outcome, Pace, Receive
from handlers.card import Card
from handlers.card_json import pack
from smm.errors import N_, ChatError
from storage import web
from storage.channels import ChatRef, MessageRef
from storage.engine import Database

ROOMS = "channels"  # the database's topic when a room is made, moved or released
TOPICS = ("alerts", "accounts", "members", "posts", ROOMS)  # whose news pages look at again; see `Database.listen`


class Web:
    """The web platform: keeps what is sent, hands on what comes in, wakes who watches."""

    platform = "web"
    pace = Pace(overall=500, per_chat=0.0)

    def __init__(self, database: Database) -> None:
        self._database = database
        self._receive: Receive | None = None
        self._watching: dict[str, set[asyncio.Event]] = {}
        self.closing = False
        for topic in TOPICS:
            database.listen(topic, partial(self._wake, topic))

    async def start(self, receive: Receive) -> None:
        """Hand every update on from now. What a browser sent and was not thanked for, it sends again by itself."""
        self._receive = receive
        self.closing = False

    async def stop(self) -> None:
        """Let go of every open stream."""
        self.closing = True
        self._receive = None
        for chat_id in list(self._watching):
            self._wake(chat_id)

    def is_group(self, chat: ChatRef) -> bool:
        """Say that no per-group limit holds here."""
        return False

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Keep a card as a new message and show it in open browsers."""
        added = await self._database.write(web.add_message, chat.chat_id, card=pack(card), pictures=_pictures(card))
        self._wake(chat.chat_id)
        return MessageRef(chat, str(added.id))

    async def edit(self, message: MessageRef, card: Card) -> None:
        """Draw a card over a message of ours; one that was removed stays so."""
        if not message.message_id.isdecimal():
            raise ChatError(N_("There is no such message."))
        if await self._database.write(web.edit_message, int(message.message_id), pack(card), _pictures(card)):
            self._wake(message.chat.chat_id)

    async def remove(self, message: MessageRef) -> None:
        """Take a message of ours away."""
        if message.message_id.isdecimal():
            await self._database.write(web.remove_message, int(message.message_id))
            self._wake(message.chat.chat_id)

    async def say(self, chat_id: str, member_id: int, text: str, files: Sequence[str], key: str) -> web.Message:
        """Keep what a member wrote and show it; the same key again is the same message."""
        said = await self._database.write(
            web.add_message, chat_id, member_id=member_id, text=text, files=files, key=key
        )
        self._wake(chat_id)
        return said

    async def hand_on(self, incoming: Incoming) -> Outcome:
        """Give an update to the router."""
        if self._receive is None:
            raise ChatError(N_("The desk is being opened or closed. Try again in a moment."))
        return await self._receive(incoming)

    async def redraw(self, chat_id: str, message_id: int) -> None:
        """Have a message drawn anew in every open browser."""
        await self._database.write(web.touch_message, message_id)
        self._wake(chat_id)

    @contextmanager
    def watch(self, chat_ids: Sequence[str]) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever one of the chats changes, or one of the TOPICS has news."""
        woken = asyncio.Event()
        self.follow(woken, chat_ids)
        try:
            yield woken
        finally:
            for chat_id in list(self._watching):
                self._forget(chat_id, woken)

    def follow(self, woken: asyncio.Event, chat_ids: Sequence[str]) -> None:
        """Let more chats set an event of `watch`."""
        for chat_id in chat_ids:
            self._watching.setdefault(chat_id, set()).add(woken)

    def _forget(self, chat_id: str, woken: asyncio.Event) -> None:
        watchers = self._watching.get(chat_id, set())
        watchers.discard(woken)
        if not watchers:
            self._watching.pop(chat_id, None)

    def _wake(self, chat_id: str) -> None:
        for woken in self._watching.get(chat_id, ()):
            woken.set()


def _pictures(card: Card) -> list[str]:
    return [picture.digest for picture in card.pictures if picture.digest]
