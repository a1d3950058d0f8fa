"""What loopback servers of chat platforms share: faults, breaches of a platform's description, waiting, and the server itself."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aiohttp import web
from waiting import until


class Breach(Exception):
    """What was asked or said does not follow the platform's own description; it says where."""


class Shown(Protocol):
    """A card as it stands."""

    @property
    def text(self) -> str: ...


CardT_co = TypeVar("CardT_co", bound=Shown, covariant=True)


class Room(Protocol[CardT_co]):
    """A chat and the cards in it."""

    @property
    def cards(self) -> Sequence[CardT_co]: ...


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next calls of a method: before it has happened, or after (`late`)."""

    method: str
    kind: str  # status, refuse, malformed, drop, slow
    times: int = 1
    late: bool = False
    status: int = 502
    refusal: Exception | None = None
    seconds: float = 0.0
    until: asyncio.Event | None = None


@dataclass(eq=False)
class LoopbackChat(ABC):
    """A platform's server; what does not follow its description is collected in `breaches`."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    def fail(self, method: str, status: int = 502, *, times: int = 1, late: bool = False) -> None:
        """Answer with an HTTP failure that is not the platform's own; `late`: after it was done."""
        self.faults.append(Fault(method, "status", times, late, status))

    def garble(self, method: str, *, times: int = 1) -> None:
        """Answer with something that is no JSON."""
        self.faults.append(Fault(method, "malformed", times, late=True))

    def drop(self, method: str, *, times: int = 1, late: bool = True) -> None:
        """Do it, then break the connection instead of answering; not `late`: break it before doing it."""
        self.faults.append(Fault(method, "drop", times, late=late))

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        """Take time before doing it."""
        self.faults.append(Fault(method, "slow", times, seconds=seconds))

    def hold(self, method: str) -> asyncio.Event:
        """Let the next call of a method wait until an event is set."""
        event = asyncio.Event()
        self.faults.append(Fault(method, "slow", until=event))
        return event

    @abstractmethod
    def refusal(self, refused: Any) -> web.Response:
        """Return a refusal as the platform answers it."""

    async def strike(self, method: str, request: web.Request, *, late: bool) -> web.Response | None:
        """Let the next fault of a method happen, if there is one for this moment."""
        fault = next((fault for fault in self.faults if fault.method == method and fault.late == late), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times <= 0:
            self.faults.remove(fault)
        if fault.refusal is not None:
            return self.refusal(fault.refusal)
        if fault.kind == "slow":
            await (fault.until.wait() if fault.until is not None else asyncio.sleep(fault.seconds))
            return None
        if fault.kind == "drop" and request.transport is not None:
            request.transport.abort()
        kind = "application/json" if fault.kind == "malformed" else "text/html"
        return web.Response(status=fault.status if fault.kind == "status" else 200, text="<html>", content_type=kind)

    def check(self, spec: Any, check: Callable[[Any], None]) -> None:
        """Hold something against the platform's description, where that is at hand."""
        if spec is not None:
            try:
                check(spec)
            except Breach as breach:
                self.breaches.append(str(breach))

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something holds; fail when it does not come to be."""
        await until(true)

    async def card(self, room: Room[CardT_co], words: str) -> CardT_co:
        """Wait for a card that contains these words; return the newest."""
        await self.until(lambda: any(words in card.text for card in room.cards))
        return next(card for card in reversed(room.cards) if words in card.text)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port of 127.0.0.1; yield its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()
