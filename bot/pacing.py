"""The pace of one platform: which chat may be spoken to next, and when.

Windows are clocked by the answer: a slot of a window is free again one window after the *answer* to its message came, so
whatever the network does to the order of arrival, the platform's own window is never violated. The price is one round trip
a window. Interactive messages go first, then the queue that needs longest to drain. Pure: time is handed in.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bot.transport import Pace

NEVER = float("inf")
GROUP_RESERVE = 1  # slots of a group's window that only interactive messages may take
CROWDED = 5  # one slot in so many of a group's window stays free for answers, once what waits can go together
CALM = 10.0  # seconds without a refusal before a halved limit grows by one again
SPREAD = 0.9  # bulk messages start this share of an even spacing apart, so that a slot is never long in coming


class Item(Protocol):
    """What is queued: urgency 0 is interactive; among equals the lower id was first."""

    @property
    def id(self) -> int:
        """Order of coming."""

    @property
    def urgency(self) -> int:
        """0 interactive, 1 now, 2 can wait."""


Queued = TypeVar("Queued", bound=Item)


class Window:
    """At most `limit` messages in any `seconds`, counted until their answers are that old."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.top = self.limit = limit
        self.seconds = seconds
        self.flying = 0
        self._answered: deque[float] = deque()
        self._changed = 0.0

    def free_at(self, now: float, reserve: int = 0) -> float:
        """Return when a slot is free: `now`, later, or never before another answer comes."""
        while self._answered and self._answered[0] + self.seconds <= now:
            self._answered.popleft()
        over = self.flying + len(self._answered) - max(1, self.limit - reserve)
        if over < 0:
            return now
        return self._answered[over] + self.seconds if over < len(self._answered) else NEVER

    def room(self, now: float) -> int:
        """Return how many slots are free now."""
        self.free_at(now)
        return max(0, self.limit - self.flying - len(self._answered))

    def take(self) -> None:
        """Take a slot for a message that goes out."""
        self.flying += 1

    def answer(self, now: float) -> None:
        """Note that an answer came; after a calm while a halved limit recovers by one."""
        self.flying -= 1
        self._answered.append(now)
        if self.limit < self.top and now - self._changed >= max(self.seconds, CALM):
            self.limit, self._changed = self.limit + 1, now

    def halve(self, now: float) -> None:
        """Go at half the pace: the platform disagrees with our count."""
        if now - self._changed >= self.seconds:
            self.limit, self._changed = max(1, self.limit // 2), now


@dataclass(slots=True)
class Lane(Generic[Queued]):
    """One chat: what waits for it, and its windows. One message at a time, so order is kept."""

    chat: str
    each: Window
    group: Window | None
    cost: float
    waiting: list[tuple[int, int, Queued]] = field(default_factory=list)
    blocked_until: float = 0.0
    stamp: int = 0

    def free_at(self, now: float) -> float:
        """Return when the head may go."""
        reserve = GROUP_RESERVE if self.waiting[0][0] else 0
        of_group = self.group.free_at(now, reserve) if self.group else now
        return max(self.each.free_at(now), of_group, self.blocked_until)

    def windows(self) -> tuple[Window, ...]:
        """Return the windows of the chat itself."""
        return (self.each, self.group) if self.group else (self.each,)


class Pacer(Generic[Queued]):
    """All chats of one platform."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._overall = Window(pace.overall, 1.0)
        self._lanes: dict[str, Lane[Queued]] = {}
        self._ready: list[tuple[int, float, str, int]] = []
        self._resting: list[tuple[float, str, int]] = []
        self._bulk_at = 0.0
        self._busy_at = -NEVER

    def push(self, chat: str, item: Queued, now: float, *, group: bool) -> None:
        """Queue something for a chat."""
        lane = self._lanes.get(chat)
        if lane is None:
            lane = self._lanes[chat] = self._lane(chat, group)
        heapq.heappush(lane.waiting, (item.urgency, item.id, item))
        self._place(lane, now)

    def _lane(self, chat: str, group: bool) -> Lane[Queued]:
        limited = group and self._pace.per_group > 0
        window = Window(self._pace.per_group, self._pace.group_window) if limited else None
        cost = self._pace.group_window / self._pace.per_group if limited else self._pace.per_chat
        return Lane(chat, Window(1, self._pace.per_chat), window, max(cost, 0.001))

    def _place(self, lane: Lane[Queued], now: float) -> None:
        lane.stamp += 1
        if not lane.waiting:
            return
        at = lane.free_at(now)
        if at <= now:
            heapq.heappush(self._ready, (lane.waiting[0][0], -len(lane.waiting) * lane.cost, lane.chat, lane.stamp))
        elif at < NEVER:
            heapq.heappush(self._resting, (at, lane.chat, lane.stamp))

    def next(self, now: float) -> Queued | None:
        """Return what may go out at this moment, None if nothing may."""
        self._wake(now)
        while self._ready:
            urgency, _length, chat, stamp = self._ready[0]
            lane = self._lanes[chat]
            if stamp != lane.stamp:
                heapq.heappop(self._ready)
                continue
            if self._gate(urgency, now) > now:
                return None
            heapq.heappop(self._ready)
            return self._take(lane, now)
        return None

    def _take(self, lane: Lane[Queued], now: float) -> Queued:
        urgency, _id, item = heapq.heappop(lane.waiting)
        for window in (self._overall, *lane.windows()):
            window.take()
        if urgency:
            self._bulk_at = now + SPREAD / self._overall.limit
        self._place(lane, now)
        return item

    def _gate(self, urgency: int, now: float) -> float:
        return max(self._overall.free_at(now), self._bulk_at if urgency else now)

    def _wake(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            _at, chat, stamp = heapq.heappop(self._resting)
            lane = self._lanes[chat]
            if stamp == lane.stamp:
                self._place(lane, now)

    def wake_at(self, now: float) -> float:
        """Return when to ask again: `NEVER` if only an answer or something new can change anything."""
        rested = self._resting[0][0] if self._resting else NEVER
        return min(rested, self._gate(self._ready[0][0], now) if self._ready else NEVER)

    def answered(self, chat: str, now: float) -> None:
        """Note that a message to a chat was answered, whatever the answer."""
        lane = self._lanes[chat]
        for window in (self._overall, *lane.windows()):
            window.answer(now)
        self._place(lane, now)
        self._forget_idle(lane, now)

    def busy(self, chat: str, now: float, retry_after: float) -> None:
        """Let a chat wait as the platform asked, then go at half its pace; when another was busy too, let all go slower."""
        lane = self._lanes[chat]
        lane.blocked_until = max(lane.blocked_until, now + retry_after)
        if lane.group:
            lane.group.halve(now)
        if now - self._busy_at <= self._overall.seconds:
            self._overall.halve(now)
        self._busy_at = now
        self._place(lane, now)

    def crowded(self, chat: str, now: float) -> bool:
        """Say whether a group's window has so little room left that what waits should go together."""
        group = self._lanes[chat].group
        return group is not None and group.room(now) <= max(GROUP_RESERVE, group.limit // CROWDED)

    def take_also(self, chat: str, wanted: Callable[[Queued], bool], most: int) -> list[Queued]:
        """Take more of what waits for a chat, to go out in the same message."""
        lane = self._lanes.get(chat)
        if lane is None:
            return []
        taken = [item for _urgency, _id, item in sorted(lane.waiting, key=lambda row: row[:2]) if wanted(item)][:most]
        gone = {item.id for item in taken}
        lane.waiting = [row for row in lane.waiting if row[1] not in gone]
        heapq.heapify(lane.waiting)
        return taken

    def waiting(self, chat: str) -> list[Queued]:
        """Return what waits for a chat."""
        lane = self._lanes.get(chat)
        return [item for _urgency, _id, item in lane.waiting] if lane else []

    def _forget_idle(self, lane: Lane[Queued], now: float) -> None:
        fresh = all(window.limit == window.top and not window.flying for window in lane.windows())
        if not lane.waiting and fresh and lane.group is None and not lane.each.seconds:
            del self._lanes[lane.chat]
