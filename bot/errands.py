"""Tasks that run beside whoever started them: held until they end, waited for or cancelled together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Errands:
    """The tasks of one owner."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a task: the loop itself holds tasks only weakly."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, grace: float) -> None:
        """Let what runs end, for `grace` seconds at most."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=grace)

    async def drain(self) -> None:
        """Wait until nothing runs, what is started meanwhile included."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def cancel(self) -> None:
        """Cancel what runs, and wait until it has let go."""
        running = set(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
