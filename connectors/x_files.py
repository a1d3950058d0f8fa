"""Files on X: pictures at once, videos in pieces that X then works on (https://docs.x.com/x-api/media/quickstart/media-upload-chunked).

Nobody sees a file before a post shows it. Which upload a file has is kept, so that a try after a pause waits for the same.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.outcomes import GOES_ON, REFUSED, REFUSED_SILENTLY
from connectors.plain_text import bounded
from connectors.reading import Body
from connectors.underway import Underway, read, written
from connectors.x_login import XLogin
from smm.errors import Rejected, Unavailable
from smm.networks import MediaFile

PIECE: Final = 4 * 1024 * 1024  # bytes; at most 5 MB (https://docs.x.com/x-api/media/append-media-upload)
ALT: Final = 1000  # characters of a description
LASTS: Final = timedelta(hours=20)  # of an upload, which X keeps for a day
LOOKS: Final = 6  # at what X makes of a video, before the next try looks again
PAUSES: Final = [1.0, 8.0]  # seconds between two looks: the fewest, and the most that X is believed
FILMS: Final = "films"  # the name beside the keys; nobody is asked for it


class XFiles(XLogin):
    """What an account uploads."""

    async def _upload(self, file: MediaFile) -> str:
        """Upload a file and return its id."""
        return await (self._film if file.mime.startswith("video/") else self._picture)(file)

    async def _picture(self, file: MediaFile) -> str:
        parts = {"media": ("picture", await self._content(file), file.mime)}
        told = {"media_category": "tweet_image", "media_type": file.mime}
        made = (await self._call("POST", "2/media/upload", files=parts, data=told)).body().id("data.id")
        if file.alt:  # https://docs.x.com/x-api/media/create-media-metadata
            said = {"alt_text": {"text": file.alt[:ALT]}}
            await self._call("POST", "2/media/metadata", json={"id": made, "metadata": said})
        return made

    async def _film(self, file: MediaFile) -> str:
        known = self._films().get(file.digest)
        made = await self._state(known.thing) if known else await self._send(file)
        return await self._made(made, file)

    def _films(self) -> dict[str, Underway]:
        return read(self._secrets.get(FILMS, ""), datetime.now(UTC), LASTS)

    async def _send(self, file: MediaFile) -> Body:
        """Send a video piece by piece; return what X says of the whole."""
        content = await self._content(file)
        told = {"media_type": file.mime, "total_bytes": len(content), "media_category": "tweet_video"}
        film = (await self._call("POST", "2/media/upload/initialize", json=told)).body().id("data.id")
        for index, at in enumerate(range(0, len(content), PIECE)):
            parts = {"media": ("piece", content[at : at + PIECE], "application/octet-stream")}
            await self._call("POST", f"2/media/upload/{film}/append", files=parts, data={"segment_index": str(index)})
        whole = (await self._call("POST", f"2/media/upload/{film}/finalize")).body().part("data")
        made = Underway(film, datetime.now(UTC))
        await self._keep_beside(lambda: {FILMS: written(self._films() | {file.digest: made})})
        return whole

    async def _state(self, film: str) -> Body:
        asked = {"command": "STATUS", "media_id": film}
        return (await self._call("GET", "2/media/upload", params=asked)).body().part("data")

    async def _made(self, told: Body, file: MediaFile) -> str:
        """Wait until X has made a video; what takes longer is looked at again by the next try."""
        film = told.id("id")
        for _ in range(LOOKS):
            state = told.read("processing_info.state", str) if told.has("processing_info") else "succeeded"
            if state == "succeeded":
                return film
            if state == "failed":
                await self._forget(file)
                raise self._unfit(told)
            fewest, most = PAUSES
            await asyncio.sleep(min(max(told.maybe("processing_info.check_after_secs", int) or fewest, fewest), most))
            told = await self._state(film)
        raise Unavailable(GOES_ON, network=self.title, account=self._account)

    async def _forget(self, file: MediaFile) -> None:
        """Let go of an upload: the same file is sent anew."""
        if file.digest in self._films():
            await self._keep_beside(
                lambda: {FILMS: written({key: made for key, made in self._films().items() if key != file.digest})}
            )

    def _unfit(self, told: Body) -> Rejected:
        reason = bounded(told.maybe("processing_info.error.message", str) or "", 300)
        words = REFUSED if reason else REFUSED_SILENTLY
        return Rejected(words, reason=reason, field="media", network=self.title, account=self._account)
