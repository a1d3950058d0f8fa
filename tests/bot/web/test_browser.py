"""The chat in a real browser: words, presses, questions, pictures, the keyboard, and two people at once."""

from __future__ import annotations

import io

import pytest
from chromium import needs_chromium, sits
from PIL import Image
from playwright.async_api import Browser, expect
from web_desk import WebDesk

from bot.web.server import WebServer
from handlers.card import Button, Card, Quote
from handlers.route import Context
from smm.tokens import login_link

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),  # one browser for all: starting it takes longer than any test
    needs_chromium,
]


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (320, 200), "peru").save(data, "JPEG")
    return data.getvalue()


async def test_the_whole_loop_by_mouse_and_keyboard(
    open_desk: WebDesk, server: WebServer, chromium: Browser, handed: list[Context]
) -> None:
    world = open_desk.world
    anna = await sits(open_desk, server, await chromium.new_context(), world.anna)
    boris = await sits(open_desk, server, await chromium.new_context(), world.boris)

    composer = anna.get_by_label("Message", exact=True)
    await composer.press_sequentially("/try")
    await expect(anna.get_by_role("option", name="/tryout")).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("/tryout ")
    await composer.press("Enter")
    await expect(anna.get_by_role("heading", name="Try me")).to_be_visible()
    await expect(boris.get_by_role("log").get_by_text("/tryout")).to_be_visible()

    await anna.get_by_role("button", name="Count").click()
    await expect(anna.get_by_text("Pressed 1")).to_be_visible()

    await anna.get_by_role("button", name="Ask").click()
    await anna.get_by_role("button", name="Cancel").click()
    await expect(boris.get_by_text("Anna is answering this.")).to_have_count(0)
    await anna.get_by_role("button", name="Ask").click()
    title = anna.get_by_label("Title")
    await expect(title).to_be_focused()
    await expect(boris.get_by_text("Anna is answering this.")).to_be_visible()
    await title.fill("Menu")
    await anna.get_by_label("One network").check()
    await anna.get_by_label("When").fill("2026-03-29T02:30")
    await anna.get_by_label("Text").fill("x" * 61)
    await expect(anna.get_by_text("61 / 60")).to_be_visible()
    await anna.get_by_label("Text").fill("Autumn menu")
    files = [{"name": "cup.jpg", "mimeType": "image/jpeg", "buffer": picture()}]
    await anna.get_by_label("Pictures").set_input_files(files)  # type: ignore[arg-type]
    await expect(anna.get_by_text("cup.jpg")).to_be_visible()
    await anna.get_by_role("button", name="Tell").click()
    await expect(anna.get_by_text("does not exist on")).to_be_visible()
    await expect(title).to_have_value("Menu")
    await anna.get_by_label("When").fill("2026-03-29T09:30")
    await anna.get_by_role("button", name="Tell").click()
    await expect(anna.get_by_role("heading", name="Told: Menu")).to_be_visible()
    await expect(title).to_have_count(0)
    assert handed[-1].args["at"] == "2026-03-29T09:30:00+02:00"
    assert len(handed[-1].args["pictures"]) == 64
    unexpected = [one for one in anna.troubles if "422" not in one]  # type: ignore[attr-defined]
    assert unexpected == []


async def test_a_picture_goes_to_everybody_in_the_room(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    world = open_desk.world
    anna = await sits(open_desk, server, await chromium.new_context(), world.anna)
    vera = await sits(open_desk, server, await chromium.new_context(), world.vera)
    files = [{"name": "cup.jpg", "mimeType": "image/jpeg", "buffer": picture()}]
    await anna.locator(".attach input").set_input_files(files)  # type: ignore[arg-type]
    await expect(anna.get_by_role("button", name="Remove cup.jpg")).to_be_visible()
    await anna.get_by_label("Message", exact=True).fill("Look at this")
    await anna.get_by_role("button", name="Send").click()
    shown = vera.get_by_role("img", name="cup.jpg")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("naturalWidth", 320)
    await expect(anna.get_by_role("button", name="Remove cup.jpg")).to_have_count(0)


async def test_a_dangerous_press_is_confirmed_first(
    open_desk: WebDesk, server: WebServer, chromium: Browser, handed: list[Context]
) -> None:
    anna = await sits(open_desk, server, await chromium.new_context(), open_desk.world.anna)
    await anna.get_by_label("Message", exact=True).fill("/tryout")
    await anna.get_by_label("Message", exact=True).press("Enter")
    await expect(anna.get_by_role("button", name="Count")).to_be_visible()
    card = (await open_desk.messages("team"))[-1].card
    assert card is not None
    ref = card["buttons"][0][0]["ref"]
    button = Button("Delete", "tryout.count", look="bad", confirm="Delete it for good?", ref=ref)
    await open_desk.shows("team", Card(title="Careful", buttons=((button,),)))
    for choice, presses in (("Go back", 1), ("Delete", 2)):
        await anna.get_by_role("button", name="Delete").first.click()
        dialog = anna.get_by_role("dialog")
        await expect(dialog.get_by_text("Delete it for good?")).to_be_visible()
        await dialog.get_by_role("button", name=choice).click()
        await expect(dialog).to_be_hidden()
        await expect(anna.get_by_text("Pressed 1")).to_have_count(presses - 1)
        assert len(handed) == presses


async def test_what_was_missed_arrives_when_the_server_is_back(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    anna = await sits(open_desk, server, await chromium.new_context(), open_desk.world.anna)
    port = server.port
    await open_desk.web.stop()
    await server.stop()
    await open_desk.shows("team", Card(title="While you were away"))
    await open_desk.web.start(open_desk.router.receive)
    again = WebServer(open_desk.app, "127.0.0.1", port)
    await again.start()
    await expect(anna.get_by_role("heading", name="While you were away")).to_be_visible()
    await open_desk.web.stop()
    await again.stop()


async def test_without_script_everything_is_a_form(
    open_desk: WebDesk, server: WebServer, chromium: Browser, handed: list[Context]
) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    await page.goto(f"{server.url}/in/{token}")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Message", exact=True).fill("/tryout")
    await page.get_by_role("button", name="Send").click()
    await open_desk.delivery.drain()
    await page.reload()
    await page.get_by_role("button", name="Count").click()
    await expect(page.get_by_text("Pressed 1")).to_be_visible()
    assert len(handed) == 2


async def test_strangers_words_do_nothing(open_desk: WebDesk, server: WebServer, chromium: Browser) -> None:
    anna = await sits(open_desk, server, await chromium.new_context(), open_desk.world.anna)
    evil = "<img src=x onerror='document.title=1'><script>document.title=1</script>"
    await open_desk.shows("team", Card(title=evil, body=(Quote(evil, evil),), footer="the last of it"))
    await expect(anna.get_by_text("the last of it")).to_be_visible()
    assert await anna.title() == "Northwind team · Copydesk"
    assert anna.troubles == []  # type: ignore[attr-defined]


async def test_a_phone_shows_everything_without_scrolling_sideways(
    open_desk: WebDesk, server: WebServer, chromium: Browser
) -> None:
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    word = "Donaudampfschifffahrtsgesellschaft" * 4
    card = Card(title=word, body=(Quote(word, word),), buttons=(tuple(Button(word[:60], ref="r") for _ in range(3)),))
    await open_desk.shows("team", card)
    page = await sits(open_desk, server, context, open_desk.world.anna)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.get_by_label("Message", exact=True)).to_be_in_viewport()
    send = await page.get_by_role("button", name="Send").bounding_box()
    assert send is not None
    assert min(send["width"], send["height"]) >= 42
