"""X: posts, mentions and answers by its API (https://docs.x.com/x-api/introduction), within a budget for each account.

Written from the documentation. Every call is paid for (https://docs.x.com/x-api/getting-started/pricing): what it costs is counted
here, and nothing is called once the month's budget is used up. A program may answer only who names the account themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.allowance import Counted
from connectors.base import Outside, Status
from connectors.outcomes import UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from connectors.wire import Reply
from connectors.x_reading import (
    OWNED,
    PERSON,
    SITE,
    answers,
    figures,
    heard,
    matches,
    meaning,
    next_month,
    people,
    posts,
    price,
    published,
)
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited, Rejected, Unavailable
from smm.networks import (
    Answer,
    Can,
    Credential,
    Limits,
    Looks,
    MediaFile,
    Metrics,
    OAuth,
    Outgoing,
    Page,
    Profile,
    Published,
)

BATCH: Final = 100
FIRST: Final = 20
WAIT: Final = timedelta(minutes=2)
SKEW: Final = timedelta(minutes=2)
DOLLARS: Final = 10  # a month, where nobody said
MILLS: Final = 1000  # of a dollar
FIELDS: Final = "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,referenced_tweets,attachments"
USED_UP: Final = N_(
    "The month's budget for {network} is used up. It begins anew on the first; to raise it, reconnect: /accounts"
)


class X(Counted):
    """One account."""

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    can: ClassVar[frozenset[Can]] = frozenset(
        {Can.FETCH, Can.PUBLISH, Can.FIND, Can.DELETE, Can.REPLY, Can.FIND_REPLY, Can.HIDE, Can.METRICS}
    )
    limits = Limits(
        text=280,
        media=4,
        media_bytes=5 * 1024 * 1024,
        source="https://docs.x.com/fundamentals/counting-characters",
        media_types=("image/jpeg", "image/png", "image/webp"),
        url_length=23,
        weighed=True,
        reply=280,
    )
    looks = Looks(source="https://docs.x.com/x-api/media/quickstart/best-practices", grid=16 / 9)
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("refresh_token", N_("Refresh token")),
        Credential("budget", N_("Dollars a month at most"), secret=False, default=str(DOLLARS), required=False),
    )
    oauth: ClassVar[OAuth | None] = OAuth(
        authorize="https://x.com/i/oauth2/authorize",
        token="https://api.x.com/2/oauth2/token",  # noqa: S106 - an address
        scopes=("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write", "offline.access"),
        basic=True,
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)
    unit: ClassVar[str] = N_("cents")
    scale: ClassVar[int] = 10

    _me: str = ""

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether the desk has an app: without one no token can be renewed, and each lasts two hours."""
        return cls.name in outside.apps

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://api.x.com/")

    def _headers(self) -> Mapping[str, str]:
        token = self._secrets.get("token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply, datetime.now(UTC))

    async def _refresh(self) -> Mapping[str, str]:
        try:
            return await super()._refresh()
        except Rejected as error:
            if "token was invalid" not in error.reason:
                raise
            raise self._expired() from error  # X says "invalid_request" of a refresh token that is dead

    def _allowed(self) -> int:
        return self._figure("budget", DOLLARS) * MILLS

    def _ends(self, now: datetime) -> datetime:
        return next_month(now)

    async def _ask(self, path: str, **asked: Any) -> Body:
        if await self._spend(0) <= 0:
            now = datetime.now(UTC)
            wait = self._ends(now) - now
            raise RateLimited(USED_UP, retry_after=wait, network=self.title, account=self._account)
        body = (await self._call("GET", f"2/{path}", params=asked)).body()
        await self._spend(_worth(body))
        return body

    async def _change(self, method: str, path: str, cost: int = 0, **parts: Any) -> Body:
        if await self._spend(cost) < 0 and cost:
            await self._spend(-cost)
            raise NeedsHuman(USED_UP, network=self.title, account=self._account)
        return (await self._call(method, f"2/{path}", effect=True, **parts)).body()

    async def check(self) -> Profile:
        """Ask who the token belongs to."""
        me = (await self._ask("users/me")).part("data")
        self._me, handle = me.id("id"), me.read("username", str)
        return Profile(self._me, me.read("name", str), handle, f"{SITE}/{handle}", quota=self.quota)

    async def _own_id(self) -> str:
        if not self._me:
            self._me = (await self._ask("users/me")).part("data").id("id")
        return self._me

    async def fetch(self, cursor: str) -> Page:
        """Bring the posts that mention the account, oldest first; the cursor is the newest one's id."""
        me, after = await self._own_id(), cursor if re.fullmatch("[0-9]{1,19}", cursor) else ""
        asked = {"max_results": BATCH, "since_id": after} if after else {"max_results": FIRST}
        expanded = {"tweet.fields": FIELDS, "expansions": "author_id", "user.fields": "name,username"}
        body = await self._ask(f"users/{me}/mentions", **asked, **expanded)
        authors = people(body)
        items = sorted((heard(each, authors, me) for each in posts(body)), key=lambda item: item.said_at)
        newest = max((item.remote_id for item in items), key=lambda name: (len(name), name), default=after)
        return Page(tuple(items), newest, wait=WAIT)

    async def publish(self, post: Outgoing) -> Published:
        """Upload the pictures, then publish."""
        media = [await self._upload(file) for file in post.media]
        attached = {"media": {"media_ids": media}} if media else {}
        text = with_link(post)
        return published(
            (await self._change("POST", "tweets", price(text), json={"text": text, **attached})).part("data")
        )

    async def _upload(self, file: MediaFile) -> str:
        """Upload a picture; nobody sees it yet (https://docs.x.com/x-api/media/upload-media)."""
        parts = {"media": ("picture", await self._content(file), file.mime)}
        told = {"media_category": "tweet_image", "media_type": file.mime}
        return (await self._call("POST", "2/media/upload", files=parts, data=told)).body().id("data.id")

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look among our own posts for the text and as many pictures."""
        text, media = with_link(post), len(post.media)
        return await self._look(since, lambda each: answers(each, "") and matches(each, text, media))

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers to that post for the text."""
        return await self._look(since, lambda each: answers(each, answer.remote_id) and matches(each, answer.text))

    async def _look(self, since: datetime, same: Callable[[Body], bool]) -> Published | None:
        start = (since - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"max_results": BATCH, "start_time": start, "tweet.fields": FIELDS}
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
        """Take down a post of ours."""
        await self._change("DELETE", f"tweets/{_number(remote_id)}")

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide an answer to a post of ours, or show it again."""
        await self._change("PUT", f"tweets/{_number(remote_id)}/hidden", json={"hidden": hidden})

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of our posts."""
        found: dict[str, Metrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            ids = ",".join(remote_ids[start : start + BATCH])
            body = await self._ask("tweets", ids=ids, **{"tweet.fields": "public_metrics"})
            told = [] if body.has("errors") and not body.has("data") else list(body.each("data"))
            found |= {each.id("id"): figures(each) for each in told}
        return found


def _worth(body: Body) -> int:
    """Return what a reading call costs: each thing of ours, and each person that came along."""
    data = body.value.get("data") if isinstance(body.value, dict) else None
    return OWNED * (len(data) if isinstance(data, list) else 1 if data else 0) + PERSON * len(people(body))


def _number(remote_id: str) -> str:
    return remote_id if remote_id.isdecimal() else "0"
