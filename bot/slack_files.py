"""Files in both directions: what people send is fetched and kept, what we show is uploaded once and then named by its id."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from bot import media
from bot.slack_request import Refused, Requests, Unreached
from bot.slack_updates import FileRef
from handlers.card import Picture
from smm.errors import N_, ChatError, Invalid
from storage.engine import Database

log = structlog.get_logger(__name__)

REMEMBERED: Final = 2_000
# A file can be shown only when Slack has looked at it (https://github.com/slackapi/python-slack-sdk/issues/1521).
LOOKS: Final = (0.2, 0.4, 0.8, 1.6, 3.2)
# https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
_SHOWN: Final = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
_OTHERS: Final = {"image/webp": "webp", "video/mp4": "mp4", "application/pdf": "pdf"}


class Files:
    """Fetches and offers files of one app."""

    def __init__(self, requests: Requests, database: Database, folder: Path, looks: Sequence[float] = LOOKS) -> None:
        self._requests = requests
        self._database = database
        self._folder = folder
        self._looks = looks
        self._ids: OrderedDict[tuple[str, int], str] = OrderedDict()

    async def fetch(self, ref: FileRef, brand_id: int | None) -> str:
        """Fetch and keep a file somebody sent; return its digest. Raise Invalid with what to send instead."""
        content = None if ref.size > media.MOST_BYTES else await self._download(ref)
        if content is None:
            raise Invalid(N_("This file is larger than {most} MB. Send a smaller one."), most=media.MOST_BYTES // 2**20)
        return (await media.keep(self._database, self._folder, content, brand_id=brand_id, name=ref.name)).digest

    async def _download(self, ref: FileRef) -> bytes | None:
        """Fetch a file, a second time if the line broke; None for one that is too large."""
        for last in (False, True):
            try:
                found = ref if ref.url else await self._asked(ref)
                return await self._requests.fetch(found.url, media.MOST_BYTES) if found is not None else None
            except Unreached:
                if last:
                    break
            except Refused:
                break
        raise Invalid(N_("Slack did not hand this file out. Send it again."))

    async def _asked(self, ref: FileRef) -> FileRef | None:
        """Ask where a file is; None if it is too large. A shared channel's file comes as its id alone."""
        told: dict[str, Any] = (await self._requests.call("files.info", file=ref.file_id))["file"]
        if int(told.get("size", 0)) > media.MOST_BYTES:
            return None
        return FileRef(ref.file_id, str(told.get("url_private_download") or told["url_private"]), 0, str(told["name"]))

    async def show(self, pictures: Sequence[Picture]) -> list[tuple[Picture, str]]:
        """Return those pictures that can stand in a message, each with the id of its file on Slack."""
        shown = [(one, await self._uploaded(one, _SHOWN[one.mime])) for one in pictures if one.mime in _SHOWN]
        return [(picture, file_id) for picture, file_id in shown if file_id]

    async def share(self, pictures: Sequence[Picture], channel: str, thread: str) -> None:
        """Put what cannot stand in a message, such as a video, under it as files."""
        for one in pictures:
            ending = _OTHERS.get(one.mime)
            content = await self._content(one) if ending else None
            if content is not None and ending:
                await self._upload(one, content, ending, channel_id=channel, thread_ts=thread)

    async def _uploaded(self, picture: Picture, ending: str) -> str:
        """Return the id of a picture's file, uploading it if need be; empty where there is nothing to upload."""
        if known := self._ids.get(_name(picture)):
            return known
        content = await self._content(picture)
        if content is None:
            return ""
        file_id = await self._upload(picture, content, ending)
        self._ids[_name(picture)] = file_id
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        await self._looked_at(file_id)
        return file_id

    async def _content(self, picture: Picture) -> bytes | None:
        """Return a picture as the card shows it, cropped or whole; None where it is not here."""
        if not media.is_digest(picture.digest) or not await asyncio.to_thread((self._folder / picture.digest).is_file):
            return None
        path = await media.shown(self._folder, picture.digest, picture.ratio)
        return await asyncio.to_thread(path.read_bytes)

    async def _upload(self, picture: Picture, content: bytes, ending: str, **where: str) -> str:
        """Upload a file, to a thread or to nowhere yet: https://docs.slack.dev/messaging/working-with-files#upload."""
        name = f"{picture.digest[:12]}.{ending}"
        given = await self._requests.call("files.getUploadURLExternal", filename=name, length=len(content))
        await self._requests.put(str(given["upload_url"]), content)
        file = {"id": given["file_id"], "title": picture.alt[:200] or name}
        await self._requests.call("files.completeUploadExternal", files=[file], **where)
        return str(given["file_id"])

    async def _looked_at(self, file_id: str) -> None:
        """Wait until Slack knows what a file is. If it takes long, the message is tried later."""
        for pause in self._looks:
            if (await self._requests.call("files.info", file=file_id))["file"].get("mimetype"):
                return
            await asyncio.sleep(pause)
        raise ChatError(N_("Slack is still looking at a picture."))

    def forget(self, pictures: Sequence[Picture]) -> None:
        """Upload these again next time: Slack does not know their ids any more."""
        for picture in pictures:
            self._ids.pop(_name(picture), None)


def _name(picture: Picture) -> tuple[str, int]:
    """Return by what a file's id is remembered: cropped it is another file than the whole."""
    return (picture.digest, picture.ratio)
