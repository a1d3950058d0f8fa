"""The demo network's people, as its connector sees them: what they say, what they did, and what is done about it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from connectors.base import Base
from connectors.plain_text import bounded
from connectors.reading import Body
from smm.errors import N_, Rejected
from smm.networks import Crowd, Deed, Hooked, Item, Kind, Metrics, Page, Person, Pushed

SIGNATURE: Final = "x-demo-signature"
FORGED: Final = N_("That does not come from {network}.")
_KINDS: Final = {"mention": Kind.MENTION, "message": Kind.MESSAGE}


class DemoAudience(Base):
    """The people around an account on the demo network."""

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Believe what is signed with the account's key; answer the question that comes when an address is registered."""
        token = self._secrets.get("token", "").encode()
        if pushed.method == "GET":
            self._must_be_theirs(pushed.query.get("verify", "").encode(), token)
            return Hooked(body=pushed.query.get("challenge", ""), fetch=False)
        signed = hmac.new(token, pushed.body, hashlib.sha256).hexdigest()
        self._must_be_theirs(pushed.headers.get(SIGNATURE, "").encode(), signed.encode())
        body = Body(_read(pushed.body), self.title, self._account)
        return Hooked(key=body.id("event"), items=tuple(normalize(entry) for entry in body.each("items")))

    def _must_be_theirs(self, given: bytes, wanted: bytes) -> None:
        if not hmac.compare_digest(given, wanted):
            raise Rejected(FORGED, network=self.title, account=self._account)

    async def search(self, query: str, cursor: str) -> Page:
        """Bring what has these words, by anybody but ourselves."""
        asked = {"q": query, "since": cursor if cursor.isdigit() else "0"}
        body = (await self._call("GET", "api/search", params=asked)).body()
        items = tuple(normalize(entry) for entry in body.each("items"))
        return Page(items, str(body.read("cursor", int)), body.read("more", bool))

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide somebody's comment, or show it again."""
        path = f"api/entries/{quote(remote_id, safe='')}/hide"
        await self._call("POST", path, json={"hidden": hidden}, effect=True)

    async def remove(self, remote_id: str) -> None:
        """Take somebody's comment down."""
        await self._call("POST", f"api/entries/{quote(remote_id, safe='')}/remove", effect=True)

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Count likes and comments; nobody counts views here."""
        body = (await self._call("GET", "api/metrics", params={"ids": list(remote_ids)})).body()
        return {each.id("id"): _metrics(each) for each in body.each("items")}

    async def insights(self, since: date, until: date) -> Metrics:
        """Count what happened around the account."""
        asked = {"since": since.isoformat(), "until": until.isoformat()}
        body = (await self._call("GET", "api/insights", params=asked)).body()
        return _metrics(body, body.read("followers", int))

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who liked or commented; nothing is reposted here."""
        asked = {"deed": str(deed), "after": cursor if cursor.isdigit() else "0"}
        body = (await self._call("GET", f"api/entries/{quote(remote_id, safe='')}/people", params=asked)).body()
        return Crowd(tuple(_person(each) for each in body.each("people")), body.maybe("after", str) or "")

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who follows the account."""
        body = (await self._call("GET", "api/followers", params={"ids": list(user_ids)})).body()
        return frozenset(each.read("", str) for each in body.each("ids"))


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _metrics(body: Body, followers: int | None = None) -> Metrics:
    return Metrics(likes=body.read("likes", int), comments=body.read("comments", int), followers=followers)


def _person(body: Body) -> Person:
    return Person(
        body.id("id"),
        bounded(body.read("name", str), 200),
        body.id("id"),
        bounded(body.maybe("text", str) or ""),
        body.moment("at") if body.has("at") else None,
    )


def normalize(entry: Body) -> Item:
    """Return an entry of the demo network as an item."""
    edited = entry.moment("edited_at") if entry.has("edited_at") else None
    return Item(
        kind=_KINDS.get(entry.read("kind", str), Kind.COMMENT),
        remote_id=entry.id("id"),
        author_id=entry.id("author.id"),
        author_name=bounded(entry.read("author.name", str), 200),
        author_handle=bounded(entry.read("author.handle", str), 200),
        text=bounded(entry.read("text", str)),
        said_at=entry.moment("at"),
        link=entry.read("link", str),
        thread_id=entry.id("thread_id"),
        parent_id=entry.maybe("parent_id", str) or "",
        media=tuple(picture.read("url", str) for picture in entry.each("media")),
        language=entry.maybe("language", str) or "",
        edited_at=edited,
        deleted=entry.read("deleted", bool),
        own=entry.read("own", bool),
        private_until=entry.moment("private_until") if entry.has("private_until") else None,
        raw=entry.value,
    )
