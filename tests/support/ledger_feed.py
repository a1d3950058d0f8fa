"""The networks of the ledger's simulation: an account's feed that fails in every way in which networks fail (ledger_world.py)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from smm.errors import OutcomeUnknown, RateLimited, Rejected, Unavailable
from smm.networks import Can, Outgoing, Published

if TYPE_CHECKING:
    from ledger_world import Simulation


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that went live."""

    at: datetime
    key: str
    text: str


@dataclass
class Feed:
    """One account on a network that fails: what is live, and what is still on its way there."""

    kind: str
    sim: Simulation
    live: list[Effect] = field(default_factory=list)
    coming: list[Effect] = field(default_factory=list)
    changing: list[Effect] = field(
        default_factory=list
    )  # other words that are still on their way; none: it is taken down

    can = frozenset(Can)

    def arrive(self) -> None:
        """Let what was on its way become live."""
        for effect in [each for each in self.coming if each.at <= self.sim.now]:
            self.coming.remove(effect)
            self._land(effect)
        for change in [each for each in self.changing if each.at <= self.sim.now]:
            self.changing.remove(change)
            self.change(change.key, change.text)

    def change(self, key: str, text: str) -> None:
        """Put other words into what is live, or take it down."""
        known = next((each for each in self.live if each.key == key), None)
        if known is not None:
            self.live.remove(known)
            self.live += [replace(known, text=text)] if text else []

    def _land(self, effect: Effect) -> None:
        if self.kind in {"key", "slow"} and any(known.key == effect.key for known in self.live):
            return
        self.live.append(effect)

    async def publish(self, post: Outgoing) -> Published:
        """Publish, or fail in one of the ways in which networks fail."""
        sim = self.sim
        sim.called(post)
        sim.edge()
        sim.pass_time(sim.rng.uniform(5, 50) if self.kind == "slow" else sim.rng.uniform(0, 2))
        fault = sim.fault()
        if fault == "refused":
            raise sim.rng.choice((Unavailable("down"), RateLimited("wait", retry_after=timedelta(seconds=20))))
        if fault == "rejected":
            raise Rejected("no", reason="no")
        if fault == "lost":
            raise OutcomeUnknown("lost")
        if fault == "late":
            arrives = sim.now + timedelta(seconds=sim.rng.uniform(1, 90))
            self.coming.append(Effect(arrives, post.key, post.text))
            raise OutcomeUnknown("late")
        self._land(Effect(sim.now, post.key, post.text))
        sim.edge()
        if fault == "mute":
            raise OutcomeUnknown("the answer was lost")
        return Published(post.key, f"https://feed.example/{post.key}")

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in, or fail in one of the ways in which networks fail."""
        self.sim.corrected(post)
        await self._change(remote_id, post.text)

    async def delete(self, remote_id: str) -> None:
        """Take it down, or fail to."""
        await self._change(remote_id, "")

    async def _change(self, remote_id: str, text: str) -> None:
        sim = self.sim
        sim.edge()
        sim.pass_time(sim.rng.uniform(0, 2))
        self.arrive()
        if not any(each.key == remote_id for each in self.live):
            raise Rejected("gone", reason="gone", field="target")
        fault = sim.fault()
        if fault in {"refused", "rejected"}:
            raise Unavailable("down") if fault == "refused" else Rejected("no", reason="no")
        if fault == "late":
            self.changing.append(Effect(sim.now + timedelta(seconds=sim.rng.uniform(1, 90)), remote_id, text))
        if fault in {"lost", "late"}:
            raise OutcomeUnknown(fault)
        self.change(remote_id, text)
        sim.edge()
        if fault == "mute":
            raise OutcomeUnknown("the answer was lost")

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look, or fail to."""
        self.sim.edge()
        self.arrive()
        if self.sim.fault() in {"refused", "lost"}:
            raise Unavailable("cannot read")
        found = [each for each in self.live if each.text == post.text and each.at >= since]
        return Published(found[-1].key, f"https://feed.example/{found[-1].key}") if found else None
