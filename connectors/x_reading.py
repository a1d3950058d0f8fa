"""Reading what X answers: mentions as items, our own posts compared, prices, and refusals.

Pure functions; the conversation is x.py's. Objects: https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from connectors.outcomes import LONGEST_WAIT, SLOWER, Reply
from connectors.plain_text import bounded, fingerprint
from connectors.reading import Body
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited
from smm.networks import Item, Kind, Metrics, Published

SITE: Final = "https://x.com"
CONSOLE: Final = "https://console.x.com"
# Thousandths of a dollar (https://docs.x.com/x-api/getting-started/pricing).
OWNED, READ, PERSON, POST, POST_WITH_LINK, ANSWER, REMOVAL, HIDING = 1, 5, 10, 15, 200, 10, 10, 5
EPOCH: Final = 1_288_834_974_657  # milliseconds; ids tell when they were given (https://docs.x.com/fundamentals/x-ids)
SEARCHABLE: Final = timedelta(days=6, hours=12)  # of a week
NO_CREDIT: Final = N_("{network} wants its credit to be filled up first: {url}")
_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|io|ru|рф|co|app|dev|me)\b", re.IGNORECASE)
_LEADING = re.compile(r"^(?:@\w+\s+)+")


def price(text: str, *, answer: bool = False) -> int:
    """Return what a post costs; what looks like a link makes it dear."""
    if _LINK.search(text):
        return POST_WITH_LINK
    return ANSWER if answer else POST


def heard(post: Body, people: Mapping[str, Body], me: str) -> Item:
    """Read a post that mentions the account. Only whoever names the account themselves may be answered by a program."""
    author = post.id("author_id")
    person = people.get(author)
    handle = person.read("username", str) if person else ""
    answers = next((each.id("id") for each in _references(post) if each.read("type", str) == "replied_to"), "")
    named = {each.maybe("id", str) for each in _entities(post, "mentions")}
    ours = post.maybe("in_reply_to_user_id", str) == me
    return Item(
        kind=Kind.COMMENT if ours else Kind.MENTION,
        remote_id=post.id("id"),
        author_id=author,
        author_name=bounded(person.read("name", str), 200) if person else author,
        author_handle=handle,
        text=bounded(shown(post)),
        said_at=post.moment("created_at"),
        link=f"{SITE}/{handle or 'i'}/status/{post.id('id')}",
        thread_id=post.maybe("conversation_id", str) or "",
        parent_id=answers,
        language=(post.maybe("lang", str) or "")[:35],
        own=author == me,
        answerable=me in named,
        out_of_reach=not ours,
        raw=post.value,
    )


def people(body: Body) -> dict[str, Body]:
    """Return the authors that came along, by id."""
    return {each.id("id"): each for each in body.each("includes.users")} if body.has("includes.users") else {}


def worth(body: Body, each: int) -> int:
    """Return what a reading call costs: each thing that it brought, and each person that came along."""
    data = body.value.get("data") if isinstance(body.value, dict) else None
    return each * (len(data) if isinstance(data, list) else 1 if data else 0) + PERSON * len(people(body))


def newest(found: Iterable[Body], before: str) -> str:
    """Return the id of the newest post, the one before where there is none."""
    return max((each.id("id") for each in found), key=lambda name: (len(name), name), default=before)


def is_recent(post: str, now: datetime) -> bool:
    """Say whether a post is young enough for a search to begin after it."""
    if not re.fullmatch("[0-9]{1,19}", post):
        return False
    given = timedelta(milliseconds=(int(post) >> 22) + EPOCH)
    return now - datetime(1970, 1, 1, tzinfo=UTC) - given < SEARCHABLE


def posts(body: Body) -> list[Body]:
    """Return the posts of a list; an empty one has no list, only a count."""
    if not body.has("data") and body.has("meta.result_count"):
        return []
    return list(body.each("data"))


def shown(post: Body) -> str:
    """Return a post's words as people see them: short links are what they stand for, those of pictures are gone."""
    text = post.read("text", str)
    for each in _entities(post, "urls"):
        whole = "" if each.has("media_key") else each.maybe("expanded_url", str) or each.read("url", str)
        text = text.replace(each.read("url", str), whole)
    return html.unescape(text).strip()


def matches(post: Body, text: str, pictures: int = 0) -> bool:
    """Say whether a post has these words and as many pictures."""
    media = len(post.read("attachments.media_keys", list)) if post.has("attachments.media_keys") else 0
    return media == pictures and _plain(shown(post)) == _plain(text)


def _plain(text: str) -> str:
    return fingerprint(_LEADING.sub("", text))


def answers(post: Body, remote_id: str) -> bool:
    """Say whether a post answers that one; with no id, whether it answers none."""
    parents = {each.id("id") for each in _references(post) if each.read("type", str) == "replied_to"}
    return parents == ({remote_id} if remote_id else set())


def _references(post: Body) -> Iterable[Body]:
    return post.each("referenced_tweets") if post.has("referenced_tweets") else ()


def _entities(post: Body, kind: str) -> Iterable[Body]:
    return post.each(f"entities.{kind}") if post.has(f"entities.{kind}") else ()


def published(post: Body) -> Published:
    """Return a post of ours as published."""
    return Published(post.id("id"), f"{SITE}/i/status/{post.id('id')}")


def figures(post: Body) -> Metrics:
    """Read a post's public figures (https://docs.x.com/x-api/fundamentals/metrics)."""
    told = post.part("public_metrics")
    return Metrics(
        views=told.maybe("impression_count", int),
        likes=told.read("like_count", int),
        comments=told.read("reply_count", int),
        shares=told.read("retweet_count", int) + (told.maybe("quote_count", int) or 0),
        saves=told.maybe("bookmark_count", int),
    )


def next_month(now: datetime) -> datetime:
    """Return when the month ends that is now, in UTC as X counts."""
    return (now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(
        day=1
    )


def meaning(reply: Reply, now: datetime) -> ConnectorError | None:
    """Read what X says in its own way: until when to wait, and that there is no credit."""
    facts, told = reply.who.facts, reply.headers.get("x-rate-limit-reset", "")
    if reply.status == HTTPStatus.PAYMENT_REQUIRED:
        return NeedsHuman(NO_CREDIT, url=CONSOLE, **facts)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and re.fullmatch("[0-9]{9,11}", told):
        wait = datetime.fromtimestamp(int(told), UTC) - now
        return RateLimited(SLOWER, retry_after=min(max(wait, timedelta(seconds=1)), LONGEST_WAIT), **facts)
    return None
