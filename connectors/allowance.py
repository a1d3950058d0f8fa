"""Counting what calls cost, for networks that say what is allowed in a period and not how much of it is left.

It is kept beside the account's keys. What changes something is counted before the call is made: an answer that was lost has cost as
much. It is our own count of this account; others who share the app spend from the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.base import Base
from smm.networks import Quota

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
SPENT: Final = "spent"  # the name beside the keys; nobody is asked for it


@dataclass(frozen=True, slots=True)
class Tally:
    """What was spent in the period that ends then."""

    ends: datetime = _NEVER
    spent: int = 0

    @classmethod
    def load(cls, kept: str) -> Tally:
        """Return a tally from its text; anything strange begins anew."""
        ends, _, spent = kept.partition(" ")
        try:
            return cls(datetime.fromisoformat(ends).astimezone(UTC), int(spent))
        except (ValueError, OverflowError):
            return cls()

    def dump(self) -> str:
        """Return the tally as text."""
        return f"{self.ends.isoformat()} {self.spent}"

    def plus(self, cost: int, ends: datetime, now: datetime) -> Tally:
        """Return the tally with something more; a new period begins with nothing."""
        return Tally(self.ends, self.spent + cost) if now < self.ends else Tally(ends, cost)


class Counted(Base):
    """An account whose spending is counted here."""

    unit: ClassVar[str]  # for people, marked with N_
    scale: ClassVar[int] = 1  # how much of what is counted makes one of these

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._tally = Tally.load(self._secrets.get(SPENT, ""))
        self._counting = asyncio.Lock()

    def _allowed(self) -> int:
        """Return how much may be spent in a period."""
        raise NotImplementedError

    def _ends(self, now: datetime) -> datetime:
        """Return when the period ends that is now."""
        raise NotImplementedError

    def _left(self, now: datetime) -> int:
        """Return how much may still be spent in this period."""
        return self._allowed() - self._tally.plus(0, self._ends(now), now).spent

    async def _spend(self, cost: int) -> None:
        """Count what the next call may cost."""
        async with self._counting:
            self._count(cost)
            await self._keep({**self._secrets, SPENT: self._tally.dump()})

    def _count(self, cost: int) -> None:
        now = datetime.now(UTC)
        self._tally = self._tally.plus(cost, self._ends(now), now)
        left, allowed = max(0, self._left(now)) // self.scale, self._allowed() // self.scale
        self.quota = Quota(left, allowed, self._tally.ends, self.unit)

    async def _renew_now(self) -> None:
        async with self._counting:  # two who keep at once would lose what one of them kept
            await super()._renew_now()

    async def _refresh(self) -> Mapping[str, str]:
        return {**await super()._refresh(), SPENT: self._tally.dump()}
