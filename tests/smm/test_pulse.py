"""When far more than usual comes in, and when a source falls silent: against the brand's own norm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from clocks import Clock
from dialog import TestDesk
from inbox_desk import InboxDesk, open_inbox_desk, words

from smm import pulse
from smm.pulse import silence, surge

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


def fortnight(at_noon: int, else_: int = 0, days: int = 14) -> dict[datetime, int]:
    """Return counts of the last days: so many at noon, so many in each other hour."""
    hours = [NOON - timedelta(hours=back) for back in range(1, 24 * days + 1)]
    return {hour: at_noon if hour.hour == 12 else else_ for hour in hours if at_noon or else_}


@pytest.mark.parametrize(
    ("usually", "now", "is_told"),
    [(4, 9, False), (4, 13, True), (0, 9, False), (0, 10, True), (100, 130, False), (100, 301, True)],
)
def test_a_spike_is_measured_by_the_same_hour_of_other_days(usually: int, now: int, *, is_told: bool) -> None:
    found = surge(fortnight(usually, else_=1) | {NOON: now}, NOON)
    assert (found is not None) is is_told
    if found is not None:
        assert (found.count, found.usual) == (now, usually)


def test_before_there_is_a_norm_nothing_is_a_spike() -> None:
    assert surge(fortnight(1, else_=1, days=2) | {NOON: 500}, NOON) is None
    assert surge({NOON: 500}, NOON) is None


@pytest.mark.parametrize(("hours", "is_told"), [(13, False), (37, False), (40, True)])
def test_silence_is_measured_by_the_longest_one_before(hours: int, *, is_told: bool) -> None:
    once_a_day = {NOON - timedelta(days=back): 5 for back in range(10)}
    found = silence(once_a_day, NOON + timedelta(hours=hours))
    assert (found is not None) is is_told
    if found is not None:
        assert found == (NOON + timedelta(hours=1), timedelta(hours=24))


def test_who_hardly_speaks_does_not_fall_silent() -> None:
    assert silence({NOON - timedelta(days=back): 1 for back in range(10)}, NOON + timedelta(days=9)) is None
    assert silence({}, NOON) is None


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


numbers = count(1)


async def speaks(inbox: InboxDesk, times: int) -> None:
    for _ in range(times):
        await inbox.hears(f"Word {next(numbers)}")


def titled(inbox: InboxDesk, part: str) -> list[str]:
    return [words(card) for card in inbox.cards() if part in card.title]


async def test_a_spike_is_told_once_and_counts_on(inbox: InboxDesk) -> None:
    for _ in range(5):
        await speaks(inbox, 1)
        inbox.clock.advance(days=1)
    await speaks(inbox, 9)
    assert titled(inbox, "Far more") == []
    await speaks(inbox, 3)
    (told,) = titled(inbox, "Far more")
    assert "12 in the hour" in told
    assert "usually 1" in told
    assert inbox.cards("client") == []


async def test_silence_is_told_once_and_its_end_too(inbox: InboxDesk) -> None:
    for _ in range(8):
        await speaks(inbox, 5)
        inbox.clock.advance(hours=20)
    for _ in range(2):
        await inbox.desk.database.write(pulse.listen)
        await inbox.desk.settle()
    assert titled(inbox, "Nothing comes") == []
    inbox.clock.advance(hours=20)
    for _ in range(2):
        await inbox.desk.database.write(pulse.listen)
        await inbox.desk.settle()
    (told,) = titled(inbox, "Nothing comes")
    assert "its longest silence in two weeks was" in told
    await speaks(inbox, 1)
    assert titled(inbox, "Nothing comes") == []
    assert titled(inbox, "speaks again") != []
