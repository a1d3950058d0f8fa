"""How close delivery comes to the fastest that strict limits allow, and how often it is told off: the real outbox and dispatcher
against a chat platform that counts sliding windows and answers "too many requests" to whatever is over.

Time runs five times faster: 150 messages in any second overall, one in 0.2 s to a chat, 20 in 12 s to a group. Meanwhile people
are answered. Usage: pace.py FOLDER uniform|skewed
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import deque
from datetime import timedelta
from pathlib import Path

from measure import Figure, medians, percentile, run_json
from world import prepare, report

from bot.delivery import Delivery
from bot.transport import ChatRef, MessageRef, Pace, Receive
from config.words import words
from handlers.card import Card
from handlers.card_json import pack
from smm.alerts import INTERACTIVE, LATER, say
from smm.errors import ChatBusy
from storage.unit_of_work import UnitOfWork

ALERTS = int(os.environ.get("BENCH_ALERTS", "3000"))
CHATS = 150
PACE = Pace(overall=150, per_chat=0.2, per_group=20, group_window=12.0)
TRIP = (0.002, 0.012)  # seconds each way
EVERY = 0.2  # seconds between two answers to people


def measure() -> list[Figure]:
    """Return makespan against the theoretical minimum, refusals, and how long people waited meanwhile."""
    figures = []
    for load in ("uniform", "skewed"):
        seen = medians(lambda load=load: run_json("pace.py", load), 2)  # type: ignore[misc]
        figures += [
            Figure(f"pace.{load}.makespan", seen["ratio"], "x minimum", 1.06, "lower"),
            Figure(f"pace.{load}.refused", seen["refused"], "429s", 0, "lower"),
            Figure(f"pace.{load}.interactive_p50", seen["waited_p50"], "ms", 50 + 1000 * sum(TRIP) / 2, "lower"),
            Figure(f"pace.{load}.cpu", seen["cpu"], "ms/alert", None, "lower"),
            Figure(f"pace.{load}.interactive_p99", seen["waited_p99"], "ms", None, "lower"),
        ]
    return figures


class Window:
    """A sliding window that forgives nothing."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self.taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return how long a message has to wait, 0 if it may come in."""
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        return 0.0 if len(self.taken) < self.limit else self.taken[0] + self.seconds - now


class Strict:
    """The chat platform."""

    platform = "strict"
    pace = PACE

    def __init__(self) -> None:
        self.overall = Window(PACE.overall, 1.0)
        self.chats: dict[str, list[Window]] = {}
        self.refused = 0
        self.arrived: dict[str, float] = {}
        self.bulk = 0
        self.last = 0.0
        self.draw = random.Random(1)

    async def start(self, receive: Receive) -> None:
        """Nothing comes in."""

    async def stop(self) -> None:
        """Nothing to let go of."""

    def is_group(self, chat: ChatRef) -> bool:
        """Say whether it is a group, by its name."""
        return chat.chat_id.startswith("g")

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Take a message in, or refuse it."""
        await asyncio.sleep(self.draw.uniform(*TRIP))
        now = time.monotonic()
        windows = [self.overall, *self.chats.setdefault(chat.chat_id, self._windows(chat))]
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            self.refused += 1
            await asyncio.sleep(self.draw.uniform(*TRIP))
            raise ChatBusy("wait", retry_after=timedelta(seconds=wait))
        for window in windows:
            window.taken.append(now)
        self.arrived[card.title] = now
        if not card.title.startswith("answer"):
            self.bulk, self.last = self.bulk + 1, now
        await asyncio.sleep(self.draw.uniform(*TRIP))
        return MessageRef(chat, card.title)

    async def edit(self, message: MessageRef, card: Card) -> None:
        """Nothing is edited here."""

    def _windows(self, chat: ChatRef) -> list[Window]:
        each = [Window(1, PACE.per_chat)]
        return [*each, Window(PACE.per_group, PACE.group_window)] if self.is_group(chat) else each


def sizes(load: str) -> dict[str, int]:
    """Return how many alerts each chat gets: every second chat is a group."""
    weights = [1.0 if load == "uniform" else 1 / (number + 30) for number in range(CHATS)]
    names = [f"{'g' if number % 2 else 'p'}{number}" for number in range(CHATS)]
    return {name: max(1, round(ALERTS * weight / sum(weights))) for name, weight in zip(names, weights, strict=True)}


def minimum(counts: dict[str, int]) -> float:
    """Return the shortest time in which strict windows let everything in."""
    overall = (sum(counts.values()) - 1) // PACE.overall * 1.0
    chats = [(count - 1) * PACE.per_chat for count in counts.values()]
    groups = [(count - 1) // PACE.per_group * PACE.group_window for name, count in counts.items() if name[0] == "g"]
    return max(overall, *chats, *groups)


def _queue(uow: UnitOfWork, counts: dict[str, int]) -> None:
    left = [(name, number) for name, count in counts.items() for number in range(count)]
    random.Random(2).shuffle(left)
    for name, number in left:
        say(uow, ChatRef("strict", name), pack(Card(title=f"{name} {number}")), "en", LATER)


async def _measure(folder: Path) -> dict[str, float]:
    prepared = await prepare(folder)
    counts = sizes(sys.argv[2])
    platform = Strict()
    delivery = Delivery(prepared.database, [platform], words)
    await prepared.database.write(_queue, counts)
    began = time.monotonic()
    await delivery.start()
    asked: dict[str, float] = {}
    while platform.bulk < sum(counts.values()):
        await asyncio.sleep(EVERY)
        title = f"answer {len(asked)}"
        asked[title] = time.monotonic()
        card = pack(Card(title=title))
        await prepared.database.write(say, ChatRef("strict", f"person {len(asked)}"), card, "en", INTERACTIVE)
    await asyncio.sleep(0.5)
    await delivery.stop()
    await prepared.database.close()
    waited = [(platform.arrived[title] - at) * 1000 for title, at in asked.items() if title in platform.arrived]
    return {
        "ratio": (platform.last - began) / minimum(counts),
        "refused": platform.refused,
        "waited_p50": percentile(waited, 0.5),
        "waited_p99": percentile(waited, 0.99),
        "minimum": minimum(counts),
        "cpu": 1000 * time.process_time() / sum(counts.values()),
    }


if __name__ == "__main__":
    report(_measure)
