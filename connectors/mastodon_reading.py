"""Reading what Mastodon answers: statuses and notifications as items, an instance's limits, and the cursor's memory.

Pure functions; the conversation is mastodon.py's. Entities: https://docs.joinmastodon.org/entities/
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.plain_text import bounded, fingerprint, from_html
from connectors.reading import Body
from smm.errors import Unreadable
from smm.networks import Item, Kind, Limits, Metrics, Person, Published

REMEMBERED: Final = 20  # mentions that are read again to see edits and deletions
_LEADING = re.compile(r"^(@[\w.-]+(@[\w.-]+)?\s+)+")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stopped: the newest notification, our newest status, and when recent mentions were last edited."""

    newest: str = ""
    own: str = ""
    recent: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, cursor: str) -> Cursor:
        """Return a cursor from its text; anything strange begins anew."""
        try:
            kept = json.loads(cursor)
            recent = {str(status): str(edited) for status, edited in kept["recent"].items()}
            return cls(str(kept["newest"]), str(kept["own"]), recent)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def dump(self) -> str:
        """Return the cursor as text."""
        recent = dict(list(self.recent.items())[-REMEMBERED:])
        return json.dumps({"newest": self.newest, "own": self.own, "recent": recent}, separators=(",", ":"))


def later(one: str, other: str) -> str:
    """Return the later of two ids: they are numbers as text, and the longer is the larger."""
    return max(one, other, key=lambda known: (len(known), known))


def heard(notification: Body, me: str) -> Item:
    """Return a notification as an item; one that makes no sense is kept as it came, so that it stops nobody behind it."""
    try:
        return normalize(notification.part("status"), me)
    except Unreadable:
        raw = notification.value if isinstance(notification.value, dict) else {}
        return Item(
            kind=Kind.MENTION,
            remote_id=f"notification:{notification.id('id')}",
            author_id="",
            author_name="?",
            text="…",
            said_at=datetime.now(UTC),
            raw=raw,
        )


def normalize(status: Body, me: str) -> Item:
    """Return a status as an item of the account `me`."""
    author = status.id("account.id")
    parent = status.maybe("in_reply_to_id", str) or ""
    edited = status.moment("edited_at") if status.has("edited_at") else None
    return Item(
        kind=_kind(status, me),
        remote_id=status.id("id"),
        author_id=author,
        author_name=bounded(status.read("account.display_name", str) or status.read("account.username", str), 200),
        author_handle=bounded(status.read("account.acct", str), 200),
        text=_text(status),
        said_at=status.moment("created_at"),
        link=status.maybe("url", str) or status.maybe("uri", str) or "",
        thread_id=parent or status.id("id"),
        parent_id=parent,
        media=tuple(url for media in status.each("media_attachments") if (url := media.maybe("url", str))),
        language=status.maybe("language", str) or "",
        edited_at=edited,
        own=author == me,
        raw=status.value,
    )


def _kind(status: Body, me: str) -> Kind:
    if status.read("visibility", str) == "direct":
        return Kind.MESSAGE
    return Kind.COMMENT if status.maybe("in_reply_to_account_id", str) == me else Kind.MENTION


def _text(status: Body) -> str:
    warning = status.maybe("spoiler_text", str) or ""
    told = from_html(status.read("content", str))
    return bounded(f"[{warning}]\n\n{told}" if warning else told)


def taken_back(status_id: str) -> Item:
    """Return the sign that a status is no longer there."""
    return Item(Kind.MENTION, status_id, "", "", "", datetime.now(UTC), deleted=True)


def changed(recent: Mapping[str, str], statuses: Mapping[str, Body], me: str) -> list[Item]:
    """Return which of the remembered mentions were edited or deleted since they were remembered."""
    items = []
    for status_id, edited in recent.items():
        found = statuses.get(status_id)
        if found is None:
            items.append(taken_back(status_id))
        elif (found.maybe("edited_at", str) or "") != edited:
            items.append(normalize(found, me))
    return items


def published(status: Body) -> Published:
    """Return where a status of ours stands."""
    return Published(status.id("id"), status.maybe("url", str) or status.read("uri", str))


def matches(status: Body, text: str, media: int | None = None) -> bool:
    """Say whether a status shows this text, and so many pictures. Handles in front, which a server may add, do not count."""
    shown = _bare(from_html(status.read("content", str)))
    same = fingerprint(shown) == fingerprint(_bare(text))
    return same and (media is None or len(status.read("media_attachments", list)) == media)


def names(text: str, handle: str) -> bool:
    """Say whether a text names somebody, and not somebody else whose name begins so."""
    return re.search(rf"@{re.escape(handle)}(?![\w.@-]*\w)", text, re.IGNORECASE) is not None


def _bare(text: str) -> str:
    return _LEADING.sub("", text.lstrip() + " ").rstrip()


def figures(status: Body) -> Metrics:
    """Return a status's counts (https://docs.joinmastodon.org/entities/Status/)."""
    counts = (status.maybe(f"{name}_count", int) for name in ("favourites", "replies", "reblogs"))
    likes, comments, shares = counts
    return Metrics(likes=likes, comments=comments, shares=shares)


def person(account: Body) -> Person:
    """Return an account as a person."""
    name = account.maybe("display_name", str) or account.read("acct", str)
    return Person(account.id("id"), bounded(name, 200), bounded(account.read("acct", str), 200))


def speaker(status: Body) -> Person:
    """Return who said something, what and when."""
    return replace(person(status.part("account")), text=_text(status), at=status.moment("created_at"))


def own_reply(status: Body, me: str) -> Item | None:
    """Return a status of ours that answers somebody else; None for anything else."""
    if not status.has("in_reply_to_id") or status.maybe("in_reply_to_account_id", str) in {None, me}:
        return None
    return normalize(status, me)


def read_limits(instance: Body, declared: Limits) -> Limits:
    """Return the limits that an instance tells; what it does not tell stays as declared."""

    def told(path: str, otherwise: int) -> int:
        found: Any = instance.maybe(f"configuration.{path}", int)
        return found if found is not None and found > 0 else otherwise

    types = instance.maybe("configuration.media_attachments.supported_mime_types", list) or declared.media_types
    text = told("statuses.max_characters", declared.text)
    return replace(
        declared,
        text=text,
        reply=text,
        media=told("statuses.max_media_attachments", declared.media),
        media_bytes=told("media_attachments.image_size_limit", declared.media_bytes),
        video_bytes=told("media_attachments.video_size_limit", declared.video_bytes or 1),
        poll_choices=told("polls.max_options", declared.poll_choices),
        poll_choice=told("polls.max_characters_per_option", declared.poll_choice),
        url_length=told("statuses.characters_reserved_per_url", declared.url_length or 1),
        media_types=tuple(kind for kind in types if kind == "video/mp4" or str(kind).startswith("image/"))
        or declared.media_types,
    )
