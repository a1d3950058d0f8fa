"""The line to a chat platform: is it up, what is wrong with it, how long to wait. Logged when it changes, not at each try."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Line:
    """Whether a platform can be reached, and how long to wait before the next try.

    `told` puts a failure into words for the operator, `asked` says how long the platform itself asks to wait, 0 for no such wish.
    """

    def __init__(
        self,
        platform: str,
        told: Callable[[BaseException], str],
        asked: Callable[[BaseException], float],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._platform = platform
        self._told = told
        self._asked = asked
        self._pauses = pauses
        self._failures = 0
        self.trouble = ""

    def up(self) -> None:
        """Note that a call went through."""
        if self.trouble:
            log.info("the line is back", platform=self._platform, after=self._failures)
        self._failures, self.trouble = 0, ""

    def down(self, failure: BaseException) -> float:
        """Note a failure; return the seconds to wait."""
        trouble = self._told(failure)
        if trouble != self.trouble:
            log.warning("the line is down", platform=self._platform, trouble=trouble)
        self.trouble = trouble
        self._failures += 1
        return self._asked(failure) or self._pauses[min(self._failures, len(self._pauses)) - 1]


async def outcome(work: Awaitable[object]) -> BaseException | None:
    """Return what went wrong, None if nothing did; a cancellation of the caller still ends it."""
    (failure,) = await asyncio.gather(work, return_exceptions=True)
    return failure if isinstance(failure, BaseException) else None


async def persist(work: Callable[[], Awaitable[object]], line: Line) -> None:
    """Do something again and again until it goes through."""
    failure = await outcome(work())
    while failure is not None:
        await asyncio.sleep(line.down(failure))
        failure = await outcome(work())
    line.up()
