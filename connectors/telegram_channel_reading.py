"""Reading what a bot is told (https://core.telegram.org/bots/api#update): a channel's posts, what people say under them, reactions.

Pure functions; the conversation is telegram_channel.py's. A bot can look nothing up: what it was told once, and is needed later,
is in the cursor. Talk in the discussion group that hangs under nothing is no comment, and is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.plain_text import bounded
from connectors.reading import Body
from smm.networks import Item, Kind, Published

REMEMBERED: Final = 300  # posts whose thread and reactions are known
SITE: Final = "https://t.me"
COMMENT: Final = (
    "comment/"  # before the id of what stands in the group: a channel and its group count each for themselves
)
_PRIVATE: Final = "-100"  # before the id of a channel or supergroup, in links without it
_POSTS: Final = ("channel_post", "edited_channel_post")
TALK: Final = ("message", "edited_message")
_SAYS: Final = (
    "text",
    "caption",
    "photo",
    "video",
    "animation",
    "sticker",
    "voice",
    "video_note",
    "audio",
    "document",
    "poll",
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel and the group in which people comment on it, if there is one."""

    channel_id: int
    title: str
    handle: str
    group_id: int | None

    @property
    def link(self) -> str:
        """Return the address of the channel itself."""
        return _place(self.channel_id, self.handle)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stopped, for which bot; the threads of posts, by root; and how many reacted to a post, by its id.

    `direct` is the chat of the channel's direct messages, 0 as long as it is not known.
    """

    bot: str
    offset: int = 0
    roots: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    direct: int = 0

    @classmethod
    def load(cls, cursor: str, bot: str) -> Cursor:
        """Return a cursor from its text; another bot's, and anything strange, begins anew."""
        try:
            kept = json.loads(cursor)
            roots = {str(root): str(post) for root, post in kept["roots"].items()}
            counts = {str(post): int(count) for post, count in kept["counts"].items()}
            stood = cls(bot, int(kept["offset"]), roots, counts, int(kept.get("direct", 0)))
            return stood if kept["bot"] == bot else cls(bot)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(bot)

    def dump(self) -> str:
        """Return the cursor as text."""
        kept = {"roots": _newest(self.roots), "counts": _newest(self.counts)}
        direct = {"direct": self.direct} if self.direct else {}
        return json.dumps({"bot": self.bot, "offset": self.offset} | kept | direct)


def _newest(known: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(known.items())[-REMEMBERED:])


def read_channel(body: Body) -> Channel:
    """Return a channel from ChatFullInfo (https://core.telegram.org/bots/api#chatfullinfo)."""
    handle, group = body.maybe("username", str) or "", body.maybe("linked_chat_id", int)
    return Channel(body.read("id", int), body.read("title", str), handle, group)


def take(updates: Iterable[Body], channel: Channel, kept: Cursor) -> tuple[list[Item], Cursor]:
    """Return what was said, and the cursor after it."""
    roots, counts, items = dict(kept.roots), dict(kept.counts), []
    for update in updates:
        kept = replace(kept, offset=update.read("update_id", int) + 1)
        if update.has("message_reaction_count"):
            _count(update.part("message_reaction_count"), channel, counts)
        posts = [_post(update.part(kind), channel) for kind in _POSTS if update.has(kind)]
        comments = [_comment(update.part(kind), channel, kept.bot, roots) for kind in TALK if update.has(kind)]
        items += [said for said in (*posts, *comments) if said is not None]
    return items, replace(kept, roots=roots, counts=counts)


def _count(body: Body, channel: Channel, counts: dict[str, int]) -> None:
    if body.read("chat.id", int) == channel.channel_id:
        post = body.id("message_id")
        counts.pop(post, None)  # what changed last is kept longest
        counts[post] = sum(each.read("total_count", int) for each in body.each("reactions"))


def _post(body: Body, channel: Channel) -> Item | None:
    """Return a post that somebody else has put into the channel: it speaks for the brand all the same."""
    if body.read("chat.id", int) != channel.channel_id or not says(body):
        return None
    post = body.read("message_id", int)
    link = f"{channel.link}/{post}"
    author = str(channel.channel_id)
    return item(body, Kind.MENTION, str(post), author, channel.title, link=link, thread_id=str(post), own=True)


def _comment(body: Body, channel: Channel, bot: str, roots: dict[str, str]) -> Item | None:
    """Return what was said under a post; the post's own copy in the group tells which thread is its."""
    if body.read("chat.id", int) != channel.group_id:
        return None
    _learn(body, channel, roots)
    if body.has("reply_to_message"):
        _learn(body.part("reply_to_message"), channel, roots)
    thread = body.maybe("message_thread_id", int)
    if thread is None or body.maybe("is_automatic_forward", bool) or not says(body):
        return None
    post, answered = roots.get(str(thread), ""), body.maybe("reply_to_message.message_id", int) or thread
    parent = post if answered == thread else f"{COMMENT}{answered}"
    author, name, handle = _author(body)
    own = author in {str(channel.channel_id), str(channel.group_id), bot}
    number = body.read("message_id", int)
    place = f"{_place(channel.group_id or 0, body.maybe('chat.username', str) or '')}/{number}?thread={thread}"
    link = f"{SITE}/{channel.handle}/{post}?comment={number}" if post and channel.handle else place
    parts = {"thread_id": post, "parent_id": parent, "author_handle": handle, "own": own}
    return item(body, Kind.COMMENT, f"{COMMENT}{number}", author, name, link=link, **parts)


def _learn(body: Body, channel: Channel, roots: dict[str, str]) -> None:
    if body.maybe("is_automatic_forward", bool) and body.maybe("forward_origin.chat.id", int) == channel.channel_id:
        roots[body.id("message_id")] = body.id("forward_origin.message_id")


def _author(body: Body) -> tuple[str, str, str]:
    """Return id, name and handle; who speaks as a channel or as the group is that."""
    if body.has("sender_chat"):
        sender = body.part("sender_chat")
        return sender.id("id"), sender.maybe("title", str) or "", sender.maybe("username", str) or ""
    sender = body.part("from")
    name = f"{sender.read('first_name', str)} {sender.maybe('last_name', str) or ''}".strip()
    return sender.id("id"), name, sender.maybe("username", str) or ""


def says(body: Body) -> bool:
    """Say whether a message has anything that people see."""
    return any(body.has(name) for name in _SAYS)


def item(body: Body, kind: Kind, remote_id: str, author: str, name: str, **parts: Any) -> Item:
    """Return a message as an item; `parts` are what its text and its moments do not tell."""
    edited = moment(body, "edit_date") if body.has("edit_date") else None
    text = next((said for path in ("text", "caption", "sticker.emoji") if (said := body.maybe(path, str))), "")
    said_at = moment(body, "date")
    return Item(kind, remote_id, author, name, bounded(text), said_at, edited_at=edited, raw=body.value, **parts)


def moment(body: Body, path: str) -> datetime:
    """Return a moment that is told in seconds since 1970."""
    try:
        return datetime.fromtimestamp(body.read(path, int), UTC)
    except (ValueError, OverflowError, OSError):
        body.stop(path)


def _place(chat_id: int, handle: str) -> str:
    return f"{SITE}/{handle}" if handle else f"{SITE}/c/{str(chat_id).removeprefix(_PRIVATE)}"


def published(messages: list[Body], prefix: str = "") -> Published:
    """Return what went out: an album is its messages' ids, and is opened at the first."""
    first = messages[0]
    place = _place(first.read("chat.id", int), first.maybe("chat.username", str) or "")
    ids = [first.read("message_id", int), *(each.read("message_id", int) for each in messages[1:])]
    return Published(prefix + ",".join(map(str, ids)), f"{place}/{ids[0]}")
