"""Received updates: handled once, replayed while they are open, and forgotten when nobody repeats them any more."""

from __future__ import annotations

from datetime import timedelta

from clocks import Clock

from storage import updates
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

LONG = timedelta(days=35)


def receive(uow: UnitOfWork, *keys: str) -> set[str]:
    return updates.store_all(uow, "telegram", {key: {"text": key} for key in keys})


def forget(uow: UnitOfWork, most: int) -> int:
    return updates.forget(uow, uow.now - LONG, most)


async def test_what_was_handled_long_ago_is_forgotten_a_part_at_a_time_and_what_waits_never(
    any_database: Database, clock: Clock
) -> None:
    await any_database.write(receive, "a", "waits", "b", "broken")
    for key in ("a", "b"):
        await any_database.write(updates.take, "telegram", key)
    await any_database.write(updates.poison, "telegram", "broken", "unreadable")
    clock.advance(seconds=LONG.total_seconds() - 60)
    await any_database.write(receive, "young")
    await any_database.write(updates.take, "telegram", "young")
    assert await any_database.write(forget, 9) == 0
    clock.advance(seconds=120)
    assert [await any_database.write(forget, 2) for _ in range(3)] == [2, 1, 0]
    assert await any_database.write(receive, "young", "waits") == set()
    assert [each.key for each in await any_database.read(updates.open_ones, "telegram")] == ["waits"]
