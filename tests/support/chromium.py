"""A headless Chromium for tests; where there is none the tests that need it are skipped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from web_desk import WebDesk

from bot.web.seats import COOKIE, take
from bot.web.server import WebServer
from storage.members import Member

CHROMIUM = Path("/usr/bin/chromium")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}")
expect.set_options(timeout=15_000)  # of a browser on a busy machine


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Open a browser without a window for the length of a block."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
        yield opened
        await opened.close()


async def sits(
    desk: WebDesk, server: WebServer, context: BrowserContext, member: Member, path: str = "/chat/team"
) -> Page:
    """Sign a member in and open a page of theirs; what goes wrong in it is kept in `page.troubles`."""
    token = await desk.database.write(take, member.id)
    await context.add_cookies([{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/s/me"}])
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.troubles = troubles  # type: ignore[attr-defined]
    await page.goto(f"{server.url}/s/me{path}")
    await expect(page.locator("[data-live]")).to_have_text("Connected")
    return page
