"""What a newcomer does with `copydesk demo`, from the first comment to the receipt, in a real browser on the real program.

With COPYDESK_SCREENSHOTS=folder it saves the README's pictures there on its way.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chromium import chromium, needs_chromium
from newcomer import Newcomer, arrive, card, picture, soon
from pictures import SCREENSHOTS, save
from playwright.async_api import Browser, Locator, expect
from program import running_demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

ANSWER = "There is, and a quiet corner upstairs. Come by!"
FIRST = "Our autumn blend is back: chestnut, dark plum and a long sweet finish. From Friday in all shops."
SECOND = "Our autumn blend is back: chestnut, dark plum and a long sweet finish. From Saturday in both shops."
SLOT = 30.0 if SCREENSHOTS else 12.0  # seconds ahead: for saving, sending and approving on a busy machine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def test_the_newcomers_path(browser: Browser, tmp_path: Path) -> None:
    async with running_demo(tmp_path) as address:
        anna = await arrive(browser, address, "en")
        comment = await a_comment_arrives(anna)
        await it_is_answered(anna, comment)
        await a_post_is_put_to_the_client(anna)
        await the_answer_is_public(anna, comment)
        await expect(anna.page.locator("[data-step].done")).to_have_count(2)
        await anna.shows("demo")
        await the_client_asks_for_changes(anna)
        await the_second_version_is_approved(anna)
        await it_is_published_on_time(anna)
        await expect(anna.page.locator("[data-step].done")).to_have_count(3)
        await the_desk_on_a_phone(browser, address)


async def a_comment_arrives(anna: Newcomer) -> str:
    said = anna.network.locator(".talk .entry:not(.official) .text").first
    await expect(said).to_be_visible()
    seen = time.monotonic()
    comment = await said.inner_text()
    await expect(card(anna.team, comment)).to_be_visible()
    assert time.monotonic() - seen < 3, "a comment takes long to become a card"
    return comment


async def it_is_answered(anna: Newcomer, comment: str) -> None:
    await anna.press(card(anna.team, comment), "Reply")
    await anna.answer(anna.team, text=ANSWER)
    preview = card(anna.team, ANSWER)
    await expect(anna.button(preview, "Send")).to_be_visible()
    await expect(preview).to_contain_text(
        anna.t("This will be public as {account} on {network}:", account="Northwind Coffee", network="Demo network")
    )
    await expect(anna.network.get_by_text(ANSWER)).to_have_count(0)
    await anna.shows("reply", "team")
    await anna.press(preview, "Send")
    await expect(anna.button(anna.team, "Undo").last).to_be_visible()


async def the_answer_is_public(anna: Newcomer, comment: str) -> None:
    """See the answer under its comment, and who gave it."""
    await expect(anna.network.locator(".official").get_by_text(ANSWER)).to_be_visible()
    answered = anna.t("Answered by {who} in {time}", who="Anna", time="|").partition("|")[0]
    await expect(card(anna.team, answered, comment)).to_be_visible()


async def a_post_is_put_to_the_client(anna: Newcomer) -> None:
    await anna.say(anna.team, "/post")
    await anna.answer(anna.team, text=FIRST, files=picture(), slot=soon(3600)[:16])
    draft = card(anna.team, anna.t("Draft"), FIRST)
    await draft.locator(".preview image").evaluate("image => image.decode()")
    await anna.press(draft, "Send for approval")
    asked = card(anna.client, FIRST)
    await expect(anna.button(asked, "Approve")).to_be_visible()
    await expect(asked.locator(".preview image")).to_be_visible()


async def the_client_asks_for_changes(anna: Newcomer) -> None:
    await anna.press(anna.client, "Request changes")
    await anna.answer(anna.client, reason="Only two shops have it, and from Saturday.")
    told = card(anna.team, "Only two shops have it, and from Saturday.")
    await anna.press(told, "Edit")
    field = anna.team.locator("[name='q.slot']").last
    await field.evaluate("field => field.step = 1")  # people pick minutes; a test need not wait for the next one
    await anna.answer(anna.team, text=SECOND, slot=soon(SLOT))


async def the_second_version_is_approved(anna: Newcomer) -> None:
    draft = card(anna.team, anna.t("Draft"), SECOND)
    await expect(draft.locator("del", has_text="Friday")).to_be_visible()
    await anna.press(draft, "Send for approval")
    asked = card(anna.client, SECOND)
    await expect(asked.locator("del", has_text="Friday")).to_be_visible()
    await expect(asked.locator("ins", has_text="Saturday")).to_be_visible()
    await expect(anna.button(anna.client, "Approve")).to_have_count(1)
    await anna.shows("approval", "client", asked)
    await anna.press(asked, "Approve")
    await expect(card(anna.client, anna.t("You approved it. It goes out at its time."))).to_be_visible()
    await expect(anna.network.get_by_text(SECOND)).to_have_count(0)


async def it_is_published_on_time(anna: Newcomer) -> None:
    post = anna.network.locator(".entry", has_text=SECOND)
    await expect(post.locator("img")).to_be_visible(timeout=45_000)
    receipt = card(anna.team, anna.t("Live"), SECOND)
    await expect(anna.client.get_by_text(anna.t("It is live."))).to_be_visible()
    await anna.shows("receipt", "team", receipt)
    await leads_to_the_post(anna, receipt.locator(".leads a"))


async def leads_to_the_post(anna: Newcomer, link: Locator) -> None:
    async with anna.page.context.expect_page() as opened:
        await link.click()
    live = await opened.value
    await expect(live.locator(".found", has_text=SECOND)).to_be_visible()
    await live.close()


async def the_desk_on_a_phone(browser: Browser, address: str) -> None:
    """Open the team's room alone on a phone at night."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True, is_mobile=True, locale="en-GB"
    )
    page = await context.new_page()
    await page.goto(address.replace("/demo", "/s/anna/chat/team"))
    await expect(page.locator("article.card").last).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if SCREENSHOTS:
        await save(page, "phone")


async def test_the_same_in_russian(browser: Browser, tmp_path: Path) -> None:
    async with running_demo(tmp_path) as address:
        anna = await arrive(browser, address, "ru")
        comment = await a_comment_arrives(anna)
        await it_is_answered(anna, comment)
        await a_post_is_put_to_the_client(anna)
        await anna.press(anna.client, "Approve")
        await expect(card(anna.client, anna.t("You approved it. It goes out at its time."))).to_be_visible()
        await the_answer_is_public(anna, comment)
