"""A router that only listens, for tests of what a transport hands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.transport import Incoming, Outcome
from handlers.card import Notice
from storage import updates
from storage.engine import Database


@dataclass
class Ears:
    """A router that only remembers what it was handed, and answers presses."""

    database: Database
    heard: list[Incoming] = field(default_factory=list)
    before: Callable[[Incoming], None] = lambda incoming: None

    async def receive(self, incoming: Incoming) -> Outcome:
        self.before(incoming)
        if not await self.database.write(updates.take, incoming.platform, incoming.key):
            return Outcome()
        self.heard.append(incoming)
        return Outcome(Notice(f"pressed {incoming.ref}", alarm=True)) if incoming.kind == "press" else Outcome()

    def has_heard(self, text: str) -> bool:
        return text in self.texts()

    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.heard]
