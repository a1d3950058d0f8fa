"""The pages in a real browser: every one in light, dark and on a phone under axe's eyes, keys, and what arrives by itself.

With COPYDESK_SCREENSHOTS=folder each page is saved there as it was looked at.
"""

from __future__ import annotations

import pytest
from chromium import needs_chromium, sits
from playwright.async_api import Browser, expect
from seen_pages import LOOKS, look
from web_desk import WebDesk
from web_inbox import WebInbox

from bot.web.server import WebServer
from bot.web.shell import TABS
from storage import channels
from storage.channels import ChatRef

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

BRAND = "/b/northwind-coffee/"


async def test_a_client_has_their_room_and_is_told_why_the_rest_is_closed(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    page = await sits(open_desk, server, await chromium.new_context(), open_desk.world.clara, "/chat/client")
    await look(page, "client")
    await page.goto(f"{server.url}/s/me{BRAND}audit")
    await expect(page.get_by_text("Ask an owner or a manager of the brand.")).to_be_visible()
    await look(page, "refused")
    await page.get_by_role("link", name="Back to the desk").click()
    await expect(page.get_by_role("heading", name="Northwind client")).to_be_visible()


@pytest.mark.parametrize("kind", list(LOOKS))
async def test_every_page_is_good_to_look_at_and_to_hear(
    open_desk: WebDesk, server: WebServer, chromium: Browser, inbox: WebInbox, kind: str
) -> None:
    milk = await inbox.hears("Do you have oat milk?", language="en")
    await inbox.hears("Можно с собакой?", language="ru")
    page = await sits(open_desk, server, await chromium.new_context(**LOOKS[kind]), open_desk.world.anna)
    await look(page, f"chat-{kind}")
    for tab in TABS:
        await page.goto(f"{server.url}/s/me{BRAND}{tab.name}")
        await look(page, f"{tab.name}-{kind}")
    await page.goto(f"{server.url}/s/me{BRAND}inbox/{milk}?kind=comment")
    await page.get_by_role("button", name="Reply").click()
    await expect(page.get_by_label("Your answer")).to_be_focused()
    await look(page, f"mention-{kind}")
    await page.goto(f"{server.url}/s/me{BRAND}members")
    await page.get_by_role("button", name="Invite somebody").click()
    await expect(page.get_by_role("dialog").get_by_label("What is their name?")).to_be_visible()
    await look(page, f"invite-{kind}")
    await page.goto(f"{server.url}/s/me/")
    await page.locator("#text").fill("/channels")
    await page.get_by_role("button", name="Send", exact=True).last.click()  # on a phone Enter begins a line
    await page.get_by_role("button", name="Northwind team").last.click()
    await expect(page.get_by_role("button", name="Quiet hours")).to_be_visible()
    await look(page, f"rooms-{kind}")
    assert page.troubles == []  # type: ignore[attr-defined]


async def test_the_inbox_is_worked_through_by_keys(
    open_desk: WebDesk, server: WebServer, chromium: Browser, inbox: WebInbox
) -> None:
    first, second = await inbox.hears("Do you have oat milk?"), await inbox.hears("Where are you?")
    page = await sits(open_desk, server, await chromium.new_context(), open_desk.world.boris, f"{BRAND}inbox")
    await page.keyboard.press("j")
    await expect(page.locator(f"#row-{second}")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("o")
    await expect(page.get_by_role("heading", name="Comment on")).to_be_visible()
    assert page.url.endswith(f"/inbox/{first}")
    await page.keyboard.press("c")
    await expect(page.locator("#mention").get_by_text("Boris is replying")).to_be_visible()
    await expect(page.locator(f"#row-{first}").get_by_text("Boris is replying")).to_be_visible()
    await page.keyboard.press("r")
    answer = page.get_by_label("Your answer")
    await expect(answer).to_be_focused()
    await page.keyboard.type("jk ce? /")
    await expect(answer).to_have_value("jk ce? /")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("heading", name="Preview of an answer")).to_be_visible()
    await page.keyboard.press("k")
    await expect(page.locator("#mention").get_by_text("Where are you?")).to_be_visible()
    await page.keyboard.press("e")
    await expect(page.locator(f"#row-{second}")).to_have_count(0)
    await expect(page.locator("#mention").get_by_text("Resolved")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Preview of an answer")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog").get_by_text("They rest while you write.")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search")).to_be_focused()
    assert page.troubles == []  # type: ignore[attr-defined]


async def test_what_others_do_is_seen_without_loading_the_page(
    open_desk: WebDesk, server: WebServer, chromium: Browser, inbox: WebInbox
) -> None:
    first = await inbox.hears("Do you have oat milk?")
    boris = await sits(open_desk, server, await chromium.new_context(), open_desk.world.boris, f"{BRAND}inbox/{first}")
    anna = await sits(open_desk, server, await chromium.new_context(), open_desk.world.anna, f"{BRAND}inbox/{first}")
    second = await inbox.hears("Where are you?")
    await expect(boris.locator(f"#row-{second}")).to_be_visible()
    await anna.get_by_role("button", name="Claim").click()
    await expect(boris.locator("#mention").get_by_text("Anna is replying")).to_be_visible()
    await boris.get_by_role("button", name="Snooze").click()
    await expect(boris.get_by_role("button", name="Tomorrow 9:00")).to_be_visible()
    third = await inbox.hears("And on Sunday?")
    await expect(boris.locator(f"#row-{third}")).to_be_visible()
    await expect(boris.get_by_role("button", name="Tomorrow 9:00")).to_be_visible()  # what he was choosing stays
    await expect(boris.locator("[data-tray]")).to_be_hidden()  # what Anna did is no answer to him
    room = ChatRef("web", "alerts")
    await open_desk.database.write(channels.add, open_desk.world.brand.id, room, "alerts", "Northwind alerts", "en")
    await expect(boris.get_by_role("link", name="Northwind alerts")).to_be_visible()


async def test_a_page_says_that_the_desk_is_gone_and_that_it_is_back(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    context = await chromium.new_context()
    await context.clock.install()
    page = await sits(open_desk, server, context, open_desk.world.anna, f"{BRAND}members")
    await context.set_offline(True)  # nothing more is heard, and nothing says so
    await context.clock.run_for(25_000)
    await expect(page.locator("[data-live]")).to_have_text("The connection is lost. Trying again…")
    await context.set_offline(False)
    await context.clock.run_for(4_000)
    await expect(page.locator("[data-live]")).to_have_text("Connected")


async def test_without_script_a_person_is_changed_and_removed(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    context = await chromium.new_context(java_script_enabled=True)
    page = await sits(open_desk, server, context, open_desk.world.anna, f"{BRAND}members")
    still = await chromium.new_context(java_script_enabled=False)
    await still.add_cookies(await context.cookies(f"{server.url}/s/me/"))  # type: ignore[arg-type]
    await page.close()
    page = await still.new_page()
    await page.goto(f"{server.url}/s/me{BRAND}members")
    row = page.get_by_role("row").filter(has_text="Vera")
    await row.get_by_role("button", name="Change").click()
    await page.get_by_role("button", name="Designer").click()
    await expect(page.get_by_role("button", name="✓ Designer")).to_be_visible()
    await expect(row).to_contain_text("Designer")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Vera is not on the desk any more.")).to_be_visible()
    await expect(row).to_have_count(0)
