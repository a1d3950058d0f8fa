"""Videos on a Facebook Page: in posts, as reels and as stories.

https://developers.facebook.com/docs/video-api/guides/reels-publishing, https://developers.facebook.com/docs/page-stories-api.

A video is uploaded where nobody sees it, and published by a call of its own. Which video a publication has is kept before that:
what became of it is asked of Facebook. A long upload goes on where it stopped with the next try.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connectors.facebook_reading import SITE, Clip, clip, refused_upload
from connectors.graph import ASIDE
from connectors.graph_errors import WRONG_FILE
from connectors.graph_underway import LOOKS, GraphUnderway
from connectors.plain_text import with_link
from connectors.reading import Body
from smm.errors import ConnectorError, Rejected
from smm.networks import MediaFile, Outgoing, PostKind, Published

EDGES: Final[Mapping[PostKind, str]] = {PostKind.REEL: "video_reels", PostKind.STORY: "video_stories"}
CHUNKS: Final = "graph-video.facebook.com"
WHOLE: Final = "rupload.facebook.com/video-upload"
STORY: Final = f"story{ASIDE}"
BUDGET: Final = 40.0  # seconds that one try may upload
PIECE: Final = 1024 * 1024
OFFSETS: Final = ("start_offset", "end_offset")
LARGEST: Final = 64 * 1024 * 1024  # bytes that Facebook may ask for at once
ASKED: Final = "id,status,post_id,permalink_url"


@dataclass(slots=True)
class Sending:
    """An upload in parts: what is to be sent next."""

    video: str
    session: str
    start: int
    end: int


class FacebookVideos(GraphUnderway):
    """What one Page has of videos under way."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._sending: dict[str, Sending] = {}

    async def _publish_video(self, page: str, post: Outgoing) -> Published:
        known = await self._clip(post.key)
        if known is not None and known.is_out:
            return self._shown(page, post, known)
        try:
            return await self._publish_clip(page, post, known)
        except Rejected:
            again = await self._clip(post.key) if known is not None and known.is_uploaded else None
            if again is not None and again.is_out:  # by a try before, whose end nobody knew
                return self._shown(page, post, again)
            raise

    async def _publish_clip(self, page: str, post: Outgoing, known: Clip | None) -> Published:
        if post.options.kind == PostKind.POST:
            sent = self._sent_before(post.key, known) or await self._sent_in_parts(page, post)
            said = {"upload_session_id": sent.session, "description": with_link(post), "host": CHUNKS}
            return await self._finish(page, "videos", post, sent.video, said)
        edge, video = EDGES[post.options.kind], await self._sent_whole(page, post, known)
        said = {"video_id": video}
        if edge == "video_reels":
            said |= {"video_state": "PUBLISHED", "description": with_link(post)}
        return await self._finish(page, edge, post, video, said)

    async def _finish(self, page: str, edge: str, post: Outgoing, video: str, said: Mapping[str, str]) -> Published:
        """Publish. What goes wrong after that changes nothing of it: it is out already."""
        told: dict[str, Any] = {"upload_phase": "finish", **said}
        body = await self._change(page, edge, **told)
        if not body.read("success", bool):
            body.stop("success")
        if post_id := body.maybe("post_id", str):
            return self._shown(page, post, Clip(video, post_id=post_id))
        found = Clip(video)
        with suppress(ConnectorError):
            for _ in range(LOOKS):
                if (found := clip(await self._read(video, fields=ASKED))).post_id:
                    break
                await self._pause()
        return self._shown(page, post, found)

    async def _clip(self, key: str) -> Clip | None:
        """Ask what became of the video of a key; None where it has none, or none any more."""
        known = self._underway(key)
        if known is None:
            return None
        try:
            return clip(await self._read(known.thing.partition(",")[0], fields=ASKED))
        except Rejected as error:
            if error.field != "target":
                raise
            return None

    async def _find_video(self, page: str, post: Outgoing) -> Published | None:
        """Ask what became of the video of this key. Where it is not out, it may be published again: it is the same one."""
        found = await self._clip(post.key)
        if found is not None and found.is_out:
            return self._shown(page, post, found)
        if found is not None and found.is_busy:
            raise self._unsure()
        return None

    def _shown(self, page: str, post: Outgoing, found: Clip) -> Published:
        number = found.post_id or found.video
        if post.options.kind == PostKind.STORY:
            return Published(f"{STORY}{number}", found.link or f"{SITE}/{page}")
        place = f"reel/{found.video}" if post.options.kind == PostKind.REEL else f"{page}/videos/{found.video}"
        return Published(number if "_" in number else f"{page}_{number}", found.link or f"{SITE}/{place}")

    # Posts: in the parts that Facebook asks for (https://developers.facebook.com/docs/graph-api/reference/page/videos/).

    async def _sent_in_parts(self, page: str, post: Outgoing) -> Sending:
        (file,) = post.media
        sending = self._sending.get(post.key) or await self._begun(page, post, file)
        stops = asyncio.get_running_loop().time() + BUDGET
        while sending.start < sending.end:
            part = await self._part(file, sending.start, sending.end)
            said = {"upload_phase": "transfer", "upload_session_id": sending.session, "start_offset": sending.start}
            files = {"video_file_chunk": ("video.mp4", part, "application/octet-stream")}
            body = await self._change(page, "videos", host=CHUNKS, effect=False, files=files, **said)
            sending.start, sending.end = _offsets(body)
            if sending.start < sending.end and asyncio.get_running_loop().time() > stops:
                raise self._goes_on()
        return self._sending.pop(post.key)

    def _sent_before(self, key: str, known: Clip | None) -> Sending | None:
        """Return what an earlier process has uploaded to the end."""
        kept = self._underway(key)
        video, _, session = kept.thing.partition(",") if kept else ("", "", "")
        whole = known is not None and known.is_uploaded and not known.failed
        return Sending(video, session, 0, 0) if session and whole else None

    async def _begun(self, page: str, post: Outgoing, file: MediaFile) -> Sending:
        said = {"upload_phase": "start", "file_size": await self._size(file)}
        body = await self._change(page, "videos", host=CHUNKS, effect=False, **said)
        sending = Sending(body.id("video_id"), body.id("upload_session_id"), *_offsets(body))
        await self._remember(post.key, f"{sending.video},{sending.session}")
        self._sending[post.key] = sending
        return sending

    # Reels and stories: fetched by Facebook from our public address, or sent whole.

    async def _sent_whole(self, page: str, post: Outgoing, known: Clip | None) -> str:
        (file,) = post.media
        if known is None or known.failed:
            body = await self._change(page, EDGES[post.options.kind], effect=False, upload_phase="start")
            known = Clip(body.id("video_id"))
            await self._remember(post.key, known.video)
        if not known.is_uploaded:
            await self._send_whole(known, file)
            await self._arrived(known.video)
        return known.video

    async def _send_whole(self, known: Clip, file: MediaFile) -> None:
        headers, parts = {"authorization": f"OAuth {self._secrets.get('token', '')}"}, dict[str, Any]()
        if file.url:
            headers["file_url"] = file.url
        else:
            size = await self._size(file)
            headers |= {"offset": str(known.sent), "file_size": str(size), "content-length": str(size - known.sent)}
            parts["content"] = _rest(file.path, known.sent)
        place = self._at(WHOLE, [known.video])
        await self._wire.call("POST", place, headers=headers, meaning=refused_upload, **parts)

    async def _arrived(self, video: str) -> None:
        """Wait until Facebook has the video; what takes longer is looked at again by the next try."""
        for look in range(LOOKS):
            found = clip(await self._read(video, fields=ASKED))
            if found.failed:
                facts = {"network": self.title, "account": self._account}
                raise Rejected(WRONG_FILE, reason=found.failed, field="media", **facts)
            if found.is_uploaded:
                return
            if look + 1 < LOOKS:
                await self._pause()
        raise self._goes_on()

    async def _size(self, file: MediaFile) -> int:
        try:
            return (await asyncio.to_thread(file.path.stat)).st_size
        except OSError as error:
            raise self._lost_file() from error

    async def _part(self, file: MediaFile, start: int, end: int) -> bytes:
        try:
            part = await asyncio.to_thread(_read, file.path, start, end)
        except OSError as error:
            raise self._lost_file() from error
        if not part:
            raise self._lost_file()
        return part


def _offsets(body: Body) -> tuple[int, int]:
    """Return from where to where Facebook wants the next part; the same twice: it has everything."""
    start, end = (int(told) if (told := body.id(name)).isdecimal() else body.stop(name) for name in OFFSETS)
    return (start, end) if 0 <= end - start <= LARGEST else body.stop("end_offset")


def _read(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


async def _rest(path: Path, start: int) -> AsyncIterator[bytes]:
    """Yield a file from a place on, without having it in memory."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, start)
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)
