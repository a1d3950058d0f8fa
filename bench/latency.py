"""From a comment on the demo network to its card in the web chat: two real processes, the network's clock and the chat's.

A comment counts as arrived when the chat's message is committed; browsers are told of it in the same instant.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from measure import ROOT, Child, Figure, free_port, get, percentile, wait_for
from world import prepare

COMMENTS = int(os.environ.get("BENCH_COMMENTS", "100"))
SHOWN = "SELECT created_at FROM messages WHERE card LIKE ? ORDER BY id DESC LIMIT 1"
SETTLE = "UPDATE mentions SET state = 'resolved', revision = revision + 1 WHERE state = 'new'"


def measure() -> list[Figure]:
    """Return how long a comment takes to its card."""
    with tempfile.TemporaryDirectory() as folder:
        waits = run(Path(folder))
    return [
        Figure("comment_to_card.p50", percentile(waits, 0.5), "ms", 1000, "lower"),
        Figure("comment_to_card.p99", percentile(waits, 0.99), "ms", 1000, "lower"),
    ]


def run(folder: Path) -> list[float]:
    """Say something again and again; return the milliseconds until each card stood in the chat."""
    network, desk = free_port(), free_port()
    url = f"http://127.0.0.1:{network}/network/"

    async def furnish() -> None:
        await (await prepare(folder, url)).database.close()

    asyncio.run(furnish())
    env = {**os.environ, "COPYDESK_DATA": str(folder), "COPYDESK_WEB_PORT": str(desk), "COPYDESK_DEMO_NETWORK_URL": url}
    commands = (["bot.web.demo_network", "--port", str(network), "--no-talk"], ["bot", "run"])
    with ExitStack() as running:
        for command in commands:
            quiet = subprocess.DEVNULL
            process = subprocess.Popen([sys.executable, "-m", *command], env=env, cwd=ROOT, stdout=quiet, stderr=quiet)
            running.callback(Child(process).stop)
        wait_for(lambda: get(f"{url}feed"), "the network's start", 60)
        wait_for(lambda: get(f"http://127.0.0.1:{desk}/healthz"), "the desk's start", 60)
        time.sleep(2)
        with closing(sqlite3.connect(folder / "copydesk.sqlite3", isolation_level=None, timeout=30)) as chat:
            return [_wait(url, chat, number) for number in range(COMMENTS)]


def _wait(url: str, chat: sqlite3.Connection, number: int) -> float:
    text = f"Comment {number:05} are you open"
    body = json.dumps({"name": "Lena", "text": text, "parent_id": ""}).encode()
    said = datetime.now(UTC)
    asked = urllib.request.Request(f"{url}say", data=body, headers={"content-type": "application/json"})
    urllib.request.urlopen(asked).close()
    found = wait_for(lambda: chat.execute(SHOWN, (f"%{text}%",)).fetchone(), "the card", 30, every=0.005)
    chat.execute(SETTLE)
    return (datetime.fromisoformat(found[0]).replace(tzinfo=UTC) - said).total_seconds() * 1000


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        print(run(Path(where)))
