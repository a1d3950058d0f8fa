"""Reading what Bluesky answers: posts and notifications as items, figures, and the cursor's memory.

Pure functions; the conversation is bluesky.py's. Shapes: https://github.com/bluesky-social/atproto/tree/main/lexicons
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from connectors.plain_text import bounded
from connectors.reading import Body
from smm.errors import Unreadable
from smm.networks import Item, Kind, Metrics, Person

SITE: Final = "https://bsky.app"
POSTS: Final = "app.bsky.feed.post"
REMEMBERED: Final = 20  # posts that are looked at again to see that they were taken back
OVERLAP: Final = timedelta(minutes=2)  # what is indexed out of order comes twice rather than never


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stopped: everything until `until` was read, `page` goes on backwards from `newest` until there."""

    until: str = ""
    newest: str = ""
    page: str = ""
    own: str = ""
    recent: tuple[str, ...] = ()

    @classmethod
    def load(cls, cursor: str) -> Self:
        """Return a cursor from its text; anything strange begins anew."""
        try:
            kept = json.loads(cursor)
            recent = tuple(str(uri) for uri in kept["recent"])
            told = cls(str(kept["until"]), str(kept["newest"]), str(kept["page"]), str(kept["own"]), recent)
            for moment in (told.until, told.newest, told.own):
                if moment:
                    datetime.fromisoformat(moment).astimezone(UTC)
        except (ValueError, KeyError, TypeError, OverflowError):
            return cls()
        return told

    def dump(self) -> str:
        """Return the cursor as text."""
        return json.dumps(asdict(self) | {"recent": self.recent[-REMEMBERED:]}, separators=(",", ":"))


def since(moment: str, told: Iterable[Body]) -> list[Body]:
    """Return what was indexed after a moment, or shortly before it; empty: everything."""
    edge = datetime.fromisoformat(moment) - OVERLAP if moment else None
    return [each for each in told if edge is None or each.moment("indexedAt") >= edge]


def step(kept: Cursor, told: list[Body], page: str) -> tuple[list[Body], Cursor, bool]:
    """Return what is new of a page that goes backwards, where to go on, and whether more that is new may follow at `page`."""
    fresh = since(kept.until, told)
    latest = newest(kept.newest or kept.until, fresh)
    if kept.until and page and fresh and len(fresh) == len(told):
        return fresh, replace(kept, newest=latest, page=page), True
    return fresh, replace(kept, until=latest, newest="", page=""), False


def newest(moment: str, told: Iterable[Body]) -> str:
    """Return the latest of a moment and those of what was told."""
    known = [datetime.fromisoformat(moment)] if moment else []
    moments = [*known, *(each.moment("indexedAt") for each in told)]
    return max(moments).isoformat() if moments else ""


def heard(told: Body, me: str) -> Item:
    """Return a post as an item; one that makes no sense is kept as it came, so that it stops nobody behind it."""
    try:
        return normalize(told, me)
    except Unreadable:
        raw = told.value if isinstance(told.value, dict) else {}
        return Item(Kind.MENTION, told.id("uri"), "", "?", "…", datetime.now(UTC), raw=raw)


def normalize(told: Body, me: str) -> Item:
    """Return a post, or a notification of one, as an item of the account `me`; its moment is the network's, not the author's."""
    uri, author = told.id("uri"), told.id("author.did")
    parent = told.maybe("record.reply.parent.uri", str) or ""
    root = told.maybe("record.reply.root.uri", str) or uri
    languages = told.maybe("record.langs", list) or [""]
    return Item(
        kind=Kind.COMMENT if parent and owner(parent) == me else Kind.MENTION,
        remote_id=uri,
        author_id=author,
        author_name=bounded(told.maybe("author.displayName", str) or told.read("author.handle", str), 200),
        author_handle=bounded(told.read("author.handle", str), 200),
        text=bounded(told.read("record.text", str)),
        said_at=told.moment("indexedAt"),
        link=link(uri),
        thread_id=root,
        parent_id=parent,
        media=_pictures(told),
        language=languages[0] if languages and isinstance(languages[0], str) else "",
        own=author == me,
        out_of_reach=owner(root) != me,
        raw=told.value,
    )


def _pictures(told: Body) -> tuple[str, ...]:
    """Return the addresses of what is seen: pictures, or what stands for a video."""
    if not told.has("embed"):
        return ()
    embed = told.part("embed")
    shown = embed.part("media") if embed.has("media") else embed
    listed = next((shown.each(name) for name in ("images", "items") if shown.has(name)), ())
    found = [*(image.maybe("fullsize", str) for image in listed), shown.maybe("thumbnail", str)]
    return tuple(url for url in found if url)


def taken_back(uri: str) -> Item:
    """Return the sign that a post is no longer there."""
    return Item(Kind.MENTION, uri, "", "", "", datetime.now(UTC), deleted=True)


def answers_others(told: Body, me: str) -> bool:
    """Say whether a post is ours and answers somebody else."""
    parent = told.maybe("record.reply.parent.uri", str)
    return told.id("author.did") == me and parent is not None and owner(parent) != me


def figures(told: Body) -> Metrics:
    """Return a post's figures; a quote passes it on as a repost does."""
    reposts, quotes = told.maybe("repostCount", int), told.maybe("quoteCount", int)
    shares = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    return Metrics(
        likes=told.maybe("likeCount", int),
        comments=told.maybe("replyCount", int),
        shares=shares,
        saves=told.maybe("bookmarkCount", int),
    )


def person(told: Body) -> Person:
    """Return somebody's profile as a person."""
    name = told.maybe("displayName", str) or told.read("handle", str)
    return Person(told.id("did"), bounded(name, 200), bounded(told.read("handle", str), 200))


def liker(told: Body) -> Person:
    """Return who gave a like, and when."""
    return replace(person(told.part("actor")), at=told.moment("indexedAt"))


def speaker(told: Body) -> Person:
    """Return who said something, what and when."""
    said = bounded(told.maybe("record.text", str) or "")
    return replace(person(told.part("author")), text=said, at=told.moment("indexedAt"))


def pds(session: Body, otherwise: str) -> str:
    """Return how others name the server that keeps the account: a login may be at another (https://atproto.com/specs/did)."""
    services = session.each("didDoc.service") if session.has("didDoc.service") else ()
    kept = next((each for each in services if (each.maybe("id", str) or "").endswith("#atproto_pds")), None)
    address = kept.maybe("serviceEndpoint", str) if kept else None
    return "did:web:" + urlsplit(address or otherwise).netloc.replace(":", "%3A")


def owner(uri: str) -> str:
    """Return in whose repository a record stands (https://atproto.com/specs/at-uri-scheme)."""
    return uri.removeprefix("at://").partition("/")[0]


def key_of(uri: str) -> str:
    """Return a record's own key."""
    return uri.rpartition("/")[2]


def link(uri: str) -> str:
    """Return where people see a post."""
    return f"{SITE}/profile/{owner(uri)}/post/{key_of(uri)}"


def strong(told: Body) -> Mapping[str, str]:
    """Return a reference to exactly this state of a record (com.atproto.repo.strongRef)."""
    return {"uri": told.read("uri", str), "cid": told.read("cid", str)}
