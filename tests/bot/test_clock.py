"""The clock: what is due starts at its moment, once, and a table that cannot be read does not stop it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from waiting import PATIENCE, until

from bot import clock as clocks
from bot.clock import Chore, Clock, Due
from bot.engine import Args, InlineEngine, Task
from storage.engine import Database
from storage.unit_of_work import UnitOfWork


@pytest.fixture
def woken_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock's own second never ends: whatever happens was woken."""
    monkeypatch.setattr(clocks, "TICK", 3600)


async def test_what_is_due_starts_at_its_moment_and_not_before(database: Database) -> None:
    ran: list[float] = []
    now = asyncio.get_running_loop().time

    async def work(args: Args) -> None:
        ran.append(now())

    def look(uow: UnitOfWork, until: datetime) -> Sequence[Due]:
        return [] if ran else [Due(Task("work", "one"), uow.now + timedelta(milliseconds=60))]

    engine = InlineEngine({"work": work})
    clock = Clock(database, engine, [look])
    before = now()
    await clock.tick()
    after = now()
    await clock.tick()
    (timer,) = clock._armed.values()
    assert before + 0.06 <= timer.when() <= after + 0.06
    await until(lambda: ran)
    await engine.drain()
    await clock.tick()
    await clock.stop()
    assert len(ran) == 1
    assert ran[0] >= timer.when() - 0.001


async def test_a_commit_that_wakes_the_clock_is_seen_at_once(database: Database, woken_alone: None) -> None:
    ran = asyncio.Event()
    asked: list[str] = []

    async def work(args: Args) -> None:
        ran.set()

    def look(uow: UnitOfWork, until: datetime) -> Sequence[Due]:
        return [Due(Task("work", "one"), uow.now)] if asked else []

    clock = Clock(database, InlineEngine({"work": work}), [look])
    clock.start()
    await until(lambda: clock.ticked_at)
    asked.append("yes")
    await database.write(lambda uow: uow.wake("due"))
    await asyncio.wait_for(ran.wait(), PATIENCE)
    await clock.stop()


async def test_a_failing_look_is_survived(database: Database, woken_alone: None) -> None:
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
    await until(lambda: calls)
    await database.write(lambda uow: uow.wake("due"))
    await asyncio.wait_for(looked.wait(), PATIENCE)
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
