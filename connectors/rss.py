"""Feeds: RSS and Atom of blogs and news, read for mentions, of a site's reviews, or of a search. Nothing can be answered there.

The feed is fetched behind the guard and parsed from bytes. What is new is known by its guid, its link and a hash of its words,
so that a feed that changes one of them brings nothing twice, and one that mends a text brings the mended text.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import quote, urlsplit

from connectors.base import Base, Status
from connectors.outcomes import BARRED
from connectors.plain_text import bounded
from connectors.reading import UNREADABLE
from connectors.rss_reading import WAIT, Feed, Story, parse, reviewed, short
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, Rejected, Unreadable
from smm.networks import Can, Credential, Item, Limits, Page, Profile

LARGEST: Final = 3 * 1024 * 1024  # bytes of a feed
FIRST: Final = 10  # entries of the first look
REMEMBERED: Final = 400  # names of entries that the cursor keeps
REVIEWS: Final = "reviews"
WORDS: Final = "{words}"  # stands in the address of a search's feed
TRIAL: Final = "news"  # what a search is asked to see that it answers with a feed

NO_FEED = N_("There is no feed at this address. Look at it in a browser, and copy it again.")
NOTHING_BY_ITSELF = N_("This feed answers a search: it is asked for the words of your rules.")
NO_SEARCH = N_("This feed has what its owner puts there. For a search, connect the address of a search's feed.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a feed's cursor remembers: the validators of the last answer, and hashes of what was seen."""

    etag: str = ""
    modified: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)  # hash of guid or link → our id and the hash of the words

    @classmethod
    def load(cls, cursor: str) -> Cursor:
        """Return a cursor from its text; anything strange begins anew."""
        try:
            kept = json.loads(cursor)
            seen = {str(name): str(words) for name, words in kept["seen"].items()}
            return cls(str(kept["etag"]), str(kept["modified"]), seen)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def dump(self) -> str:
        """Return the cursor as text."""
        newest = dict(list(self.seen.items())[-REMEMBERED:])
        return json.dumps({"etag": self.etag, "modified": self.modified, "seen": newest}, separators=(",", ":"))


class Rss(Base):
    """One feed."""

    name: ClassVar[str] = "rss"
    title: ClassVar[str] = "RSS"
    can: ClassVar[frozenset[Can]] = frozenset({Can.FETCH, Can.SEARCH})
    # Nothing is ever written: the figures only keep to the rule that limits are positive.
    limits = Limits(text=1, media=0, media_bytes=1, source="https://www.rssboard.org/rss-specification", media_types=())
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential(
            "address",
            N_("Address of the feed"),
            secret=False,
            hint=N_("https://example.org/feed.xml, or a search's feed with {words} where the words go"),
        ),
        Credential(
            "holds",
            N_("What is in it"),
            secret=False,
            default="mentions",
            required=False,
            options=(("mentions", N_("Articles and posts")), (REVIEWS, N_("Reviews"))),
        ),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        if reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return Rejected(NO_FEED, field="address", **reply.who.facts)
        return None

    async def check(self) -> Profile:
        """Fetch the feed and say what it calls itself; a search is asked for a word that is always in the news."""
        address = self._address()
        asked = _filled(address, TRIAL)
        reply = await self._wire.call("GET", asked, largest=LARGEST)
        feed = await self._parse(reply.content, asked)
        searches = WORDS in address
        return Profile(
            short(address),
            bounded(feed.title or address, 200),
            "",
            feed.link or asked,
            mode=N_("feed of a search") if searches else N_("feed"),
            can=frozenset({Can.SEARCH if searches else Can.FETCH}),
            cannot={Can.FETCH: NOTHING_BY_ITSELF} if searches else {Can.SEARCH: NO_SEARCH},
        )

    async def fetch(self, cursor: str) -> Page:
        """Bring the entries that are new or mended."""
        address = self._address()
        return await self._look(address, cursor) if WORDS not in address else self._cannot()

    async def search(self, query: str, cursor: str) -> Page:
        """Bring what a search newly finds; the cursor is this query's own."""
        address = self._address()
        return await self._look(_filled(address, query), cursor) if WORDS in address else self._cannot()

    async def _look(self, address: str, cursor: str) -> Page:
        kept = Cursor.load(cursor)
        reply = await self._wire.call("GET", address, largest=LARGEST, headers=_conditions(kept))
        if reply.status == HTTPStatus.NOT_MODIFIED:
            return Page((), cursor, wait=WAIT)
        feed = await self._parse(reply.content, address)
        validators = (reply.headers.get("etag", "")[:200], reply.headers.get("last-modified", "")[:100])
        items, seen = news(feed.stories, kept.seen)
        items = tuple(map(reviewed, items)) if self._secrets.get("holds") == REVIEWS else items
        return Page(items, Cursor(*validators, seen).dump(), wait=feed.wait)

    def _address(self) -> str:
        address = self._secrets.get("address", "")
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or WORDS in parts.netloc:
            raise Rejected(BARRED, field="address", network=self.title, account=self._account)
        return address

    async def _parse(self, content: bytes, address: str) -> Feed:
        # A feed of some megabytes takes a second or more: not on the event loop.
        feed = await asyncio.to_thread(parse, content, address)
        if feed is None:
            raise Unreadable(UNREADABLE, path="feed", network=self.title, account=self._account)
        return feed


def _filled(address: str, words: str) -> str:
    """Return the address with the words of a search; words are a part of it and never more."""
    return address.replace(WORDS, quote(words, safe=""))


def _conditions(cursor: Cursor) -> dict[str, str]:
    wanted = {"if-none-match": cursor.etag, "if-modified-since": cursor.modified}
    return {name: value for name, value in wanted.items() if value and value.isprintable() and value.isascii()}


def news(stories: Iterable[Story], seen: Mapping[str, str]) -> tuple[tuple[Item, ...], dict[str, str]]:
    """Return the entries that are new or whose words changed, oldest first, and what was seen by now."""
    known = dict(seen)
    fresh: list[Item] = []
    for story in stories:
        before = next((known[name] for name in story.names if name in known), "")
        remote_id, _, words = before.partition(" ")
        if not before:
            fresh.append(story.item)
        elif words != story.words:
            fresh.append(replace(story.item, remote_id=remote_id, thread_id=remote_id, edited_at=datetime.now(UTC)))
        for name in story.names:
            known.pop(name, None)  # what is still in the feed moves to the end, so that it is not forgotten
            known[name] = f"{remote_id or story.item.remote_id} {story.words}"
    fresh.sort(key=lambda item: item.said_at)
    return tuple(fresh if seen else fresh[-FIRST:]), known
