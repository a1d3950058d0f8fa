"""Saying something to one person in a group: an ephemeral message, which nobody else sees.

It may not arrive (the reader may be offline) and does not last, so nothing that matters is told only so. A bot may send one
within 15 seconds of a press, an administrator at any time: https://core.telegram.org/bots/api#ephemeral-messages-and-commands
"""

from __future__ import annotations

from typing import Any

import structlog
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.telegram_card import render
from bot.telegram_offers import Offers
from bot.telegram_pictures import HTML, address
from bot.telegram_request import Requests
from bot.transport import ChatRef
from handlers.card import Card

NOTHING = 2**31 - 1  # an ephemeral message that is not there

log = structlog.get_logger(__name__)


async def knows_whispers(requests: Requests, chat_id: int | str, user_id: int) -> bool:
    """Ask a server whether it has ephemeral messages, by a call that changes nothing."""
    try:
        await requests.call(
            "deleteEphemeralMessage", chat_id=chat_id, receiver_user_id=user_id, ephemeral_message_id=NOTHING
        )
    except InvalidToken:  # the library's word for 404: there is no such method
        return False
    except (BadRequest, Forbidden):
        return True
    return True


class Whispers:
    """Sends ephemeral messages where the server knows them.

    An older server would ignore whom a message is for and show it to everybody. So it is asked first for a method that only
    servers with ephemeral messages have, and what it answers is remembered.
    """

    def __init__(self, requests: Requests, offers: Offers) -> None:
        self._requests = requests
        self._offers = offers
        self._known: bool | None = None

    async def say(self, chat: ChatRef, user_id: str, card: Card, press: str = "") -> bool:
        """Show a card without buttons to one person in a group; False where that cannot be, and nothing was shown."""
        if not (chat.chat_id.startswith("-") and user_id.isdigit()):
            return False
        try:
            return await self._is_known(chat, user_id) and await self._say(chat, user_id, card, press)
        except TelegramError as error:
            log.info("a word to one person in a group was not taken", error=type(error).__name__)
            return False

    async def _is_known(self, chat: ChatRef, user_id: str) -> bool:
        if self._known is None:
            self._known = await knows_whispers(self._requests, address(chat)["chat_id"], int(user_id))
        return self._known

    async def _say(self, chat: ChatRef, user_id: str, card: Card, press: str) -> bool:
        whom: dict[str, Any] = {"receiver_user_id": int(user_id)} | ({"callback_query_id": press} if press else {})
        drawn = self._offers.fitting(render(card))
        # 10.2 takes the parameters as they are, 10.3 as one object; each ignores the other's.
        sent = await self._requests.call(
            "sendMessage", **address(chat), text=drawn.text, parse_mode=HTML, ephemeral_message_parameters=whom, **whom
        )
        if "ephemeral_message_id" in sent:
            return True
        log.error("the Bot API server said to everybody what was for one; it is taken back and not tried again")
        self._known = False
        place = {"chat_id": address(chat)["chat_id"], "message_id": sent["message_id"]}
        await self._requests.call("deleteMessage", **place)
        return False
