"""A desk with a web chat, opened for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from chromium import chromium
from playwright.async_api import Browser
from web_desk import WebDesk, open_web, routes_for_tests

from bot.web.server import WebServer
from handlers.route import Context
from storage.engine import Database


@pytest.fixture
def handed() -> Iterator[list[Context]]:
    """What the handlers of `/tryout` were handed."""
    with routes_for_tests() as contexts:
        yield contexts


@pytest.fixture
async def open_desk(database: Database, tmp_path: Path, handed: list[Context]) -> WebDesk:
    """The sample world with a web chat and the routes of `/tryout`."""
    return await open_web(database, tmp_path / "media")


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="chromium")
async def browser() -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def server(open_desk: WebDesk) -> AsyncIterator[WebServer]:
    """The pages and the delivery, running."""
    await open_desk.delivery.start()
    opened = WebServer(open_desk.app, "127.0.0.1", 0)
    await opened.start()
    yield opened
    await open_desk.web.stop()
    await open_desk.delivery.stop()
    await opened.stop()
