"""Reading feeds: RSS and Atom as stories, with every way in which they are broken or hostile.

Pure functions of bytes; the conversation is rss.py's. Entities are never followed, markup is stripped.
"""

from __future__ import annotations

import hashlib
from calendar import timegm
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from connectors.plain_text import bounded, from_html
from connectors.stars import rating
from smm.networks import Item, Kind

ENTRIES: Final = 100  # of one feed, the newest
WAIT: Final = timedelta(
    minutes=15
)  # between fetches (https://www.rssboard.org/rss-specification#ltttlgtSubelementOfLtchannelgt)
LONGEST_WAIT: Final = timedelta(hours=6)
LINK: Final = 2000
PLACES: Final = ("place", "location", "venue", "branch", "georss_featurename", "dc_coverage")


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
    stars, place = rating(entry), next((found for name in PLACES if (found := _line(entry.get(name)))), "")
    words = short(f"{stars} {text}" if stars else text)
    names = [short(f"guid {guid}")] if guid else []
    # A link that several entries share (the front page, mostly) says nothing about which one it is.
    names += [short(f"link {link}")] if link and links[link] == 1 else []
    author = _line(entry.get("author")) or _source(entry) or urlsplit(address).hostname or address
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
        raw={"guid": guid, "link": link, "title": title, "rating": stars, "place": place},
    )
    return Story(item, tuple(names or [words]), words)


def reviewed(item: Item) -> Item:
    """Return an entry as a review: with its stars, and with the place that it is about where the feed tells them."""
    place = f"\n\n📍 {item.raw['place']}" if item.raw["place"] else ""
    return replace(item, kind=Kind.REVIEW, rating=item.raw["rating"], text=bounded(f"{item.text}{place}"))


def _source(entry: Mapping[str, Any]) -> str:
    """Return where an entry was taken from, as feeds of searches tell (https://www.rssboard.org/rss-specification#ltsourcegtSubelementOfLtitemgt)."""
    source = entry.get("source")
    return _line(source.get("title")) if isinstance(source, Mapping) else ""


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


def short(text: str) -> str:
    """Return a name for any text: a short hash of it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
