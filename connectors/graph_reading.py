"""Reading what both of Meta's networks answer: the memory of a cursor, figures, moments and pushes.

Pure functions; the conversation is graph.py's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.plain_text import fingerprint
from connectors.reading import Body
from connectors.seen import FIRST, news
from smm.networks import Item

PRIVATELY: Final = timedelta(days=7)  # https://developers.facebook.com/documentation/instagram-platform/private-replies
SKEW: Final = timedelta(minutes=2)  # between our clock and Meta's
REMEMBERED: Final = 30  # publications under way
LASTS: Final = timedelta(hours=24)  # of a container


def proof(token: str, secret: str) -> str:
    """Return what shows that a call comes from the app itself (https://developers.facebook.com/docs/graph-api/guides/secure-requests)."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def is_signed(body: bytes, given: str, secret: str) -> bool:
    """Say whether Meta signed these bytes (https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications)."""
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(given.encode(), wanted.encode())


def fresh(items: Iterable[Item], cursor: str) -> tuple[tuple[Item, ...], str]:
    """Return what is new or was changed, oldest first, and the cursor after it.

    The cursor is when the newest item of the first look was said, and what was seen: what is older is history and never told.
    """
    began, _, known = cursor.partition(" ")
    told, kept = news(items, known)
    if (since := _moment(began)) is not None:
        return tuple(item for item in told if item.said_at >= since), f"{began} {kept}"
    told = told[-FIRST:]
    began = max((item.said_at for item in told), default=datetime.fromtimestamp(0, UTC)).isoformat()
    return told, f"{began} {kept}"


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def privately(item: Item) -> Item:
    """Return somebody's comment with the week in which it may be answered in private."""
    return item if item.own else replace(item, private_until=item.said_at + PRIVATELY)


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
    ours = {theirs: name for name, theirs in names.items()}
    told = ((ours.get(each.read("name", str)), _figure(each)) for each in body.each("data"))
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


def containers(kept: str, now: datetime) -> dict[str, str]:
    """Return the containers that still live, by the key of what they hold. Kept as lines of key, container and moment."""
    found = (line.split(" ") for line in kept.splitlines())
    alive = [parts for parts in found if len(parts) == 3 and _is_alive(parts[2], now)]  # noqa: PLR2004 - as written below
    return {key: f"{container} {moment}" for key, container, moment in alive[-REMEMBERED:]}


def _is_alive(moment: str, now: datetime) -> bool:
    made = _moment(moment)
    return made is not None and now - made < LASTS


def written(known: Mapping[str, str]) -> str:
    """Return containers as they are kept."""
    return "\n".join(f"{key} {told}" for key, told in known.items())


def asked(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without those that say nothing."""
    return {name: value for name, value in parts.items() if value not in (None, "", [], ())}
