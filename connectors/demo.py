"""The demo network's connector: an HTTP client of the network in memory (demo_network.py).

It can everything that most networks can, so that the whole desk is seen working with no account anywhere.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from connectors.base import Outside, Status
from connectors.demo_audience import DemoAudience, normalize
from connectors.plain_text import with_link
from connectors.reading import Body
from smm.errors import N_, Unavailable
from smm.networks import (
    OF_CHANNELS,
    Answer,
    Can,
    Credential,
    Limits,
    Looks,
    MediaFile,
    OAuth,
    Outgoing,
    Page,
    Profile,
    Published,
    Quota,
)

NOT_ALLOWED = N_("This key was made without that right.")
SOURCE = "https://docs.joinmastodon.org/user/posting/"  # the demo network keeps to the limits of a real one


class Demo(DemoAudience):
    """An account on the demo network."""

    name: ClassVar[str] = "demo"
    title: ClassVar[str] = "Demo network"
    can: ClassVar[frozenset[Can]] = frozenset(Can) - OF_CHANNELS
    limits = Limits(
        text=500,
        media=4,
        media_bytes=8 * 1024 * 1024,
        source=SOURCE,
        reply=500,
        media_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        warning=True,
        poll_choices=4,
        first_comment=True,
    )
    looks = Looks(source=SOURCE, alone=(1.0, 3.0), card=False, links=False, tags=False)
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Key of the account"), hint=N_("The demo prints it when it starts.")),
    )
    oauth: ClassVar[OAuth | None] = OAuth("oauth/authorize", "oauth/token", ("speak", "listen"))
    status: ClassVar[Status] = Status.LIVE
    checked: ClassVar[date] = date(2026, 11, 25)

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether a demo network is there."""
        return bool(outside.bases.get(cls.name))

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    async def check(self) -> Profile:
        """Ask who the key belongs to, and what it allows."""
        body = (await self._call("GET", "api/me")).body()
        allowed = [Can(each) for each in body.maybe("can", list) or () if each in set(Can)]
        self.quota = _quota(body)
        ends = "" if self._secrets.get("refresh_token") else self._secrets.get("expires_at", "")
        return Profile(
            body.id("id"),
            body.read("name", str),
            body.read("handle", str),
            body.read("link", str),
            expires_at=datetime.fromisoformat(ends) if ends else None,
            mode=N_("key of the account"),
            can=frozenset(allowed) if body.has("can") else None,
            cannot=dict.fromkeys(self.can - set(allowed), NOT_ALLOWED) if body.has("can") else {},
            quota=self.quota,
        )

    async def fetch(self, cursor: str) -> Page:
        """Bring what changed since the cursor: new, edited and deleted alike."""
        since = cursor if cursor.isdigit() else "0"
        body = (await self._call("GET", "api/changes", params={"since": since})).body()
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
        poll = post.options.poll
        sent = {
            "text": with_link(post),
            "media": media,
            "key": post.key,
            "warning": post.options.warning,
            "choices": list(poll.choices) if poll else [],
        }
        return _published((await self._call("POST", "api/posts", json=sent, effect=True)).body())

    async def _upload(self, file: MediaFile) -> dict[str, str]:
        picture = ("picture", await self._content(file), file.mime)
        reply = await self._call("POST", "api/media", files={"file": picture})
        return {"id": reply.body().id("id"), "alt": file.alt}

    async def assist(self, post: Outgoing) -> str:
        """Lead to the network's page."""
        return self._base()

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look the key up."""
        return await self._by_key(post.key)

    async def reply(self, answer: Answer) -> Published:
        """Answer under the key."""
        return await self._answer(answer, private=False)

    async def message(self, answer: Answer) -> Published:
        """Answer in private under the key."""
        return await self._answer(answer, private=True)

    async def _answer(self, answer: Answer, *, private: bool) -> Published:
        sent = {"text": answer.text, "key": answer.key, "private": private}
        path = f"api/entries/{quote(answer.remote_id, safe='')}/replies"
        return _published((await self._call("POST", path, json=sent, effect=True)).body())

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look the key up."""
        return await self._by_key(answer.key)

    async def _by_key(self, key: str) -> Published | None:
        body = (await self._call("GET", "api/entries", params={"key": key})).body()
        return next((_published(entry) for entry in body.each("items")), None)

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words into a post of ours."""
        path = f"api/entries/{quote(remote_id, safe='')}/edit"
        await self._call("POST", path, json={"text": with_link(post)}, effect=True)

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours."""
        await self._call("DELETE", f"api/entries/{quote(remote_id, safe='')}", effect=True)


def _quota(body: Body) -> Quota | None:
    if not body.has("quota"):
        return None
    return Quota(body.read("quota.left", int), body.read("quota.limit", int), body.moment("quota.resets_at"))


def _published(entry: Body) -> Published:
    return Published(entry.id("id"), entry.read("link", str))
