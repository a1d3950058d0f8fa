"""The clock: what is due starts at its moment, once, and a table that cannot be read does not stop it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Chore, Clock, Due
from bot.engine import Args, InlineEngine, Task
from storage.engine import Database, utc_now
from storage.unit_of_work import UnitOfWork


async def test_what_is_due_starts_at_its_moment_and_not_before(database: Database) -> None:
    database.clock = utc_now
    ran: list[datetime] = []
    due_at = utc_now() + timedelta(milliseconds=60)

    async def work(args: Args) -> None:
        ran.append(utc_now())

    def look(uow: UnitOfWork, until: datetime) -> Sequence[Due]:
        return [] if ran else [Due(Task("work", "one"), due_at)]

    engine = InlineEngine({"work": work})
    clock = Clock(database, engine, [look])
    await clock.tick()
    await clock.tick()
    await asyncio.sleep(0.15)
    await engine.drain()
    await clock.stop()
    assert len(ran) == 1
    assert timedelta() <= ran[0] - due_at < timedelta(seconds=0.08)


async def test_a_commit_that_wakes_the_clock_is_seen_at_once(database: Database) -> None:
    ran = asyncio.Event()
    asked: list[str] = []

    async def work(args: Args) -> None:
        ran.set()

    def look(uow: UnitOfWork, until: datetime) -> Sequence[Due]:
        return [Due(Task("work", "one"), uow.now)] if asked else []

    clock = Clock(database, InlineEngine({"work": work}), [look])
    clock.start()
    await asyncio.sleep(0.05)
    asked.append("yes")
    await database.write(lambda uow: uow.wake("due"))
    await asyncio.wait_for(ran.wait(), 0.5)
    await clock.stop()


async def test_a_failing_look_is_survived(database: Database) -> None:
    looked = asyncio.Event()
    calls: list[int] = []

    def look(uow: UnitOfWork, until: datetime) -> Sequence[Due]:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the table is away")
        looked.set()
        return []

    clock = Clock(database, InlineEngine({}), [look])
    clock.start()
    await asyncio.sleep(0.05)
    await database.write(lambda uow: uow.wake("due"))
    await asyncio.wait_for(looked.wait(), 0.5)
    await clock.stop()


async def test_a_chore_runs_at_its_own_pace(database: Database, clock: Any) -> None:
    runs: list[int] = []

    async def tidy() -> None:
        runs.append(1)

    ticking = Clock(database, InlineEngine({}), [], [Chore("tidy", timedelta(seconds=30), tidy)])
    for seconds in (0, 10, 25):
        clock.advance(seconds=seconds)
        await ticking.tick()
    assert len(runs) == 2
