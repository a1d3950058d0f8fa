"""Mastodon: posts, mentions and answers on any instance, by its REST and streaming API (https://docs.joinmastodon.org/api/).

An instance tells its own limits, and they are read at connect time. Other servers speak the same API and ignore
Idempotency-Key, so after an unknown outcome our own statuses are read before anything is tried again.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote

from connectors.base import Status
from connectors.mastodon_audience import MastodonAudience
from connectors.mastodon_reading import (
    Cursor,
    changed,
    heard,
    later,
    matches,
    names,
    normalize,
    own_reply,
    published,
)
from connectors.outcomes import GOES_ON, UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from smm.errors import N_, Rejected, Unavailable
from smm.networks import (
    Answer,
    Can,
    Item,
    Looks,
    MediaFile,
    Outgoing,
    Page,
    Poll,
    Published,
)

BATCH: Final = 40  # notifications or statuses of one call (https://docs.joinmastodon.org/methods/notifications/#get)
FIRST: Final = 20
PAGES: Final = 5  # of our own statuses that a probe reads
SKEW: Final = timedelta(minutes=2)  # between our clock and an instance's
PAUSES: Final = (0.25, 0.5, 1, 2, 4, 4, 4, 4, 4)  # seconds between looks at a file that an instance works on
KEY: Final = "idempotency-key"  # kept for an hour (https://docs.joinmastodon.org/methods/statuses/#headers)

VOTES = N_("{network} may throw away the votes of a poll when its post is edited. Decide that on {network} itself.")


class Mastodon(MastodonAudience):
    """One account on one instance."""

    can: ClassVar[frozenset[Can]] = frozenset(
        {
            *(Can.FETCH, Can.STREAM, Can.SEARCH, Can.PUBLISH, Can.FIND, Can.EDIT, Can.DELETE),
            *(Can.REPLY, Can.MESSAGE, Can.FIND_REPLY, Can.METRICS, Can.INSIGHTS, Can.PARTICIPANTS, Can.FOLLOWERS),
        }
    )
    looks = Looks(  # 22 px a line of 706 px that stay unfolded: status_content.tsx beside this file
        source="https://github.com/mastodon/mastodon/blob/main/app/javascript/mastodon/components/media_gallery.jsx",
        fold_lines=32,
    )
    status: ClassVar[Status] = Status.SERVER
    checked: ClassVar[date] = date(2026, 11, 25)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._unfinished: dict[tuple[str, str], str] = {}  # files that an instance still works on, by key and digest

    async def fetch(self, cursor: str) -> Page:
        """Bring mentions, our own answers given elsewhere, and what was edited or deleted meanwhile."""
        me, kept = await self._own_id(), Cursor.load(cursor)
        after = {"min_id": kept.newest, "limit": BATCH} if kept.newest else {"limit": FIRST}
        asked = {"types[]": "mention", **after}
        told = list((await self._wire.call("GET", "/api/v1/notifications", params=asked)).body().each())
        items = [heard(notification, me) for notification in told]
        newest = kept.newest
        for notification in told:
            newest = later(newest, notification.id("id"))
        answers, own = await self._own_answers(me, kept)
        mended, recent = await self._mended(me, kept, items)
        more = bool(kept.newest) and len(told) == BATCH
        return Page(
            (*sorted(items, key=lambda item: item.said_at), *answers, *mended), Cursor(newest, own, recent).dump(), more
        )

    async def _own_answers(self, me: str, kept: Cursor) -> tuple[list[Item], str]:
        asked: dict[str, Any] = {"exclude_reblogs": "true", "limit": BATCH}
        asked |= {"min_id": kept.own} if kept.own else {}
        statuses = list((await self._wire.call("GET", f"/api/v1/accounts/{me}/statuses", params=asked)).body().each())
        newest = kept.own
        for status in statuses:
            newest = later(newest, status.id("id"))
        answers = [answer for status in statuses if (answer := own_reply(status, me)) is not None]
        return answers, newest

    async def _mended(self, me: str, kept: Cursor, items: list[Item]) -> tuple[list[Item], dict[str, str]]:
        found = await self._statuses(list(kept.recent)) if kept.recent else {}
        if found is None:
            return [], dict(kept.recent)
        mended = changed(kept.recent, found, me)
        gone = {item.remote_id for item in mended if item.deleted}
        recent = {known: found[known].maybe("edited_at", str) or "" for known in kept.recent if known not in gone}
        for item in items:
            if item.author_id:
                recent[item.remote_id] = str(item.raw.get("edited_at") or "")
        return mended, recent

    async def _statuses(self, ids: list[str]) -> dict[str, Body] | None:
        """Return the statuses that are still there; None where the instance cannot tell (before Mastodon 4.3)."""
        try:
            body = (await self._wire.call("GET", "/api/v1/statuses", params={"id[]": ids})).body()
        except Rejected:
            return None
        return {status.id("id"): status for status in body.each()}

    async def search(self, query: str, cursor: str) -> Page:
        """Bring public statuses with these words; the cursor is the newest one's id.

        Without a full-text index an instance finds none: a single word is looked for as a hashtag, too.
        """
        asked: dict[str, Any] = {"q": query, "type": "statuses", "limit": BATCH}
        told = [*(await self._wire.call("GET", "/api/v2/search", params=asked)).body().each("statuses")]
        if re.fullmatch(r"#?\w+", query):
            tagged = f"/api/v1/timelines/tag/{quote(query.removeprefix('#'), safe='')}"
            told += (await self._wire.call("GET", tagged, params={"limit": BATCH})).body().each()
        me, after = await self._own_id(), cursor if cursor.isdigit() else ""
        found = {status.id("id"): status for status in told}
        fresh = [status for known, status in found.items() if later(known, after) != after]
        newest = reduce(later, found, after)
        return Page(tuple(sorted((normalize(each, me) for each in fresh), key=lambda item: item.said_at)), newest)

    async def stream(self) -> AsyncIterator[None]:
        """Yield when connected and at each notification; a broken stream is opened again after a growing pause."""
        pause, hosts = 1.0, [await self._streaming(), self._instance]
        while True:
            try:
                async for line in self._wire.lines(f"{hosts[0]}/api/v1/streaming/user/notification"):
                    if line.startswith((":", "event: notification")) and (pause > 0 or not line.startswith(":")):
                        pause = 0.0
                        yield
            except Unavailable:
                hosts.reverse()  # what an instance says about its streaming host may not hold for us
            pause = min(max(pause * 2, 1.0), 60.0)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnections, protects nothing

    async def _streaming(self) -> str:
        try:
            body = (await self._wire.call("GET", "/api/v2/instance")).body()
            told = body.maybe("configuration.urls.streaming", str) or ""
        except Rejected:
            told = ""
        return told.replace("wss://", "https://", 1).rstrip("/") if told.startswith("wss://") else self._instance

    async def publish(self, post: Outgoing) -> Published:
        """Upload the files, then publish under the key, with a warning before it or a poll below it."""
        sent = {
            "status": with_link(post),
            "visibility": "public",
            "media_ids": [await self._upload(file, post.key) for file in post.media],
            "language": post.language,
            "spoiler_text": post.options.warning,
            "poll": _poll(post.options.poll) if post.options.poll else None,
        }
        return await self._post({name: value for name, value in sent.items() if value}, post.key)

    async def _post(self, sent: Mapping[str, Any], key: str) -> Published:
        reply = await self._wire.call("POST", "/api/v1/statuses", json=sent, headers={KEY: key}, effect=True)
        return published(reply.body())

    async def _upload(self, file: MediaFile, key: str) -> str:
        """Upload a file and wait until the instance has made of it what it wants. Nobody sees it yet.

        What takes longer is not uploaded again by the next try: https://docs.joinmastodon.org/methods/media/#v2
        """
        media_id, is_done = self._unfinished.pop((key, file.digest), ""), False
        if not media_id:
            media_id, is_done = await self._send(file)
        for pause in () if is_done else PAUSES:
            reply = await self._wire.call("GET", f"/api/v1/media/{quote(media_id, safe='')}")
            if reply.status == HTTPStatus.OK:
                return media_id
            await asyncio.sleep(pause)
        if not is_done:
            self._unfinished[key, file.digest] = media_id
            raise Unavailable(GOES_ON, network=self.title, account=self._account)
        return media_id

    async def _send(self, file: MediaFile) -> tuple[str, bool]:
        """Return the id of an uploaded file, and whether it can be used at once."""
        sent = {"file": (file.mime.partition("/")[0], await self._content(file), file.mime)}
        described = {"description": file.alt} if file.alt else {}
        reply = await self._wire.call("POST", "/api/v2/media", files=sent, data=described)
        return reply.body().id("id"), reply.status == HTTPStatus.OK

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look among our own statuses for the text and as many pictures."""
        text, media = with_link(post), len(post.media)
        return await self._look(since, lambda status: not status.has("in_reply_to_id") and matches(status, text, media))

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers to that item for the text."""

        def same(status: Body) -> bool:
            return status.maybe("in_reply_to_id", str) == answer.remote_id and matches(status, answer.text)

        return await self._look(since, same)

    async def _look(self, since: datetime, same: Callable[[Body], bool]) -> Published | None:
        path, before = f"/api/v1/accounts/{await self._own_id()}/statuses", ""
        for _ in range(PAGES):
            asked = {"exclude_reblogs": "true", "limit": BATCH} | ({"max_id": before} if before else {})
            statuses = list((await self._wire.call("GET", path, params=asked)).body().each())
            for status in statuses:
                if status.moment("created_at") >= since - SKEW and same(status):
                    return published(status)
            if len(statuses) < BATCH or statuses[-1].moment("created_at") < since - SKEW:
                return None
            before = statuses[-1].id("id")
        # Not everything was read: only who has read everything may say that something is not there.
        raise Unavailable(UNREACHABLE, network=self.title, account=self._account)

    async def reply(self, answer: Answer) -> Published:
        """Answer whom the item is by, and no wider than it was said."""
        return await self._answer(answer)

    async def message(self, answer: Answer) -> Published:
        """Answer so that none but whom the item is by sees it."""
        return await self._answer(answer, "direct")

    async def _answer(self, answer: Answer, visibility: str = "") -> Published:
        path = f"/api/v1/statuses/{quote(answer.remote_id, safe='')}"
        parent = (await self._wire.call("GET", path)).body()
        author, said = parent.read("account.acct", str), parent.read("visibility", str)
        ours = parent.id("account.id") == await self._own_id()  # a first comment: nobody greets oneself
        text = answer.text if ours or names(answer.text, author) else f"@{author} {answer.text}"
        sent = {"status": text, "in_reply_to_id": answer.remote_id, "visibility": visibility or said}
        return await self._post(sent, answer.key)

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in, beside what is there: what an edit does not name is taken away, so a poll is left to people.

        https://docs.joinmastodon.org/methods/statuses/#edit
        """
        path = f"/api/v1/statuses/{quote(remote_id, safe='')}"
        standing = (await self._wire.call("GET", path)).body()
        if standing.has("poll"):
            raise Rejected(VOTES, field="extras", network=self.title, account=self._account)
        sent = {
            "status": with_link(post),
            "media_ids": [media.id("id") for media in standing.each("media_attachments")],
            "spoiler_text": standing.maybe("spoiler_text", str),
            "sensitive": standing.maybe("sensitive", bool),
            "language": standing.maybe("language", str),
        }
        await self._wire.call("PUT", path, json={name: value for name, value in sent.items() if value}, effect=True)

    async def delete(self, remote_id: str) -> None:
        """Take down a status of ours."""
        await self._wire.call("DELETE", f"/api/v1/statuses/{quote(remote_id, safe='')}", effect=True)


def _poll(poll: Poll) -> Mapping[str, Any]:
    return {"options": list(poll.choices), "expires_in": poll.minutes * 60, "multiple": poll.several}
