"""Pictures of a card on Telegram: a photo or an album, as files where they are no photos to it, and exchanging one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import structlog
from telegram import Bot, InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest

from bot.telegram_card import ALBUM_LIMIT, TelegramMessage, said_of
from bot.telegram_files import Files, Kind, Upload
from bot.telegram_refusals import about_picture, unheard, unparsed
from bot.transport import ChatRef, MessageRef
from handlers.card import Picture

log = structlog.get_logger(__name__)

HTML = "HTML"
REMEMBERED = 1_000


class Pictures:
    """Sends the pictures of cards."""

    def __init__(self, bot: Bot, files: Files) -> None:
        self._bot = bot
        self._files = files
        self._ahead: OrderedDict[tuple[ChatRef, str], None] = OrderedDict()

    async def send(self, chat: ChatRef, pictures: Sequence[Picture], drawn: TelegramMessage | None) -> str:
        """Send pictures, with `drawn` as caption; return the first message's id, empty where Telegram takes none of them."""
        for _again in range(2):  # a second time without the ids that the server has forgotten
            uploads = [upload for picture in pictures if (upload := await self._files.offer(picture))]
            if not uploads or (len(uploads) > 1 and drawn is not None and drawn.markup):
                return ""
            try:
                return str((await self._send_either_way(chat, uploads, drawn)).message_id)
            except BadRequest as error:
                if unparsed(error):
                    return ""
                if not about_picture(error):
                    raise
                self._files.forget(uploads)
                log.warning("telegram does not take a picture", reason=error.message[:200])
        return ""

    async def send_before(self, chat: ChatRef, drawn: TelegramMessage) -> None:
        """Send pictures that the text follows. If only the text fails and is tried again, they are not sent twice."""
        mark = (chat, drawn.text + repr(drawn.pictures))
        if mark in self._ahead:
            return
        for start in range(0, len(drawn.pictures), ALBUM_LIMIT):
            await self.send(chat, drawn.pictures[start : start + ALBUM_LIMIT], None)
        self._ahead[mark] = None
        while len(self._ahead) > REMEMBERED:
            self._ahead.popitem(last=False)

    def followed(self, chat: ChatRef, drawn: TelegramMessage) -> None:
        """Note that the text after the pictures is there: the same card again is a new one."""
        self._ahead.pop((chat, drawn.text + repr(drawn.pictures)), None)

    async def exchange(self, message: MessageRef, drawn: TelegramMessage) -> bool:
        """Put another picture where one stands, or a first one over a text; False where there is none to put."""
        upload = await self._files.offer(drawn.pictures[0])
        if upload is None or upload.kind == "voice":  # https://core.telegram.org/bots/api#editmessagemedia
            return False
        keyboard = {"reply_markup": drawn.markup} if drawn.markup else {}
        medium = _medium(upload, drawn, photo=upload.kind == "photo")
        sent = await self._bot.edit_message_media(medium, **place(message), api_kwargs=keyboard)
        if isinstance(sent, Message):
            self._files.remember(upload, sent)
        return True

    async def _send_either_way(self, chat: ChatRef, uploads: list[Upload], drawn: TelegramMessage | None) -> Message:
        kind = _common(uploads)
        try:
            return await self._send_as(chat, uploads, drawn, kind)
        except BadRequest as error:
            known = any(isinstance(upload.source, str) for upload in uploads)
            if kind == "document" or known or not (about_picture(error) or unheard(error)):
                raise
        return await self._send_as(chat, uploads, drawn, "document")

    async def _send_as(
        self, chat: ChatRef, uploads: list[Upload], drawn: TelegramMessage | None, kind: Kind
    ) -> Message:
        if len(uploads) == 1:
            return await self._send_one(chat, uploads[0], drawn, kind)
        media = [
            _medium(upload, drawn if number == 0 else None, photo=kind == "photo")
            for number, upload in enumerate(uploads)
        ]
        sent = await self._bot.send_media_group(**address(chat), media=media)
        for upload, message in zip(uploads, sent, strict=True):
            self._files.remember(upload, message)
        return sent[0]

    async def _send_one(self, chat: ChatRef, upload: Upload, drawn: TelegramMessage | None, kind: Kind) -> Message:
        words: dict[str, Any] = {"caption": said_of(upload.alt) or None}
        if drawn is not None:
            words = {"caption": drawn.text, "parse_mode": HTML}
        words["api_kwargs"] = {"reply_markup": drawn.markup} if drawn is not None and drawn.markup else {}
        if kind == "photo":
            sent = await self._bot.send_photo(**address(chat), photo=upload.source, **words)
        elif kind == "voice":
            sent = await self._bot.send_voice(**address(chat), voice=upload.source, **words)
        else:
            sent = await self._bot.send_document(**address(chat), document=upload.source, **words)
        self._files.remember(upload, sent)
        return sent


def _common(uploads: list[Upload]) -> Kind:
    """Return how files are sent together: as what all of them are, else as files."""
    kinds = {upload.kind for upload in uploads}
    return kinds.pop() if len(kinds) == 1 and (len(uploads) == 1 or kinds == {"photo"}) else "document"


def _medium(upload: Upload, caption: TelegramMessage | None, *, photo: bool) -> InputMediaPhoto | InputMediaDocument:
    kind = InputMediaPhoto if photo else InputMediaDocument
    if caption is None:
        return kind(upload.source, caption=said_of(upload.alt) or None)
    return kind(upload.source, caption=caption.text, parse_mode=HTML)


def address(chat: ChatRef) -> dict[str, Any]:
    """Return a chat as a method's parameters."""
    topic = {"message_thread_id": int(chat.topic_id)} if chat.topic_id.isdigit() else {}
    return {"chat_id": _number(chat.chat_id), **topic}


def place(message: MessageRef) -> dict[str, Any]:
    """Return a message as a method's parameters."""
    return {"chat_id": _number(message.chat.chat_id), "message_id": int(message.message_id)}


def _number(chat_id: str) -> int | str:
    return int(chat_id) if chat_id.lstrip("-").isdigit() else chat_id
