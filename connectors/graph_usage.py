"""How much of what Meta lets an app ask is used up, as its answers tell in headers, and what follows from it.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting/#headers
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.reading import parse
from smm.errors import N_
from smm.networks import Quota

HEADERS: Final = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
FIGURES: Final = ("call_count", "total_time", "total_cputime")  # per cent; the fullest of them stops us
OFTEN, SELDOM = timedelta(minutes=3), timedelta(minutes=15)
MUCH: Final = 75
DAY: Final = timedelta(days=1)
UNIT: Final = N_("per cent of an hour's calls")


def used(headers: Mapping[str, str]) -> int | None:
    """Return how many per cent are used up, None where nothing is told."""
    found = [figure for name in HEADERS for figure in _figures(_read(headers.get(name, "")))]
    return max(found, default=None)


def quota(percent: int | None) -> Quota | None:
    """Return what is left, for people."""
    return None if percent is None else Quota(max(0, 100 - percent), 100, unit=UNIT)


def pace(percent: int | None) -> timedelta:
    """Return when to look again: seldom where little is left, so that it is there for answers and posts."""
    return SELDOM if percent is not None and percent >= MUCH else OFTEN


def regained(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long until calls are taken again, where Meta says so."""
    found = re.findall(r'"estimated_time_to_regain_access":\s*(\d{1,6})', headers.get("x-business-use-case-usage", ""))
    minutes = max(map(int, found), default=0)
    return min(timedelta(minutes=minutes), DAY) if minutes else None


def _read(text: str) -> Any:
    try:
        return parse(text.encode())
    except ValueError:
        return None


def _figures(told: Any) -> Iterator[int]:
    """Yield the figures; those of business use cases lie deeper, by account."""
    if isinstance(told, list):
        for each in told:
            yield from _figures(each)
    elif isinstance(told, dict):
        yield from (told[name] for name in FIGURES if type(told.get(name)) is int)
        for each in told.values():
            yield from _figures(each)
