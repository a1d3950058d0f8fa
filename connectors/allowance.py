"""Counting what calls cost, for networks that say what is allowed in a period and not how much of it is left.

The count is kept by whoever opened the connector, apart from the keys: it goes on when the account is reconnected, and those who
draw from one pool share it. What changes something is counted before the call is made: an answer that was lost has cost as
much. It is our own count; others who use the same app spend from the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.base import Base, Spend
from smm.errors import N_, Rejected
from smm.networks import Quota

NO_NUMBER: Final = N_("How much it may be is a whole number, without a sign or a space: {told}")


class Pocket:
    """A count in memory, for a connector that was given no other."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, datetime], int] = {}

    async def spend(self, pool: str, ends: datetime, cost: int) -> int:
        """Add to what a pool has spent in the period that ends then; return the sum."""
        self._spent[pool, ends] = self._spent.get((pool, ends), 0) + cost
        return self._spent[pool, ends]


class Counted(Base):
    """An account whose spending is counted here."""

    unit: ClassVar[str]  # for people, marked with N_
    scale: ClassVar[int] = 1  # how much of what is counted makes one of these

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._spending: Spend = self._tally or Pocket().spend

    def _pool(self) -> str:
        """Return the name of what it shares with others; empty: it has a count of its own."""
        return ""

    def _allowed(self) -> int:
        """Return how much may be spent in a period."""
        raise NotImplementedError

    def _ends(self, now: datetime) -> datetime:
        """Return when the period ends that is now."""
        raise NotImplementedError

    def _figure(self, name: str, default: int) -> int:
        """Return a figure that a person gave, the default where they gave none."""
        told = self._secrets.get(name, "") or str(default)
        if not re.fullmatch("[0-9]{1,9}", told):
            raise Rejected(NO_NUMBER, field=name, told=told[:40], network=self.title, account=self._account)
        return int(told)

    async def _spend(self, cost: int) -> int:
        """Count what a call costs; return how much may still be spent, below zero what was too much."""
        ends, allowed = self._ends(datetime.now(UTC)), self._allowed()
        left = allowed - await self._spending(self._pool(), ends, cost)
        self.quota = Quota(max(0, left) // self.scale, allowed // self.scale, ends, self.unit)
        return left
