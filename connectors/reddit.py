"""Reddit: answers to the brand and mentions of its name, by the API (https://www.reddit.com/dev/api). Posts go out by hand.

Written from the documentation. Every community has rules and flairs of its own, and takes offence at programs that post: a person
publishes what the desk has prepared. Private messages are heard; they are answered on Reddit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.base import Base, Status
from connectors.outcomes import UNREACHABLE
from connectors.plain_text import fingerprint
from connectors.reading import Body
from connectors.reddit_reading import SITE, heard, meaning, moment, own, post, quota
from connectors.seen import news
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, Rejected, Unavailable
from smm.networks import Answer, Can, Credential, Item, Limits, OAuth, Outgoing, Page, Profile, Published

BATCH: Final = 100  # things of one call
WAIT: Final = timedelta(minutes=2)
SKEW: Final = timedelta(minutes=2)
PLAIN: Final = {"raw_json": 1}  # else < > & come as entities (https://www.reddit.com/dev/api#response_body_encoding)


class Reddit(Base):
    """One account."""

    name: ClassVar[str] = "reddit"
    title: ClassVar[str] = "Reddit"
    can: ClassVar[frozenset[Can]] = frozenset(
        {Can.FETCH, Can.SEARCH, Can.ASSIST, Can.REPLY, Can.FIND_REPLY, Can.DELETE}
    )
    limits = Limits(
        text=40_000,
        media=20,
        media_bytes=20 * 1024 * 1024,
        source="https://support.reddithelp.com/hc/en-us/articles/360060422572-How-do-I-post-on-Reddit",
        media_types=("image/jpeg", "image/png", "image/gif"),
        reply=10_000,
    )
    credentials: ClassVar[tuple[Credential, ...]] = (Credential("refresh_token", N_("Refresh token")),)
    needs_app: ClassVar[bool] = True  # each token lasts a day
    oauth: ClassVar[OAuth | None] = OAuth(
        authorize="https://www.reddit.com/api/v1/authorize",
        token="https://www.reddit.com/api/v1/access_token",  # noqa: S106 - an address
        scopes=("identity", "read", "history", "submit", "edit", "privatemessages"),
        extra={"duration": "permanent"},
        basic=True,
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    _me: Body | None = None

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://oauth.reddit.com/")

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply)

    async def _refresh(self) -> Mapping[str, str]:
        try:
            return await super()._refresh()
        except Rejected as error:
            if error.reason != "Bad Request":
                raise
            raise self._expired() from error  # so it says that a refresh token is dead: the app itself would be a 401

    async def _ask(self, path: str, **asked: Any) -> Body:
        return (await self._told("GET", path, params=PLAIN | asked)).body()

    async def _told(self, method: str, path: str, **parts: Any) -> Reply:
        reply = await self._call(method, path, **parts)
        self.quota = quota(reply.headers, datetime.now(UTC)) or self.quota
        return reply

    async def _list(self, path: str, **asked: Any) -> list[Body]:
        body = await self._ask(path, limit=BATCH, **asked)
        return list(body.each("data.children"))

    async def check(self) -> Profile:
        """Ask who the token belongs to."""
        self._me = await self._ask("api/v1/me")
        name = self._me.id("name")
        return Profile(self._me.id("id"), name, name, f"{SITE}/user/{name}", quota=self.quota)

    async def _name(self) -> str:
        if self._me is None:
            self._me = await self._ask("api/v1/me")
        return self._me.id("name")

    async def fetch(self, cursor: str) -> Page:
        """Bring answers, mentions by name and private messages, and what the account itself answers elsewhere."""
        items = [heard(each) for each in await self._list("message/inbox")]
        items += [own(each) for each in await self._own()]
        return _page(items, cursor)

    async def _own(self) -> list[Body]:
        return await self._list(f"user/{await self._name()}/comments", sort="new")

    async def search(self, query: str, cursor: str) -> Page:
        """Bring the newest posts with these words."""
        return _page(
            [post(each) for each in await self._list("search", q=query[:512], sort="new", type="link")], cursor
        )

    async def assist(self, post: Outgoing) -> str:
        """Return where a person posts; the community is theirs to choose."""
        return f"{SITE}/submit"

    async def reply(self, answer: Answer) -> Published:
        """Answer a comment or a post."""
        form = {"api_type": "json", "thing_id": answer.remote_id, "text": answer.text, "raw_json": "1"}
        body = (await self._told("POST", "api/comment", data=form, effect=True)).body()
        things = list(body.each("json.data.things"))
        return _published(things[0] if things else body)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own newest comments for the text under that thing."""
        comments = await self._own()
        for each in comments:
            recent = moment(each) >= since - SKEW
            same = fingerprint(each.read("data.body", str)) == fingerprint(answer.text)
            if recent and same and each.id("data.parent_id") == answer.remote_id:
                return _published(each)
        if len(comments) == BATCH and moment(comments[-1]) >= since - SKEW:
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account)
        return None

    async def delete(self, remote_id: str) -> None:
        """Take down a comment of ours."""
        await self._told("POST", "api/del", data={"id": remote_id}, effect=True)


def _page(items: Sequence[Item], cursor: str) -> Page:
    found, kept = news(items, cursor)
    return Page(found, kept, wait=WAIT)


def _published(thing: Body) -> Published:
    return Published(thing.id("data.name"), f"{SITE}{thing.read('data.permalink', str)}")
