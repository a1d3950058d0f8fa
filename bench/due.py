"""Lateness of publishing calls with 100,000 targets pending: real tables, clock, engine and publisher; the network is ours.

Usage: due.py FOLDER
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measure import Figure, medians, percentile, run_json
from world import Prepared, prepare, report

from bot import schedule
from bot.clock import Clock
from bot.engine import InlineEngine
from connectors.own_words import OwnWords
from smm import versions
from smm.desk import Desk
from smm.networks import Can, Outgoing, Page, Published
from smm.versions import Content
from storage.posts import posts, targets
from storage.posts import versions as kept
from storage.unit_of_work import UnitOfWork

PENDING = int(os.environ.get("BENCH_PENDING", "100000"))
NOW, SPAN, LEAD = 400, 8.0, 3.0  # so many come due within so many seconds, after so many
IDLE = 5.0
PATIENCE = 30.0  # seconds after which a call counts as missed


def measure() -> list[Figure]:
    """Return how late the calls are, and what waiting costs."""
    seen = medians(lambda: run_json("due.py"), 3)
    return [
        Figure("due.lateness_p99", seen["p99"], "ms", 100, "lower"),
        Figure("due.lateness_p50", seen["p50"], "ms", None, "lower"),
        Figure("due.missed_or_early", seen["wrong"], "calls", 0, "lower"),
        Figure("due.idle_cpu", seen["idle"], "%", 0.5, "lower"),
    ]


class Network:
    """One account that notes when it was called for what."""

    quota = None

    def __init__(self) -> None:
        self.called: dict[str, float] = {}

    async def publish(self, post: Outgoing) -> Published:
        """Note the moment."""
        self.called[post.text] = time.time()
        return Published(post.key, "")

    async def fetch(self, cursor: str) -> Page:
        """Bring nothing."""
        return Page((), cursor)

    async def connector(self, account_id: int) -> Any:
        """Return itself: it is every account."""
        return self

    def can(self, network: str, what: Can) -> bool:
        """Say yes."""
        return True

    def title(self, network: str) -> str:
        """Return a name."""
        return network

    def limits(self, network: str) -> None:
        """Return no limits."""


def fill(
    uow: UnitOfWork, prepared: Prepared, count: int, soonest: datetime, spread: timedelta, label: str
) -> dict[str, datetime]:
    """Add approved posts with a target each; return their moments by text."""
    draw = random.Random(label)
    first = (uow.scalar(posts.select().with_only_columns(posts.c.id).order_by(posts.c.id.desc()).limit(1)) or 0) + 1
    moments: dict[str, datetime] = {}
    rows: dict[str, list[dict[str, Any]]] = {"post": [], "version": [], "target": []}
    for number in range(count):
        text, at = f"{label} {number}", soonest + spread * draw.random()
        moments[text] = at
        content = Content(text, (prepared.account_id,))
        for name, row in _rows(uow, prepared, first + number, content, at).items():
            rows[name].append(row)
    for table, name in ((posts, "post"), (kept, "version"), (targets, "target")):
        uow.connection.execute(table.insert(), rows[name])
    return moments


def _rows(
    uow: UnitOfWork, prepared: Prepared, post_id: int, content: Content, at: datetime
) -> Mapping[str, dict[str, Any]]:
    author = prepared.world.vera.id
    return {
        "post": {
            "id": post_id, "brand_id": prepared.world.brand.id, "author_id": author, "state": "scheduled", "version": 1,
            "slot_at": at, "on_hold": False, "revision": 1, "late_at": None, "created_at": uow.now,
        },
        "version": {
            "post_id": post_id, "number": 1, "hash": versions.fingerprint(content), "content": versions.pack(content),
            "author_id": author, "created_at": uow.now,
        },
        "target": {
            "post_id": post_id, "account_id": prepared.account_id, "state": "scheduled", "due_at": at, "generation": 1,
            "fence": 0, "failures": 0, "remote_id": "", "link": "", "error": "", "published_hash": "", "published_at": None,
        },
    }  # fmt: skip


async def _measure(folder: Path) -> dict[str, float]:
    prepared = await prepare(folder)
    database, network = prepared.database, Network()
    far = datetime.now(UTC) + timedelta(days=1)
    await database.write(fill, prepared, PENDING, far, timedelta(days=90), "later")
    desk = Desk(database, network, OwnWords(), folder)
    engine = InlineEngine(schedule.works(desk))
    clock = Clock(database, engine, schedule.looks(), schedule.chores(desk))
    clock.start()
    idle = await _idle()
    soonest = datetime.now(UTC) + timedelta(seconds=LEAD)
    moments = await database.write(fill, prepared, NOW, soonest, timedelta(seconds=SPAN), "now")
    until = time.monotonic() + LEAD + SPAN + PATIENCE
    while len(network.called) < NOW and time.monotonic() < until:  # noqa: ASYNC110 - what is measured wakes nobody
        await asyncio.sleep(0.2)
    await clock.stop()
    await engine.drain()
    late = [(network.called[text] - at.timestamp()) * 1000 for text, at in moments.items() if text in network.called]
    await database.close()
    wrong = NOW - len(late) + sum(one < -250 for one in late)
    return {"p50": percentile(late, 0.5), "p99": percentile(late, 0.99), "wrong": wrong, "idle": idle}


async def _idle() -> float:
    await asyncio.sleep(1)
    before = resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.sleep(IDLE)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return 100 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / IDLE


if __name__ == "__main__":
    report(_measure)
