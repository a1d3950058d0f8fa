"""The demo as it is really opened: in more tabs than a browser has connections for, and on a narrow phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chromium import chromium, needs_chromium
from newcomer import WIDE, Newcomer
from playwright.async_api import Browser, BrowserContext, FrameLocator, Locator, Page, ViewportSize, expect
from program import running_demo
from seen_pages import sideways

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

TABS = 5  # with three streams each; a browser opens six to one host
ALONE = (
    "/s/anna/chat/team",
    "/s/clara/chat/client",
    "/network/",
    "/s/anna/b/northwind-coffee/inbox",
    "/s/anna/chat/team",
)
SOON = 8_000  # on a busy machine: a page without a stream looks every three seconds
HOLDERS = "async () => (await navigator.locks.query()).held.filter(({ name }) => name !== 'visit').map(({ clientId }) => clientId)"
HANDED_ON = f"""async before => {{
  const now = await ({HOLDERS})();
  return before.length === 3 && now.length === 3 && !now.some((holder) => before.includes(holder));
}}"""
# A browser without a window takes every tab for a visible one: what it would say of the tabs behind is said for it.
TURN = """isHidden => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with running_demo(tmp_path_factory.mktemp("demo")) as printed:
        yield printed


async def test_five_tabs_work_and_each_shows_what_it_missed_once(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport=WIDE, locale="en-GB")
    tabs: list[Newcomer] = []
    for _ in range(TABS):
        if tabs:
            await turn(tabs[-1].page, is_hidden=True)
        tabs.append(await opened(context, address))
    first, last = tabs[0], tabs[-1]
    await last.say(last.team, "Who takes the late shift?")
    await expect(said(last, "Who takes the late shift?")).to_be_visible()
    await comment(last, "Is the terrace open?")
    await turn(last.page, is_hidden=True)
    await turn(first.page, is_hidden=False)
    await is_live(first)
    await expect(said(first, "Who takes the late shift?")).to_be_visible()
    await first.say(first.team, "I do.")
    await expect(said(first, "I do.")).to_be_visible()
    await expect(said(first, "Who takes the late shift?")).to_have_count(1)
    for pane in (first.team.locator("article.card"), first.network.locator(".entry")):
        await expect(pane.get_by_text("Is the terrace open?")).to_have_count(1)


async def test_seven_tabs_in_sight_share_the_connections(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport=WIDE, locale="en-GB")
    first, second = [await opened(context, address) for _ in range(2)]
    team, client, network, inbox, last = [await alone(context, address, path) for path in ALONE]
    before = await last.evaluate(HOLDERS)
    await last.get_by_role("button", name="Reply", exact=True).last.click(timeout=SOON)
    await expect(last.locator("form[data-ask]")).to_be_visible(timeout=SOON)
    await last.locator("form[data-ask]").get_by_role("button", name="Cancel").click()
    await first.say(first.team, "Who closes on Sunday?")
    await second.say(second.client, "Is it ready?")
    await are_told_once("Who closes on Sunday?", first.team, second.team, team, last)
    await are_told_once("Is it ready?", first.client, second.client, client)
    await comment(second, "Is there oat milk?")
    for shown in (network.locator(".entry"), inbox.locator(".list")):
        await expect(shown.get_by_text("Is there oat milk?")).to_have_count(1, timeout=SOON)

    await first.page.close()
    await last.wait_for_function(HANDED_ON, arg=before, timeout=SOON)
    await second.say(second.team, "I close.")
    for words in ("Who closes on Sunday?", "I close."):
        await are_told_once(words, second.team, team, last)


async def alone(context: BrowserContext, address: str, path: str) -> Page:
    """Open one of the demo's panes in a tab of its own, and see that it is alive."""
    page = await context.new_page()
    await page.goto(address.replace("/demo", path))
    await expect(page.locator("[data-live]").or_(page.locator(".state"))).to_have_text(re.compile("Connected|live"))
    return page


async def are_told_once(words: str, *rooms: FrameLocator | Page) -> None:
    """See a message in each of the rooms, and in none of them twice."""
    for room in rooms:
        found = room.locator(".message:not(.sending) .words").get_by_text(words, exact=True)
        await expect(found).to_have_count(1, timeout=SOON)


async def opened(context: BrowserContext, address: str) -> Newcomer:
    """Open the demo in one more tab, and see that all of it is alive."""
    newcomer = Newcomer(await context.new_page(), "en")
    await newcomer.page.goto(address)
    await is_live(newcomer)
    return newcomer


async def is_live(tab: Newcomer) -> None:
    for pane in (tab.team, tab.client):
        await expect(pane.locator("[data-live]")).to_have_text("Connected")
    await expect(tab.network.locator(".state")).to_have_text("live")


async def turn(page: Page, *, is_hidden: bool) -> None:
    """Let another tab hide a page, or bring it to the front again."""
    for frame in page.frames:
        await frame.evaluate(TURN, is_hidden)


def said(tab: Newcomer, words: str) -> Locator:
    """Return the messages of the team's room that say so."""
    return tab.team.locator(".message:not(.sending) .words").get_by_text(words, exact=True)


async def comment(tab: Newcomer, words: str) -> None:
    """Say something to the brand on the network, and see its card."""
    field = tab.network.locator("#mention textarea")
    await field.fill(words)
    await field.press("Enter")
    await expect(tab.team.locator("article.card").get_by_text(words)).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [375, 320])
async def test_the_demo_is_not_wider_than_a_phone(browser: Browser, address: str, width: int, language: str) -> None:
    screen: ViewportSize = {"width": width, "height": 740}
    context = await browser.new_context(viewport=screen, is_mobile=True, has_touch=True, locale=language)
    page = await context.new_page()
    for path in ("/demo", "/network/", "/s/anna/chat/team", "/s/clara/chat/client"):
        await page.goto(address.replace("/demo", path))
        await page.wait_for_load_state("load")
        assert await sideways(page) == [], path
