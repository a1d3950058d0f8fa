"""The pace, against a simulated platform that counts strict sliding windows and answers 429 to whatever exceeds them."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from bot.pacing import NEVER, Pacer
from bot.transport import Pace

TELEGRAM = Pace(
    overall=30, per_chat=1.0, per_group=20, group_window=60.0
)  # https://core.telegram.org/bots/faq#broadcasting-to-users


@dataclass(frozen=True)
class Message:
    id: int
    urgency: int
    chat: str
    queued_at: float = 0.0


@dataclass
class StrictServer:
    """Sliding windows over arrivals: overall, each chat, each group."""

    pace: Pace
    arrivals: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    refused: int = 0

    def takes(self, chat: str, now: float) -> bool:
        windows = [("all", self.pace.overall, 1.0), (chat, 1, self.pace.per_chat)]
        if chat.startswith("g"):
            windows.append((f"{chat}/group", self.pace.per_group, self.pace.group_window))
        for name, limit, seconds in windows:
            while self.arrivals[name] and self.arrivals[name][0] <= now - seconds:
                self.arrivals[name].popleft()
            if len(self.arrivals[name]) >= limit:
                self.refused += 1
                return False
        for name, _limit, _seconds in windows:
            self.arrivals[name].append(now)
        return True


class Simulation:
    """Time runs from event to event; nothing waits."""

    def __init__(self, pace: Pace, seed: int = 1, server_pace: Pace | None = None) -> None:
        self.pacer: Pacer[Message] = Pacer(pace)
        self.server = StrictServer(server_pace or pace)
        self.dice = random.Random(seed)
        self.events: list[tuple[float, int, Callable[[float], None]]] = []
        self.numbers = count()
        self.done: dict[int, float] = {}
        self.order: dict[str, list[int]] = defaultdict(list)
        self.waking_at = NEVER

    def at(self, moment: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (moment, next(self.numbers), act))

    def queue(self, message: Message, now: float = 0.0) -> None:
        self.pacer.push(message.chat, message, now, group=message.chat.startswith("g"))

    def run(self) -> float:
        self.at(0.0, self.pump)
        last = 0.0
        while self.events:
            last, _number, act = heapq.heappop(self.events)
            act(last)
        return max(self.done.values())

    def pump(self, now: float) -> None:
        if now >= self.waking_at:
            self.waking_at = NEVER
        while (message := self.pacer.next(now)) is not None:
            self.fly(message, now)
        wake = self.pacer.wake_at(now)
        if wake < self.waking_at:
            self.waking_at = wake
            self.at(max(wake, now + 1e-6), self.pump)

    def fly(self, message: Message, now: float) -> None:
        arrives = now + self.dice.uniform(0.002, 0.02)
        answers = arrives + self.dice.uniform(0.002, 0.02)

        def arrive(moment: float) -> None:
            self.at(answers, self.accepted(message) if self.server.takes(message.chat, moment) else self.busy(message))

        self.at(arrives, arrive)

    def accepted(self, message: Message) -> Callable[[float], None]:
        def act(now: float) -> None:
            self.done[message.id] = now
            self.order[message.chat].append(message.id)
            self.pacer.answered(message.chat, now)
            self.pump(now)

        return act

    def busy(self, message: Message) -> Callable[[float], None]:
        def act(now: float) -> None:
            self.pacer.answered(message.chat, now)
            self.queue(message, now)
            self.pacer.busy(message.chat, now, 3.0)
            self.pump(now)

        return act


def minimum(messages: list[Message], pace: Pace) -> float:
    """The shortest time that the windows allow."""
    each: dict[str, int] = defaultdict(int)
    for message in messages:
        each[message.chat] += 1
    overall = (len(messages) - 1) // pace.overall * 1.0
    chats = max((n - 1) * pace.per_chat for n in each.values())
    groups = [(n - 1) // pace.per_group * pace.group_window for c, n in each.items() if c.startswith("g")]
    return max(overall, chats, *groups, 0.0)


def uniform(messages: int, chats: int) -> list[Message]:
    names = [f"{'g' if n % 2 else 'p'}{n}" for n in range(chats)]
    return [Message(n, 1, names[n % chats]) for n in range(messages)]


def zipf(messages: int, chats: int) -> list[Message]:
    dice = random.Random(3)
    names = [f"{'g' if n % 2 else 'p'}{n}" for n in range(chats)]
    weights = [1 / (n + 1) for n in range(chats)]
    return [Message(n, 1, dice.choices(names, weights)[0]) for n in range(messages)]


@pytest.mark.parametrize("shape", [uniform, zipf])
def test_a_flood_is_delivered_as_fast_as_allowed_without_one_refusal(
    shape: Callable[[int, int], list[Message]],
) -> None:
    """10,000 alerts to 500 chats, half of them groups."""
    messages = shape(10_000, 500)
    simulation = Simulation(TELEGRAM)
    for message in messages:
        simulation.queue(message)
    took = simulation.run()
    assert len(simulation.done) == 10_000
    assert simulation.server.refused == 0
    assert took <= 1.06 * minimum(messages, TELEGRAM), f"{took:.0f} s, {took / minimum(messages, TELEGRAM):.3f} x"
    assert all(order == sorted(order) for order in simulation.order.values()), "a chat's order was not kept"


def test_an_answer_to_a_person_does_not_wait_behind_the_flood() -> None:
    """While everything is saturated, an interactive message to a quiet chat goes at the next free slot."""
    simulation = Simulation(TELEGRAM)
    for message in uniform(3_000, 300):
        simulation.queue(message)
    asked: dict[int, float] = {}

    def ask(number: int) -> Callable[[float], None]:
        def act(now: float) -> None:
            asked[number] = now
            simulation.queue(Message(number, 0, f"person{number}"), now)
            simulation.pump(now)

        return act

    for number in range(50):
        simulation.at(5.0 + number * 1.37, ask(100_000 + number))
    simulation.run()
    waits = sorted(simulation.done[number] - moment for number, moment in asked.items())
    assert simulation.server.refused == 0
    assert waits[-1] <= 0.05 + 0.04, f"waited {waits[-1] * 1000:.0f} ms, round trip included"


def test_an_answer_in_a_crowded_group_still_finds_room() -> None:
    simulation = Simulation(TELEGRAM)
    for number in range(100):
        simulation.queue(Message(number, 1, "g1"))
    simulation.at(25.0, lambda now: (simulation.queue(Message(1000, 0, "g1"), now), simulation.pump(now))[0])
    simulation.run()
    assert simulation.done[1000] < 27.0
    assert simulation.server.refused == 0


def test_a_platform_stricter_than_it_says_is_obeyed() -> None:
    """The real limit is half of what we believe: some refusals, then the pace settles, and everything arrives."""
    real = Pace(overall=15, per_chat=1.0)
    simulation = Simulation(Pace(overall=30, per_chat=1.0), server_pace=real)
    messages = [Message(n, 1, f"p{n % 100}") for n in range(2_000)]
    for message in messages:
        simulation.queue(message)
    simulation.run()
    assert len(simulation.done) == 2_000
    assert simulation.server.refused < 200


def test_a_slow_chat_does_not_hold_up_the_others() -> None:
    pacer: Pacer[Message] = Pacer(Pace(overall=1_000, per_chat=0.0))
    for number in range(10):
        pacer.push("slow" if number % 2 else f"p{number}", Message(number, 0, ""), 0.0, group=False)
    out = []
    while (message := pacer.next(0.0)) is not None:
        out.append(message.id)
    assert sorted(out) == [0, 1, 2, 4, 6, 8], "only the first of the slow chat may be on its way"
    assert pacer.wake_at(0.0) == NEVER
