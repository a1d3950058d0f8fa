"""Reading what both of Meta's networks answer: signatures, figures and pushes.

Pure functions; the conversation is graph.py's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from connectors.plain_text import fingerprint
from connectors.reading import Body
from smm.networks import Item

PRIVATELY: Final = timedelta(days=7)  # https://developers.facebook.com/documentation/instagram-platform/private-replies
SKEW: Final = timedelta(minutes=2)  # between our clock and Meta's


def proof(token: str, secret: str) -> str:
    """Return what shows that a call comes from the app itself (https://developers.facebook.com/docs/graph-api/guides/secure-requests)."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def is_signed(body: bytes, given: str, secret: str) -> bool:
    """Say whether Meta signed these bytes (https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications)."""
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(given.encode(), wanted.encode())


def privately(item: Item) -> Item:
    """Return somebody's comment with the week in which it may be answered in private."""
    return item if item.own else replace(item, private_until=item.said_at + PRIVATELY)


def alone(body: Body) -> Body:
    """Return what is told alone or, as some pages of the documentation have it, as the only one of a list."""
    if not body.has("data"):
        return body
    (first, *_) = [*body.each("data")] or body.stop("data")
    return first


def listed(body: Body, path: str) -> Iterator[Body]:
    """Yield the elements of an edge; where there are none, Meta leaves the edge out."""
    return body.each(f"{path}.data") if body.has(path) else iter(())


def is_ours(body: Body, said: tuple[str, str], text: str, since: datetime) -> bool:
    """Say whether something shows these words and is not older; `said` are the names of its text and its moment."""
    words, moment = said
    same = fingerprint(body.maybe(words, str) or "") == fingerprint(text)
    return same and body.moment(moment) >= since - SKEW


def figures(body: Body, names: Mapping[str, str]) -> dict[str, int]:
    """Return insights by our names for them. What Meta does not tell is not among them."""
    ours = {theirs.casefold(): name for name, theirs in names.items()}
    told = ((ours.get(each.read("name", str).casefold()), _figure(each)) for each in body.each("data"))
    return {name: figure for name, figure in told if name and figure is not None}


def _figure(insight: Body) -> int | None:
    """Return a total, or the sum of what was told day by day."""
    if insight.has("total_value"):
        return insight.maybe("total_value.value", int)
    values = [each.maybe("value", int) for each in insight.each("values")]
    found = [value for value in values if value is not None]
    return sum(found) if found else None


@dataclass(frozen=True, slots=True)
class Push:
    """What Meta pushed: which accounts it is about, and what changed there as pairs of a field and a value."""

    accounts: tuple[str, ...]
    changes: tuple[tuple[str, Body], ...]


def push(body: Body) -> Push:
    """Read a push; what is not about a change, such as a message, has none."""
    entries = list(body.each("entry"))
    changes = [change for entry in entries if entry.has("changes") for change in entry.each("changes")]
    told = tuple((each.read("field", str), each) for each in changes)
    return Push(tuple(dict.fromkeys(entry.id("id") for entry in entries)), told)


def spans(since: date, until: date, most: int) -> list[tuple[date, date]]:
    """Return the days from one to another, both included, in parts of at most so many."""
    starts = [since + timedelta(days=n) for n in range(0, (until - since).days + 1, most)]
    return [(start, min(until, start + timedelta(days=most - 1))) for start in starts]


def bounds(since: date, until: date) -> dict[str, int]:
    """Return days as Meta is asked for them, in seconds."""
    begins, ends = (datetime.combine(day, time(), UTC) for day in (since, until + timedelta(days=1)))
    return {"since": int(begins.timestamp()), "until": int(ends.timestamp())}


def summed(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up figures of several spans. A figure that is missing in one of them is missing in the whole."""
    told = list(parts)
    names = set.intersection(*(set(part) for part in told)) if told else set()
    return {name: sum(part[name] for part in told) for name in told[0] if name in names} if told else {}
