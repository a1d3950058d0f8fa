"""A room's rhythm: its quiet hours, and whether what can wait comes at once or together as a digest.

Kept as JSON in `channels.rhythm`; what is damaged there falls back to "at once, always". Which news can wait at all is
smm/alerts.py's to say: risk never does. Pure: time is handed in. Hours are those of the brand's zone. An hour that daylight
saving leaves out is reached when the clocks have jumped over it, one that comes twice when it comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smm import moments
from smm.errors import N_, Invalid

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0
DIGESTS = ("", "hourly", "times")
_STEPS = 20  # more quiet stretches in a row than a week has: it never ends
_DAY = timedelta(days=1)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a room takes what can wait.

    `quiet` begins on each of `days` and may last past midnight; `off` are quiet from midnight to midnight. `digest`: "" for
    at once, "hourly", or "times" for at `times`.
    """

    quiet: tuple[time, time] | None = None
    days: tuple[int, ...] = EVERY_DAY
    off: tuple[int, ...] = ()
    digest: str = ""
    times: tuple[time, ...] = ()


def read(stored: Mapping[str, Any]) -> Rhythm:
    """Return the rhythm that a room's JSON means."""
    quiet = moments.times(stored.get("quiet"))
    times = tuple(sorted(set(moments.times(stored.get("times")))))
    digest = stored.get("digest", "")
    return Rhythm(
        quiet=(quiet[0], quiet[1]) if len(quiet) == 2 else None,  # noqa: PLR2004 - from, to
        days=_days(stored.get("days")) or EVERY_DAY,
        off=_days(stored.get("off")),
        digest=digest if digest in DIGESTS and (digest != "times" or times) else "",
        times=times,
    )


def _days(value: object) -> tuple[int, ...]:
    found = value if isinstance(value, list) and all(day in EVERY_DAY for day in value) else []
    return tuple(sorted(set(found)))


def read_time(said: str, field: str) -> str:
    """Read a time of day as people write it, "9", "9:30" or "09.30"; return it as it is kept."""
    found = _TIME.fullmatch(said.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - the last hour and minute
        raise Invalid(N_("Write a time like this: 22:00."), field=field)
    return f"{int(found[1]):02}:{int(found[2] or 0):02}"


def check(stored: Mapping[str, Any], zone: str, now: datetime) -> None:
    """Raise Invalid for a rhythm that cannot be meant."""
    if stored.get("digest") not in {None, *DIGESTS}:
        raise Invalid(N_("A digest comes every hour or at the times that you name."), field="digest")
    if stored.get("digest") == "times" and not moments.times(stored.get("times")):
        raise Invalid(N_("Write the times like this: 09:00 13:00 18:00"), field="times")
    if _after_quiet(read(stored), zone, now) is None:
        raise Invalid(N_("Then the room would be quiet for ever. Leave some hours for what waited."), field="from")


def opens(rhythm: Rhythm, zone: str, now: datetime) -> datetime:
    """Return when a room takes what can wait: `now`, or the end of its quiet hours, or the time of its next digest."""
    due = now
    if rhythm.digest == "hourly":
        due = _next_hour(zone, now)
    elif rhythm.digest == "times":
        due = _next_time(rhythm.times, zone, now)
    return _after_quiet(rhythm, zone, due) or due


def is_quiet(rhythm: Rhythm, zone: str, now: datetime) -> bool:
    """Say whether a room's quiet hours are on."""
    return any(starts <= now < ends for starts, ends in _quiet_around(rhythm, zone, now))


def _next_hour(zone: str, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    return now + timedelta(hours=1, minutes=-local.minute, seconds=-local.second, microseconds=-local.microsecond)


def _next_time(times: tuple[time, ...], zone: str, now: datetime) -> datetime:
    today = moments.local_day(now, zone)
    ahead = (moments.reached(today + _DAY * day, each, zone) for day in range(3) for each in times)
    return next(moment for moment in ahead if moment > now)


def _after_quiet(rhythm: Rhythm, zone: str, moment: datetime) -> datetime | None:
    """Return the first moment from `moment` on that is not quiet, None if there is none."""
    for _ in range(_STEPS):
        ends = [ends for starts, ends in _quiet_around(rhythm, zone, moment) if starts <= moment < ends]
        if not ends:
            return moment
        moment = max(ends)
    return None


def _quiet_around(rhythm: Rhythm, zone: str, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the quiet stretches that can hold a moment: those that began today or yesterday."""
    today = moments.local_day(moment, zone)
    for day in (today - _DAY, today):
        if rhythm.quiet is not None and day.weekday() in rhythm.days:
            yield _night(rhythm.quiet, day, zone)
        if day.weekday() in rhythm.off:
            yield moments.day_span(day, zone)


def _night(quiet: tuple[time, time], day: date, zone: str) -> tuple[datetime, datetime]:
    begins, ends = quiet
    last = day if ends > begins else day + _DAY
    return moments.reached(day, begins, zone), moments.reached(last, ends, zone)
