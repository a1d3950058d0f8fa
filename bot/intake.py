"""Taking updates in: stored first, then handed on, chats beside each other and each chat in order.

What is stored and not handled when the process dies is handled at the next start. Where an album comes as one update a
picture, its parts are made one row before it is handed on, so that it too is handled once. What an update means is not known here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.errands import Errands
from bot.line import outcome
from storage import updates
from storage.engine import Database

log = structlog.get_logger(__name__)

AT_ONCE = 64
MOST_WAITING = 2_000
TRIES = (1.0, 5.0, 25.0)

Body = dict[str, Any]
Handle = Callable[[str, Body], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What must be known of a platform's updates: which are handled in order (`lane`), and which are parts of one album."""

    platform: str
    lane: Callable[[Body], str]
    album: Callable[[Body], str] = lambda body: ""
    gathered: Callable[[Sequence[Body]], Body] = lambda bodies: bodies[0]


@dataclass(slots=True)
class _Waiting:
    """An update in its chat's lane; an album grows until nothing more of it comes for a while."""

    key: str
    body: Body
    parts: dict[str, Body] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Batch:
    """Updates that are stored together."""

    bodies: dict[str, Body] = field(default_factory=dict)
    stored: asyncio.Future[set[str]] | None = None


class Intake:
    """The way from a batch of updates to `handle`, which is called with each update's key and body."""

    def __init__(
        self, database: Database, kind: Kind, handle: Handle, *, album_wait: float = 0.5, tries: Sequence[float] = TRIES
    ) -> None:
        self._database = database
        self._kind = kind
        self._handle = handle
        self._album_wait = album_wait
        self._tries = tries
        self._next: _Batch | None = None
        self._storing = asyncio.Lock()
        self._lanes: dict[str, deque[_Waiting]] = {}
        self._running = Errands()
        self._albums: dict[str, _Waiting] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._room = asyncio.Event()
        self._waiting = 0
        self._open = False

    async def keep(self, bodies: dict[str, Body]) -> set[str]:
        """Store a batch in one transaction, then hand on what is new; return the keys of that.

        What comes while another batch is being stored goes together into the next one.
        """
        if self._next is None:
            self._next = _Batch()
            self._next.stored = asyncio.ensure_future(self._store(self._next))
        batch = self._next
        batch.bodies |= bodies
        assert batch.stored is not None
        return await asyncio.shield(batch.stored) & bodies.keys()

    async def _store(self, batch: _Batch) -> set[str]:
        async with self._storing:
            self._next = None
            new = await self._database.write(updates.store_all, self._kind.platform, batch.bodies)
        if self._open:
            for key, body in batch.bodies.items():
                if key in new:
                    self._line_up(key, body)
        return new

    async def open(self) -> None:
        """Hand on what was stored and not handled, and from now on everything that comes."""
        self._open = True
        for update in await self._database.read(updates.open_ones, self._kind.platform):
            self._line_up(update.key, update.body)

    async def room(self) -> None:
        """Wait until not too much waits to be handled: the sender keeps the rest meanwhile."""
        while self._waiting >= MOST_WAITING:
            self._room.clear()
            await self._room.wait()

    async def close(self, grace: float) -> None:
        """Let what runs end for `grace` seconds; what is left is stored."""
        self._open = False
        for waiting in self._lanes.values():
            waiting.clear()
        await self._running.finish(grace)
        await self._running.cancel()

    def _line_up(self, key: str, body: Body) -> None:
        name = "" if "album" in body else self._kind.album(body)
        if name in self._albums:
            self._albums[name].parts[key] = body
            self._albums[name].changed.set()
            return
        waiting = _Waiting(key, body)
        if name:
            waiting.parts[key] = body
            self._albums[name] = waiting
        self._waiting += 1
        self._into_lane(self._kind.lane(body), waiting)

    def _into_lane(self, chat: str, waiting: _Waiting) -> None:
        if chat in self._lanes:
            self._lanes[chat].append(waiting)
            return
        self._lanes[chat] = deque([waiting])
        self._running.spawn(self._drive(chat))

    async def _drive(self, chat: str) -> None:
        """Handle a chat's updates one after another until none is left."""
        line = self._lanes[chat]
        try:
            while line:
                waiting = line.popleft()
                if waiting.parts:
                    await self._grow(waiting)
                async with self._at_once:
                    await self._try(waiting)
                self._waiting -= 1
                self._room.set()
        finally:
            del self._lanes[chat]

    async def _grow(self, waiting: _Waiting) -> None:
        """Wait until no more of an album comes."""
        grows = True
        while grows:
            waiting.changed.clear()
            try:
                await asyncio.wait_for(waiting.changed.wait(), self._album_wait)
            except TimeoutError:
                grows = False
        self._albums.pop(self._kind.album(waiting.body), None)

    async def _try(self, waiting: _Waiting) -> None:
        """Handle one update. What fails is tried again, then put aside: it must not keep its chat from going on."""
        failure = await outcome(self._hand_on(waiting))
        for pause in self._tries:
            if failure is None:
                return
            log.warning("an update is tried again", key=waiting.key, error=type(failure).__name__)
            await asyncio.sleep(pause)
            failure = await outcome(self._hand_on(waiting))
        if failure is not None:
            log.error("an update is put aside", key=waiting.key, error=type(failure).__name__)
            await outcome(
                self._database.write(updates.poison, self._kind.platform, waiting.key, type(failure).__name__)
            )

    async def _hand_on(self, waiting: _Waiting) -> None:
        if waiting.parts:
            whole = self._kind.gathered(list(waiting.parts.values()))
            await self._database.write(updates.gather, self._kind.platform, list(waiting.parts), whole)
            waiting.body, waiting.parts = whole, {}
        await self._handle(waiting.key, waiting.body)
