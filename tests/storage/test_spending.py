"""What is spent adds up within a period, and what is over is forgotten."""

from __future__ import annotations

from datetime import timedelta

from clocks import Clock

from storage import spending
from storage.engine import Database


async def test_it_adds_up_within_a_period_and_begins_anew_after_it(any_database: Database, clock: Clock) -> None:
    ends = clock.now + timedelta(hours=1)
    for pool, cost, sum_ in (("one", 5, 5), ("one", 7, 12), ("other", 1, 1), ("one", -7, 5)):
        assert await any_database.write(spending.spend, pool, ends, cost) == sum_
    clock.now = ends
    assert await any_database.write(spending.spend, "one", ends + timedelta(hours=1), 2) == 2
    assert await any_database.write(spending.spend, "other", ends, 0) == 0


async def test_two_pools_become_one(any_database: Database, clock: Clock) -> None:
    ends = clock.now + timedelta(hours=1)
    await any_database.write(spending.spend, "attempt", ends, 11)
    await any_database.write(spending.spend, "account", ends, 100)
    await any_database.write(spending.join, "attempt", "account")
    assert await any_database.write(spending.spend, "account", ends, 0) == 111
    assert await any_database.write(spending.spend, "attempt", ends, 0) == 0
