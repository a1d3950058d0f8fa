"""YouTube: comments of a channel's videos, answers, moderation, figures and uploads, by its Data API (https://developers.google.com/youtube/v3/docs).

Written from the documentation and the API's own description. The less of the day's quota is left, the rarer the looks. Comments
that YouTube itself holds back are decided in YouTube Studio. Who it is: youtube_login.py; videos: youtube_uploads.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from connectors.base import Status
from connectors.outcomes import GONE, UNREACHABLE
from connectors.reading import Body
from connectors.youtube_reading import (
    Cursor,
    Thread,
    changed,
    figures,
    fresh,
    is_ours,
    is_video,
    parent,
    published,
    spoken,
    thread,
)
from connectors.youtube_uploads import YoutubeUploads
from smm.errors import Rejected, Unavailable
from smm.networks import Answer, Can, Metrics, Page, Published

BATCH: Final = 100  # comments of one call
FIRST: Final = 20
PAGES: Final = 5
THREADS: Final = 10  # whose answers are asked for by themselves in one look
VIDEOS: Final = 50  # of one call
SKEW: Final = timedelta(minutes=2)
OFTEN, SELDOM = timedelta(minutes=5), timedelta(minutes=20)


class Youtube(YoutubeUploads):
    """One channel."""

    can: ClassVar[frozenset[Can]] = frozenset(
        {Can.FETCH, Can.PUBLISH, Can.FIND, Can.EDIT, Can.ASSIST, Can.REPLY, Can.FIND_REPLY}
        | {Can.DELETE, Can.HIDE, Can.REMOVE, Can.METRICS}
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

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

    async def _comment(self, remote_id: str) -> Body:
        body = await self._ask("comments", part="snippet", id=remote_id, textFormat="plainText")
        found = next(body.each("items"), None)
        if found is None:
            raise Rejected(GONE, field="target", network=self.title, account=self._account)
        return found

    async def reply(self, answer: Answer) -> Published:
        """Answer under the comment that the thread began with; a video of ours gets a comment of its own."""
        if is_video(answer.remote_id):
            return await self._comment_on(answer)
        comment = await self._comment(answer.remote_id)
        said = {"snippet": {"parentId": parent(comment), "textOriginal": spoken(answer.text, comment)}}
        reply = await self._change("POST", "comments", params={"part": "snippet"}, json=said)
        return published(reply.body(), answer.thread_id)

    async def _comment_on(self, answer: Answer) -> Published:
        said = {"videoId": answer.remote_id, "topLevelComment": {"snippet": {"textOriginal": answer.text}}}
        reply = await self._change("POST", "commentThreads", params={"part": "snippet"}, json={"snippet": said})
        return published(reply.body().part("snippet.topLevelComment"), answer.remote_id)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers in that thread for the text."""
        me = await self._own_id()
        if is_video(answer.remote_id):
            (answers, whole), text = await self._newest_on(answer.remote_id), answer.text
        else:
            comment = await self._comment(answer.remote_id)
            text, (answers, whole) = spoken(answer.text, comment), await self._answers(parent(comment))
        ours = next((each for each in answers if is_ours(each, me, text, since - SKEW)), None)
        if ours is None and not whole:
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)
        return published(ours, answer.thread_id) if ours else None

    async def _newest_on(self, video: str) -> tuple[list[Body], bool]:
        """Return the newest comments on a video, and whether those are all."""
        asked = {"part": "snippet", "videoId": video, "order": "time", "textFormat": "plainText"}
        body = await self._ask("commentThreads", maxResults=BATCH, **asked)
        return [each.part("snippet.topLevelComment") for each in body.each("items")], not body.has("nextPageToken")

    async def delete(self, remote_id: str) -> None:
        """Take down a video, or an answer of ours."""
        kind = "videos" if is_video(remote_id) else "comments"
        await self._change("DELETE", kind, params={"id": remote_id})

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
