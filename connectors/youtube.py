"""YouTube: comments of a channel's videos, answers, moderation and figures, by its Data API (https://developers.google.com/youtube/v3/docs).

Written from the documentation and the API's own description. Every call costs units of a daily quota that the API does not tell
(https://developers.google.com/youtube/v3/determine_quota_cost): they are counted here, and the less is left, the rarer the looks.
Videos go up by hand, prepared by the desk. Comments that YouTube itself holds back are decided in YouTube Studio.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.allowance import Counted
from connectors.base import Outside, Status
from connectors.outcomes import GONE, UNREACHABLE
from connectors.reading import Body
from connectors.versions import version
from connectors.wire import Reply
from connectors.youtube_reading import (
    Cursor,
    Thread,
    changed,
    figures,
    fresh,
    is_ours,
    meaning,
    midnight,
    parent,
    published,
    spoken,
    thread,
)
from smm.errors import N_, ConnectorError, Rejected, Unavailable
from smm.networks import Answer, Can, Credential, Limits, Metrics, OAuth, Outgoing, Page, Profile, Published

DAILY: Final = 10_000  # units (https://developers.google.com/youtube/v3/getting-started#quota)
READING, CHANGING = 1, 50  # units of a call (https://developers.google.com/youtube/v3/determine_quota_cost)
BATCH: Final = 100  # comments of one call
FIRST: Final = 20
PAGES: Final = 5
THREADS: Final = 10  # whose answers are asked for by themselves in one look
VIDEOS: Final = 50  # of one call
SKEW: Final = timedelta(minutes=2)
OFTEN, SELDOM = timedelta(minutes=5), timedelta(minutes=20)


class Youtube(Counted):
    """One channel."""

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = "YouTube"
    can: ClassVar[frozenset[Can]] = frozenset(
        {Can.FETCH, Can.ASSIST, Can.REPLY, Can.FIND_REPLY, Can.DELETE, Can.HIDE, Can.REMOVE, Can.METRICS}
    )
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
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("refresh_token", N_("Refresh token")),
        Credential("units", N_("Units a day"), secret=False, default=str(DAILY), required=False),
    )
    oauth: ClassVar[OAuth | None] = OAuth(
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=("https://www.googleapis.com/auth/youtube.force-ssl",),
        extra={"access_type": "offline", "prompt": "consent"},
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)
    unit: ClassVar[str] = N_("units for all channels of the project")

    _me: str = ""

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether the desk has an app: without one no token can be renewed, and each lasts an hour."""
        return cls.name in outside.apps

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://youtube.googleapis.com/")

    def _headers(self) -> Mapping[str, str]:
        token = self._secrets.get("token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply, datetime.now(UTC))

    def _allowed(self) -> int:
        return self._figure("units", DAILY)

    def _pool(self) -> str:
        return f"app {self._app.client_id}"  # the quota is the Google project's: its channels share it

    def _ends(self, now: datetime) -> datetime:
        return midnight(now)

    async def _ask(self, resource: str, **asked: Any) -> Body:
        await self._spend(READING)
        return (await self._call("GET", f"youtube/{version('youtube')}/{resource}", params=asked)).body()

    async def _change(self, method: str, path: str, **parts: Any) -> Reply:
        await self._spend(CHANGING)
        return await self._call(method, f"youtube/{version('youtube')}/{path}", effect=True, **parts)

    async def check(self) -> Profile:
        """Ask which channel the consent was given for."""
        channel = await self._channel()
        self._me, handle = channel.id("id"), channel.maybe("snippet.customUrl", str) or ""
        return Profile(
            remote_id=self._me,
            name=channel.read("snippet.title", str),
            handle=handle.removeprefix("@"),
            link=f"https://www.youtube.com/channel/{self._me}",
            quota=self.quota,
        )

    async def _channel(self) -> Body:
        body = await self._ask("channels", part="snippet", mine="true")
        # A consent that lost its channel brings an empty list, or none at all.
        channels = list(body.each("items")) if body.has("items") or not body.has("pageInfo") else []
        if not channels:
            raise self._expired()
        return channels[0]

    async def _own_id(self) -> str:
        if not self._me:
            self._me = (await self._channel()).id("id")
        return self._me

    async def fetch(self, cursor: str) -> Page:
        """Bring new and edited comments under all videos, and the answers to them, oldest first."""
        me, kept = await self._own_id(), Cursor.load(cursor)
        threads = await self._threads(me, kept.newest)
        seen, answers = dict(kept.seen), dict(kept.answers)
        said = [(comment, whole) for whole in threads for comment in whole.comments]
        said += [pair async for pair in self._more_answers(threads, answers)]
        found = fresh(said, seen, me)
        items = [each for each in found if changed(each).isoformat() > kept.began] if kept.began else found[-FIRST:]
        newest = max([kept.newest, *(whole.said.isoformat() for whole in threads)])
        began = kept.began or (changed(found[-1]).isoformat() if found else "")
        return Page(tuple(items), Cursor(newest, began, seen, answers).dump(), wait=self._pause())

    def _pause(self) -> timedelta:
        return SELDOM if self.quota is not None and self.quota.left * 4 < self.quota.limit else OFTEN

    async def _threads(self, me: str, newest: str) -> list[Thread]:
        """Return the newest threads, and further ones as long as they are new."""
        found: list[Thread] = []
        asked = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": me,
            "order": "time",
            "textFormat": "plainText",
        }
        for _ in range(PAGES):
            body = await self._ask("commentThreads", maxResults=BATCH, **asked)
            found += map(thread, body.each("items"))
            after = body.maybe("nextPageToken", str)
            if not after or not newest or not found or found[-1].said <= datetime.fromisoformat(newest):
                break
            asked["pageToken"] = after
        return found

    async def _more_answers(
        self, threads: Sequence[Thread], known: dict[str, int]
    ) -> AsyncIterator[tuple[Body, Thread]]:
        """Yield the answers of threads that have more of them than came along and than were known."""
        left = THREADS
        for whole in threads:
            hidden = whole.answers >= len(whole.comments) and known.get(whole.id, 0) < whole.answers
            if hidden and not left:
                continue  # the next look asks for these
            if hidden:
                left -= 1
                for comment in (await self._answers(whole.id))[0]:
                    yield comment, whole
            known.pop(whole.id, None)
            known[whole.id] = whole.answers

    async def _answers(self, parent_id: str) -> tuple[list[Body], bool]:
        """Return the answers to a comment, and whether those are all."""
        found: list[Body] = []
        asked = {"part": "snippet", "parentId": parent_id, "textFormat": "plainText"}
        for _ in range(PAGES):
            body = await self._ask("comments", maxResults=BATCH, **asked)
            found += body.each("items")
            after = body.maybe("nextPageToken", str)
            if not after:
                return found, True
            asked["pageToken"] = after
        return found, False

    async def assist(self, post: Outgoing) -> str:
        """Return where a video is uploaded by hand."""
        return f"https://studio.youtube.com/channel/{await self._own_id()}/videos/upload"

    async def _comment(self, remote_id: str) -> Body:
        body = await self._ask("comments", part="snippet", id=remote_id, textFormat="plainText")
        found = next(body.each("items"), None)
        if found is None:
            raise Rejected(GONE, field="target", network=self.title, account=self._account)
        return found

    async def reply(self, answer: Answer) -> Published:
        """Answer under the comment that the thread began with."""
        comment = await self._comment(answer.remote_id)
        said = {"snippet": {"parentId": parent(comment), "textOriginal": spoken(answer.text, comment)}}
        reply = await self._change("POST", "comments", params={"part": "snippet"}, json=said)
        return published(reply.body(), answer.thread_id)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers in that thread for the text."""
        me, comment = await self._own_id(), await self._comment(answer.remote_id)
        text, (answers, whole) = spoken(answer.text, comment), await self._answers(parent(comment))
        ours = next((each for each in answers if is_ours(each, me, text, since - SKEW)), None)
        if ours is None and not whole:
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)
        return published(ours, answer.thread_id) if ours else None

    async def delete(self, remote_id: str) -> None:
        """Take down an answer of ours."""
        await self._change("DELETE", "comments", params={"id": remote_id})

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hold a comment back, or let everybody see it again."""
        await self._moderate(remote_id, "heldForReview" if hidden else "published")

    async def remove(self, remote_id: str) -> None:
        """Reject a comment: nobody sees it and the answers to it any more."""
        await self._moderate(remote_id, "rejected")

    async def _moderate(self, remote_id: str, status: str) -> None:
        await self._change("POST", "comments/setModerationStatus", params={"id": remote_id, "moderationStatus": status})

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of videos."""
        found: dict[str, Metrics] = {}
        for start in range(0, len(remote_ids), VIDEOS):
            body = await self._ask("videos", part="statistics", id=",".join(remote_ids[start : start + VIDEOS]))
            found |= {video.id("id"): figures(video) for video in body.each("items")}
        return found
