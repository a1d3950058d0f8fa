"""The line to Telegram: is it up, what is wrong with it, how long to wait. Logged when it changes, not at each try."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram_refusals import seconds

log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Line:
    """Whether Telegram can be reached, and how long to wait before the next try."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        self._failures = 0
        self.trouble = ""

    def up(self) -> None:
        """Note that a call went through."""
        if self.trouble:
            log.info("telegram is back", after=self._failures)
        self._failures, self.trouble = 0, ""

    def down(self, failure: BaseException) -> float:
        """Note a failure; return the seconds to wait."""
        trouble = told(failure)
        if trouble != self.trouble:
            log.warning("telegram is not reached", trouble=trouble)
        self.trouble = trouble
        self._failures += 1
        if isinstance(failure, RetryAfter):
            return seconds(failure).total_seconds()
        return self._pauses[min(self._failures, len(self._pauses)) - 1]


def told(failure: BaseException) -> str:
    """Return what is wrong and what to do, for the operator. Never an address: it would hold the token."""
    if isinstance(failure, InvalidToken):
        return "Telegram refuses the bot's token: take a valid one from @BotFather, set COPYDESK_TELEGRAM_TOKEN, start again."
    if isinstance(failure, Conflict):
        return "Another program takes this bot's updates: stop it, or give each its own bot. Trying again meanwhile."
    if isinstance(failure, TelegramError):
        return f"{failure.message[:200]}. Trying again."
    return f"The updates cannot be stored ({type(failure).__name__}): they stay with Telegram. Trying again."


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
