"""Policies: strict defaults, damaged values fall back to them, reminders keep to working hours across clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from smm import policy
from smm.policy import Policy, Step

BERLIN = "Europe/Berlin"


def test_an_empty_policy_is_the_strict_default() -> None:
    assert policy.read({}) == Policy()
    assert not Policy().self_approval


def test_what_is_set_is_read() -> None:
    read = policy.read(
        {
            "mode": "internal+client",
            "quorum": {"client": "all"},
            "late_minutes": 5,
            "slots": ["18:00", "09:30"],
            "daily_cap": 3,
        }
    )
    assert read.steps == (Step("internal", "any"), Step("client", "all"))
    assert (read.late, read.slots, read.daily_cap) == (timedelta(minutes=5), (time(9, 30), time(18)), 3)


@pytest.mark.parametrize(
    "damaged",
    [
        {"mode": "anarchy"},
        {"mode": ["none"]},
        {"late_minutes": -1},
        {"late_minutes": "soon"},
        {"settle_seconds": True},
        {"self_approval": "yes"},
        {"daily_cap": 0},
        {"slots": ["25:00"]},
        {"hours": ["18:00", "09:00"]},
        {"days": [9]},
        {"quorum": {"client": "0"}},
    ],
)
def test_damaged_values_fall_back_to_the_default(damaged: dict[str, object]) -> None:
    assert policy.read(damaged) == Policy()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 2, 7, 0, tzinfo=UTC), datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),  # Monday morning
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        (datetime(2026, 3, 2, 17, 0, tzinfo=UTC), datetime(2026, 3, 3, 8, 0, tzinfo=UTC)),  # closing time
        (datetime(2026, 3, 27, 18, 0, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),  # the clocks go forward
    ],
)
def test_working_hours_are_the_clients(moment: datetime, expected: datetime) -> None:
    assert policy.in_hours(Policy(), moment, BERLIN) == expected


def test_a_near_deadline_halves_the_wait_and_the_last_minutes_are_quiet() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert policy.reminder(Policy(), "client", BERLIN, now, now + timedelta(hours=2)) == now + timedelta(hours=1)
    assert policy.reminder(Policy(), "client", BERLIN, now, now + timedelta(minutes=8)) is None
