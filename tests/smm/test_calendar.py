"""The calendar: weeks across months and years, days of 23 and 25 hours, what stands where, and moving it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import FakeNetworks
from post_world import PostDesk, content_of

from smm import approvals, calendar, posts
from smm.actors import Actor
from smm.calendar import Hour, Wanted
from smm.errors import Conflict, Forbidden, Invalid
from storage import brands
from storage import posts as kept
from storage.brands import Brand
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_a_month_is_whole_weeks_from_the_weekday_that_people_begin_with() -> None:
    monday, sunday = calendar.month(date(2026, 11, 15)), calendar.month(date(2026, 11, 15), first=6)
    assert (monday[0][0], monday[-1][-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert (sunday[0][0], sunday[-1][-1]) == (date(2026, 11, 1), date(2026, 12, 5))
    assert all(len(week) == 7 for week in [*monday, *sunday])


def test_a_week_and_a_page_cross_the_year() -> None:
    assert calendar.week(date(2027, 1, 1))[0] == date(2026, 12, 28)
    assert calendar.week(date(2027, 1, 1), first=6)[0] == date(2026, 12, 27)
    assert calendar.beside(Wanted("month", date(2026, 12, 31)), 1) == date(2027, 1, 1)
    assert calendar.beside(Wanted("month", date(2027, 1, 31)), -1) == date(2026, 12, 1)
    assert calendar.beside(Wanted("week", date(2026, 12, 31)), 1) == date(2027, 1, 7)


def test_an_hour_that_the_clocks_skip_or_show_twice_is_known() -> None:
    assert [hour.hour for hour in calendar.hours(SPRING, BERLIN) if not hour.exists] == [2]
    assert [hour.hour for hour in calendar.hours(AUTUMN, BERLIN) if hour.is_twice] == [2]
    assert calendar.hours(date(2026, 11, 2), BERLIN) == tuple(Hour(hour) for hour in range(24))


async def _actors(posting: PostDesk) -> tuple[Actor, Actor, Actor]:
    world = posting.desk.world
    return await posting.actor(world.vera), await posting.actor(world.anna), await posting.actor(world.clara)


async def _brand(posting: PostDesk) -> Brand:
    found = await posting.database.read(brands.get, posting.brand_id)
    assert found is not None
    return found


async def _made(posting: PostDesk, text: str, slot_at: datetime | None) -> Post:
    vera, _, _ = await _actors(posting)
    return await posting.database.write(posts.create, vera, content_of(text, 1), slot_at)


async def test_posts_stand_on_the_days_of_the_brand_and_those_without_a_time_beside(posting: PostDesk) -> None:
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # half past midnight in Berlin, on the day of 23 hours
    await _made(posting, "Night", late)
    await _made(posting, "Morning", datetime(2026, 3, 29, 8, 0, tzinfo=UTC))
    await _made(posting, "Some day", None)
    brand = await _brand(posting)
    found = await posting.database.read(calendar.sheet, brand, Wanted("week", SPRING))
    assert [[entry.text for entry in day.entries] for day in found.days][-1] == ["Night", "Morning"]
    assert [entry.text for entry in found.unplaced] == ["Some day"]
    assert [day.shift for day in found.days] == ["", "", "", "", "", "", "forward"]
    assert found.days[-1].free[0] == datetime(2026, 3, 29, 11, 0, tzinfo=UTC)  # 10:00 is taken, 13:00 is free
    whole = await posting.database.read(calendar.sheet, brand, Wanted("month", SPRING))
    assert [day.day for day in whole.days if day.entries] == [SPRING]
    assert whole.days[-1].day == date(2026, 4, 5)
    assert not whole.days[-1].is_inside


async def test_a_filter_leaves_the_rest_out_and_frees_no_slot(posting: PostDesk) -> None:
    other = await posting.add_account("Second")
    await _made(posting, "First", datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    brand = await _brand(posting)
    found = await posting.database.read(calendar.sheet, brand, Wanted("week", date(2026, 3, 3), account_id=other))
    assert not any(day.entries for day in found.days)
    assert [slot.hour for slot in found.days[1].free] == [12, 17]
    found = await posting.database.read(calendar.sheet, brand, Wanted("week", date(2026, 3, 3), group="draft"))
    assert [entry.text for entry in found.days[1].entries] == ["First"]


async def test_a_post_moves_to_a_day_at_its_own_hour_and_only_from_where_it_was_seen(posting: PostDesk) -> None:
    vera, _, clara = await _actors(posting)
    was = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)  # 10:00 in Berlin's winter
    post = await _made(posting, "Menu", was)
    brand = await _brand(posting)

    def drop(uow: UnitOfWork, actor: Actor, seen_at: datetime | None) -> Post:
        return calendar.move(
            uow, actor, post.id, 1, seen_at, calendar.landing(uow, brand, post, date(2026, 3, 30), None)
        )

    with pytest.raises(Forbidden):
        await posting.database.write(drop, clara, was)
    moved = await posting.database.write(drop, vera, was)
    assert moved.slot_at == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)  # 10:00 in summer: the same on the wall
    with pytest.raises(Conflict, match="meanwhile"):
        await posting.database.write(drop, vera, was)


async def test_a_post_without_a_time_takes_the_first_free_slot_or_asks_for_one(posting: PostDesk) -> None:
    post = await _made(posting, "Some day", None)
    brand = await _brand(posting)
    taken = await posting.database.read(calendar.landing, brand, post, date(2026, 3, 3), None)
    assert taken == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    with pytest.raises(Invalid, match="No slot is free"):
        await posting.database.read(calendar.landing, brand, post, date(2026, 3, 1), None)
    with pytest.raises(Invalid, match="does not exist"):
        await posting.database.read(calendar.landing, brand, post, SPRING, time(2, 30))


async def test_a_move_that_takes_an_approval_away_is_known_beforehand(posting: PostDesk) -> None:
    vera, _, _ = await _actors(posting)
    to = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    post = await _made(posting, "Menu", datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    await posting.database.write(approvals.submit, vera, post.id)
    assert not await posting.database.read(calendar.asks_again, vera, post.id, to)
    await posting.policy(slot_bound=True)
    assert await posting.database.read(calendar.asks_again, vera, post.id, to)
    assert not await posting.database.read(calendar.asks_again, vera, post.id, post.slot_at)


async def test_what_is_overdue_shows_and_what_is_out_cannot_move(posting: PostDesk) -> None:
    await posting.policy(mode="none")
    vera, _, _ = await _actors(posting)
    out = await _made(posting, "Out", datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
    await posting.database.write(posts.publish_now, vera, out.id, 1)
    await _made(posting, "Forgotten", datetime(2026, 3, 2, 9, 10, tzinfo=UTC))
    await posting.tick(minutes=30)
    brand = await _brand(posting)
    found = await posting.database.read(calendar.sheet, brand, Wanted("week", date(2026, 3, 2)))
    shown = {entry.text: (entry.is_movable, entry.is_overdue) for entry in found.days[0].entries}
    assert shown == {"Out": (False, False), "Forgotten": (True, True)}
    found = await posting.database.read(calendar.sheet, brand, Wanted("week", date(2026, 3, 2), group="trouble"))
    assert [entry.text for entry in found.days[0].entries] == ["Forgotten"]


async def test_a_client_sees_what_was_put_to_them_as_it_was_put(posting: PostDesk) -> None:
    vera, _, _ = await _actors(posting)
    slot = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    shared = await _made(posting, "For the client", slot)
    await _made(posting, "Secret draft", slot)
    await posting.database.write(approvals.submit, vera, shared.id)
    await posting.database.write(posts.edit, vera, shared.id, 1, content_of("Not yet theirs", 1), slot)
    brand = await _brand(posting)
    seen = await posting.database.read(
        lambda uow: calendar.sheet(uow, brand, Wanted("week", date(2026, 3, 4)), for_client=True)
    )
    assert [entry.text for day in seen.days for entry in day.entries] == ["For the client"]


async def test_both_databases_find_the_same_posts(any_desk: TestDesk, clock: Clock) -> None:
    desk = PostDesk(any_desk, clock, FakeNetworks(clock))
    await desk.add_account()
    placed = await _made(desk, "Placed", datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    unplaced = await _made(desk, "Some day", None)
    found = await desk.database.read(calendar.sheet, await _brand(desk), Wanted("month", date(2026, 3, 4)))
    assert [entry.text for day in found.days for entry in day.entries] == ["Placed"]
    assert [entry.text for entry in found.unplaced] == ["Some day"]
    newest = await desk.database.read(kept.newest, desk.brand_id, ("draft",), 9)
    assert [post.id for post in newest] == [placed.id, unplaced.id]
