"""Wall-clock time: gaps refused, folds taken first, and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from smm import moments
from smm.errors import Invalid

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Invalid, match="does not exist on 2026-03-29 in Europe/Berlin"):
        moments.at(date(2026, 3, 29), time(2, 30), BERLIN)
    assert moments.at(date(2026, 3, 29), time(3, 0), BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_means_its_first_coming() -> None:
    assert moments.at(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # the day has no midnight
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("UTC", date(2028, 2, 29), 24),
    ],
)
def test_a_day_is_as_long_as_it_is(zone: str, day: date, hours: float) -> None:
    begins, ends = moments.day_span(day, zone)
    assert (ends - begins) / timedelta(hours=1) == hours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05 14:30", datetime(2026, 3, 5, 13, 30, tzinfo=UTC)),
        ("2026-03-05T14:30:00+03:00", datetime(2026, 3, 5, 11, 30, tzinfo=UTC)),
        ("2026-03-05T14:30:00Z", datetime(2026, 3, 5, 14, 30, tzinfo=UTC)),
        ("14:30", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        ("9:30", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ("Tomorrow at 9:30", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ("завтра в 9:30", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ("24.12. 18:00", datetime(2026, 12, 24, 17, 0, tzinfo=UTC)),
        ("1.2 18:00", datetime(2027, 2, 1, 17, 0, tzinfo=UTC)),
        ("1.2.2028, 18:00", datetime(2028, 2, 1, 17, 0, tzinfo=UTC)),
        ("+20 min", NOW + timedelta(minutes=20)),
        ("+2h", NOW + timedelta(hours=2)),
    ],
)
def test_times_are_read_as_people_write_them(text: str, expected: datetime) -> None:
    assert moments.parse(text, BERLIN, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25:00", "2026-13-01 10:00", "31.2. 10:00", "9999-12-31T23:59:59-12:00", "2026-03-02", "+9999999 d"],
)
def test_what_is_not_a_time_is_told_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="Write it like"):
        moments.parse(text, BERLIN, NOW)


def test_a_typed_time_in_the_gap_is_refused() -> None:
    with pytest.raises(Invalid, match="clocks go forward"):
        moments.parse("2026-03-29 02:30", BERLIN, NOW)
