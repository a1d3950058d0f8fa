"""Videos: uploaded in pieces, so that what broke off goes on (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol).

The address of an upload is kept by the publication's key before the first byte goes there: a video is made of one address once,
and what became of it is asked there. Where the address is gone, it is looked for among the channel's newest uploads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from connectors.outcomes import GONE, UNREACHABLE, strange
from connectors.plain_text import fingerprint, with_link
from connectors.reading import Body
from connectors.underway import Underway, read, written
from connectors.versions import version
from connectors.wire import Reply
from connectors.youtube_login import YoutubeLogin
from smm.errors import N_, NeedsHuman, OutcomeUnknown, Rejected, Unavailable
from smm.networks import Limits, Looks, Outgoing, Published, Visibility

PIECE: Final = 8 * 1024 * 1024  # bytes; all but the last are a multiple of 256 KiB
LASTS: Final = timedelta(days=6)  # of an address; YouTube lets go of it after about a week
SESSIONS: Final = "sessions"  # the name beside the keys; nobody is asked for it
NEWEST: Final = 50
SKEW: Final = timedelta(minutes=2)
KEPT: Final = ("categoryId", "tags", "defaultLanguage", "defaultAudioLanguage")  # what an edit leaves as it is
CATEGORY: Final = "22"  # People & Blogs, as in YouTube's own examples
SITE: Final = "https://www.youtube.com/watch?v="
STUDIO: Final = "https://studio.youtube.com/video/{video}/edit"
_RECEIVED = re.compile(r"bytes=0-(\d{1,15})")

NO_VIDEO: Final = N_("{network} takes one video and nothing else. Attach one.")
KEPT_PRIVATE: Final = N_(
    "The video is up, and {network} keeps it private: nobody sees it. So it is with projects that Google has not audited. Look at"
    " it: {url}"
)


class YoutubeUploads(YoutubeLogin):
    """What one channel publishes."""

    limits = Limits(
        text=5000,
        media=1,
        media_bytes=2 * 1024 * 1024,
        source="https://developers.google.com/youtube/v3/docs/videos#snippet.description",
        media_types=("video/mp4",),
        reply=10_000,
        video_bytes=256 * 1024**3,
        video_seconds=12 * 3600,
        media_required=True,
        first_comment=True,
        text_bytes=5000,
        barred="<>",
        title=100,
        keywords=500,
        visibilities=tuple(Visibility),
        for_kids=True,
    )
    looks: ClassVar[Looks | None] = Looks(
        source="https://support.google.com/youtube/answer/12948449", fold_lines=3, grid=16 / 9, most=1, card=False
    )

    async def publish(self, post: Outgoing) -> Published:
        """Upload the video; go on where an earlier try of the same publication stopped."""
        content = await self._video(post)
        address = self._session(post)
        at, made = await self._reached(address, len(content))
        if at is None:
            address, at = await self._begin(post, len(content)), 0
        return self._shown(made or await self._send(address, content, at), post)

    async def _video(self, post: Outgoing) -> bytes:
        if len(post.media) != 1 or not post.media[0].mime.startswith("video/"):
            raise Rejected(NO_VIDEO, field="media", network=self.title, account=self._account)
        return await self._content(post.media[0])

    # Sessions: each is an address that takes one video.

    def _sessions(self) -> dict[str, Underway]:
        return read(self._secrets.get(SESSIONS, ""), datetime.now(UTC), LASTS)

    def _session(self, post: Outgoing) -> str:
        return self._sessions()[post.key].thing if post.key in self._sessions() else ""

    async def _begin(self, post: Outgoing, size: int) -> str:
        """Ask for an address for a video, and keep it."""
        reply = await self._call(
            "POST",
            f"upload/youtube/{version('youtube')}/videos",
            params={"uploadType": "resumable", "part": "snippet,status"},
            headers={"x-upload-content-length": str(size), "x-upload-content-type": post.media[0].mime},
            json=described(post),
        )
        address = reply.headers.get("location", "")
        if not self._is_google(address):
            raise strange(reply.who, effect=False, path="location")
        made = Underway(address, datetime.now(UTC))
        await self._keep_beside(lambda: {SESSIONS: written(self._sessions() | {post.key: made})})
        return address

    def _is_google(self, address: str) -> bool:
        """Say whether our key may go to an address: the network's own, or another one of Google's."""
        ours, told = urlsplit(self._base()), urlsplit(address)
        google = told.scheme == "https" and (told.hostname or "").endswith(".googleapis.com")
        return address.isprintable() and (google or (told.scheme, told.netloc) == (ours.scheme, ours.netloc))

    async def _reached(self, address: str, size: int) -> tuple[int | None, Body | None]:
        """Ask how many bytes have arrived, and what became of them; no number: there is no address, or it is gone."""
        if not address:
            return None, None
        try:
            reply = await self._put(address, b"", f"bytes */{size}", effect=False)
        except Rejected as error:
            if error.field == "target":  # not found, or gone
                return None, None
            raise
        if reply.status != HTTPStatus.PERMANENT_REDIRECT:
            return size, reply.body()
        if received(reply) >= size:  # all is there, and the video is being made of it
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)
        return received(reply), None

    async def _send(self, address: str, content: bytes, at: int) -> Body:
        """Send a video piece by piece. It is there once the last one has arrived."""
        size = len(content)
        while True:
            piece = content[at : at + PIECE]
            is_last = at + len(piece) >= size
            span = f"bytes {at}-{at + len(piece) - 1}/{size}"
            reply = await self._put(address, piece, span, effect=is_last)
            if reply.status != HTTPStatus.PERMANENT_REDIRECT:
                return reply.body()
            reached = received(reply)
            if not at < reached < size:
                raise strange(reply.who, effect=is_last, path="range")
            at = reached

    async def _put(self, address: str, content: bytes, span: str, *, effect: bool) -> Reply:
        return await self._call(
            "PUT", address, content=content, headers={"content-range": span}, resumes=True, effect=effect
        )

    def _shown(self, video: Body, post: Outgoing, *, asked: bool = False) -> Published:
        """Return a video as published. What YouTube keeps to itself is not: only a person can say what to do then."""
        made = video.id("id")
        is_private = video.maybe("status.privacyStatus", str) == Visibility.PRIVATE
        if is_private and post.options.visibility != Visibility.PRIVATE:
            kind = NeedsHuman if asked else OutcomeUnknown
            raise kind(KEPT_PRIVATE, url=STUDIO.format(video=made), network=self.title, account=self._account)
        return Published(made, f"{SITE}{made}")

    # What became of it.

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Ask at the address that it was sent to; without one, look among the newest uploads for title and text."""
        at, made = await self._reached(self._session(post), len(await self._video(post)))
        if made is not None:
            return self._shown(made, post, asked=True)
        return None if at is not None else await self._seen(post, since)

    async def _seen(self, post: Outgoing, since: datetime) -> Published | None:
        uploads = (await self._channel("contentDetails")).read("contentDetails.relatedPlaylists.uploads", str)
        body = await self._ask("playlistItems", part="snippet,status", playlistId=uploads, maxResults=NEWEST)
        found = [each for each in body.each("items") if each.moment("snippet.publishedAt") >= since - SKEW]
        ours = next((each for each in found if is_ours(each, post)), None)
        if ours is None and len(found) == NEWEST:
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)
        if ours is None:
            return None
        video = {"id": ours.read("snippet.resourceId.videoId", str), "status": ours.part("status").value}
        return self._shown(Body(video, self.title, self._account), post, asked=True)

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put another title and other words to a video; whatever is not named would be taken away, so it is named again.

        https://developers.google.com/youtube/v3/docs/videos/update
        """
        body = await self._ask("videos", part="snippet", id=remote_id)
        standing = next(body.each("items"), None)
        if standing is None:
            raise Rejected(GONE, field="target", network=self.title, account=self._account)
        kept = {name: standing.value["snippet"][name] for name in KEPT if standing.has(f"snippet.{name}")}
        said = {"title": post.options.title or standing.read("snippet.title", str), "description": with_link(post)}
        await self._change("PUT", "videos", params={"part": "snippet"}, json={"id": remote_id, "snippet": kept | said})

    async def assist(self, post: Outgoing) -> str:
        """Return where a video is uploaded by hand."""
        return f"https://studio.youtube.com/channel/{await self._own_id()}/videos/upload"


def described(post: Outgoing) -> Mapping[str, Any]:
    """Return a video as it is asked for (https://developers.google.com/youtube/v3/docs/videos#resource)."""
    options = post.options
    snippet: dict[str, Any] = {"title": options.title, "description": with_link(post), "categoryId": CATEGORY}
    snippet |= {"tags": list(options.keywords)} if options.keywords else {}
    snippet |= {"defaultLanguage": post.language} if post.language else {}
    status = {"privacyStatus": options.visibility.value, "selfDeclaredMadeForKids": options.for_kids}
    return {"snippet": snippet, "status": status}


def received(reply: Reply) -> int:
    """Return how many bytes of a video have arrived, by an answer that asks for more."""
    told = _RECEIVED.fullmatch(reply.headers.get("range", ""))
    return int(told[1]) + 1 if told else 0


def is_ours(upload: Body, post: Outgoing) -> bool:
    """Say whether an upload has the title and the text of a publication."""
    title, text = (upload.read(f"snippet.{name}", str) for name in ("title", "description"))
    return [fingerprint(title), fingerprint(text)] == [fingerprint(post.options.title), fingerprint(with_link(post))]
