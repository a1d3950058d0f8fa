"""Measures everything, or what is named: `python bench/run.py [pipeline slack latency start due ingest pace matching]`.

Prints a table and writes the figures as JSON to $BENCH_OUT (bench-out.json). BENCH_ROUNDS sets the rounds of each.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from measure import Figure, as_json, as_table

SUBJECTS = ("pipeline", "slack", "latency", "start", "due", "ingest", "pace", "matching")


def main(wanted: list[str]) -> int:
    """Measure one after the other; what breaks is said, and the rest goes on."""
    figures: list[Figure] = []
    broken = []
    for subject in wanted or SUBJECTS:
        print(f"{subject} …", file=sys.stderr, flush=True)
        try:
            figures += importlib.import_module(subject).measure()
        except Exception as error:  # noqa: BLE001 - a measurement that breaks must not hide the others
            broken.append(f"{subject}: {type(error).__name__}: {error}")
    Path(os.environ.get("BENCH_OUT", "bench-out.json")).write_text(as_json(figures) + "\n")
    print(as_table(figures))
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
