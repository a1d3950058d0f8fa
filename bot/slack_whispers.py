"""What one person alone is shown in a channel: an ephemeral message, that nobody else sees and that is gone when they reload.

https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from __future__ import annotations

from typing import Any

import structlog

from bot.slack_card import render
from bot.slack_doors import Doors
from bot.slack_request import Refused, Requests, Unreached
from bot.slack_text import fallback
from bot.slack_words import native, native_card
from bot.transport import ChatRef
from handlers.card import Card

log = structlog.get_logger(__name__)


class Whispers:
    """Whispers, and says whether it could be heard."""

    def __init__(self, requests: Requests, doors: Doors) -> None:
        self._requests = requests
        self._doors = doors

    async def show(self, chat: ChatRef, user_id: str, card: Card) -> bool:
        """Show a card without buttons."""
        drawn = render(native_card(card))
        return await self._whisper(chat, user_id, text=drawn.text, blocks=drawn.blocks)

    async def tell(self, chat: ChatRef, user_id: str, words: str, respond: str = "") -> bool:
        """Say something. Where we may not speak, the address that came with a press (`respond`) still does."""
        text = fallback(native(words))
        if await self._whisper(chat, user_id, text=text):
            return True
        return bool(respond) and await self.respond(respond, words)

    async def respond(self, address: str, words: str) -> bool:
        """Say something at the address that came with what somebody did."""
        try:
            await self._requests.respond(address, fallback(native(words)))
        except (Refused, Unreached) as error:
            log.info("a sender could not be answered", reason=str(error))
            return False
        return True

    async def _whisper(self, chat: ChatRef, user_id: str, **said: Any) -> bool:
        try:
            channel = await self._doors.channel(chat)
            await self._requests.call(
                "chat.postEphemeral",
                channel=channel,
                user=user_id.partition(":")[2],
                thread_ts=chat.topic_id or None,
                **said,
            )
        except (Refused, Unreached) as error:
            log.info("a word to one person was not taken", reason=str(error))
            return False
        return True
