"""What the cursor of a plain list remembers: which things were seen, and in which words. The list has no cursor of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from smm.networks import Item

REMEMBERED: Final = 1000
FIRST: Final = 20  # items of the first look


def news(items: Iterable[Item], cursor: str) -> tuple[tuple[Item, ...], str]:
    """Return what is new or was changed, oldest first, and the cursor after it."""
    before = _load(cursor)
    known, fresh = dict(before), []
    for item in sorted(items, key=lambda each: each.said_at):
        words = _words(item)
        was = known.pop(item.remote_id, "")
        known[item.remote_id] = words  # what is still there moves to the end, so that it is not forgotten
        if was != words:
            fresh.append(replace(item, edited_at=item.said_at) if was else item)
    kept = dict(list(known.items())[-REMEMBERED:])
    return tuple(fresh if before else fresh[-FIRST:]), json.dumps(kept, separators=(",", ":"))


def _words(item: Item) -> str:
    return hashlib.sha256(f"{item.rating} {item.text}".encode()).hexdigest()[:12]


def _load(cursor: str) -> dict[str, str]:
    try:
        return {str(name): str(words) for name, words in json.loads(cursor).items()}
    except (ValueError, AttributeError):
        return {}
