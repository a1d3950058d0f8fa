"""A room's rhythm: when what can wait comes, also where clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm import rhythm
from smm.errors import Invalid

BERLIN = "Europe/Berlin"  # clocks go from 02:00 to 03:00 on 29 March 2026, from 03:00 to 02:00 on 25 October 2026
NIGHT = {"quiet": ["22:00", "08:00"]}


def opens(stored: dict[str, Any], moment: str, zone: str = BERLIN) -> str:
    """The moment at which a room takes what was told at a moment, both in UTC."""
    told = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return rhythm.opens(rhythm.read(stored), zone, told).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02 20:59", "2026-03-02 20:59"),  # a minute before the night begins
        ("2026-03-02 21:00", "2026-03-03 07:00"),
        ("2026-03-03 02:00", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "2026-03-03 07:00"),
        ("2026-03-28 23:00", "2026-03-29 06:00"),  # the short night
        ("2026-10-24 23:00", "2026-10-25 07:00"),  # the long night
    ],
)
def test_a_night_ends_in_the_morning_of_the_brands_zone(moment: str, expected: str) -> None:
    assert opens(NIGHT, moment) == expected


def test_an_end_that_clocks_jump_over_is_reached_when_they_have_jumped() -> None:
    assert opens({"quiet": ["22:00", "02:30"]}, "2026-03-28 23:00") == "2026-03-29 01:00"
    assert opens({"quiet": ["02:30", "06:00"]}, "2026-03-29 01:00") == "2026-03-29 04:00"


def test_an_end_that_clocks_show_twice_is_reached_the_first_time() -> None:
    assert opens({"quiet": ["22:00", "02:30"]}, "2026-10-24 23:00") == "2026-10-25 00:30"
    assert opens({"quiet": ["22:00", "02:30"]}, "2026-10-25 01:00") == "2026-10-25 01:00"


def test_days_off_join_the_nights_around_them() -> None:
    weekend = {**NIGHT, "days": [0, 1, 2, 3, 4], "off": [5, 6]}
    assert opens(weekend, "2026-03-06 21:30") == "2026-03-08 23:00", "Friday's night, Saturday, Sunday"
    assert opens({**weekend, "days": [0, 1, 2, 3, 4, 5, 6]}, "2026-03-06 21:30") == "2026-03-09 07:00"
    assert opens({**NIGHT, "days": [4]}, "2026-03-03 22:00") == "2026-03-03 22:00", "a Tuesday is not quiet"


def test_a_digest_comes_on_the_hour_or_at_its_times_but_never_in_quiet_hours() -> None:
    assert opens({"digest": "hourly"}, "2026-03-02 09:20") == "2026-03-02 10:00"
    assert opens({"digest": "hourly"}, "2026-03-02 09:20", "Asia/Kolkata") == "2026-03-02 09:30"
    assert opens({"digest": "hourly", **NIGHT}, "2026-03-02 20:20") == "2026-03-03 07:00"
    times = {"digest": "times", "times": ["09:00", "18:00", "23:00"]}
    assert opens(times, "2026-03-02 08:00") == "2026-03-02 17:00", "09:00 is over at 09:00"
    assert opens(times, "2026-03-02 22:00") == "2026-03-03 08:00"
    assert opens({**times, **NIGHT}, "2026-03-02 17:00") == "2026-03-03 07:00"


def test_what_is_damaged_means_at_once() -> None:
    damaged: dict[str, Any] = {"quiet": ["22:00"], "days": [9], "off": "x", "digest": "often", "times": [None]}
    assert rhythm.read(damaged) == rhythm.Rhythm()
    assert rhythm.read({"digest": "times"}).digest == ""


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"quiet": ["08:00", "08:00"]}, "from"),
        ({"quiet": ["00:00", "12:00"], "off": [0, 1, 2, 3, 4, 5, 6]}, "from"),
        ({"digest": "times", "times": []}, "times"),
        ({"digest": "often"}, "digest"),
    ],
)
def test_a_room_is_never_quiet_for_ever(stored: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rhythm.check(stored, BERLIN, datetime(2026, 3, 2, tzinfo=UTC))
    assert refused.value.field == field


def test_times_are_read_as_people_write_them() -> None:
    assert [rhythm.read_time(said, "from") for said in ("9", " 9:30", "22.15")] == ["09:00", "09:30", "22:15"]
    for said in ("25", "9:75", "nine", "", "22:00+02:00"):
        with pytest.raises(Invalid):
            rhythm.read_time(said, "from")


@given(
    begins=st.times(),
    ends=st.times(),
    moment=st.integers(0, 525_600).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    zone=st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]),
)
def test_what_waits_never_waits_for_longer_than_the_hours_say(
    begins: time, ends: time, moment: datetime, zone: str
) -> None:
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    kept = rhythm.Rhythm(quiet=(begins, ends))
    if begins == ends:
        return
    opened = rhythm.opens(kept, zone, moment)
    assert moment <= opened
    assert (opened - moment).total_seconds() <= 25 * 3600
    assert not rhythm.is_quiet(kept, zone, opened)
    assert rhythm.is_quiet(kept, zone, moment) == (opened > moment)
