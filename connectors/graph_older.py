"""What a look remembers: when it began, what was seen, and of older posts how many comments stood under each.

Only the newest posts are looked at with their comments. The older ones are gone through some at a time, by their number of
comments alone; those under which there are more than before are looked at, too. Pure functions; the calls are graph.py's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.seen import FIRST, news
from smm.networks import Item

REMEMBERED: Final = 600  # posts whose number of comments is known
ROUNDS: Final = 10  # pages of older posts, before it begins with the newest of them again


@dataclass(frozen=True, slots=True)
class Memory:
    """A cursor, read. `after` is where the next older posts stand, `pages` how many pages deep that is."""

    since: str = ""
    seen: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    after: str = ""
    pages: int = 0

    def __str__(self) -> str:
        told = {"since": self.since, "seen": self.seen, "counts": dict(self.counts)}
        return json.dumps(told | {"after": self.after, "pages": self.pages}, separators=(",", ":"))

    def counted(self, counts: Mapping[str, int]) -> Memory:
        """Return it with more numbers of comments; those that were met last are forgotten last."""
        kept = {name: count for name, count in self.counts.items() if name not in counts} | dict(counts)
        return replace(self, counts=dict(list(kept.items())[-REMEMBERED:]))

    def gone_on(self, after: str) -> Memory:
        """Return it with the place where the next look goes on; from the beginning where it has come to an end."""
        ended = not after or self.pages + 1 >= ROUNDS
        return replace(self, after="" if ended else after, pages=0 if ended else self.pages + 1)


def remembered(cursor: str) -> Memory:
    """Return what a cursor remembers; nothing where it is strange."""
    try:
        told = json.loads(cursor)
        counts = {str(name): int(count) for name, count in told["counts"].items()}
        return Memory(str(told["since"]), str(told["seen"]), counts, str(told["after"]), int(told["pages"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Memory()


def grown(memory: Memory, counts: Mapping[str, int], most: int) -> tuple[list[str], Memory]:
    """Return the posts with more comments than before, and the memory; those that are too many come up again."""
    found = [name for name, count in counts.items() if count > memory.counts.get(name, count)]
    left = set(found[most:])
    return found[:most], memory.counted({name: count for name, count in counts.items() if name not in left})


def fresh(items: Iterable[Item], memory: Memory) -> tuple[tuple[Item, ...], Memory]:
    """Return what is new or was changed, oldest first. What is older than the newest of the first look is history."""
    told, seen = news(items, memory.seen)
    if (since := moment(memory.since)) is not None:
        return tuple(item for item in told if item.said_at >= since), replace(memory, seen=seen)
    told = told[-FIRST:]
    began = max((item.said_at for item in told), default=datetime.fromtimestamp(0, UTC)).isoformat()
    return told, replace(memory, since=began, seen=seen)


def moment(text: Any) -> datetime | None:
    """Return a moment that was kept as text, None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None
