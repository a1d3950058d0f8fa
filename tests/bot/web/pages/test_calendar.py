"""The calendar's page without script: who sees what, the zone and its odd days, moving by a form, and what cannot be moved."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import httpx
import pytest
from planned_world import HOME, Planned

CALENDAR, MOVE = f"{HOME}/calendar", f"{HOME}/calendar/move"
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def cell(page: httpx.Response, day: str) -> str:
    """Return what stands on a day."""
    found = re.search(rf'<td[^>]*data-day="{day}".*?</td>', page.text, re.DOTALL)
    assert found, f"{day} is not there"
    return found[0]


def moves(post: int, **fields: str) -> dict[str, str]:
    return {"post": str(post), "version": "1", "was": MORNING.isoformat(), **fields}


async def test_a_month_in_the_zone_of_the_brand_with_states_in_words(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    await planned.make("Spring menu", MORNING, accounts=(planned.big, planned.small))
    page = await vera.opens(f"{CALENDAR}?date=2026-03-15")
    assert "March 2026" in page.text
    assert "Times in Europe/Berlin." in page.text
    assert "(Berlin, UTC+1)" in page.text
    shown = cell(page, "2026-03-04")
    assert "10:00" in shown
    assert "Spring menu" in shown
    assert "Draft" in shown
    assert "Small · northwind" in shown
    assert "Today" in cell(page, "2026-03-02")
    assert "Clocks go forward" in cell(page, "2026-03-29")
    assert 'href="/s/me/b/northwind-coffee/posts/new?date=2026-03-05"' in cell(page, "2026-03-05")
    assert "13:00" in shown  # the slots that are free


async def test_a_week_shows_the_hour_that_is_not_there(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    page = await vera.opens(f"{CALENDAR}?view=week&date=2026-03-29")
    skipped = re.findall(r"<td[^>]*data-gap.*?</td>", page.text, re.DOTALL)
    assert len(skipped) == 1
    assert 'data-day="2026-03-29" data-hour="02"' in skipped[0]
    assert "this hour is not there" in skipped[0]
    page = await vera.opens(f"{CALENDAR}?view=week&date=2026-10-25")
    assert page.text.count("This hour comes twice; the first counts.") == 1


async def test_a_week_begins_as_the_language_has_it(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    await vera.sends("/speak", language="ru")
    russian = await vera.opens(CALENDAR)
    assert russian.text.index('title="Понедельник"') < russian.text.index('title="Воскресенье"')


async def test_an_empty_calendar_leads_to_a_first_post_and_nonsense_to_today(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    for asked in ("", "?view=year&date=yesterday&account=x&state=y", "?date=0001-01-01", "?date=9999-12-31"):
        page = await vera.opens(CALENDAR + asked)
        assert page.status_code == 200
        assert "Today" in cell(page, "2026-03-02")
    assert "Write a post" in page.text


async def test_a_month_opens_with_the_week_of_today_and_the_whole_one_is_a_step_back(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    planned.clock.now = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
    page = await vera.opens(f"{CALENDAR}?account={planned.big}")
    days = re.findall(r'<td class="([^"]*)" data-day="([^"]*)"', page.text)
    assert (days[0][1], days[-1][1], len(days)) == ("2026-03-23", "2026-04-26", 35)
    assert "today" in {day: names for names, day in days}["2026-03-25"]
    assert all("inside" in names for names, _ in days)
    assert re.search(r'class="cal-title">Mar\W+Apr 2026<', page.text)
    assert '<input type="hidden" name="date" value="">' in page.text, "a filter would lead to another page"
    back, ahead = (html.unescape(found) for found in re.findall(r'href="([^"]*)" rel="(?:prev|next)"', page.text))
    assert back.endswith(f"date=2026-03-01&account={planned.big}")
    assert ahead.endswith(f"date=2026-04-01&account={planned.big}")
    whole = await vera.opens(f"{CALENDAR}?date=2026-03-01")
    assert re.search(r'data-day="([^"]*)"', whole.text)[1] == "2026-02-23"  # type: ignore[index]


async def test_a_post_is_moved_by_its_form_and_told(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring menu", MORNING)
    sent = await vera.sends(MOVE, **moves(post.id, day="2026-03-30", time="", back=f"/s/me{CALENDAR}?date=2026-03-15"))
    assert sent.headers["location"] == f"/s/me{CALENDAR}?date=2026-03-15"
    page = await vera.opens(f"{CALENDAR}?date=2026-03-15")
    assert "Moved to" in page.text
    assert "10:00" in cell(page, "2026-03-30")  # the same hour on the wall, in summer time
    assert (await planned.whole(post.id)).post.slot_at == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


async def test_a_move_can_be_taken_back_and_only_happens_once(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring menu", MORNING)
    for _ in range(2):
        told = await vera.sends(MOVE, **moves(post.id, day="2026-03-05", time="12:30"), script=True)
        assert told.status_code == 200
    first = await vera.sends(MOVE, **moves(post.id, day="2026-03-06", time="12:30"), key="another-key", script=True)
    assert first.status_code == 409  # it does not stand any more where this page saw it
    undo = {
        "post": str(post.id),
        "version": "1",
        "was": datetime(2026, 3, 5, 11, 30, tzinfo=UTC).isoformat(),
        "at": MORNING.isoformat(),
    }
    await vera.sends(MOVE, **undo, key="taken-back", script=True)
    assert (await planned.whole(post.id)).post.slot_at == MORNING


async def test_a_post_is_taken_out_of_the_calendar(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring menu", MORNING)
    told = (await vera.sends(MOVE, **moves(post.id, out="yes"), script=True)).json()
    assert told["undo"]["at"] == MORNING.isoformat()
    page = await vera.opens(CALENDAR)
    assert "Spring menu" in page.text.split("Without a time")[-1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"day": "2026-03-29", "time": "02:30"}, "does not exist"),
        ({"day": "2026-03-01", "time": "10:00"}, "has passed"),
        ({"day": "soon", "time": ""}, "not a date"),
        ({"day": "2026-03-05", "time": "late"}, "not a time"),
        ({"day": "2026-03-05", "time": "10:00", "version": "7"}, "There is version 1"),
    ],
)
async def test_what_cannot_be_is_said_and_moves_nothing(planned: Planned, given: dict[str, str], words: str) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring menu", MORNING)
    told = await vera.sends(MOVE, **moves(post.id, **given), script=True)
    assert told.status_code in {409, 422}
    assert words in told.json()["notice"]["text"]
    assert (await planned.whole(post.id)).post.slot_at == MORNING


async def test_a_time_that_was_approved_is_asked_about_before_it_is_moved(planned: Planned) -> None:
    await planned.policy(slot_bound=True)
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring menu", MORNING, send=True)
    asked = await vera.sends(MOVE, **moves(post.id, day="2026-03-05", time="10:00"))
    assert "has to be approved again" in asked.text
    assert (await planned.whole(post.id)).post.version == 1
    done = await vera.presses(asked, "Yes")
    assert "Moved to" in done.text
    whole = await planned.whole(post.id)
    assert (whole.post.version, whole.open_approval) == (2, None)


async def test_who_may_look_and_who_may_move(planned: Planned) -> None:
    world = planned.desk.world
    shared = await planned.make("For the client", MORNING, send=True)
    await planned.make("Secret draft", MORNING)
    clara, boris = await planned.browser(world.clara), await planned.browser(world.boris)
    seen = await clara.opens(f"{CALENDAR}?date=2026-03-04")
    assert "For the client" in seen.text
    assert "Waits for you" in seen.text
    assert "Secret draft" not in seen.text
    assert "data-move=" not in cell(seen, "2026-03-04")
    assert "New post" not in seen.text
    for browser, chat in ((clara, "client"), (boris, "team")):
        told = await browser.sends(MOVE, chat, **moves(shared.id, day="2026-03-05", time="10:00"), script=True)
        assert told.status_code == 403
    assert (await planned.whole(shared.id)).post.slot_at == MORNING
