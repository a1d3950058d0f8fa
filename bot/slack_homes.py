"""The Home tab: everybody's own work, drawn when somebody opens it and drawn anew when something has changed.

Changes are gathered for a moment, and only what looks different is sent: a tab that nobody has opened costs nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import structlog

from bot.slack_home import home, work_of
from bot.slack_request import Refused, Requests, Unreached
from bot.slack_updates import PLATFORM
from bot.slack_words import native_card
from bot.transport import ChatRef
from handlers.route import Words
from storage.engine import Database

log = structlog.get_logger(__name__)

REMEMBERED: Final = 1_000
CALM: Final = (
    1.0  # seconds in which changes are gathered: https://docs.slack.dev/reference/methods/views.publish, tier 4
)


class Homes:
    """Shows Home tabs. `open` asks for one, `keep` keeps all that were opened up to date until it is cancelled."""

    def __init__(
        self, requests: Requests, database: Database, words: Callable[[str], Words], calm: float = CALM
    ) -> None:
        self._requests = requests
        self._database = database
        self._words = words
        self._calm = calm
        self._shown: OrderedDict[str, str] = OrderedDict()
        self._due: set[str] = set()
        self._woken = asyncio.Event()
        for topic in ("alerts", "members"):
            database.listen(topic, self._changed)

    def open(self, user_id: str) -> None:
        """Draw a person's tab: they look at it now."""
        self._shown[user_id] = ""
        self._shown.move_to_end(user_id)
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        self._due.add(user_id)
        self._woken.set()

    def _changed(self) -> None:
        if self._shown:
            self._due |= self._shown.keys()
            self._woken.set()

    async def keep(self) -> None:
        """Draw what is due, again and again."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            due, self._due = self._due, set()
            pause = self._calm
            for user_id in due:
                (wait,) = await asyncio.gather(self._publish(user_id), return_exceptions=True)
                if isinstance(wait, BaseException):
                    log.error("a home tab could not be drawn", error=type(wait).__name__)
                else:
                    pause = max(pause, wait)
            await asyncio.sleep(pause)

    async def _publish(self, user_id: str) -> float:
        """Send a tab that looks different now; return how long Slack asks to wait, trying again by then."""
        alone = ChatRef(PLATFORM, user_id)
        cards = await self._database.write(work_of, alone, self._words)
        view = home([native_card(card) for card in cards])
        digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if self._shown.get(user_id) == digest:
            return 0.0
        try:
            await self._requests.call("views.publish", user_id=user_id.partition(":")[2], view=view)
        except (Refused, Unreached) as error:
            log.info("a home tab could not be shown", reason=str(error))
            wait = error.wait if isinstance(error, Refused) else self._calm
            if wait:
                self._due.add(user_id)
                self._woken.set()
            return wait
        self._shown[user_id] = digest
        return 0.0
