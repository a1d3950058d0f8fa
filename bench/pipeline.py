"""The whole Telegram pipeline against bare echo bots: update stored → router → authorise → state change and audit → reply.

Each variant is a fresh process, taken in turns; the server runs in a process of its own. CPU is the bot's alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from measure import Figure, child, free_port, get, rounds, wait_for

UPDATES = int(os.environ.get("BENCH_UPDATES", "3000"))
WARM = 300
SCRIPTS = {"ptb": "echo_ptb.py", "aiogram": "echo_aiogram.py", "copydesk": "desk_bot.py"}


def measure() -> list[Figure]:
    """Return the ratios to the better echo bot, and what they are made of."""
    seen = rounds(list(SCRIPTS), run_once)
    desk = seen["copydesk"]
    best = max(seen["ptb"]["rate"], seen["aiogram"]["rate"])
    least = min(seen["ptb"]["cpu"], seen["aiogram"]["cpu"])
    figures = [
        Figure("pipeline.rate_ratio", desk["rate"] / best, "x echo", 1.5, "higher"),
        Figure("pipeline.cpu_ratio", desk["cpu"] / least, "x echo", 0.6, "lower"),
    ]
    for name, values in seen.items():
        figures.append(Figure(f"pipeline.{name}.rate", values["rate"], "updates/s", None, "higher"))
        figures.append(Figure(f"pipeline.{name}.cpu", values["cpu"] * 1000, "ms/update", None, "lower"))
    return figures


def run_once(name: str) -> dict[str, float]:
    """Measure one variant once."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, child("bot_api.py", str(port), "/tick"):
        wait_for(lambda: get(f"{url}/control/stats"), "the server's start")
        with child(SCRIPTS[name], url, folder, log=Path(folder) / "log") as bot:
            try:
                wait_for(lambda: get(f"{url}/control/stats")["first_poll"], f"{name}'s first poll", 180)
                _answered(url, WARM, WARM)
                before = bot.cpu
                stats = _answered(url, UPDATES, WARM + UPDATES)
            except TimeoutError:
                print((Path(folder) / "log").read_text()[-2000:])
                raise
            cpu = bot.cpu - before
    return {"rate": UPDATES / (stats["last_sent"] - stats["went_at"]), "cpu": cpu / UPDATES}


def _answered(url: str, count: int, total: int) -> dict[str, float]:
    get(f"{url}/control/go?n={count}", data=b"")
    wait_for(lambda: get(f"{url}/control/stats")["sent"] >= total, f"{total} replies", 90, every=0.05)
    stats: dict[str, float] = get(f"{url}/control/stats")
    return stats


if __name__ == "__main__":
    for one in ("ptb", "aiogram"):
        print(one, run_once(one))
