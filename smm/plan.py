"""The plan: a brand's week, day by day in its own zone, with the slots that are still free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smm import moments, policy
from smm.errors import Invalid
from storage import posts
from storage.brands import Brand
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

WEEKS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the plan: its posts in order, and the moments at which nothing is planned yet."""

    day: date
    posts: tuple[Post, ...]
    free: tuple[datetime, ...]


def week(uow: UnitOfWork, brand: Brand, day: date) -> list[Day]:
    """Return the seven days of the week that holds `day`, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [_day(uow, brand, monday + timedelta(days=ahead)) for ahead in range(7)]


def next_free(uow: UnitOfWork, brand: Brand) -> datetime | None:
    """Return the brand's first slot from now on that nothing is planned for."""
    today = moments.local_day(uow.now, brand.zone)
    for ahead in range(7 * WEEKS_AHEAD):
        found = _day(uow, brand, today + timedelta(days=ahead)).free
        if found:
            return found[0]
    return None


def _day(uow: UnitOfWork, brand: Brand, day: date) -> Day:
    begins, ends = moments.day_span(day, brand.zone)
    planned = posts.between(uow, brand.id, begins, ends)
    return Day(day, tuple(planned), free(brand, day, planned, uow.now))


def free(brand: Brand, day: date, planned: Iterable[Post], now: datetime) -> tuple[datetime, ...]:
    """Return the policy's slots of a day that are still ahead and that none of the posts has taken."""
    taken = {post.slot_at for post in planned}
    cutoff = policy.read(brand.policy).cutoff
    return tuple(slot for slot in _slots(brand, day) if slot not in taken and slot - cutoff > now)


def _slots(brand: Brand, day: date) -> list[datetime]:
    """Return the policy's slots of a day; one that the clocks skip on that day is left out."""
    found = []
    for clock in policy.read(brand.policy).slots:
        try:
            found.append(moments.at(day, clock, brand.zone))
        except Invalid:
            continue
    return found
