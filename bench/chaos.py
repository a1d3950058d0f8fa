"""Really kills the desk, again and again, while it publishes and tells; then asks the networks what they saw.

`KILLS=200 SEED=1 python bench/chaos.py`. The networks run in processes of their own and their own logs are the only witness: a
post is lost if it is not there, doubled if it is there twice, uncertain if the desk asks a person about it. A comment is lost if no
card ever told of it. Ends with 1 unless nothing is lost or doubled.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
from chaos_world import (
    Desk,
    keep_commenting,
    keep_posting,
    networks,
    open_desk,
    published_on_demo,
    published_on_mastodon,
)
from measure import Child, free_port

from storage import audit
from storage.unit_of_work import UnitOfWork

KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("SEED", "1"))
EARLY = 0.15  # share of the kills that hit the start itself
LIVES = 2.5  # seconds that a desk lives at most once it is open
DRAIN = 300.0  # seconds for everything to come to an end
OPEN_TARGETS = "SELECT count(*) FROM targets WHERE state IN ('scheduled', 'retry_wait', 'publishing')"
OPEN_ALERTS = "SELECT count(*) FROM alerts WHERE state = 'queued'"
TOLD = """SELECT m.remote_id, count(DISTINCT c.message_id) FROM mentions m
          LEFT JOIN copies c ON c.view = 'mention' AND c.object_id = m.id GROUP BY m.remote_id"""
TARGETS = """SELECT json_extract(v.content, '$.text'), a.network, t.state FROM targets t
             JOIN accounts a ON a.id = t.account_id JOIN versions v ON v.post_id = t.post_id"""


class Program:
    """The real program, started and killed."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.port = free_port()
        self._log = (folder / "desk.log").open("ab")
        self._env = {
            **os.environ,
            "COPYDESK_DATA": str(folder),
            "COPYDESK_WEB_PORT": str(self.port),
            "COPYDESK_DEMO_NETWORK_URL": f"{desk.world.slow_demo}/network/",
            "COPYDESK_INNER_HOSTS": "127.0.0.1",
            "COPYDESK_LOG_LEVEL": "WARNING",
        }
        self.child: Child

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "bot", "run"]
        self.child = Child(Popen(command, env=self._env, stdout=self._log, stderr=self._log))

    def kill(self) -> None:
        """Kill it as a power cut would, without a word."""
        self.child.stop(signal.SIGKILL)

    async def is_open(self, seconds: float = 60.0) -> bool:
        """Wait until it answers that it is well."""
        until = time.monotonic() + seconds
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < until and self.child.process.poll() is None:
                with suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/healthz")).is_success:
                        return True
                await asyncio.sleep(0.05)
        return False


async def rampage(program: Program, desk: Desk) -> None:
    """Start and kill, at moments drawn by lot: mostly at work, sometimes while it opens."""
    for number in range(KILLS):
        program.start()
        if desk.draw.random() >= EARLY and not await program.is_open():
            raise RuntimeError("the desk did not open: see desk.log")
        desk.lives += 1
        await asyncio.sleep(desk.draw.uniform(0, LIVES))
        program.kill()
        if (number + 1) % 10 == 0:
            print(f"{number + 1} kills, {desk.posts} posts, {len(desk.comments)} comments", flush=True)


async def drain(program: Program, desk: Desk) -> None:
    """Let the desk live until nothing is on its way any more."""
    program.start()
    if not await program.is_open():
        raise RuntimeError("the desk did not open: see desk.log")
    until = time.monotonic() + DRAIN
    while time.monotonic() < until:
        await asyncio.sleep(1)
        told = await desk.prepared.database.read(_rows, TOLD)
        left = [await desk.prepared.database.read(_scalar, query) for query in (OPEN_TARGETS, OPEN_ALERTS)]
        if not any(left) and len(told) >= len(desk.comments):
            break
    program.child.stop()


def _rows(uow: UnitOfWork, query: str) -> list[Any]:
    return list(uow.connection.exec_driver_sql(query).all())


def _scalar(uow: UnitOfWork, query: str) -> Any:
    return uow.connection.exec_driver_sql(query).scalar()


async def verdict(desk: Desk) -> dict[str, Any]:
    """Compare what the networks saw with what was asked for and with what our tables say."""
    database = desk.prepared.database
    seen = {"demo": published_on_demo(desk.world), "mastodon": published_on_mastodon(desk.world)}
    states = {(row[0], row[1]): row[2] for row in await database.read(_rows, TARGETS)}
    told = {row[0]: row[1] for row in await database.read(_rows, TOLD)}
    bursts = await database.read(_scalar, "SELECT count(*) FROM alerts WHERE view = 'burst' AND state = 'delivered'")
    untold = [remote_id for remote_id in desk.comments if not told.get(remote_id)]
    return {
        **_publications(seen, states),
        "alerts lost": 0 if bursts else len(untold),
        "comments": len(desk.comments),
        "comments told in a burst": len(untold) if bursts else 0,
        "cards shown twice": sum(count > 1 for count in told.values()),
        "integrity": await database.read(_scalar, "PRAGMA integrity_check"),
        "audit trail": "broken" if await database.read(audit.verify) else "ok",
    }


def _publications(seen: Mapping[str, Mapping[str, int]], states: Mapping[tuple[str, str], str]) -> dict[str, int]:
    lost = doubled = uncertain = unrecorded = 0
    for (text, network), state in states.items():
        count = seen[network].get(text, 0)
        doubled += count > 1
        uncertain += state == "outcome_unknown"
        lost += count == 0 and state != "outcome_unknown"
        unrecorded += count > 0 and state not in {"published", "outcome_unknown"}
        if count != 1 or state != "published":
            print(f"{text} on {network}: {count} times there, {state} here")
    counts = {"publications": len(states), "lost": lost, "doubled": doubled, "uncertain": uncertain}
    return {**counts, "unrecorded": unrecorded}


async def run(folder: Path) -> dict[str, Any]:
    """Do it all."""
    with networks(folder) as found:
        desk = await open_desk(folder, found, SEED)
        program = Program(folder, desk)
        feeding = [asyncio.create_task(work(desk)) for work in (keep_posting, keep_commenting)]
        try:
            await rampage(program, desk)
            for task in feeding:
                task.cancel()
            await asyncio.gather(*feeding, return_exceptions=True)
            await drain(program, desk)
            return await verdict(desk)
        finally:
            program.child.stop(signal.SIGKILL)
            await desk.prepared.database.close()


def main() -> int:
    """Run, say what came of it, and return the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-chaos-"))
    found = asyncio.run(run(folder))
    for name, value in found.items():
        print(f"{name:<28}{value}")
    bad = found["lost"] or found["doubled"] or found["unrecorded"] or found["alerts lost"]
    bad = bad or found["integrity"] != "ok" or found["audit trail"] != "ok"
    print(f"kept for a look: {folder}" if bad else f"{KILLS} kills: nothing lost, nothing doubled")
    if not bad:
        shutil.rmtree(folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
