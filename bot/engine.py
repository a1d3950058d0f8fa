"""Executing work that reaches outside: the JobEngine port and its inline adapter.

Our tables schedule, the engine executes: the clock finds what is due and hands over a kind, a key and ids. The same key
handed over again while it runs is the same work. Work of one lane (an account) runs one at a time, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from bot.errands import Errands

log = structlog.get_logger(__name__)

Args = Mapping[str, Any]
Work = Callable[[Args], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do now. `key` names it for ever; an empty `lane` runs beside everything else."""

    kind: str
    key: str
    args: Args = field(default_factory=dict)
    lane: str = ""


class JobEngine(Protocol):
    """Runs tasks. What a task must remember lies in our tables, so any engine may die at any moment."""

    def execute(self, task: Task) -> None:
        """Start a task, unless the same key runs already."""

    async def drain(self) -> None:
        """Wait until everything handed over so far has ended."""

    async def stop(self, grace: float) -> None:
        """Let running tasks end for `grace` seconds, then cancel them; their tables say what is left to do."""


class InlineEngine:
    """Runs tasks on this process's event loop."""

    def __init__(self, kinds: Mapping[str, Work]) -> None:
        self._kinds = kinds
        self._lanes: dict[str, deque[Task]] = {}
        self._known: set[str] = set()
        self._running = Errands()

    def execute(self, task: Task) -> None:
        """Start a task, unless the same key runs or waits already."""
        if task.key in self._known:
            return
        self._known.add(task.key)
        if not task.lane:
            self._running.spawn(self._run(task))
        elif task.lane in self._lanes:
            self._lanes[task.lane].append(task)
        else:
            self._lanes[task.lane] = deque([task])
            self._running.spawn(self._run_lane(task.lane))

    async def _run_lane(self, lane: str) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                await self._run(waiting.popleft())
        finally:
            for task in self._lanes.pop(lane):
                self._known.discard(task.key)

    async def _run(self, task: Task) -> None:
        try:
            await self._kinds[task.kind](task.args)
        except Exception:
            # Work ends here: its table still says that it is due, and the clock will hand it over again.
            log.exception("task failed", kind=task.kind, key=task.key)
        finally:
            self._known.discard(task.key)

    async def drain(self) -> None:
        """Wait until everything handed over so far has ended."""
        await self._running.drain()

    async def stop(self, grace: float) -> None:
        """Let running tasks end for `grace` seconds, then cancel them."""
        await self._running.finish(grace)
        await self._running.cancel()
