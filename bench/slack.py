"""The whole Slack pipeline against a bare echo bot by slack-bolt: event stored, acknowledged, routed, state change, reply.

Each variant is a fresh process, taken in turns; the server runs in a process of its own. CPU is the bot's alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from measure import Figure, child, free_port, get, percentile, rounds, wait_for

EVENTS = int(os.environ.get("BENCH_UPDATES", "3000"))
WARM = 300
SCRIPTS = {"bolt": "echo_slack.py", "copydesk": "desk_slack.py"}


def measure() -> list[Figure]:
    """Return the ratios to the echo bot, and what they are made of."""
    seen = rounds(list(SCRIPTS), run_once)
    desk, bolt = seen["copydesk"], seen["bolt"]
    figures = [
        Figure("slack.rate_ratio", desk["rate"] / bolt["rate"], "x echo", 1.5, "higher"),
        Figure("slack.cpu_ratio", desk["cpu"] / bolt["cpu"], "x echo", 0.6, "lower"),
        Figure("slack.ack_alone_p99", desk["alone"], "ms", 20, "lower"),
    ]
    for name, values in seen.items():
        figures.append(Figure(f"slack.{name}.rate", values["rate"], "events/s", None, "higher"))
        figures.append(Figure(f"slack.{name}.cpu", values["cpu"] * 1000, "ms/event", None, "lower"))
        figures.append(Figure(f"slack.{name}.ack_p99", values["ack"], "ms", None, "lower"))
    return figures


def run_once(name: str) -> dict[str, float]:
    """Measure one variant once: a flood of events with a hundred in flight, then one at a time."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, child("slack_api.py", str(port), "tick"):
        wait_for(lambda: get(f"{url}/control/stats"), "the server's start")
        with child(SCRIPTS[name], url, folder, log=Path(folder) / "log") as bot:
            try:
                wait_for(lambda: get(f"{url}/control/stats")["opened"], f"{name}'s socket", 180)
                _answered(url, WARM, WARM)
                before = bot.cpu
                stats = _answered(url, EVENTS, WARM + EVENTS)
                cpu = bot.cpu - before
                alone = [ack for _ in range(WARM) for ack in _acked(url)]
            except TimeoutError:
                print((Path(folder) / "log").read_text()[-2000:])
                raise
    return {
        "rate": EVENTS / (stats["last_sent"] - stats["went_at"]),
        "cpu": cpu / EVENTS,
        "ack": percentile(stats["acks"], 0.99) * 1000,
        "alone": percentile(alone, 0.99) * 1000,
    }


def _answered(url: str, count: int, total: int) -> dict[str, Any]:
    get(f"{url}/control/go?n={count}", data=b"")
    wait_for(lambda: get(f"{url}/control/stats")["sent"] >= total, f"{total} replies", 90, every=0.05)
    stats: dict[str, Any] = get(f"{url}/control/stats")
    return stats


def _acked(url: str) -> list[float]:
    """Let one event come while the desk has nothing else to do; return how long its acknowledgement took."""
    get(f"{url}/control/go?n=1", data=b"")
    acks: list[float] = wait_for(lambda: get(f"{url}/control/stats")["acks"], "an acknowledgement", 10, every=0.002)
    return acks


if __name__ == "__main__":
    for one in SCRIPTS:
        print(one, run_once(one))
