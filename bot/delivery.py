"""Delivery: one dispatcher drains the outbox, under the pace of each platform, group and chat.

Rows stay queued until what became of them is written down, so a kill at any moment loses none; at worst one card is shown
twice. What is drawn, sealed and recorded lies in bot/outbox.py, what goes together in bot/digests.py,
when something may go in bot/pacing.py.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from bot import outbox
from bot.carrying import carry
from bot.digests import together
from bot.errands import Errands
from bot.outbox import Fate, Parcel
from bot.pacing import NEVER, Pacer
from bot.transport import Transport
from handlers.route import Words
from smm.errors import ChatBusy, ChatError, ChatGone
from storage import alerts
from storage.alerts import Alert
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
PAGE = 500
SWEEP = 30.0  # seconds between looks at everything that is queued, whatever woke us
OVERLAP = 200  # on PostgreSQL a lower id may be committed after a higher one
FLIGHTS = 64
PATIENCE = 10.0  # seconds that stop() gives to what is on its way


class Delivery:
    """Sends what is queued. `drain` returns when everything due is out; `start` keeps at it until `stop`."""

    def __init__(
        self,
        database: Database,
        transports: Iterable[Transport],
        words: Callable[[str], Words],
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._transports = {transport.platform: transport for transport in transports}
        self._words = words
        self._clock = clock
        self._pacers: dict[str, Pacer[Alert]] = {p: Pacer(t.pace) for p, t in self._transports.items()}
        self._held: dict[int, Alert] = {}
        self._flights = Errands()
        self._fates: list[Fate] = []
        self._seen = 0
        self._news = self._everything = True
        self._sweep_at = 0.0
        self._woken = asyncio.Event()
        self._quiet = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        database.listen("alerts", self.wake)

    def wake(self) -> None:
        """There may be something new."""
        self._news = True
        self._quiet.clear()
        self._woken.set()

    async def start(self) -> None:
        """Deliver in the background."""
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="delivery")

    async def stop(self) -> None:
        """Let what is on its way arrive, write it down, and stop. What is queued stays queued."""
        self._stopping = True
        self._woken.set()
        if self._task is not None:
            await self._task
            self._task = None
        await self._flights.finish(PATIENCE)
        await self._write_down()

    async def drain(self) -> None:
        """Return when everything that is due has been delivered or put off."""
        self._everything = True
        self.wake()
        if self._task is not None:
            await self._quiet.wait()
        else:
            await self._run(until_quiet=True)

    async def _run(self, *, until_quiet: bool = False) -> None:
        while not self._stopping:
            try:
                wake_at = await self._turn()
            except Exception:
                log.exception("delivery stumbled")
                wake_at = self._now() + 1.0
            if not (self._held or self._news):
                self._quiet.set()
                if until_quiet:
                    return
            await self._rest(wake_at)

    async def _turn(self) -> float:
        self._woken.clear()
        if self._everything or self._now() >= self._sweep_at:
            await self._load(everything=True)
        elif self._news:
            await self._load(everything=False)
        await self._launch()
        await self._write_down()
        if len(self._flights) >= FLIGHTS:
            return NEVER
        return min(self._sweep_at, *(pacer.wake_at(self._now()) for pacer in self._pacers.values()), NEVER)

    async def _rest(self, wake_at: float) -> None:
        if self._fates or self._news:
            return
        try:
            async with asyncio.timeout(None if wake_at == NEVER else max(0.0, wake_at - self._now())):
                await self._woken.wait()
        except TimeoutError:
            return

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    # --- what is queued

    async def _load(self, *, everything: bool) -> None:
        self._news = self._everything = False
        after = 0 if everything else max(0, self._seen - OVERLAP)
        while True:
            rows, later = await self._database.read(_look, after)
            for alert in rows:
                self._hold(alert)
            if len(rows) < PAGE:
                break
            after = rows[-1].id
        if everything:
            self._sweep_at = self._now() + SWEEP
        if later is not None:
            due_in = (later - self._database.clock()).total_seconds()
            self._sweep_at = min(self._sweep_at, self._now() + max(due_in, 0.001))

    def _hold(self, alert: Alert) -> None:
        self._seen = max(self._seen, alert.id)
        pacer = self._pacers.get(alert.platform)
        if alert.id in self._held or pacer is None:
            return
        self._held[alert.id] = alert
        transport = self._transports[alert.platform]
        pacer.push(alert.chat_id, alert, self._now(), group=transport.is_group(outbox.chat_of(alert)))

    # --- what goes out

    async def _launch(self) -> None:
        batches: list[list[Alert]] = []
        for pacer in self._pacers.values():
            while len(self._flights) + len(batches) < FLIGHTS:
                alert = pacer.next(self._now())
                if alert is None:
                    break
                batch, merged = together(pacer, alert, self._now())
                self._fates += [Fate(Parcel((one,)), "merged") for one in merged]
                batches.append(batch)
        unfinished: list[list[Alert]] = []
        for batch in batches:
            parcel = outbox.finished(batch)
            if parcel is not None:
                self._fly(parcel)
            else:
                unfinished.append(batch)
        for drawn in await self._drawn(unfinished):
            self._fly(drawn)

    async def _drawn(self, batches: list[list[Alert]]) -> list[Parcel]:
        if not batches:
            return []
        try:
            return await self._database.write(outbox.draw, batches, self._words)
        except Exception:  # noqa: BLE001 - each is tried alone below, and told
            return [parcel for batch in batches if (parcel := await self._drawn_alone(batch)) is not None]

    async def _drawn_alone(self, batch: list[Alert]) -> Parcel | None:
        """Draw one parcel by itself, so that what cannot be drawn holds up nothing else."""
        try:
            return (await self._database.write(outbox.draw, [batch], self._words))[0]
        except Exception as error:
            if not batch[0].failures:  # the tries that follow fail the same way
                log.exception("a card could not be drawn", alert=batch[0].id, view=batch[0].view)
            parcel = Parcel(tuple(batch))
            self._landed(parcel, Fate(parcel, "failed", error=f"cannot be drawn: {type(error).__name__}"))
            return None

    def _fly(self, parcel: Parcel) -> None:
        if parcel.same or (parcel.card is None and not parcel.removes):
            self._landed(parcel, Fate(parcel, "delivered"))
            return
        self._flights.spawn(self._send(parcel))

    async def _send(self, parcel: Parcel) -> None:
        try:
            fate = Fate(parcel, "delivered", await carry(self._transports[parcel.first.platform], parcel))
        except ChatBusy as error:
            self._busy(parcel, error)
            return
        except ChatGone as error:
            fate = Fate(parcel, "gone", error=str(error)[:300])
        except ChatError as error:
            fate = Fate(parcel, "failed", error=str(error)[:300])
        except Exception as error:
            log.exception("a transport broke", alert=parcel.first.id, platform=parcel.first.platform)
            fate = Fate(parcel, "failed", error=type(error).__name__)
        self._landed(parcel, fate)

    def _busy(self, parcel: Parcel, error: ChatBusy) -> None:
        alert, now = parcel.first, self._now()
        pacer = self._pacers[alert.platform]
        log.warning(
            "a chat is busy", platform=alert.platform, chat=alert.chat_id, wait=error.retry_after.total_seconds()
        )
        pacer.answered(alert.chat_id, now)
        group = self._transports[alert.platform].is_group(outbox.chat_of(alert))
        for one in parcel.alerts:
            pacer.push(one.chat_id, one, now, group=group)
        pacer.busy(alert.chat_id, now, error.retry_after.total_seconds())
        self._woken.set()

    def _landed(self, parcel: Parcel, fate: Fate) -> None:
        self._pacers[parcel.first.platform].answered(parcel.first.chat_id, self._now())
        self._fates.append(fate)
        self._woken.set()

    # --- what became of it

    async def _write_down(self) -> None:
        """Record everything that has landed in one transaction; rows are held until it is committed."""
        if not self._fates:
            return
        fates, self._fates = self._fates, []
        try:
            await self._database.write(outbox.record, fates, self._words)
        except Exception:
            log.exception("what was delivered could not be recorded at once")
            await self._write_down_plainly(fates)
        for fate in fates:
            for alert in fate.parcel.alerts:
                self._held.pop(alert.id, None)
            if fate.outcome == "gone":
                self._let_go(fate.parcel.first)

    def _let_go(self, alert: Alert) -> None:
        """Forget what waited for a chat that is gone, and look at everything again: it has another address now."""
        for waiting in self._pacers[alert.platform].take_also(alert.chat_id, lambda _other: True, sys.maxsize):
            self._held.pop(waiting.id, None)
        self._everything = self._news = True

    async def _write_down_plainly(self, fates: list[Fate]) -> None:
        try:
            await self._database.write(outbox.record, fates, self._words, look_again=False)
        except Exception:
            self._fates = [*fates, *self._fates]
            raise


def _look(uow: UnitOfWork, after: int) -> tuple[list[Alert], datetime | None]:
    return alerts.due(uow, after, PAGE), alerts.next_due(uow)
