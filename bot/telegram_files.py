"""Files in both directions: what people send is fetched and kept, what we show is uploaded once and then named by its id.

A file's address holds the token (https://core.telegram.org/bots/api#getfile): it is made, used and forgotten here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from telegram import Bot, InputFile, Message
from telegram.error import BadRequest, NetworkError, TelegramError

from bot import media
from bot.chat_text import link
from bot.telegram_updates import FileRef
from handlers.card import Picture
from smm.errors import N_, Invalid
from storage.engine import Database

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
PHOTO_LIMIT = 10 * 1024 * 1024  # https://core.telegram.org/bots/api#sending-files
REMEMBERED = 2_000
_PHOTOS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_OTHERS = {
    "image/gif": "gif",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
}
Kind = Literal["photo", "document", "voice"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as a method takes it: our file, the id it has on the server already, or a public address."""

    source: InputFile | str
    kind: Kind
    name: str  # by which its id is remembered
    alt: str = ""


class Files:
    """Fetches and offers files of one bot."""

    def __init__(self, bot: Bot, database: Database, folder: Path) -> None:
        self._bot = bot
        self._database = database
        self._folder = folder
        self._ids: OrderedDict[str, str] = OrderedDict()

    async def fetch(self, ref: FileRef, brand_id: int | None) -> str:
        """Fetch and keep a file somebody sent; return its digest. Raise Invalid with what to send instead."""
        if ref.size > DOWNLOAD_LIMIT:
            raise Invalid(_too_big(), most=DOWNLOAD_LIMIT // 1024 // 1024)
        try:
            content = await self._download(ref)
        except BadRequest as error:
            if "too big" in error.message:
                raise Invalid(_too_big(), most=DOWNLOAD_LIMIT // 1024 // 1024) from None
            raise Invalid(_withheld()) from None
        except TelegramError:
            raise Invalid(_withheld()) from None
        kept = await media.keep(self._database, self._folder, content, brand_id=brand_id, name=ref.name, alt=ref.alt)
        return kept.digest

    async def _download(self, ref: FileRef) -> bytes:
        """Fetch a file, a second time if the line broke."""
        for last in (False, True):
            try:
                found = await self._bot.get_file(ref.file_id)
                return bytes(await found.download_as_bytearray())
            except NetworkError as error:
                if last or isinstance(error, BadRequest):
                    raise
        raise AssertionError

    async def offer(self, picture: Picture) -> Upload | None:
        """Return a picture ready to be sent, None where there is nothing to send."""
        kind = kind_of(picture)
        name = f"{picture.digest}-{picture.ratio}" if picture.ratio else picture.digest or link(picture.url)
        if name in self._ids:
            return Upload(self._ids[name], kind, name, picture.alt)
        if not media.is_digest(picture.digest):
            return Upload(name, kind, name, picture.alt) if link(picture.url) else None
        if not await asyncio.to_thread((self._folder / picture.digest).is_file):
            return None
        path = await media.shown(self._folder, picture.digest, picture.ratio)
        content = await asyncio.to_thread(path.read_bytes)
        ending = _PHOTOS.get(picture.mime) or _OTHERS.get(picture.mime, "bin")
        source = InputFile(content, filename=f"{picture.digest[:12]}.{ending}", attach=True)
        too_large = kind == "photo" and len(content) > PHOTO_LIMIT
        return Upload(source, "document" if too_large else kind, name, picture.alt)

    def remember(self, upload: Upload, sent: Message) -> None:
        """Note the id under which the server has a file now."""
        attached = sent.photo[-1] if sent.photo else sent.voice or sent.document
        if attached is not None:
            self._ids[upload.name] = attached.file_id
            while len(self._ids) > REMEMBERED:
                self._ids.popitem(last=False)

    def forget(self, uploads: list[Upload]) -> None:
        """Upload these again next time: the server does not know their ids any more."""
        for upload in uploads:
            self._ids.pop(upload.name, None)


def kind_of(picture: Picture) -> Kind:
    """Return how Telegram shows a file: only Opus in Ogg is a voice note (https://core.telegram.org/bots/api#sendvoice)."""
    return "voice" if picture.mime == "audio/ogg" else "photo" if picture.mime in _PHOTOS else "document"


def _too_big() -> str:
    return N_("This file is larger than {most} MB, which Telegram gives to no bot. Send a smaller one.")


def _withheld() -> str:
    return N_("Telegram did not hand this file out. Send it again.")
