"""What a network has under way for us, by what it is for: kept with the credentials, so that a restart goes on with it.

It is seen by nobody yet: a file that the network works on, something uploaded. Pure functions; what becomes of it is asked of
the network and not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

REMEMBERED: Final = 30


@dataclass(frozen=True, slots=True)
class Underway:
    """The network's name for it, and when it was made."""

    thing: str
    made: datetime


def read(kept: str, now: datetime, lasts: timedelta) -> dict[str, Underway]:
    """Return what still lives, by key. Kept as lines of key, thing and moment."""
    found: dict[str, Underway] = {}
    for line in kept.splitlines():
        key, _, rest = line.partition(" ")
        thing, _, told = rest.partition(" ")
        try:
            made = datetime.fromisoformat(told)
            lives = bool(thing) and now - made < lasts
        except (ValueError, TypeError):
            continue
        if lives:
            found[key] = Underway(thing, made)
    return dict(list(found.items())[-REMEMBERED:])


def written(known: Mapping[str, Underway]) -> str:
    """Return it as it is kept."""
    return "\n".join(f"{key} {each.thing} {each.made.isoformat()}" for key, each in known.items())
