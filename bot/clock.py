"""What runs when: once a second the clock asks our tables what comes due, and starts it at its moment.

Tables hold the schedule; the clock only looks a little ahead and arms a timer for what it found, so that a million pending
posts cost one indexed query a second and each still goes out within milliseconds of its time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.engine import JobEngine, Task
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

TICK = 1.0
AHEAD = timedelta(seconds=1.5)


@dataclass(frozen=True, slots=True)
class Due:
    """A task and its moment."""

    task: Task
    at: datetime


Look = Callable[[UnitOfWork, datetime], Sequence[Due]]


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to look after now and then: reminders, snoozes, the daily line. A second run is harmless."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


class Clock:
    """Looks at the tables each second, or as soon as somebody wakes it, and hands tasks to the engine on time."""

    def __init__(
        self, database: Database, engine: JobEngine, looks: Sequence[Look], chores: Sequence[Chore] = ()
    ) -> None:
        self._database = database
        self._engine = engine
        self._looks = looks
        self._chores = chores
        self._done: dict[str, datetime] = {}
        self._armed: dict[str, asyncio.TimerHandle] = {}
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._healthy = True
        self.ticked_at: datetime | None = None

    def start(self) -> None:
        """Begin to tick."""
        for topic in ("jobs", "due"):
            self._database.listen(topic, self._woken.set)
        self._loop = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop ticking; what is armed stays in its table."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        for handle in self._armed.values():
            handle.cancel()
        self._armed.clear()

    async def _run(self) -> None:
        while True:
            await self._tick_safely()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), TICK)
            self._woken.clear()

    async def _tick_safely(self) -> None:
        try:
            await self.tick()
        except Exception:
            # A tick that fails is followed by another: the tables lose nothing. Only the change is worth a line.
            if self._healthy:
                log.exception("the clock cannot read the tables")
            self._healthy = False
        else:
            if not self._healthy:
                log.info("the clock reads the tables again")
            self._healthy = True

    async def tick(self) -> None:
        """Look once: arm what comes due soon, run the chores whose time has come."""
        now = self._database.clock()
        for due in await self._database.read(self._look, now + AHEAD):
            self._arm(due)
        for chore in self._chores:
            if chore.name not in self._done or now - self._done[chore.name] >= chore.every:
                self._done[chore.name] = now
                await chore.run()
        self.ticked_at = now

    def _look(self, uow: UnitOfWork, until: datetime) -> list[Due]:
        return [due for look in self._looks for due in look(uow, until)]

    def _arm(self, due: Due) -> None:
        if due.task.key in self._armed:
            return
        delay = max(0.0, (due.at - self._database.clock()).total_seconds())
        self._armed[due.task.key] = asyncio.get_running_loop().call_later(delay, self._fire, due.task)

    def _fire(self, task: Task) -> None:
        self._armed.pop(task.key, None)
        self._engine.execute(task)
