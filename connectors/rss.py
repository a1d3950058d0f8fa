"""Feeds: RSS and Atom of blogs and news, read for mentions, or of a site's reviews. Nothing can be answered there by a program.

The feed is fetched behind the guard and parsed from bytes. What is new is known by its guid, its link and a hash of its words,
so that a feed that changes one of them brings nothing twice, and one that mends a text brings the mended text.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any, ClassVar, Final
from urllib.parse import urljoin, urlsplit

from connectors.base import Base, Status
from connectors.outcomes import BARRED
from connectors.plain_text import bounded, from_html
from connectors.reading import UNREADABLE
from smm.errors import N_, Rejected, Unreadable
from smm.networks import Can, Credential, Item, Kind, Limits, Page, Profile

LARGEST: Final = 3 * 1024 * 1024  # bytes of a feed
ENTRIES: Final = 100  # of one feed, the newest
FIRST: Final = 10  # entries of the first look
REMEMBERED: Final = 400  # names of entries that the cursor keeps
WAIT: Final = timedelta(
    minutes=15
)  # between fetches (https://www.rssboard.org/rss-specification#ltttlgtSubelementOfLtchannelgt)
LONGEST_WAIT: Final = timedelta(hours=6)
LINK: Final = 2000
REVIEWS: Final = "reviews"
_STARS: Final = re.compile(r"\s*([1-5])(?:[.,]0+)?(?:\s*/\s*5)?\s*")


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


@dataclass(frozen=True, slots=True)
class Story:
    """An entry of a feed with the names under which it may come again."""

    item: Item
    names: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read."""

    title: str
    link: str
    stories: tuple[Story, ...]
    wait: timedelta


class Rss(Base):
    """One feed."""

    name: ClassVar[str] = "rss"
    title: ClassVar[str] = "RSS"
    can: ClassVar[frozenset[Can]] = frozenset({Can.FETCH})
    # Nothing is ever written: the figures only keep to the rule that limits are positive.
    limits = Limits(text=1, media=0, media_bytes=1, source="https://www.rssboard.org/rss-specification", media_types=())
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("address", N_("Address of the feed"), secret=False, hint="https://example.org/feed.xml"),
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
    checked: ClassVar[date] = date(2026, 11, 23)

    async def check(self) -> Profile:
        """Fetch the feed and say what it calls itself."""
        address = self._address()
        reply = await self._wire.call("GET", address, largest=LARGEST)
        feed = await self._parse(reply.content, address)
        return Profile(_short(address), bounded(feed.title or address, 200), "", feed.link or address)

    async def fetch(self, cursor: str) -> Page:
        """Bring the entries that are new or mended."""
        kept = Cursor.load(cursor)
        address = self._address()
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
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Rejected(BARRED, field="address", network=self.title, account=self._account)
        return address

    async def _parse(self, content: bytes, address: str) -> Feed:
        # A feed of some megabytes takes a second or more: not on the event loop.
        feed = await asyncio.to_thread(parse, content, address)
        if feed is None:
            raise Unreadable(UNREADABLE, path="feed", network=self.title, account=self._account)
        return feed


def _conditions(cursor: Cursor) -> dict[str, str]:
    wanted = {"if-none-match": cursor.etag, "if-modified-since": cursor.modified}
    return {name: value for name, value in wanted.items() if value and value.isprintable() and value.isascii()}


def parse(content: bytes, address: str) -> Feed | None:
    """Return the feed in the bytes, None where there is none. Entities are never followed, markup is stripped."""
    import feedparser  # a fifth of a second to import: paid when a feed is read

    if _is_bomb(content):
        return None
    # From a stream: given bytes or text, feedparser would try them as a file's name or an address.
    found = feedparser.parse(BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    if not found.get("version"):
        return None
    entries: Sequence[Any] = found.entries[:ENTRIES]
    links = Counter(_text(entry.get("link"), LINK) for entry in entries)
    stories = tuple(_story(entry, address, links) for entry in entries)
    link = _web(address, _text(found.feed.get("link"), LINK))
    return Feed(_line(found.feed.get("title")), link, stories, _wait(found.feed.get("ttl")))


def _is_bomb(content: bytes) -> bool:
    """Say whether a document declares entities of its own: feeds have no need to, bombs are made of them."""
    return b"<!entity" in content.replace(b"\x00", b"")[:65536].lower()


def _wait(ttl: Any) -> timedelta:
    try:
        told = timedelta(minutes=int(str(ttl)))
    except (ValueError, OverflowError):
        return WAIT
    return min(max(told, WAIT), LONGEST_WAIT)


def _story(entry: Mapping[str, Any], address: str, links: Counter[str]) -> Story:
    title, told = _line(entry.get("title")), from_html(_content(entry))
    text = title if not told or told == title else f"{title}\n\n{told}".strip()
    link = _text(entry.get("link"), LINK)
    guid = _text(entry.get("id"), LINK)
    words = _short(text)
    names = [_short(f"guid {guid}")] if guid else []
    # A link that several entries share (the front page, mostly) says nothing about which one it is.
    names += [_short(f"link {link}")] if link and links[link] == 1 else []
    author = _line(entry.get("author")) or urlsplit(address).hostname or address
    item = Item(
        kind=Kind.MENTION,
        remote_id=(names or [words])[0],
        author_id=bounded(author, 200),
        author_name=bounded(author, 200),
        text=bounded(text),
        said_at=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
        link=_web(address, link),
        thread_id=(names or [words])[0],
        media=tuple(_pictures(entry))[:4],
        raw={"guid": guid, "link": link, "title": title, "rating": _rating(entry)},
    )
    return Story(item, tuple(names or [words]), words)


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


def reviewed(item: Item) -> Item:
    """Return an entry as a review, with its stars where the feed tells them as one to five."""
    stars = _STARS.fullmatch(item.raw["rating"])
    return replace(item, kind=Kind.REVIEW, rating=int(stars[1]) if stars else None)


def _rating(entry: Mapping[str, Any]) -> str:
    """Return what is called a rating, as in the App Store's own feeds."""
    return _text(entry.get("im_rating") or entry.get("rating"), 20)


def _content(entry: Mapping[str, Any]) -> str:
    whole = entry.get("content") or [{}]
    told = entry.get("summary") or (whole[0].get("value") if isinstance(whole[0], Mapping) else "")
    return _text(told, 200_000)


def _pictures(entry: Mapping[str, Any]) -> Iterable[str]:
    for enclosure in entry.get("enclosures") or ():
        link = _web("", _text(enclosure.get("href"), LINK))
        if link and _text(enclosure.get("type"), 100).startswith("image/"):
            yield link


def _moment(parsed: Any) -> datetime:
    try:
        return min(datetime.fromtimestamp(timegm(parsed), UTC), datetime.now(UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        return ""
    return value[:most].replace("\x00", "").encode("utf-8", "replace").decode()


def _line(value: Any) -> str:
    return bounded(" ".join(from_html(_text(value, 5000)).split()), 300)


def _web(address: str, link: str) -> str:
    try:
        whole = urljoin(address, link)
    except ValueError:
        return ""
    return whole if whole.startswith(("https://", "http://")) else ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
