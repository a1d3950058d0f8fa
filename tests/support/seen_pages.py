"""How a page is looked at: in light, dark and on a phone, by axe, and whether it fits; its picture where one is asked for."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from pictures import SCREENSHOTS, save
from playwright.async_api import Page

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


# What is wider than the screen, or scrolls sideways in it although nothing there is wide by its nature. A phone's browser
# zooms out over what sticks out, so that `innerWidth` grows with it: only the screen's own width tells.
WIDE = """width => {
  const sideways = (part) => ["auto", "scroll"].includes(getComputedStyle(part).overflowX) && part.scrollWidth > part.clientWidth;
  const whole = document.scrollingElement.scrollWidth;
  return [...document.querySelectorAll("body *")]
    .filter((part) => sideways(part) && !part.closest("nav, .guide, .cal-scroll"))
    .map((part) => `${part.tagName} ${part.className}: ${part.scrollWidth} in ${part.clientWidth}`)
    .concat(whole > width ? [`the page: ${whole} in ${width}`] : []);
}"""


async def sideways(page: Page) -> list[str]:
    """Return what of a page would have to be pushed aside to be read."""
    assert page.viewport_size is not None
    wide: list[str] = await page.evaluate(WIDE, page.viewport_size["width"])
    return wide


async def look(page: Page, name: str) -> None:
    """Let axe look at a page as it stands, and keep its picture where one is asked for."""
    if SCREENSHOTS:
        await save(page, name)
    found = await Axe().run(page)
    wrong = [
        f"{name}: {each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}"
        for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert wrong == []
    assert await sideways(page) == [], name
