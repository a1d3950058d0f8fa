"""Wall-clock time at the edges: a brand lives in its IANA zone, everything inside is UTC.

An hour that daylight saving leaves out is refused with a word about it; an hour that comes twice means its first coming
(https://peps.python.org/pep-0495/).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm.errors import N_, Invalid


def at(day: date, clock: time, zone: str) -> datetime:
    """Return the moment when clocks in `zone` show a time on a day."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Invalid(
            N_("{time} does not exist on {day} in {zone}: the clocks go forward then. Pick another time."),
            field="slot",
            time=clock.strftime("%H:%M"),
            day=day.isoformat(),
            zone=zone,
        )
    return moment


def parse(text: str, zone: str) -> datetime:
    """Read an ISO date-time; one without an offset is wall-clock time in `zone`."""
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            N_("“{text}” is not a date and a time. Write it like 2026-03-02 14:30."), field="slot", text=text[:40]
        ) from None
    return at(given.date(), given.time(), zone) if given.tzinfo is None else given.astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """Return the date that people in `zone` have."""
    return moment.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return when a day begins in `zone`, also where it does not begin at midnight."""
    for hour in range(3):
        try:
            return at(day, time(hour), zone)
        except Invalid:
            continue
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the beginning of a day and of the next: 23, 24 or 25 hours."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)
