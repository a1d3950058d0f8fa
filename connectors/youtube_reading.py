"""Reading what YouTube answers: comments as items, figures, errors, and the cursor's memory.

Pure functions; the conversation is youtube.py's. Resources: https://developers.google.com/youtube/v3/docs
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors.outcomes import LONGEST_WAIT, WAIT, Reply
from connectors.plain_text import bounded, fingerprint
from connectors.reading import Body, parse
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited, Rejected
from smm.networks import Item, Kind, Metrics, Published

REMEMBERED: Final = 600  # comments whose last edit the cursor keeps
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
CONSOLE: Final = "https://console.cloud.google.com/apis/library/youtube.googleapis.com"
PERMISSIONS: Final = "https://myaccount.google.com/permissions"

_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)

EXHAUSTED: Final = N_(
    "{network} allows no more today: the daily quota of the desk's app is used up. It begins anew at midnight in California."
)
SLOWER: Final = N_("{network} asks to wait a little.")
ENOUGH: Final = N_("{network} takes no more videos of this channel today.")
DISABLED: Final = N_("Comments are turned off under this video.")
MISSING_RIGHT: Final = N_("{network} wants a person to allow that first: {url}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stopped: the newest thread, when known comments were last edited, and how many answers threads had.

    What is older than `began`, the newest comment of the first look, is history and never told.
    """

    newest: str = ""
    began: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, cursor: str) -> Cursor:
        """Return a cursor from its text; anything strange begins anew."""
        try:
            kept = json.loads(cursor)
            seen = {str(comment): str(edited) for comment, edited in kept["seen"].items()}
            answers = {str(thread): int(count) for thread, count in kept["answers"].items()}
            newest, began = (datetime.fromisoformat(kept[name]).isoformat() for name in ("newest", "began"))
            return cls(newest, began, seen, answers)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def dump(self) -> str:
        """Return the cursor as text."""
        known = {"seen": _last(self.seen), "answers": _last(self.answers)}
        return json.dumps({"newest": self.newest, "began": self.began, **known}, separators=(",", ":"))


def _last(known: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(known.items())[-REMEMBERED:])


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment on a video with the answers that came along; YouTube brings a few of them only."""

    id: str
    video: str
    said: datetime
    answers: int
    comments: tuple[Body, ...]
    can_reply: bool


def thread(body: Body) -> Thread:
    """Read a thread (https://developers.google.com/youtube/v3/docs/commentThreads#resource)."""
    top = body.part("snippet.topLevelComment")
    return Thread(
        id=body.id("id"),
        video=body.maybe("snippet.videoId", str) or "",
        said=top.moment("snippet.publishedAt"),
        answers=body.read("snippet.totalReplyCount", int),
        comments=(top, *(body.each("replies.comments") if body.has("replies.comments") else ())),
        can_reply=body.read("snippet.canReply", bool),
    )


def item(comment: Body, whole: Thread, me: str) -> Item:
    """Return a comment as an item (https://developers.google.com/youtube/v3/docs/comments#resource)."""
    said, edited = comment.moment("snippet.publishedAt"), comment.moment("snippet.updatedAt")
    author = comment.maybe("snippet.authorChannelId.value", str) or ""
    name = bounded(comment.read("snippet.authorDisplayName", str), 200)
    return Item(
        kind=Kind.COMMENT,
        remote_id=comment.id("id"),
        author_id=author,
        author_name=name.removeprefix("@"),
        author_handle=name.removeprefix("@") if name.startswith("@") else "",
        text=bounded(comment.read("snippet.textDisplay", str)),
        said_at=said,
        link=link(whole.video, comment.id("id")),
        thread_id=whole.video,
        parent_id=comment.maybe("snippet.parentId", str) or "",
        edited_at=edited if edited != said else None,
        own=author == me,
        answerable=whole.can_reply,
        raw=comment.value,
    )


def fresh(comments: Iterable[tuple[Body, Thread]], seen: dict[str, str], me: str) -> list[Item]:
    """Return the comments that are new or were edited, oldest first, and note them as seen."""
    found = []
    for comment, whole in comments:
        edited = comment.read("snippet.updatedAt", str)
        if seen.pop(comment.id("id"), "") != edited:
            found.append(item(comment, whole, me))
        seen[comment.id("id")] = edited  # what is still there moves to the end, so that it is not forgotten
    return sorted(found, key=changed)


def changed(item: Item) -> datetime:
    """Return when something was said or last edited."""
    return item.edited_at or item.said_at


def link(video: str, comment: str) -> str:
    """Return the address at which a comment is shown under its video."""
    return f"https://www.youtube.com/watch?v={quote(video, safe='')}&lc={quote(comment, safe='')}"


def parent(comment: Body) -> str:
    """Return the comment that an answer hangs under: threads have one level."""
    return comment.maybe("snippet.parentId", str) or comment.id("id")


def spoken(text: str, comment: Body) -> str:
    """Return an answer as it is said: whom an answer to an answer is for stands before it."""
    author = comment.read("snippet.authorDisplayName", str)
    nested = comment.has("snippet.parentId") and author.startswith("@")
    return text if not nested or author.casefold() in text.casefold() else f"{author} {text}"


def is_ours(comment: Body, me: str, text: str, since: datetime) -> bool:
    """Say whether a comment is our answer with these words."""
    author = comment.maybe("snippet.authorChannelId.value", str)
    said = comment.moment("snippet.publishedAt")
    return author == me and said >= since and fingerprint(comment.read("snippet.textDisplay", str)) == fingerprint(text)


def is_video(remote_id: str) -> bool:
    """Say whether an id is a video's: those have eleven characters, comments' have more than twice as many."""
    return bool(_VIDEO.fullmatch(remote_id))


def published(comment: Body, video: str) -> Published:
    """Return what was said as published."""
    return Published(comment.id("id"), link(video, comment.id("id")))


def figures(video: Body) -> Metrics:
    """Return a video's figures; they come as text, and what its owner hides does not come."""
    views, likes, comments = (_figure(video, name) for name in ("viewCount", "likeCount", "commentCount"))
    return Metrics(views=views, likes=likes, comments=comments)


def _figure(video: Body, name: str) -> int | None:
    told = video.maybe(f"statistics.{name}", str)
    if told is None:
        return None
    return int(told) if re.fullmatch("[0-9]{1,18}", told) else video.stop(f"statistics.{name}")


def midnight(now: datetime) -> datetime:
    """Return when the quota begins anew (https://developers.google.com/youtube/v3/determine_quota_cost)."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)


def meaning(reply: Reply, now: datetime) -> ConnectorError | None:
    """Tell apart what YouTube says with one status (https://developers.google.com/youtube/v3/docs/errors)."""
    if reply.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS}:
        return None
    reasons, facts = _reasons(reply), reply.who.facts
    if reasons & {"quotaExceeded", "dailyLimitExceeded"}:
        return RateLimited(EXHAUSTED, retry_after=midnight(now) - now, **facts)
    if reasons & {"rateLimitExceeded", "userRateLimitExceeded"}:
        return RateLimited(SLOWER, retry_after=WAIT, **facts)
    if "uploadLimitExceeded" in reasons:
        return RateLimited(ENOUGH, retry_after=LONGEST_WAIT, **facts)
    if "commentsDisabled" in reasons:
        return Rejected(DISABLED, reason=reply.reason, field="target", **facts)
    if "accessNotConfigured" in reasons:
        return NeedsHuman(MISSING_RIGHT, url=CONSOLE, **facts)
    if reasons & {"insufficientPermissions", "authenticatedUserAccountClosed"}:
        return NeedsHuman(MISSING_RIGHT, url=PERMISSIONS, **facts)
    return None


def _reasons(reply: Reply) -> set[str]:
    try:
        told: Any = parse(reply.content)["error"]["errors"]
        return {each["reason"] for each in told if isinstance(each["reason"], str)}
    except (ValueError, KeyError, TypeError):
        return set()
