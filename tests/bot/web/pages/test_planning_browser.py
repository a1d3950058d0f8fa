"""The calendar, the editor and the approvals in a real browser: by mouse, by keys, with counters that follow the writing.

With COPYDESK_SCREENSHOTS=<folder> pictures of each page are saved on the way.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from chromium import needs_chromium, sits
from PIL import Image, ImageDraw
from planned_world import HOME, Planned
from playwright.async_api import Browser, Page, expect
from seen_pages import LOOKS, look

from bot.media import keep
from bot.web.server import WebServer
from smm.versions import Media
from storage.posts import Post

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    needs_chromium,
]
WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # ten in Berlin
WORDS = (
    "Spring is on the board: rhubarb tonic, a lighter house blend and the first strawberries",
    "Latte art throwdown, Friday at seven. Bring your steadiest hand",
    "New on the shelf: beans from Huila, washed, with a note of panela",
    "We open at seven from Monday on",
    "Behind the bar: how Vera dials in the grinder before you are up",
    "Half price for the second cup, all Sunday",
)


def drawn(colour: str, width: int = 900, height: int = 1100) -> bytes:
    data = io.BytesIO()
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).ellipse((150, 250, 750, 850), fill="white", outline="black", width=12)
    image.save(data, "JPEG")
    return data.getvalue()


async def busy_month(planned: Planned) -> list[Post]:
    """Fill March with posts in many states."""
    desk = planned.desk
    kept = await keep(desk.database, desk.media, drawn("sienna"), brand_id=desk.world.brand.id, name="cup.jpg")
    pictured = {"media": (Media(kept.digest, "A cup on a table"),)}
    both = {"accounts": (planned.big, planned.small), "overrides": {planned.small: "Rhubarb is here"}}
    made = [
        await planned.make(WORDS[0], WEDNESDAY, send=True, **pictured),
        await planned.make(WORDS[1], WEDNESDAY + timedelta(days=2, hours=3), **both),
        await planned.make(WORDS[2], WEDNESDAY + timedelta(days=5), send=True, **pictured),
        await planned.make(WORDS[3], WEDNESDAY + timedelta(days=9, hours=-2)),
        await planned.make(WORDS[4]),
        await planned.make(WORDS[5], WEDNESDAY + timedelta(days=25)),
    ]
    await planned.make("Forgotten on Monday", planned.clock.now + timedelta(minutes=1))
    planned.clock.advance(minutes=30)
    return made


async def open_page(planned: Planned, server: WebServer, chromium: Browser, path: str) -> Page:
    """Open a page of the brand as Anna."""
    context = await chromium.new_context(**LOOKS["light"])
    return await sits(planned.desk, server, context, planned.desk.world.anna, HOME + path)


async def test_a_post_is_dragged_to_another_day_and_taken_back(
    planned: Planned, server: WebServer, chromium: Browser
) -> None:
    posts = await busy_month(planned)
    page = await open_page(planned, server, chromium, "/calendar?date=2026-03-10")
    chip, nowhere = page.locator(f"#post-{posts[1].id}"), page.locator(f"#post-{posts[4].id}")
    await chip.drag_to(page.locator('td[data-day="2026-03-12"]'))
    await expect(page.get_by_text("Moved to Thu, 12 Mar 2026, 13:00")).to_be_visible()
    await expect(page.locator(f'td[data-day="2026-03-12"] #post-{posts[1].id}')).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(f'td[data-day="2026-03-06"] #post-{posts[1].id}')).to_be_visible()
    await nowhere.drag_to(page.locator('td[data-day="2026-03-13"]'))
    await expect(page.locator(f'td[data-day="2026-03-13"] #post-{posts[4].id}')).to_be_visible()
    await chip.drag_to(page.locator('td[data-day="2026-03-01"]'))
    await expect(page.get_by_text("That time has passed.")).to_be_visible()
    await expect(page.locator(f'td[data-day="2026-03-06"] #post-{posts[1].id}')).to_be_visible()
    assert page.troubles == []  # type: ignore[attr-defined]


async def test_a_post_is_moved_by_keys_and_by_its_form(planned: Planned, server: WebServer, chromium: Browser) -> None:
    posts = await busy_month(planned)
    page = await open_page(planned, server, chromium, "/calendar?view=week&date=2026-03-04")
    chip = page.locator(f"#post-{posts[1].id}")
    await chip.focus()
    await chip.press("Alt+ArrowLeft")
    await expect(page.locator(f'td[data-day="2026-03-05"][data-hour="13"] #post-{posts[1].id}')).to_be_focused()
    await chip.press("Alt+ArrowDown")
    await expect(page.locator(f'td[data-day="2026-03-05"][data-hour="14"] #post-{posts[1].id}')).to_be_focused()
    await chip.get_by_label("Move post 2").press("Enter")
    await chip.get_by_label("Day").fill("2026-03-07")
    await chip.get_by_label("Time").fill("09:15")
    await chip.get_by_role("button", name="Move").click()
    await expect(page.locator('td[data-day="2026-03-07"][data-hour="09"]').get_by_text("09:15")).to_be_visible()
    assert page.troubles == []  # type: ignore[attr-defined]


async def test_an_approved_time_is_asked_about_before_it_moves(
    planned: Planned, server: WebServer, chromium: Browser
) -> None:
    await planned.policy(slot_bound=True)
    post = await planned.make("Spring", WEDNESDAY, send=True)
    page = await open_page(planned, server, chromium, "/calendar")
    for choice, day in (("Go back", "2026-03-04"), ("Move", "2026-03-05")):
        await page.locator(f"#post-{post.id}").press("Alt+ArrowRight")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("has to be approved again")).to_be_visible()
        await dialog.get_by_role("button", name=choice).click()
        await expect(page.locator(f'td[data-day="{day}"] #post-{post.id}')).to_be_visible()


async def test_counters_and_previews_follow_the_writing(planned: Planned, server: WebServer, chromium: Browser) -> None:
    page = await open_page(planned, server, chromium, "/posts/new?date=2026-03-05")
    counters, frames = page.locator("#counters"), page.locator("#frames")
    await page.get_by_label("Text", exact=True).press_sequentially("Doors open at https://example.org/a/long/way")
    await expect(counters.get_by_text("37 / 500")).to_be_visible()  # a link is 23 characters there
    await expect(counters.get_by_text("24 too many")).to_be_visible()
    await expect(counters.get_by_text("Too long for Small: 44 of 20 characters.")).to_be_visible()
    await expect(frames.get_by_text("Doors open at").first).to_be_visible()
    await page.get_by_role("checkbox", name="Small · northwind").uncheck(force=True)
    await expect(counters.get_by_text("Too long")).to_have_count(0)
    for name, colour in (("first.jpg", "teal"), ("second.jpg", "peru")):
        file = {"name": name, "mimeType": "image/jpeg", "buffer": drawn(colour)}
        await page.get_by_label("Add pictures").set_input_files([file])  # type: ignore[list-item]
        await expect(page.locator(".kept .name").filter(has_text=name)).to_be_visible()
    await page.get_by_label("What is in picture 1").fill("A teal cup")
    await page.get_by_role("button", name="Move picture 1 down").click()
    await expect(page.get_by_label("What is in picture 2")).to_have_value("A teal cup")
    await expect(page.locator(".kept .name").first).to_have_text("second.jpg")
    await page.reload()  # by accident
    await expect(page.get_by_text("What you had not saved is back.")).to_be_visible()
    await expect(page.get_by_label("What is in picture 2")).to_have_value("A teal cup")
    await look(page, "editor-new")
    await page.get_by_role("button", name="Make a draft").click()
    await expect(page.get_by_role("heading", name="Post 1")).to_be_visible()
    whole = await planned.whole(1)
    assert [each.alt for each in whole.content.media] == ["", "A teal cup"]
    assert whole.content.accounts == (planned.big,)
    await page.reload()
    await expect(page.get_by_text("What you had not saved is back.")).to_have_count(0)
    assert page.troubles == []  # type: ignore[attr-defined]


async def test_two_people_edit_one_post_and_neither_loses_a_word(
    planned: Planned, server: WebServer, chromium: Browser
) -> None:
    post = await planned.make("The spring menu is here", WEDNESDAY)
    page = await open_page(planned, server, chromium, f"/posts/{post.id}")
    await page.get_by_label("Text", exact=True).fill("The summer menu is here")
    await planned.edit(post, "The spring menu is here at last")
    await expect(page.get_by_text("Somebody has saved this post meanwhile.")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="There is version 2, you edited 1.")).to_be_visible()
    await expect(page.get_by_label("Text", exact=True)).to_have_value("The summer menu is here")
    await look(page, "editor-stale")
    await page.get_by_role("button", name="Save mine as version 3").click()
    await expect(page.get_by_text("Saved as version 3.")).to_be_visible()


async def test_what_was_unticked_stays_so_while_others_work(
    planned: Planned, server: WebServer, chromium: Browser
) -> None:
    made = [await planned.make(f"Post {number}", WEDNESDAY, send=True) for number in range(2)]
    context = await chromium.new_context(**LOOKS["light"])
    clara = await sits(planned.desk, server, context, planned.desk.world.clara, f"{HOME}/approvals")
    ticks = clara.get_by_role("checkbox")
    await ticks.first.uncheck()
    await planned.make("One more", WEDNESDAY, send=True)
    await expect(ticks).to_have_count(3)
    await expect(ticks.first).not_to_be_checked()
    await clara.get_by_role("button", name="Approve all that are ticked").click()
    await expect(clara.get_by_text("2 posts approved.")).to_be_visible()
    assert [(await planned.whole(post.id)).post.state for post in made] == ["client_review", "scheduled"]


async def test_a_press_on_the_page_is_seen_where_it_stands(
    planned: Planned, server: WebServer, chromium: Browser
) -> None:
    post = await planned.make("Spring", WEDNESDAY)
    page = await open_page(planned, server, chromium, f"/posts/{post.id}")
    await page.get_by_role("button", name="Send for approval").click()
    await expect(page.get_by_text("The client has it now.")).to_be_visible()
    await expect(page.get_by_role("button", name="Send for approval")).to_have_count(0)
    context = await chromium.new_context(**LOOKS["phone"])
    clara = await sits(planned.desk, server, context, planned.desk.world.clara, f"{HOME}/approvals")
    await clara.get_by_role("button", name="Approve", exact=True).click()
    await expect(clara.get_by_text("Nothing waits for you.")).to_be_visible()
    assert [*page.troubles, *clara.troubles] == []  # type: ignore[attr-defined]


async def test_the_editor_follows_what_a_press_changed(planned: Planned, server: WebServer, chromium: Browser) -> None:
    post = await planned.make("Rhubarb tonic", WEDNESDAY)
    planned.clock.now = WEDNESDAY + timedelta(hours=2)
    page = await open_page(planned, server, chromium, f"/posts/{post.id}")
    await expect(page.locator("#slot-hint")).to_contain_text("This time has passed.")
    await page.get_by_role("button", name="Send for approval").click()
    await page.get_by_role("button", name="Next free slot, and send").click()
    await expect(page.locator("#post-slot")).to_have_value("2026-03-04T13:00")
    await expect(page.locator("#slot-hint")).to_be_empty()
    await expect(page.locator("[data-answers]").get_by_role("button", name="Send without a time")).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Cancel post").click()
    await page.locator("dialog[open]").get_by_role("button", name="Cancel post").click()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await expect(page.locator("#post-text")).to_be_disabled()
    assert page.troubles == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", list(LOOKS))
async def test_a_busy_month_is_good_to_look_at_and_to_hear(
    planned: Planned, server: WebServer, chromium: Browser, kind: str
) -> None:
    posts, world = await busy_month(planned), planned.desk.world
    for member, path, name in (
        (world.anna, "/calendar?date=2026-03-10", "calendar"),
        (world.anna, "/calendar?view=week&date=2026-03-04", "calendar-week"),
        (world.anna, "/calendar?view=week&date=2026-03-29", "calendar-spring"),
        (world.anna, f"/posts/{posts[1].id}", "editor"),
        (world.anna, "/posts", "posts"),
        (world.anna, "/approvals", "approvals"),
        (world.clara, "/approvals", "approvals-client"),
        (world.clara, "/calendar", "calendar-client"),
    ):
        context = await chromium.new_context(**LOOKS[kind])
        page = await sits(planned.desk, server, context, member, HOME + path)
        await look(page, f"busy-{name}-{kind}")
        assert page.troubles == []  # type: ignore[attr-defined]
        await context.close()
