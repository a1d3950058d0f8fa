"""X: posts, mentions, searches and answers by its API (https://docs.x.com/x-api/introduction), within a budget for each account.

Written from the documentation. A program may answer only who names the account themselves. What it spends: x_login.py; files:
x_files.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.base import Status
from connectors.outcomes import UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from connectors.x_files import XFiles
from connectors.x_reading import (
    HIDING,
    READ,
    REMOVAL,
    answers,
    figures,
    heard,
    is_recent,
    matches,
    newest,
    people,
    posts,
    price,
    published,
)
from smm.errors import N_, Unavailable
from smm.networks import Answer, Can, Item, Limits, Looks, Metrics, Outgoing, Page, Published

BATCH: Final = 100
FIRST: Final = 20
WAIT: Final = timedelta(minutes=2)
SKEW: Final = timedelta(minutes=2)
FIELDS: Final = "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,referenced_tweets,attachments"
EXPANDED: Final[Mapping[str, Any]] = {"tweet.fields": FIELDS, "expansions": "author_id", "user.fields": "name,username"}
# Each post that a search brings costs half a cent, and its author a cent: few at a time, seldom, and from one half of the budget.
SEARCHED: Final = 20
SEARCH_WAIT: Final = timedelta(hours=1)
QUERY: Final = 512  # characters (https://docs.x.com/x-api/posts/search/introduction)
ORIGINALS: Final = " -is:retweet"
KEPT: Final = N_("The half of the month's budget for {network} that searches may use is used up.")


class X(XFiles):
    """One account."""

    can: ClassVar[frozenset[Can]] = frozenset(
        {Can.FETCH, Can.SEARCH, Can.PUBLISH, Can.FIND, Can.DELETE, Can.REPLY, Can.FIND_REPLY, Can.HIDE, Can.METRICS}
    )
    limits = Limits(
        text=280,
        media=4,
        media_bytes=5 * 1024 * 1024,
        source="https://docs.x.com/fundamentals/counting-characters",
        media_types=("image/jpeg", "image/png", "image/webp", "video/mp4"),
        video_bytes=8 * 1024**3,
        video_seconds=20 * 60,
        video_alone=True,
        url_length=23,
        weighed=True,
        reply=280,
    )
    looks = Looks(source="https://docs.x.com/x-api/media/quickstart/best-practices", grid=16 / 9)
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    async def fetch(self, cursor: str) -> Page:
        """Bring the posts that mention the account, oldest first; the cursor is the newest one's id."""
        me, after = await self._own_id(), cursor if re.fullmatch("[0-9]{1,19}", cursor) else ""
        asked = {"max_results": BATCH, "since_id": after} if after else {"max_results": FIRST}
        body = await self._ask(f"users/{me}/mentions", **asked, **EXPANDED)
        return Page(self._items(body, me), newest(posts(body), after), wait=WAIT)

    def _items(self, body: Body, me: str) -> tuple[Item, ...]:
        authors = people(body)
        return tuple(sorted((heard(each, authors, me) for each in posts(body)), key=lambda item: item.said_at))

    async def search(self, query: str, cursor: str) -> Page:
        """Bring the newest posts of the week with these words; the cursor is the newest one's id."""
        if await self._spend(0) * 2 < self._allowed():
            raise self._later(KEPT)
        me = await self._own_id()
        asked: dict[str, Any] = {"query": f"{query[: QUERY - len(ORIGINALS)]}{ORIGINALS}", "max_results": SEARCHED}
        since = {"since_id": cursor} if is_recent(cursor, datetime.now(UTC)) else {}
        body = await self._ask("tweets/search/recent", each=READ, **asked, **since, **EXPANDED)
        return Page(self._items(body, me), newest(posts(body), cursor), wait=SEARCH_WAIT)

    async def publish(self, post: Outgoing) -> Published:
        """Upload the files, then publish."""
        media = [await self._upload(file) for file in post.media]
        attached = {"media": {"media_ids": media}} if media else {}
        text = with_link(post)
        body = await self._change("POST", "tweets", price(text), json={"text": text, **attached})
        for file in post.media:
            await self._forget(file)
        return published(body.part("data"))

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look among our own posts for the text and as many files."""
        text, media = with_link(post), len(post.media)
        return await self._look(since, lambda each: answers(each, "") and matches(each, text, media))

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers to that post for the text."""
        return await self._look(since, lambda each: answers(each, answer.remote_id) and matches(each, answer.text))

    async def _look(self, since: datetime, same: Callable[[Body], bool]) -> Published | None:
        start = (since - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked: dict[str, Any] = {"max_results": BATCH, "start_time": start, "tweet.fields": FIELDS}
        body = await self._ask(f"users/{await self._own_id()}/tweets", **asked)
        found = next((each for each in posts(body) if same(each)), None)
        if found is None and body.has("meta.next_token"):
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)  # not everything was read
        return published(found) if found else None

    async def reply(self, answer: Answer) -> Published:
        """Answer who named the account."""
        said = {"text": answer.text, "reply": {"in_reply_to_tweet_id": answer.remote_id}}
        return published(
            (await self._change("POST", "tweets", price(answer.text, answer=True), json=said)).part("data")
        )

    async def delete(self, remote_id: str) -> None:
        """Take down a post of ours, whatever is left of the budget."""
        await self._spend(REMOVAL)
        await self._change("DELETE", f"tweets/{_number(remote_id)}")

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide an answer to a post of ours, or show it again."""
        await self._spend(HIDING)
        await self._change("PUT", f"tweets/{_number(remote_id)}/hidden", json={"hidden": hidden})

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of our posts."""
        found: dict[str, Metrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            ids = ",".join(remote_ids[start : start + BATCH])
            asked: dict[str, Any] = {"ids": ids, "tweet.fields": "public_metrics"}
            body = await self._ask("tweets", **asked)
            told = [] if body.has("errors") and not body.has("data") else list(body.each("data"))
            found |= {each.id("id"): figures(each) for each in told}
        return found


def _number(remote_id: str) -> str:
    return remote_id if remote_id.isdecimal() else "0"
