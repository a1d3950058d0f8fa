"""A world for simulating the ledger: virtual time, a database in memory, networks that fail, a process that dies anywhere.

One `History` is the life of one post: it is written, approved, edited, held, published, looked for, asked about, corrected where
it is live, taken down there and published anew; the process is killed at any edge of a transaction and at any call. All of it is
the real code of smm/; only the edges of the world are played.
What the networks wrote down themselves is the only witness that `History.flaws` believes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ledger_feed import Feed
from post_world import NoWriter, actor_of
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from smm import amender, amending, approvals, corrections, holds, outcomes, posts, publisher, publishing
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import DeskError
from smm.networks import Can, Outgoing
from smm.sample import World, build_world
from smm.versions import Content
from storage import accounts, brands, targets
from storage import posts as kept
from storage.corrections import Correction
from storage.posts import Target
from storage.schema import metadata
from storage.unit_of_work import UnitOfWork
from storage.vault import Vault

KINDS = ("key", "probe", "neither", "slow")
FINAL = {"published", "failed", "missed", "cancelled", "draft"}
STEPS, DRAIN = 14, 60


class Crash(BaseException):
    """The process is killed here."""


class MemoryDatabase:
    """The port that use cases see, over one connection in memory; `edge` is called where a process may die."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.vault = Vault([Vault.new_key()])
        self.edge: Callable[[], None] = lambda: None
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
        self._connection: Connection = engine.connect()
        metadata.create_all(self._connection)
        self._connection.commit()

    async def write(self, work: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Run a unit of work; the process may die before it, at its end, and after it."""
        self.edge()
        result = self.run(partial(work, **values), *args, edge=self.edge)
        self.edge()
        return result

    async def read(self, work: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Run a unit of work that only looks."""
        return self.run(partial(work, **values), *args)

    def run(self, work: Callable[..., Any], *args: Any, edge: Callable[[], None] = lambda: None) -> Any:
        """Run a unit of work at once."""
        self._connection.exec_driver_sql("BEGIN")
        try:
            uow = UnitOfWork(self._connection, self.clock(), self.vault)
            result = work(uow, *args)
            for last in uow.last:
                last()
            edge()
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK")
            raise
        self._connection.exec_driver_sql("COMMIT")
        return result


class Simulation:
    """The world that histories happen in. One seed, one course of events."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.database = MemoryDatabase(lambda: self.now)
        self.world: World = self.database.run(build_world)
        self.brand_id = self.world.brand.id
        self.database.run(self._prepare)
        self.writer: Actor = self.database.run(actor_of, self.world.vera, self.brand_id)
        self.owner: Actor = self.database.run(actor_of, self.world.anna, self.brand_id)
        self.desk = Desk(self.database, self, NoWriter(), Path())  # type: ignore[arg-type]
        self.feeds: dict[int, Feed] = {}
        self.wild = False
        self.points = self.crashes = 0
        self.called: Callable[[Outgoing], None] = lambda post: None
        self.corrected: Callable[[Outgoing], None] = lambda post: None
        self.database.edge = self.edge

    def _prepare(self, uow: UnitOfWork) -> None:
        uow.connection.exec_driver_sql("DELETE FROM channels")  # nobody reads along: the ledger is what is looked at
        brands.change(uow, self.brand_id, policy={"mode": "internal", "daily_cap": 1000})

    def edge(self) -> None:
        """Die here, sometimes."""
        self.points += 1
        if self.wild and self.rng.random() < 0.03:
            self.crashes += 1
            raise Crash

    def fault(self) -> str:
        """Return how a call goes wrong, or nothing."""
        faults = ("refused", "refused", "rejected", "lost", "late", "late", "mute", "mute")
        return self.rng.choice(faults) if self.wild and self.rng.random() < 0.5 else ""

    def pass_time(self, seconds: float) -> None:
        """Move the clock."""
        self.now += timedelta(seconds=seconds)

    def open_account(self, kind: str) -> int:
        """Connect an account of a kind of network."""
        account_id = self.database.run(self._add_account, kind)
        self.feeds[account_id] = Feed(kind, self)
        return int(account_id)

    def _add_account(self, uow: UnitOfWork, kind: str) -> int:
        return accounts.add(uow, self.brand_id, kind, f"{kind}-{self.points}-{len(self.feeds)}", name=kind)

    async def connector(self, account_id: int) -> Feed:
        """Return the account's feed."""
        return self.feeds[account_id]

    def can(self, network: str, what: Can) -> bool:
        """Say whether a kind of network can be looked at."""
        return network != "neither" or what is not Can.FIND

    def limits(self, network: str) -> None:
        """Return no limits."""
        return

    def title(self, network: str) -> str:
        """Return the kind."""
        return network


class History:
    """The life of one post on one account of each kind."""

    def __init__(self, sim: Simulation, number: int) -> None:
        self.sim, self.rng = sim, sim.rng
        self.text = f"post {number}"
        self.edits = 0
        self.approved = self.held = False
        self.wrongs: list[str] = []
        sim.called = self._called
        sim.corrected = self._corrected
        accounts = tuple(sim.open_account(kind) for kind in KINDS)
        slot = sim.now + timedelta(seconds=90)
        self.post_id: int = sim.database.run(posts.create, sim.writer, Content(self.text, accounts), slot).id
        self._approve()

    def _targets(self) -> list[Target]:
        return self.sim.database.run(targets.of_post, self.post_id)  # type: ignore[no-any-return]

    def _version(self) -> int:
        return self.sim.database.run(kept.get, self.post_id).version  # type: ignore[no-any-return]

    def _called(self, post: Outgoing) -> None:
        """Judge a call at the moment it is made; now and then somebody edits in its middle."""
        if not self.approved or post.text != self.text:
            self.wrongs.append(f"unapproved: {post.text!r} instead of {self.text!r}, approved {self.approved}")
        if self.held:
            self.wrongs.append("published while on hold")
        if self.sim.wild and self.rng.random() < 0.2:
            self._edit()

    def _corrected(self, post: Outgoing) -> None:
        """Judge a correction at the moment it is made; now and then other words are written in its middle."""
        if not self.approved or post.text != self.text:
            self.wrongs.append(f"unapproved correction: {post.text!r}, approved {self.approved} {self.text!r}")
        if self.held:
            self.wrongs.append("corrected while on hold")
        if self.sim.wild and self.rng.random() < 0.2:
            self._correct()

    def _try(self, work: Callable[..., Any], *args: Any) -> bool:
        try:
            self.sim.database.run(work, *args)
        except DeskError:
            return False
        return True

    def _approve(self) -> None:
        sim, version = self.sim, self._version()
        if posts.is_late(sim.database.run(posts.find, sim.brand_id, self.post_id), sim.now):
            self._try(
                posts.place, sim.writer, self.post_id, version, None
            )  # it would be refused: too late for its time
        if self._try(approvals.submit, sim.writer, self.post_id, version):
            self.approved = self._try(approvals.decide, sim.owner, self.post_id, version, "approve")

    def _edit(self) -> None:
        whole = self.sim.database.run(posts.find, self.sim.brand_id, self.post_id)
        self.edits += 1
        text = f"{self.text.split(' / ')[0]} / {self.edits}"
        content = replace(whole.content, text=text)
        slot = whole.post.slot_at
        if self._try(posts.edit, self.sim.writer, self.post_id, whole.post.version, content, slot):
            self.text, self.approved = text, False

    def _correct(self) -> None:
        """Find a typo in what is live; the new words are approved at once, later, or in the drain."""
        self.edits += 1
        text = f"{self.text.split(' / ')[0]} / {self.edits}"
        args = (self.post_id, self._version(), {corrections.COMMON: text})
        if self._try(corrections.correct, self.sim.writer, *args):
            self.text, self.approved = text, False
            if self.rng.random() < 0.7:
                self._decide()

    def _decide(self) -> None:
        self.approved = self._try(approvals.decide, self.sim.owner, self.post_id, self._version(), "approve")

    def _choose(self) -> None:
        """Choose what is done where the desk could not correct it, as somebody who looks."""
        for row in self._corrections():
            if row.state != "hands":
                continue
            choice = self.rng.choice((corrections.leave, corrections.again, corrections.anew, corrections.made))
            feed = self._feed_of(row)
            feed.arrive()
            if choice is corrections.made and self.approved and feed.live:
                feed.change(feed.live[0].key, self.text)
            if feed.live or choice is corrections.anew:
                self._try(choice, self.sim.writer, row.id)

    def _corrections(self) -> list[Correction]:
        whole = self.sim.database.run(posts.find, self.sim.brand_id, self.post_id)
        return list(corrections.newest(whole).values())

    def _feed_of(self, row: Correction) -> Feed:
        account_id = next(each.account_id for each in self._targets() if each.id == row.target_id)
        return self.sim.feeds[account_id]

    def _hold(self) -> None:
        if self.held:
            self.held = not self._try(holds.resume_brand, self.sim.owner)
        else:
            self.held = self._try(holds.hold_brand, self.sim.owner)

    def _push(self) -> None:
        """Do what a person does who sees that a post is not out: answer, approve it again, let it out."""
        found = self._targets()
        for target in found:
            if target.state == "outcome_unknown":
                self._answer(target)
        if not {"draft", "missed", "failed"} & {target.state for target in found}:
            return
        if self.approved:
            self._try(posts.publish_now, self.sim.writer, self.post_id, self._version())
        else:
            self._approve()

    def _answer(self, target: Target) -> None:
        """Answer truthfully whether it is live, as somebody who looks."""
        feed = self.sim.feeds[target.account_id]
        feed.arrive()
        if feed.live:
            self._try(outcomes.there, self.sim.writer, target.id, "https://feed.example/seen")
        else:
            self._try(self.rng.choice((outcomes.again, outcomes.drop)), self.sim.writer, target.id)

    async def live(self) -> None:
        """Let things happen, then let everything settle without any more trouble."""
        self.sim.wild = True
        for _ in range(STEPS):
            await self._step()
        self.sim.wild = False
        if self.held:
            self._hold()
        for _ in range(DRAIN):
            if not self.approved:
                self._decide()
            settled = not {row.state for row in self._corrections()} & set(corrections.STANDING)
            if settled and all(target.state in FINAL - {"draft"} for target in self._targets()):
                break
            self.sim.pass_time(self.rng.choice((30, 125, 200)))
            self._push()
            self._choose()
            await self._publish()
        for target in self._targets():
            self.sim.feeds[target.account_id].arrive()

    async def _step(self) -> None:
        self.sim.pass_time(self.rng.choice((2, 2, 2, 20, 60, 125, 125, 130, 400, 4000)))
        chance = self.rng.random()
        if chance < 0.1:
            self._edit()
        elif chance < 0.2:
            self._hold()
        elif chance < 0.5:
            self._push()
        elif chance < 0.65:
            self._correct()
        elif chance < 0.85:
            self._choose()
        await self._publish()

    async def _publish(self) -> None:
        try:
            for target_id, _ in await self.sim.database.read(publishing.due, self.sim.now):
                await publisher.publish(self.sim.desk, target_id)
            for correction_id, _ in await self.sim.database.read(amending.due, self.sim.now):
                await amender.amend(self.sim.desk, correction_id)
        except Crash:
            self.sim.pass_time(self.rng.choice((1, 5, 60, 300)))
            self.sim.database.run(publishing.recover)

    def flaws(self) -> list[str]:
        """Return what must never happen and did."""
        return [*self.wrongs, *(flaw for target in self._targets() for flaw in self._flaws_of(target))]

    def _flaws_of(self, target: Target) -> list[str]:
        feed, state = self.sim.feeds[target.account_id], target.state
        live = len(feed.live)
        found = [f"doubled: {live} times live on a network of kind {feed.kind}"] if live > 1 else []
        if state not in FINAL:
            found.append(f"stuck: {state} on a network of kind {feed.kind}")
        if state in {"failed", "missed", "cancelled", "draft"} and live:
            found.append(f"called {state}, but live on a network of kind {feed.kind}")
        if state == "published" and not live:
            found.append(f"called live, but not there on a network of kind {feed.kind}")
        return found + (self._wrong_words(target, feed.live[0].text) if state == "published" and live else [])

    def _wrong_words(self, target: Target, text: str) -> list[str]:
        """Compare what stands there with what the desk believes; where a person left it, nobody has promised anything."""
        row = next((each for each in self._corrections() if each.target_id == target.id), None)
        if row is not None and row.state == "left":
            return []
        whole = self.sim.database.run(posts.find, self.sim.brand_id, self.post_id)
        believed = self.sim.database.run(amending.live, whole, target).text
        return [] if text == believed else [f"other words: {text!r} instead of {believed!r} after {row}"]


async def simulate(histories: int, seed: int, *, stop_at_first: bool = False) -> tuple[list[str], Simulation]:
    """Run histories; return what went wrong and the world in which it did."""
    sim = Simulation(seed)
    found: list[str] = []
    for number in range(histories):
        history = History(sim, number)
        await history.live()
        found += [f"seed {seed}, history {number}: {flaw}" for flaw in history.flaws()]
        sim.wild = False
        if found and stop_at_first:
            break
    return found, sim
