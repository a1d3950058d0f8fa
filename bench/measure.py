"""What every measurement shares: a figure with its goal, children in processes of their own, their CPU time and memory."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
ROOT = HERE.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `goal` is None where the value only explains another."""

    name: str
    value: float
    unit: str
    goal: float | None
    better: Literal["higher", "lower"]

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def as_json(figures: Sequence[Figure]) -> str:
    """Return the figures as a JSON list."""
    return json.dumps([asdict(figure) for figure in figures], indent=1)


def as_table(figures: Sequence[Figure]) -> str:
    """Return the figures for people."""
    lines = [f"{'name':<44}{'value':>12}  {'unit':<12}{'goal':>10}"]
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        goal = "" if figure.goal is None else f"{sign} {figure.goal:g}"
        miss = "" if figure.is_met else "  MISSED"
        lines.append(f"{figure.name:<44}{figure.value:>12.4g}  {figure.unit:<12}{goal:>10}{miss}")
    return "\n".join(lines)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours."""

    process: subprocess.Popen[bytes]

    @property
    def cpu(self) -> float:
        """Seconds of CPU used so far, user and system."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / _TICK

    @property
    def rss(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, if it must be by force."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def child(script: str, *args: str, env: Mapping[str, str] | None = None, log: Path | None = None) -> Iterator[Child]:
    """Run one of our scripts in a fresh process, and end it."""
    out = log.open("ab") if log else subprocess.DEVNULL
    command = [sys.executable, str(HERE / script), *args]
    started = Child(subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=out, stderr=out, cwd=ROOT))
    try:
        yield started
    finally:
        started.stop()


def get(url: str, data: bytes | None = None, timeout: float = 5) -> Any:
    """Return the JSON at an address of loopback."""
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=timeout) as answer:
        return json.loads(answer.read())


def wait_for(ready: Callable[[], Any], what: str, seconds: float = 30.0, every: float = 0.01) -> Any:
    """Ask until the answer is true; say what did not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if answer := ready():
                return answer
        except OSError:
            pass
        time.sleep(every)
    raise TimeoutError(f"{what} did not happen in {seconds:g} s")


def run_json(script: str, *args: str, env: Mapping[str, str] | None = None, seconds: float = 300) -> dict[str, float]:
    """Run one of our scripts in a fresh process and an empty folder; return the JSON that it prints last."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(HERE / script), folder, *args]
        done = subprocess.run(  # noqa: PLW1510 - said in better words below
            command, env={**os.environ, **(env or {})}, cwd=ROOT, timeout=seconds, stdout=subprocess.PIPE
        )
        if done.returncode:
            raise RuntimeError(f"{script} failed")
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def medians(run: Callable[[], Mapping[str, float]], times: int = ROUNDS) -> dict[str, float]:
    """Run one measurement several times and return the median of each value."""
    return rounds(["it"], lambda _: run(), times)["it"]


def rounds(
    variants: Sequence[str], run: Callable[[str], Mapping[str, float]], times: int = ROUNDS
) -> dict[str, dict[str, float]]:
    """Run every variant round-robin, A B C A B C, and return the medians of what each measured."""
    seen: dict[str, list[Mapping[str, float]]] = {name: [] for name in variants}
    for _ in range(times):
        for name in variants:
            seen[name].append(run(name))
    return {
        name: {key: statistics.median(one[key] for one in results) for key in results[0]}
        for name, results in seen.items()
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile of measured values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
