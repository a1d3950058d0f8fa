"""Moments as people write them, in the brand's zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm.errors import Invalid
from smm.moments import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tomorrow 10:00", "2026-03-03T10:00+01:00"),
        ("Завтра в 10:00", "2026-03-03T10:00+01:00"),
        ("18:30", "2026-03-02T18:30+01:00"),
        ("09:00", "2026-03-03T09:00+01:00"),  # has passed today
        ("2026-12-01 10:00", "2026-12-01T10:00+01:00"),
        ("2026-12-01T10:00:00+03:00", "2026-12-01T10:00+03:00"),
        ("1.12 10:00", "2026-12-01T10:00+01:00"),
        ("+2h", "2026-03-02T12:00+01:00"),
        ("+30 мин", "2026-03-02T10:30+01:00"),
        ("2026-07-01 10:00", "2026-07-01T10:00+02:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30+02:00"),  # twice on that day: the first
    ],
)
def test_what_people_write_is_read(said: str, meant: str) -> None:
    assert parse(said, "Europe/Berlin", NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("2026-03-29 02:30", "clocks go forward"),
        ("tomorrow", "not a date and a time"),
        ("25:00", "not a date and a time"),
        ("9999-12-31T23:59-12:00", "not a date and a time"),
        ("+9999999h", "not a date and a time"),
    ],
)
def test_what_cannot_be_is_refused_in_words(said: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        parse(said, "Europe/Berlin", NOW)


@given(st.text(max_size=60))
def test_nothing_else_comes_out_than_a_moment_or_a_refusal(said: str) -> None:
    try:
        moment = parse(said, "Europe/Berlin", NOW)
    except Invalid:
        return
    assert moment.tzinfo is not None
