"""The calendar: a month or a week of a brand in its own zone, with what goes out when, and moving a post within it.

Days are the brand's, so one can have 23 or 25 hours; smm/moments.py says which hours are not there. What a day's slots are is
the plan's (smm/plan.py).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from smm import moments, plan, posts, showing, states, versions
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid
from smm.versions import Content
from storage import posts as kept
from storage import targets
from storage.brands import Brand
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork

View = Literal["month", "week"]
UNPLACED = 30
AHEAD = 5  # weeks
_DAY = timedelta(hours=24)
EARLIEST, LATEST = date(1970, 1, 8), date(9000, 1, 1)  # what a calendar is asked for at all


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at: `first` is the weekday that begins a week (0 is Monday); no account or group shows every post."""

    view: View
    day: date
    first: int = 0
    account_id: int = 0
    group: str = ""  # of smm.states.GROUPS
    is_ahead: bool = False  # a month's worth of weeks from the one of `day` on, instead of the whole month of `day`


@dataclass(frozen=True, slots=True)
class Entry:
    """One post in the calendar. `is_overdue`: its time has passed and it is not out."""

    post: Post
    content: Content
    is_movable: bool
    is_overdue: bool

    @property
    def text(self) -> str:
        """The text as the first of its accounts publishes it."""
        return versions.words_for(self.content, min(self.content.accounts))


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour as the clocks of a day show it: not there where they go forward, twice where they go back."""

    hour: int
    exists: bool = True
    is_twice: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its posts in order, the plan's slots that are free, and its hours in a week's view.

    `shift` says what the clocks do on it: forward (a day of 23 hours), back (25), or nothing.
    """

    day: date
    is_inside: bool  # of the month that is shown
    shift: Literal["", "forward", "back"]
    entries: tuple[Entry, ...]
    free: tuple[datetime, ...]
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the calendar: weeks of seven days, the posts without a time, and where the pages beside it begin."""

    wanted: Wanted
    weeks: tuple[tuple[Day, ...], ...]
    unplaced: tuple[Entry, ...]
    before: date
    after: date

    @property
    def days(self) -> list[Day]:
        """Every day of the page, in order."""
        return [day for week in self.weeks for day in week]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is planned and nothing waits for a time."""
        return not self.unplaced and not any(day.entries for day in self.days)


def month(day: date, first: int = 0) -> list[list[date]]:
    """Return the weeks that hold the month of a day, whole ones, each beginning on the weekday `first`."""
    return calendar.Calendar(first).monthdatescalendar(day.year, day.month)


def looks_ahead(view: View, today: date, first: int = 0) -> bool:
    """Whether a page that is opened for today begins with this week: below weeks that are over it would be out of sight."""
    return view == "month" and today not in month(today, first)[0]


def week(day: date, first: int = 0) -> list[date]:
    """Return the seven days of the week that holds a day."""
    begins = day - timedelta(days=(day.weekday() - first) % 7)
    return [begins + timedelta(days=ahead) for ahead in range(7)]


def hours(day: date, zone: str) -> tuple[Hour, ...]:
    """Return the twenty-four hours that clocks can show, with what daylight saving makes of them on this day."""
    return tuple(_hour(day, hour, ZoneInfo(zone)) for hour in range(24))


def _hour(day: date, hour: int, zone: ZoneInfo) -> Hour:
    local = datetime.combine(day, time(hour), zone)
    if local.utcoffset() == local.replace(fold=1).utcoffset():
        return Hour(hour)
    is_gap = local.utcoffset() < local.replace(fold=1).utcoffset()  # type: ignore[operator]
    return Hour(hour, exists=not is_gap, is_twice=not is_gap)


def _shift(day: date, zone: str) -> Literal["", "forward", "back"]:
    begins, ends = moments.day_span(day, zone)
    length = ends - begins
    return "" if length == _DAY else "forward" if length < _DAY else "back"


def beside(wanted: Wanted, pages: int) -> date:
    """Return a day on the page that is so many pages away."""
    if wanted.view == "week":
        return wanted.day + timedelta(days=7 * pages)
    if wanted.is_ahead and pages < 0:
        return wanted.day.replace(day=1)  # the whole month first
    months = wanted.day.year * 12 + wanted.day.month - 1 + pages
    return date(months // 12, months % 12 + 1, 1)


def sheet(uow: UnitOfWork, brand: Brand, wanted: Wanted, *, for_client: bool = False) -> Sheet:
    """Return a page of the calendar. A client's page has what was put to the client, as it was put to them."""
    weeks = _weeks(wanted)
    begins, ends = moments.midnight(weeks[0][0], brand.zone), moments.day_span(weeks[-1][-1], brand.zone)[1]
    planned = kept.between(uow, brand.id, begins, ends)
    unplaced = [] if for_client else kept.unplaced(uow, brand.id, UNPLACED)
    shown = entries(uow, [*planned, *unplaced], for_client=for_client)
    found = [entry for entry in shown if _is_wanted(entry, wanted)]
    return Sheet(
        wanted,
        tuple(tuple(_day(uow, brand, wanted, day, planned, found) for day in days) for days in weeks),
        tuple(entry for entry in found if entry.post.slot_at is None),
        beside(wanted, -1),
        beside(wanted, 1),
    )


def _weeks(wanted: Wanted) -> list[list[date]]:
    if wanted.view == "month" and not wanted.is_ahead:
        return month(wanted.day, wanted.first)
    many = AHEAD if wanted.view == "month" else 1
    return [week(wanted.day + timedelta(days=7 * number), wanted.first) for number in range(many)]


def entries(uow: UnitOfWork, found: Sequence[Post], *, for_client: bool) -> list[Entry]:
    """Return posts as the calendar shows them, to the team or to the client."""
    ids = [post.id for post in found]
    contents = _shared(uow, found) if for_client else _current(uow, ids)
    rows = targets.of_posts(uow, ids)
    return [entry(post, contents[post.id], rows[post.id], uow.now) for post in found if post.id in contents]


def _current(uow: UnitOfWork, post_ids: Sequence[int]) -> dict[int, Content]:
    current = kept.current_versions(uow, post_ids)
    return {post_id: versions.unpack(version.content) for post_id, version in current.items()}


def _shared(uow: UnitOfWork, found: Iterable[Post]) -> Mapping[int, Content]:
    """Return what the client was shown last of each post; a post they were never shown is left out."""
    shared = {}
    for post in found:
        number = showing.shared(posts.look(uow, post))
        content = showing.content(uow, post.id, number) if number else None
        if content is not None:
            shared[post.id] = content
    return shared


def entry(post: Post, content: Content, rows: Sequence[Target], now: datetime) -> Entry:
    """Return a post as the calendar and the lists show it."""
    overdue = post.slot_at is not None and post.slot_at < now and post.state not in {*states.SETTLED, "publishing"}
    return Entry(post, content, states.is_open(rows), overdue)


def _is_wanted(each: Entry, wanted: Wanted) -> bool:
    group = states.GROUPS.get(wanted.group)
    here = group is None or each.post.state in group or (wanted.group == "trouble" and each.is_overdue)
    return here and (not wanted.account_id or wanted.account_id in each.content.accounts)


def _day(
    uow: UnitOfWork, brand: Brand, wanted: Wanted, day: date, planned: Sequence[Post], found: Sequence[Entry]
) -> Day:
    return Day(
        day,
        wanted.view == "week" or wanted.is_ahead or day.month == wanted.day.month,
        _shift(day, brand.zone),
        tuple(each for each in found if _falls_on(each.post, day, brand.zone)),
        plan.free(brand, day, planned, uow.now),
        hours(day, brand.zone) if wanted.view == "week" else (),
    )


def _falls_on(post: Post, day: date, zone: str) -> bool:
    return post.slot_at is not None and moments.local_day(post.slot_at, zone) == day


def landing(uow: UnitOfWork, brand: Brand, post: Post, day: date, hour: time | None) -> datetime:
    """Return the moment that a post means when it is put on a day.

    Without an hour it keeps its own; one that has none takes the first free slot of that day.
    """
    if hour is not None:
        return moments.at(day, hour, brand.zone)
    if post.slot_at is not None:
        return moments.at(day, post.slot_at.astimezone(ZoneInfo(brand.zone)).time(), brand.zone)
    begins, ends = moments.day_span(day, brand.zone)
    free = plan.free(brand, day, kept.between(uow, brand.id, begins, ends), uow.now)
    if not free:
        raise Invalid(N_("No slot is free on that day. Say at what time it should go out."), field="time")
    return free[0]


def move(uow: UnitOfWork, actor: Actor, post_id: int, seen: int, was: datetime | None, to: datetime | None) -> Post:
    """Move a post that still stands where the person saw it; `to` None takes its time away."""
    whole = posts.take(uow, actor, post_id, seen)
    if whole.post.slot_at != was:
        raise Conflict(N_("Somebody has moved this post meanwhile. The calendar shows its new time."))
    return posts.place(uow, actor, post_id, seen, to)


def asks_again(uow: UnitOfWork, actor: Actor, post_id: int, to: datetime | None) -> bool:
    """Say whether a move takes an approval away: the brand's policy makes the time a part of what is approved."""
    whole = posts.find(uow, actor.brand_id, post_id)
    waits = whole.is_approved or whole.open_approval is not None
    return bool(whole.policy.slot_bound and whole.policy.steps and waits and whole.post.slot_at != to)
