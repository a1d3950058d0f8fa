"""Asking Telegram for updates, for as long as it lasts: what to do when it does not answer, or refuses.

An offset confirms what came before it, for ever (https://core.telegram.org/bots/api#getupdates): the next one is asked for
only when the batch is stored.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken

from bot.intake import Intake
from bot.line import Line, outcome
from bot.telegram_request import SECONDS, Requests
from bot.telegram_updates import ALLOWED

log = structlog.get_logger(__name__)

BATCH = 100


class Polling:
    """Long polling into an intake. Keys are the bot's id and the update's: another bot's ids may be the same."""

    def __init__(self, requests: Requests, intake: Intake, bot_id: int, line: Line, wait: int) -> None:
        self._requests = requests
        self._intake = intake
        self._bot_id = bot_id
        self._line = line
        self._wait = wait
        self._offset = 0

    async def run(self) -> None:
        """Poll until cancelled, or until the token is refused."""
        while True:
            await self._intake.room()
            failure = await outcome(self._turn())
            if failure is None:
                self._line.up()
                continue
            pause = self._line.down(failure)
            if isinstance(failure, InvalidToken):
                log.error("telegram is given up", trouble=self._line.trouble)
                return
            if isinstance(failure, Conflict) and "webhook" in failure.message:
                failure = await outcome(self._requests.call("deleteWebhook"))
                pause = 0.0 if failure is None else pause
            await asyncio.sleep(pause)

    async def _turn(self) -> None:
        wait = 0 if self._line.trouble else self._wait  # whether the line is back is worth knowing at once
        batch = await self._requests.call(
            "getUpdates",
            wait + SECONDS,
            offset=self._offset,
            limit=BATCH,
            timeout=wait,
            allowed_updates=list(ALLOWED),
        )
        if batch:
            await self._intake.keep({key(self._bot_id, body): body for body in batch})
            self._offset = max(int(body["update_id"]) for body in batch) + 1


def key(bot_id: int, body: dict[str, Any]) -> str:
    """Return the key under which an update is kept."""
    return f"{bot_id}:{int(body['update_id'])}"
