"""What is wrong with the line to Telegram, for the operator."""

from __future__ import annotations

from collections.abc import Sequence

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.line import PAUSES, Line
from bot.telegram_refusals import seconds
from bot.telegram_updates import PLATFORM


def telegram_line(pauses: Sequence[float] = PAUSES) -> Line:
    """Return a line to Telegram."""
    return Line(PLATFORM, told, _asked, pauses)


def _asked(failure: BaseException) -> float:
    return seconds(failure).total_seconds() if isinstance(failure, RetryAfter) else 0.0


def told(failure: BaseException) -> str:
    """Return what is wrong and what to do, for the operator. Never an address: it would hold the token."""
    if isinstance(failure, InvalidToken):
        return "Telegram refuses the bot's token: take a valid one from @BotFather, set COPYDESK_TELEGRAM_TOKEN, start again."
    if isinstance(failure, Conflict):
        return "Another program takes this bot's updates: stop it, or give each its own bot. Trying again meanwhile."
    if isinstance(failure, TelegramError):
        return f"{failure.message[:200]}. Trying again."
    return f"The updates cannot be stored ({type(failure).__name__}): they stay with Telegram. Trying again."
