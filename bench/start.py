"""Cold start on Telegram: from the spawn to the first getUpdates, and the memory it then holds, against a bare echo bot.

The desk is the real program, started for the second time (its database is there); the very first start is told besides.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measure import HERE, ROOT, Child, Figure, child, free_port, get, rounds, wait_for
from world import prepare

MENUS = 1.0  # seconds after the first poll at which memory is read


def measure() -> list[Figure]:
    """Return the ratio of starts, and memory."""
    seen = rounds(["ptb", "copydesk"], run_once)
    desk, bare = seen["copydesk"], seen["ptb"]
    return [
        Figure("start.ratio", desk["wall"] / bare["wall"], "x bare bot", 3, "lower"),
        Figure("start.rss", desk["rss"], "MB", 100, "lower"),
        Figure("start.cpu_ratio", desk["cpu"] / bare["cpu"], "x bare bot", None, "lower"),
        Figure("start.wall", desk["wall"] * 1000, "ms", None, "lower"),
        Figure("start.bare_wall", bare["wall"] * 1000, "ms", None, "lower"),
    ]


def run_once(name: str) -> dict[str, float]:
    """Start one variant once."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, child("bot_api.py", str(port), "hello"):
        wait_for(lambda: get(f"{url}/control/stats"), "the server's start")
        if name == "copydesk":
            asyncio.run(_prepare(Path(folder)))
        return _start(_command(name, url), _env(folder, url), url)


async def _prepare(folder: Path) -> None:
    await (await prepare(folder)).database.close()


def _command(name: str, url: str) -> Sequence[str]:
    return [str(HERE / "echo_ptb.py"), url] if name == "ptb" else ["-m", "bot", "run"]


def _env(folder: str, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "COPYDESK_DATA": folder,
        "COPYDESK_WEB_PORT": "0",
        "COPYDESK_TELEGRAM_TOKEN": "1:" + "x" * 35,
        "COPYDESK_TELEGRAM_API": url,
    }


def _start(command: Sequence[str], env: dict[str, str], url: str) -> dict[str, float]:
    spawned = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = Child(subprocess.Popen([sys.executable, *command], env=env, cwd=ROOT, **quiet))  # type: ignore[call-overload]
    try:
        first = wait_for(lambda: get(f"{url}/control/stats")["first_poll"], "the first poll", 120)
        cpu = started.cpu
        time.sleep(MENUS)
        return {"wall": first - spawned, "cpu": cpu, "rss": started.rss}
    finally:
        started.stop()


if __name__ == "__main__":
    for one in ("ptb", "copydesk"):
        print(one, run_once(one))
