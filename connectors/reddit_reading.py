"""Reading what Reddit answers: comments, messages and posts as items, refusals, and what is left to do.

Pure functions; the conversation is reddit.py's. Things: https://github.com/reddit-archive/reddit/wiki/JSON
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from connectors.outcomes import GONE, LONGEST_WAIT, REFUSED, SLOWER, WAIT, Reply
from connectors.plain_text import bounded
from connectors.reading import Body, parse
from smm.errors import ConnectorError, RateLimited, Rejected
from smm.networks import Item, Kind, Quota

SITE: Final = "https://www.reddit.com"
KINDS: Final = {"comment_reply": Kind.COMMENT, "post_reply": Kind.COMMENT, "username_mention": Kind.MENTION}
MISSING: Final = frozenset({"DELETED_COMMENT", "DELETED_LINK", "TOO_OLD", "THREAD_LOCKED", "NO_THING_ID"})
_THREAD = re.compile(r"/comments/([a-z0-9]{1,20})/")


def heard(thing: Body) -> Item:
    """Read something from the inbox: a comment, or a private message, which only people may answer."""
    public = thing.read("data.was_comment", bool)
    context = thing.maybe("data.context", str) or ""
    kind = KINDS.get(thing.maybe("data.type", str) or "", Kind.COMMENT) if public else Kind.MESSAGE
    link = context if public else f"/message/messages/{thing.id('data.id')}"
    return _item(thing, kind, link=f"{SITE}{link}", thread_id=_thread(context), answerable=public)


def own(thing: Body) -> Item:
    """Read a comment of the account itself."""
    link = thing.read("data.permalink", str)
    return _item(thing, Kind.COMMENT, link=f"{SITE}{link}", thread_id=_thread(link), own=True)


def post(thing: Body) -> Item:
    """Read a post that a search found."""
    title, told = thing.read("data.title", str), thing.maybe("data.selftext", str) or ""
    link = f"{SITE}{thing.read('data.permalink', str)}"
    return _item(thing, Kind.MENTION, text=f"{title}\n\n{told}".strip(), link=link, thread_id=thing.id("data.name"))


def _item(thing: Body, kind: Kind, *, text: str = "", **more: Any) -> Item:
    author = thing.maybe("data.author", str) or ""  # of deleted accounts there is none
    return Item(
        kind=kind,
        remote_id=thing.id("data.name"),
        author_id=author,
        author_name=author,
        author_handle=author,
        text=bounded(text or thing.read("data.body", str)),
        said_at=moment(thing),
        parent_id=thing.maybe("data.parent_id", str) or "",
        raw=thing.value,
        **more,
    )


def moment(thing: Body) -> datetime:
    """Read when something was said."""
    try:
        return datetime.fromtimestamp(thing.read("data.created_utc", float), UTC)
    except (ValueError, OverflowError, OSError):
        thing.stop("data.created_utc")


def _thread(link: str) -> str:
    found = _THREAD.search(link)
    return f"t3_{found[1]}" if found else ""


def quota(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """Read what is left of ten minutes (https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki)."""
    told = [headers.get(f"x-ratelimit-{name}", "") for name in ("remaining", "used", "reset")]
    if not all(re.fullmatch(r"\d{1,9}(\.\d+)?", each) for each in told):
        return None
    left, used, seconds = (int(float(each)) for each in told)
    return Quota(left, left + used, now + timedelta(seconds=seconds))


def meaning(reply: Reply) -> ConnectorError | None:
    """Read refusals that come with status 200, and how long to wait, which comes in seconds."""
    facts = reply.who.facts
    seconds = reply.headers.get("x-ratelimit-reset", "")
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and "retry-after" not in reply.headers and seconds.isdecimal():
        return RateLimited(SLOWER, retry_after=_wait(int(seconds)), **facts)
    told = _errors(reply) if reply.status == HTTPStatus.OK and b'"errors"' in reply.content else None
    if told is None:
        return None
    code, words, field, seconds_left = told
    if code == "RATELIMIT":
        return RateLimited(SLOWER, retry_after=_wait(seconds_left), **facts)
    target = code in MISSING
    reason = bounded(reply.who.masked(words), 300)
    return Rejected(
        GONE if target and not reason else REFUSED, reason=reason, field="target" if target else field, **facts
    )


def _wait(seconds: float) -> timedelta:
    return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), LONGEST_WAIT)


def _errors(reply: Reply) -> tuple[str, str, str, float] | None:
    """Return the first refusal: code, words, field, and the seconds to wait."""
    try:
        body: Any = parse(reply.content)["json"]
        code, words, field = (each if isinstance(each, str) else "" for each in body["errors"][0][:3])
        wait = body.get("ratelimit")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    return (
        code,
        words,
        field,
        wait if isinstance(wait, int | float) and wait < LONGEST_WAIT.total_seconds() else WAIT.total_seconds(),
    )
