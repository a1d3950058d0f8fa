"""Somebody who sees the demo for the first time, in a browser: three panes, and what one does in them.

Labels are looked up in the catalogue of the newcomer's language, so that the same hands work in every language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pictures import SCREENSHOTS, save
from playwright.async_api import Browser, FilePayload, FrameLocator, Locator, Page, ViewportSize, expect

from config.words import words
from connectors.demo_pictures import draw

ZONE = ZoneInfo("Europe/Berlin")
WIDE: ViewportSize = {"width": 1400, "height": 960}
TALL: ViewportSize = {"width": 1400, "height": 1060}


@dataclass
class Newcomer:
    """A person at the demo's page."""

    page: Page
    language: str

    def t(self, message: str, **facts: object) -> str:
        return words(self.language)(message, **facts)

    def pane(self, name: str) -> FrameLocator:
        return self.page.frame_locator(f"#pane-{name} iframe")

    @property
    def team(self) -> FrameLocator:
        return self.pane("team")

    @property
    def client(self) -> FrameLocator:
        return self.pane("client")

    @property
    def network(self) -> FrameLocator:
        return self.pane("network")

    def button(self, within: Locator | FrameLocator, label: str) -> Locator:
        return within.get_by_role("button", name=self.t(label), exact=True)

    async def press(self, within: Locator | FrameLocator, label: str) -> None:
        await self.button(within, label).last.click()

    async def say(self, pane: FrameLocator, text: str) -> None:
        """Write a message in a room."""
        await pane.locator("#text").fill(text)
        await pane.locator("#text").press("Enter")

    async def answer(self, pane: FrameLocator, **fields: str | bytes) -> None:
        """Fill in the open form of a room and send it."""
        form = pane.locator("form[data-ask]").last
        for name, value in fields.items():
            field = form.locator(f"[name='q.{name}']")
            if isinstance(value, bytes):
                await field.set_input_files(FilePayload(name="beans.jpg", mimeType="image/jpeg", buffer=value))
            else:
                await field.fill(value)
        await form.locator("button.good").click()
        await expect(form).to_have_count(0)

    async def shows(self, name: str, pane: str = "", scrolled_to: Locator | None = None) -> None:
        """Save a picture of the page, or of one pane, for the English README, where one is wanted."""
        if not SCREENSHOTS or self.language != "en":
            return
        await self.page.set_viewport_size(TALL if pane else WIDE)
        if pane:
            await expect(self.pane(pane).locator(".toast")).to_have_count(0)
        if scrolled_to is not None:
            await scrolled_to.evaluate("part => part.scrollIntoView({ block: 'end' })")
        await save(self.page.locator(f"#pane-{pane}") if pane else self.page, name)


def card(pane: FrameLocator, *texts: str) -> Locator:
    """Return the newest card of a room that says all of this."""
    found = pane.locator("article.card")
    for text in texts:
        found = found.filter(has_text=text)
    return found.last


async def arrive(browser: Browser, address: str, language: str) -> Newcomer:
    """Open the demo in a browser of one language."""
    locale = {"en": "en-GB", "ru": "ru-RU"}[language]
    context = await browser.new_context(viewport=WIDE, locale=locale)
    page = await context.new_page()
    await page.goto(address)
    return Newcomer(page, language)


def soon(seconds: float) -> str:
    """Return a moment in the brand's zone as the form's field takes it."""
    return (datetime.now(ZONE) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def picture() -> bytes:
    """Return a picture to post."""
    return draw("beans")
