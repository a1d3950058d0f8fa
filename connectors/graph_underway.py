"""What is on its way to the public: which thing of Meta's, uploaded and seen by nobody yet, holds a publication of ours.

It is kept before it is published: the same thing goes out once at most, and what became of it is asked of Meta, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.graph import Graph
from connectors.graph_older import moment
from connectors.outcomes import GOES_ON, UNREACHABLE
from smm.errors import Unavailable

REMEMBERED: Final = 30  # publications
LASTS: Final = timedelta(
    hours=24
)  # https://developers.facebook.com/documentation/instagram-platform/content-publishing
CONTAINERS: Final = "containers"  # the name beside the key; nobody is asked for it


@dataclass(frozen=True, slots=True)
class Underway:
    """A container, an uploaded video, a picture; and when it was made."""

    thing: str
    made: datetime


class GraphUnderway(Graph):
    """What one account has under way, by the keys of its publications."""

    def _underway(self, key: str) -> Underway | None:
        return read(self._secrets.get(CONTAINERS, ""), datetime.now(UTC)).get(key)

    async def _remember(self, key: str, thing: str) -> None:
        def more() -> Mapping[str, str]:
            now = datetime.now(UTC)
            return {CONTAINERS: written(read(self._secrets.get(CONTAINERS, ""), now) | {key: Underway(thing, now)})}

        await self._keep_beside(more)

    def _unsure(self) -> Unavailable:
        """Say that not everything was read: only who has read everything may say that something is not there."""
        return Unavailable(UNREACHABLE, network=self.title, account=self._account)

    def _goes_on(self) -> Unavailable:
        return Unavailable(GOES_ON, network=self.title, account=self._account)


def read(kept: str, now: datetime) -> dict[str, Underway]:
    """Return what still lives, by key. Kept as lines of key, thing and moment."""
    found: dict[str, Underway] = {}
    for line in kept.splitlines():
        key, _, rest = line.partition(" ")
        thing, _, told = rest.partition(" ")
        made = moment(told)
        if thing and made is not None and now - made < LASTS:
            found[key] = Underway(thing, made)
    return dict(list(found.items())[-REMEMBERED:])


def written(known: Mapping[str, Underway]) -> str:
    """Return it as it is kept."""
    return "\n".join(f"{key} {each.thing} {each.made.isoformat()}" for key, each in known.items())
