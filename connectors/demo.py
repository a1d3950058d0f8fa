"""The demo network's connector: an HTTP client of the network in memory (demo_network.py).

It can everything that a connector can, so that the whole desk is seen working with no account anywhere.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from connectors.base import Base, Outside, Status
from connectors.plain_text import bounded, with_link
from connectors.reading import Body
from smm.errors import N_, Unavailable
from smm.networks import Answer, Can, Credential, Item, Kind, Limits, MediaFile, Outgoing, Page, Profile, Published

SOURCE = "https://docs.joinmastodon.org/user/posting/"  # the demo network keeps to the limits of a real one


class Demo(Base):
    """An account on the demo network."""

    name: ClassVar[str] = "demo"
    title: ClassVar[str] = "Demo network"
    can: ClassVar[frozenset[Can]] = frozenset(Can)
    limits = Limits(
        text=500,
        media=4,
        media_bytes=8 * 1024 * 1024,
        source=SOURCE,
        reply=500,
        media_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Key of the account"), hint=N_("The demo prints it when it starts.")),
    )
    status: ClassVar[Status] = Status.LIVE
    checked: ClassVar[date] = date(2026, 11, 23)

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether a demo network is there."""
        return bool(outside.bases.get(cls.name))

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._secrets.get('token', '')}"}

    async def check(self) -> Profile:
        """Ask who the key belongs to."""
        body = (await self._wire.call("GET", "api/me")).body()
        return Profile(body.id("id"), body.read("name", str), body.read("handle", str), body.read("link", str))

    async def fetch(self, cursor: str) -> Page:
        """Bring what changed since the cursor: new, edited and deleted alike."""
        since = cursor if cursor.isdigit() else "0"
        body = (await self._wire.call("GET", "api/changes", params={"since": since})).body()
        items = tuple(normalize(entry) for entry in body.each("items"))
        return Page(items, str(body.read("cursor", int)), body.read("more", bool), wait=timedelta(seconds=15))

    async def stream(self) -> AsyncIterator[None]:
        """Yield at each change; a broken stream is opened again."""
        pause = 0.2
        while True:
            try:
                async for line in self._wire.lines("api/stream"):
                    if line.startswith("data:"):
                        pause = 0.2
                        yield
            except Unavailable:
                pause = min(pause * 2, 30.0)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnections, protects nothing

    async def publish(self, post: Outgoing) -> Published:
        """Upload the pictures, then publish under the key."""
        media = [await self._upload(file) for file in post.media]
        sent = {"text": with_link(post), "media": media, "key": post.key}
        return _published((await self._wire.call("POST", "api/posts", json=sent, effect=True)).body())

    async def _upload(self, file: MediaFile) -> dict[str, str]:
        picture = ("picture", await self._content(file), file.mime)
        reply = await self._wire.call("POST", "api/media", files={"file": picture})
        return {"id": reply.body().id("id"), "alt": file.alt}

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look the key up."""
        return await self._by_key(post.key)

    async def reply(self, answer: Answer) -> Published:
        """Answer under the key."""
        sent = {"text": answer.text, "key": answer.key}
        path = f"api/entries/{quote(answer.remote_id, safe='')}/replies"
        return _published((await self._wire.call("POST", path, json=sent, effect=True)).body())

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look the key up."""
        return await self._by_key(answer.key)

    async def _by_key(self, key: str) -> Published | None:
        body = (await self._wire.call("GET", "api/entries", params={"key": key})).body()
        return next((_published(entry) for entry in body.each("items")), None)

    async def hide(self, remote_id: str) -> None:
        """Hide somebody's comment."""
        await self._wire.call("POST", f"api/entries/{quote(remote_id, safe='')}/hide", effect=True)

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours."""
        await self._wire.call("DELETE", f"api/entries/{quote(remote_id, safe='')}", effect=True)


def normalize(entry: Body) -> Item:
    """Return an entry of the demo network as an item."""
    edited = entry.moment("edited_at") if entry.has("edited_at") else None
    return Item(
        kind=Kind.MENTION if entry.read("kind", str) == "mention" else Kind.COMMENT,
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
        raw=entry.value,
    )


def _published(entry: Body) -> Published:
    return Published(entry.id("id"), entry.read("link", str))
