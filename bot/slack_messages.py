"""Saying things on Slack: a drawn card as a new message or over a standing one, and what to do when it is refused."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.slack_card import SlackMessage, render
from bot.slack_doors import Doors
from bot.slack_files import Files
from bot.slack_refusals import about_picture, fixed, meant, message_lost, thread_lost, undeletable
from bot.slack_request import Refused, Requests, Unreached
from bot.slack_words import native_card
from bot.transport import ChatRef, MessageRef
from handlers.card import Card, Picture
from smm.errors import ChatError, ChatGone

log = structlog.get_logger(__name__)

REMEMBERED: Final = 5_000
_QUIET: Final = {"unfurl_links": False, "unfurl_media": False}


class Messages:
    """Sends, edits and removes."""

    def __init__(self, requests: Requests, doors: Doors, files: Files) -> None:
        self._requests = requests
        self._doors = doors
        self._files = files
        self._standing: OrderedDict[MessageRef, SlackMessage] = OrderedDict()

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Send a card; raise a ChatError when it cannot be sent."""
        drawn = render(native_card(card))
        try:
            sent = await self._post(chat, drawn)
        except Refused as error:
            if chat.topic_id and thread_lost(error):  # the channel is still there: say it where all of it can see it
                return await self.send(ChatRef(chat.platform, chat.chat_id), card)
            raise self._meant(chat, error) from None
        except Unreached as error:
            raise meant(error) from None
        await self._hang_on(chat, sent, card.pictures)
        return self._stands(MessageRef(chat, sent), drawn)

    async def edit(self, message: MessageRef, card: Card) -> MessageRef | None:
        """Draw a card over a message; return where it stands now if that message was gone and it was sent anew."""
        drawn = render(native_card(card))
        if self._standing.get(_place(message)) == drawn:
            return None
        try:
            await self._change(message, drawn)
        except Refused as error:
            if fixed(error):
                return None
            if not message_lost(error):
                raise self._meant(message.chat, error) from None
            self._standing.pop(_place(message), None)
            # Somebody deleted it. A card that still has something to press is needed; any other is history.
            return await self.send(message.chat, card) if card.buttons else None
        except Unreached as error:
            raise meant(error) from None
        self._stands(message, drawn)
        return None

    async def remove(self, message: MessageRef) -> None:
        """Take a message away; what is gone, or has to stay, stays as it is."""
        self._standing.pop(_place(message), None)
        try:
            channel = await self._doors.channel(message.chat)
            await self._requests.call("chat.delete", channel=channel, ts=message.message_id)
        except Refused as error:
            if not undeletable(error):
                raise self._meant(message.chat, error) from None
        except Unreached as error:
            raise meant(error) from None

    def _meant(self, chat: ChatRef, error: Refused) -> ChatError:
        failure = meant(error)
        if isinstance(failure, ChatGone):
            self._doors.forget(chat)
        return failure

    async def _post(self, chat: ChatRef, drawn: SlackMessage) -> str:
        channel = await self._doors.channel(chat)

        async def say(blocks: list[dict[str, Any]]) -> str:
            said = await self._requests.call(
                "chat.postMessage",
                channel=channel,
                thread_ts=chat.topic_id or None,
                text=drawn.text,
                blocks=blocks or None,
                **_QUIET,
            )
            return str(said["ts"])

        return await self._with_pictures(drawn, say)

    async def _change(self, message: MessageRef, drawn: SlackMessage) -> None:
        channel = await self._doors.channel(message.chat)

        async def say(blocks: list[dict[str, Any]]) -> str:
            # Blocks that are left out stay as they were: an empty list takes them away.
            await self._requests.call(
                "chat.update", channel=channel, ts=message.message_id, text=drawn.text, blocks=blocks
            )
            return message.message_id

        await self._with_pictures(drawn, say)

    async def _with_pictures(self, drawn: SlackMessage, say: Any) -> str:
        """Say it with its pictures; without them, if Slack takes none: a plain card is better than none."""
        shown = await self._files.show(drawn.pictures)
        illustrated = replace(drawn, pictures=tuple(picture for picture, _ in shown))
        try:
            return str(await say(illustrated.illustrated([file_id for _, file_id in shown])))
        except Refused as error:
            if not shown or not about_picture(error):
                raise
            log.warning("slack does not take a picture", reason=error.about)
            self._files.forget(illustrated.pictures)
        return str(await say(drawn.blocks))

    async def _hang_on(self, chat: ChatRef, sent: str, pictures: tuple[Picture, ...]) -> None:
        """Put the files that a message cannot show under it. Without them it is still said."""
        try:
            await self._files.share(pictures, await self._doors.channel(chat), chat.topic_id or sent)
        except (Refused, Unreached) as error:
            log.warning("a file could not be shared", reason=str(error))

    def _stands(self, message: MessageRef, drawn: SlackMessage) -> MessageRef:
        place = _place(message)
        self._standing[place] = drawn
        self._standing.move_to_end(place)
        while len(self._standing) > REMEMBERED:
            self._standing.popitem(last=False)
        return message


def _place(message: MessageRef) -> MessageRef:
    """Return a message as it is remembered: its thread makes it no other one."""
    return replace(message, chat=replace(message.chat, topic_id=""))
