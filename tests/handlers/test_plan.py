"""/plan: the week in the brand's zone, what is free in it, and other weeks in place."""

from __future__ import annotations

from post_world import PostDesk, labels_of, words_of


async def test_the_week_by_day_with_what_is_free(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-04T13:00:00+01:00")
    shown = words_of(await desk.vera.says("/plan"))
    assert "Plan: 2026-03-02 to 2026-03-08" in shown
    assert "Mon 02.03. · free: 13:00, 18:00" in shown  # it is ten o'clock there
    assert "Wed 04.03. · free: 10:00, 18:00\n13:00 1. Brunch · Draft" in shown
    assert "Times in Europe/Berlin" in shown


async def test_other_weeks_in_place_and_a_post_to_open(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-11T13:00:00+01:00")
    await desk.vera.says("/plan")
    shown = await desk.vera.presses("→")
    assert "Wed 11.03." in words_of(shown)
    assert "1" in labels_of(shown)
    opened = await desk.vera.presses("1")
    assert "Post 1 · version 1" in words_of(opened)


async def test_a_slot_that_the_clocks_skip_is_not_offered(posting: PostDesk) -> None:
    from datetime import date

    from smm import plan
    from storage import brands

    await posting.policy(slots=["02:30", "10:00"])
    brand = await posting.database.read(brands.get, posting.brand_id)
    assert brand is not None
    days = await posting.database.read(plan.week, brand, date(2026, 3, 29))
    assert [len(day.free) for day in days] == [2, 2, 2, 2, 2, 2, 1]
