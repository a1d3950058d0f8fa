"""Wall-clock time at the edges: a brand lives in its IANA zone, everything inside is UTC.

An hour that daylight saving leaves out is refused with a word about it; an hour that comes twice means its first coming
(https://peps.python.org/pep-0495/).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm.errors import N_, Invalid

_ISO = re.compile(r"\d{4}-\d\d-\d\d[t ]\d")
_AHEAD = re.compile(r"\+ ?(\d{1,4}) ?(m|min|h|d|мин|м|ч|д)\.?")
_UNITS = {
    "m": timedelta(minutes=1),
    "м": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "ч": timedelta(hours=1),
    "d": timedelta(days=1),
    "д": timedelta(days=1),
}
_SPOKEN = re.compile(
    r"(?:(?P<word>today|tomorrow|сегодня|завтра)(?:,| at| в)? |(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.?(?P<year>\d{4})?,? )?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)"
)
_JUMP = 180  # minutes: no zone puts its clocks forward by more, a whole day apart
_DAYS = {"today": 0, "tomorrow": 1, "сегодня": 0, "завтра": 1}


def at(day: date, hour: time, zone: str) -> datetime:
    """Return the moment when clocks in `zone` show a time on a day."""
    local = datetime.combine(day, hour, ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Invalid(
            N_("{time} does not exist on {day} in {zone}: the clocks go forward then. Pick another time."),
            field="slot",
            time=hour.strftime("%H:%M"),
            day=day,
            zone=zone,
        )
    return moment


def parse(text: str, zone: str, now: datetime) -> datetime:
    """Read a date and a time as people write them.

    An ISO date-time, `24.12. 18:00`, `18:00` (the next time that clocks show it), `tomorrow 9:30`, or `+20 min`. What has no
    offset is wall-clock time in `zone`.
    """
    words = text.strip().casefold()
    if ahead := _AHEAD.fullmatch(words):
        return now + int(ahead[1]) * _UNITS[ahead[2][0]]
    try:
        return _iso(words.upper(), zone) if _ISO.match(words) else _spoken(words, zone, now)
    except (ValueError, OverflowError):
        raise Invalid(
            N_("“{text}” is not a date and a time. Write it like 2026-03-02 14:30, 14:30 or +20 min."),
            field="slot",
            text=text[:40],
        ) from None


def _iso(words: str, zone: str) -> datetime:
    given = datetime.fromisoformat(words)
    return at(given.date(), given.time(), zone) if given.tzinfo is None else given.astimezone(UTC)


def _spoken(words: str, zone: str, now: datetime) -> datetime:
    found = _SPOKEN.fullmatch(words)
    if found is None:
        raise ValueError(words)
    today = local_day(now, zone)
    hour = time(int(found["hour"]), int(found["minute"]))
    if found["month"]:
        return _dated(found, hour, zone, today)
    if found["word"]:
        return at(today + timedelta(days=_DAYS[found["word"]]), hour, zone)
    soon = at(today, hour, zone)
    return soon if soon > now else at(today + timedelta(days=1), hour, zone)


def _dated(found: re.Match[str], hour: time, zone: str, today: date) -> datetime:
    day = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
    if not found["year"] and day < today:
        day = day.replace(year=today.year + 1)
    return at(day, hour, zone)


def reached(day: date, hour: time, zone: str) -> datetime:
    """Return when clocks in `zone` first show a time on a day, or have jumped over it."""
    for minutes in range(_JUMP):
        try:
            return at(*_later(day, hour, minutes), zone)
        except Invalid:
            continue
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def _later(day: date, hour: time, minutes: int) -> tuple[date, time]:
    shown = datetime.combine(day, hour) + timedelta(minutes=minutes)
    return shown.date(), shown.time()


def times(value: object) -> tuple[time, ...]:
    """Read a list of times of day as it is kept in JSON; nothing where one of them is none."""
    try:
        return (
            tuple(time.fromisoformat(str(each)).replace(tzinfo=None) for each in value)
            if isinstance(value, list)
            else ()
        )
    except ValueError:
        return ()


def local_day(moment: datetime, zone: str) -> date:
    """Return the date that people in `zone` have."""
    return moment.astimezone(ZoneInfo(zone)).date()


def clock(moment: datetime, zone: str) -> str:
    """Return the time that clocks in `zone` show."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


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
