"""How a page is looked at: in light, dark and on a phone, under axe's eyes, and saved as a picture where one is asked for."""

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
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
