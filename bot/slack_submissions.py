"""Answers to modals: the one who sent a modal looks at it until its acknowledgement says whether its answers were taken."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.transport import Outcome

REMEMBERED = 500
SECONDS = 2.0  # of the three that Slack waits: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response


class Submissions:
    """Waits for outcomes, for as long as Slack does; one that was sent twice gets the same outcome twice."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._waiting: OrderedDict[str, asyncio.Future[Outcome]] = OrderedDict()
        self._late: set[str] = set()

    def expect(self, name: str) -> bool:
        """Expect an outcome, before the submission is handed on; False if it is expected or known already."""
        if name in self._waiting:
            return False
        self._waiting[name] = asyncio.get_running_loop().create_future()
        while len(self._waiting) > REMEMBERED:
            self._waiting.popitem(last=False)
        return True

    async def outcome(self, name: str) -> Outcome | None:
        """Return what came of a submission, None where that takes longer than Slack waits."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._waiting[name]), self._seconds)
        except TimeoutError:
            self._late.add(name)
            return None

    def answer(self, name: str, outcome: Outcome) -> bool:
        """Give an outcome to whoever waits for it; False if nobody does any more."""
        waiting = self._waiting.get(name)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(outcome)
        in_time = name not in self._late
        self._late.discard(name)
        return in_time
