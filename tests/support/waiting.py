"""Waiting in tests: for something to hold, never for time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 30.0  # seconds: only a test that hangs is ended by it, on however busy a machine


async def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return as soon as something holds; fail when it does not come to be."""
    try:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - what holds tells nobody
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError("it did not come to be") from None
