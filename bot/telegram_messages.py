"""Saying things on Telegram: a drawn card as a new message or over a standing one, and what to do when it is refused."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.chat_text import cut
from bot.telegram_card import CAPTION_LIMIT, TEXT_LIMIT, TelegramMessage, render
from bot.telegram_offers import Offers
from bot.telegram_pictures import HTML, Pictures, address, place
from bot.telegram_refusals import meant, message_lost, says, topic_lost, unchanged, undeletable, unparsed
from bot.telegram_request import Requests
from bot.transport import ChatRef, MessageRef
from handlers.card import Card
from smm.errors import N_, ChatError

log = structlog.get_logger(__name__)

REMEMBERED = 5_000
_NO_PREVIEW = {"is_disabled": True}
_NO_TEXT, _NO_CAPTION = "there is no text in the message", "there is no caption in the message"

Moved = Callable[[ChatRef, str], Awaitable[None]]
Standing = tuple[TelegramMessage, bool]  # what was drawn last, and whether it stands under a picture


class Messages:
    """Sends and edits. `moved` is told when a chat turns out to have another id."""

    def __init__(self, requests: Requests, pictures: Pictures, offers: Offers, moved: Moved) -> None:
        self._requests = requests
        self._pictures = pictures
        self._moved = moved
        self._offers = offers
        self._standing: OrderedDict[MessageRef, Standing] = OrderedDict()

    async def send(self, chat: ChatRef, card: Card, mention: str = "") -> MessageRef:
        """Send a card; raise a ChatError when it cannot be sent."""
        try:
            return await self._send(chat, self._offers.fitting(render(card, mention)))
        except TelegramError as error:
            if self._offers.learn(error):
                return await self.send(chat, card, mention)
            if chat.topic_id and topic_lost(error):  # the group is still there: say it where all of it can see it
                return await self.send(ChatRef(chat.platform, chat.chat_id), card, mention)
            raise await self._meant(chat, error) from None

    async def edit(self, message: MessageRef, card: Card) -> MessageRef | None:
        """Draw a card over a message; return where it stands now if that message was gone and it was sent anew."""
        try:
            await self._edit(message, card)
        except TelegramError as error:
            if self._offers.learn(error):
                return await self.edit(message, card)
            if not message_lost(error):
                raise await self._meant(message.chat, error) from None
            self._standing.pop(message, None)
            # Somebody deleted it. A card that still has something to press is needed; any other is history.
            return await self.send(message.chat, card) if card.buttons else None
        return None

    async def remove(self, message: MessageRef) -> None:
        """Take a message away; what is gone, or too old to be taken away, stays as it is."""
        self._standing.pop(message, None)
        try:
            await self._requests.call("deleteMessage", **place(message))
        except TelegramError as error:
            if not undeletable(error):
                raise await self._meant(message.chat, error) from None

    async def _meant(self, chat: ChatRef, error: TelegramError) -> ChatError:
        """Return what a refusal means. A group that became a supergroup is told; what is queued for it follows by then."""
        if isinstance(error, ChatMigrated):
            await self._moved(chat, str(error.new_chat_id))
            return ChatError(N_("The group became a supergroup. The message follows it there."))
        return meant(error)

    # ---- new messages

    async def _send(self, chat: ChatRef, drawn: TelegramMessage) -> MessageRef:
        if drawn.pictures and drawn.captioned:
            sent = await self._pictures.send(chat, drawn.pictures, drawn)
            if sent:
                return self._stands(MessageRef(chat, sent), drawn, pictured=True)
        elif drawn.pictures:
            await self._pictures.send_before(chat, drawn)
        result = await self._send_text(chat, drawn)
        self._pictures.followed(chat, drawn)
        return self._stands(MessageRef(chat, str(result["message_id"])), drawn, pictured=False)

    async def _send_text(self, chat: ChatRef, drawn: TelegramMessage) -> Any:
        async def say(text: str, mode: str | None) -> Any:
            return await self._requests.call(
                "sendMessage",
                **address(chat),
                text=text,
                parse_mode=mode,
                link_preview_options=_NO_PREVIEW,
                reply_markup=drawn.markup,
            )

        return await _plainly(say, drawn, self._offers.may_learn)

    # ---- standing messages

    async def _edit(self, message: MessageRef, card: Card) -> None:
        drawn = _editable(self._offers.fitting(render(card)))
        known = self._standing.get(message)
        if known is not None and known[0] == drawn:
            return
        try:
            pictured = await self._redraw(message, card, drawn, known)
        except BadRequest as error:
            if not unchanged(error):
                raise
            pictured = known[1] if known else False
        self._stands(message, drawn, pictured=pictured)

    async def _redraw(self, message: MessageRef, card: Card, drawn: TelegramMessage, known: Standing | None) -> bool:
        """Change what differs from what stands; return whether it stands under a picture."""
        pictured = known is not None and known[1]
        if known is not None and known[0].pictures == drawn.pictures and known[0].text == drawn.text:
            await self._change("editMessageReplyMarkup", message, drawn)
            return pictured
        other = known is None or known[0].pictures != drawn.pictures
        if len(drawn.pictures) == 1 and drawn.captioned and other and await self._pictures.exchange(message, drawn):
            return True
        return await self._rewrite(message, card, drawn, under=pictured)

    async def _rewrite(self, message: MessageRef, card: Card, drawn: TelegramMessage, *, under: bool) -> bool:
        """Change the words, wherever they stand; a text that has become too long for a caption is cut there."""
        for pictured in (under, not under):
            try:
                if pictured:
                    short = _editable(self._offers.fitting(render(card, limit=CAPTION_LIMIT)))
                    await self._change("editMessageCaption", message, short, "caption")
                else:
                    await self._change("editMessageText", message, drawn, "text")
            except BadRequest as error:
                if pictured is not under or not says(error, _NO_TEXT, _NO_CAPTION):
                    raise
            else:
                return pictured
        return under

    async def _change(self, method: str, message: MessageRef, drawn: TelegramMessage, field: str = "") -> None:
        preview = {"link_preview_options": _NO_PREVIEW} if field == "text" else {}

        async def change(text: str, mode: str | None) -> Any:
            words = {field: text, "parse_mode": mode} if field else {}
            return await self._requests.call(method, **place(message), **words, **preview, reply_markup=drawn.markup)

        await _plainly(change, drawn, self._offers.may_learn)

    def _stands(self, message: MessageRef, drawn: TelegramMessage, *, pictured: bool) -> MessageRef:
        self._standing[message] = (_editable(drawn), pictured)
        self._standing.move_to_end(message)
        while len(self._standing) > REMEMBERED:
            self._standing.popitem(last=False)
        return message


async def _plainly(
    say: Callable[[str, str | None], Awaitable[Any]],
    drawn: TelegramMessage,
    may_learn: Callable[[TelegramError], bool],
) -> Any:
    """Say it with markup; once without, if the server cannot read ours: a plain card is better than none."""
    try:
        return await say(drawn.text, HTML)
    except BadRequest as error:
        if not unparsed(error) or may_learn(error):
            raise
        log.warning("telegram cannot read our markup", reason=error.message[:200])
        return await say(cut(drawn.plain, TEXT_LIMIT), None)


def _editable(drawn: TelegramMessage) -> TelegramMessage:
    """Leave out a prompt for a reply: only an inline keyboard can be put under a standing message."""
    return replace(drawn, markup=None) if drawn.markup and "force_reply" in drawn.markup else drawn
