"""Reading what VKontakte tells: events, comments, posts and messages as items, names of people, and the cursor's memory.

Pure functions; the conversation is vk.py's. Events: https://dev.vk.com/ru/api/community-events/json-schema
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from typing import Final

from connectors.plain_text import bounded, fingerprint
from connectors.reading import Body
from connectors.vk_spots import Place, Spot
from smm.errors import Unreadable
from smm.networks import Item, Kind

CHATS: Final = 2_000_000_000  # peers from here on are chats of many
_NAMED = re.compile(r"\[(?:id|club|public|event)\d+\|([^\]\n]{1,200})\]")
REMEMBERED: Final = 40  # posts whose number of comments is kept
THINGS: Final = 200  # videos and discussions, too: more than one look sees

# Of each event: where its comment stands, and the field that names what it is under.
_UNDER: Final[Mapping[str, tuple[Place, str]]] = {
    "wall_reply": ("wall", "post_id"),
    "photo_comment": ("photo", "photo_id"),
    "video_comment": ("video", "video_id"),
    "market_comment": ("market", "item_id"),
    "board_post": ("topic", "topic_id"),
}
_OWNERS: Final = ("owner_id", "post_owner_id", "photo_owner_id", "video_owner_id", "market_owner_id", "topic_owner_id")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom is read: the community, whether a user's key is there too, and the moment at which it is read."""

    group_id: int
    user: bool
    now: datetime

    @property
    def wall(self) -> int:
        """The community as an owner."""
        return -self.group_id


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stopped: the last event, comments by post, and the newest mention elsewhere (seconds).

    Of what is read without events: comments by `things` (videos, discussions), the newest comment under a photo (seconds), how
    many `goods` were passed, and whether something was left for the next look.
    """

    ts: str = ""
    posts: Mapping[str, int] = field(default_factory=dict)
    mentioned: int = 0
    things: Mapping[str, int] = field(default_factory=dict)
    photos: int = 0
    goods: int = 0
    behind: bool = False

    @classmethod
    def load(cls, cursor: str) -> Cursor:
        """Return a cursor from its text; anything strange begins anew."""
        try:
            kept = json.loads(cursor)
            posts, things = _counts(kept["posts"]), _counts(kept.get("things", {}))
            rest = (int(kept.get("photos", 0)), int(kept.get("goods", 0)), kept.get("behind") is True)
            return cls(str(kept["ts"]), posts, int(kept["mentioned"]), things, *rest)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def dump(self) -> str:
        """Return the cursor as text."""
        known = {"ts": self.ts, "posts": dict(list(self.posts.items())[-REMEMBERED:]), "mentioned": self.mentioned}
        things = dict(list(self.things.items())[-THINGS:])
        beside = {"things": things, "photos": self.photos, "goods": self.goods, "behind": self.behind}
        return json.dumps(known | {name: value for name, value in beside.items() if value}, separators=(",", ":"))


def _counts(kept: Mapping[str, int]) -> dict[str, int]:
    return {str(name): int(count) for name, count in kept.items()}


def heard(event: Body, reader: Reader) -> Item | None:
    """Return an event as an item, None where it tells of nothing said; one that makes no sense is kept as it came."""
    kind = event.read("type", str)
    try:
        return _of_event(kind, event.part("object"), reader)
    except Unreadable:
        if not kind.startswith((*_UNDER, "message_new", "wall_post_new")):
            return None
        raw = event.value if isinstance(event.value, dict) else {}
        told = str(event.maybe("event_id", str) or f"{reader.now.timestamp():.0f}")
        return Item(Kind.COMMENT, f"event:{told}"[:200], "", "?", "…", reader.now, raw=raw)


def _of_event(kind: str, body: Body, reader: Reader) -> Item | None:
    if kind == "message_new":
        return message(body.part("message"), reader)
    if kind in {"message_reply", "message_edit"}:
        return message(body, reader)
    if kind in {"wall_post_new", "wall_repost"}:
        return post(body, reader)
    what, _, did = kind.rpartition("_")
    if what not in _UNDER or did not in {"new", "edit", "restore", "delete"}:
        return None
    place, thing = _UNDER[what]
    spot = Spot(place, _owner(body, reader), body.read(thing, int), body.read("id", int))
    if did == "delete":
        return Item(Kind.COMMENT, str(spot), "", "", "", reader.now, thread_id=str(spot.root), deleted=True)
    return replace(comment(body, spot, reader), edited_at=reader.now if did == "edit" else None)


def _owner(body: Body, reader: Reader) -> int:
    found = next((owner for name in _OWNERS if (owner := body.maybe(name, int)) is not None), reader.group_id)
    return -abs(found) if abs(found) == reader.group_id else found


def comment(body: Body, spot: Spot, reader: Reader) -> Item:
    """Return a comment as an item; only a user's key answers elsewhere than on walls."""
    author = body.read("from_id", int)
    parent = body.maybe("reply_to_comment", int)
    return Item(
        kind=Kind.COMMENT,
        remote_id=str(spot),
        author_id=str(author),
        author_name="",
        text=bounded(shown(body.maybe("text", str) or "")),
        said_at=_moment(body),
        link=spot.link(reader.group_id),
        thread_id=str(spot.root),
        parent_id=str(replace(spot, comment=parent)) if parent else str(spot.root),
        media=pictures(body),
        own=author == reader.wall,
        answerable=spot.place == "wall" or reader.user,
        raw=body.value,
    )


def post(body: Body, reader: Reader) -> Item:
    """Return a post as an item: somebody's on our wall or about us, or our own; of a repost, with what it repeats."""
    spot = Spot("wall", body.read("owner_id", int), body.read("id", int))
    author = body.read("from_id", int)
    repeated = [each.maybe("text", str) or "" for each in body.each("copy_history")] if body.has("copy_history") else []
    text = "\n\n".join(part for part in (body.read("text", str), *repeated) if part)
    return Item(
        kind=Kind.MENTION,
        remote_id=str(spot),
        author_id=str(author),
        author_name="",
        text=bounded(shown(text)),
        said_at=_moment(body),
        link=spot.link(reader.group_id),
        thread_id=str(spot),
        media=pictures(body),
        own=author == reader.wall,
        out_of_reach=spot.owner != reader.wall,
        answerable=body.maybe("post_type", str) != "suggest",
        raw=body.value,
    )


def message(body: Body, reader: Reader) -> Item | None:
    """Return a message as an item, None for those of chats with many."""
    peer = body.read("peer_id", int)
    if peer >= CHATS:
        return None
    author = body.read("from_id", int)
    edited = body.maybe("update_time", int)
    spot = Spot("im", peer, body.read("id", int))
    return Item(
        kind=Kind.MESSAGE,
        remote_id=str(spot),
        author_id=str(author),
        author_name="",
        text=bounded(shown(body.maybe("text", str) or "")),
        said_at=_moment(body),
        link=spot.link(reader.group_id),
        thread_id=f"im{peer}",
        media=pictures(body),
        edited_at=datetime.fromtimestamp(edited, UTC) if edited else None,
        own=author == reader.wall,
        raw=body.value,
    )


def shown(text: str) -> str:
    """Return a text as people see it: some answers have it escaped, and whoever is named in it stands there as [id1|Name]."""
    return _NAMED.sub(r"\1", unescape(text))


def _moment(body: Body) -> datetime:
    try:
        return datetime.fromtimestamp(body.read("date", int), UTC)
    except (ValueError, OverflowError, OSError):
        body.stop("date")


def pictures(body: Body) -> tuple[str, ...]:
    """Return the addresses of the pictures that are attached, each in its largest size."""
    attached = body.each("attachments") if body.has("attachments") else ()
    found = []
    for each in attached:
        if each.read("type", str) == "photo" and each.has("photo.sizes"):
            sizes = sorted(each.each("photo.sizes"), key=lambda size: size.maybe("width", int) or 0)
            found += [url for size in sizes[-1:] if (url := size.maybe("url", str))]
    return tuple(found)


def names(body: Body) -> dict[str, tuple[str, str]]:
    """Return name and handle of the people and communities of an extended answer, by id as an author."""
    people = {
        str(each.read("id", int)): (
            f"{each.maybe('first_name', str) or ''} {each.maybe('last_name', str) or ''}".strip(),
            each.maybe("screen_name", str) or "",
        )
        for each in (body.each("profiles") if body.has("profiles") else ())
    }
    groups = {
        f"-{each.read('id', int)}": (each.maybe("name", str) or "", each.maybe("screen_name", str) or "")
        for each in (body.each("groups") if body.has("groups") else ())
    }
    return people | groups


def named(items: Iterable[Item], known: Mapping[str, tuple[str, str]]) -> tuple[Item, ...]:
    """Return items with their authors' names; who is not known is called by number."""
    found = []
    for item in items:
        name, handle = known.get(item.author_id, ("", ""))
        name = name or item.author_name or (f"id{item.author_id}" if item.author_id else "")
        found.append(replace(item, author_name=bounded(name, 200), author_handle=bounded(handle, 200)))
    return tuple(found)


def matches(body: Body, text: str, media: int | None = None) -> bool:
    """Say whether a post or comment shows this text, and so many pictures and videos."""
    attached = body.each("attachments") if body.has("attachments") else ()
    files = sum(each.read("type", str) in {"photo", "video"} for each in attached)
    same = fingerprint(shown(body.read("text", str))) == fingerprint(shown(text))
    return same and (media is None or files == media)
