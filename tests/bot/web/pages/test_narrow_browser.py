"""Every page on a narrow phone, in a real browser: nothing has to be pushed aside to be read.

What is wide by its nature scrolls within itself: the rows of rooms and tabs, the hours of a week.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import reduce

import pytest
from chromium import needs_chromium, sits
from fake_networks import item
from pictures import SCREENSHOTS, save
from planned_world import HOME, Planned
from playwright.async_api import Browser, expect
from seen_pages import sideways

from bot.web.server import WebServer
from handlers.card import Card, para
from smm import ingest, members, networks, tokens
from smm.roles import Role
from storage import accounts, channels
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

ROOM = "Northwind Coffee Roasters and Bakery, Berlin-Friedrichshain"
# What no person looks at, or only passes on the way to a page.
NO_PAGE = re.compile(
    r"/|/healthz|/(static|hooks|public-media)\b.*|.*/(events|connected|media/.*|connect/\{network\}|b/\{brand\}/)"
)


def fill(uow: UnitOfWork, planned: Planned) -> dict[str, str]:
    """Fill the desk with what is long, unread and unsure; return what stands in the addresses of its pages."""
    world = planned.desk.world
    for name in ("alerts", "second", "third"):
        channels.add(uow, world.brand.id, ChatRef("web", name), "alerts", f"{ROOM}, {name}", "en")
    said = item("r-1", "Do you have oat milk, or Haferflockenvollkornmilch? " * 3, said_at=uow.now)
    (mention,) = ingest.ingest(uow, planned.big, networks.Page((said,), "c-1"))
    tokens.invite(uow, world.anna, world.brand, Role.CONTENT, "Maximiliane Schmidt-Rottluff")
    offered = accounts.add(uow, world.brand.id, "mastodon", "pending-1", name=ROOM)
    accounts.change(uow, offered, health="connecting", connected_by=world.anna.id, closed_at=uow.now)
    return {
        "{token}": tokens.login_link(uow, world.anna.id),
        "{mention_id}": str(mention),
        "{chat_id}": "team",
        "/allowed": f"/allowed?of={offered}",
    }


async def filled(planned: Planned) -> dict[str, str]:
    """Fill the desk, and let something unread stand in each room."""
    post = await planned.make("Spring is on the board: rhubarb tonic and a lighter house blend", send=True)
    await planned.make("We open at seven", planned.clock.now + timedelta(days=1))
    given = await planned.desk.database.write(fill, planned)
    await planned.desk.delivery.drain()
    for room in ("team", "client", "alerts", "second", "third"):
        await planned.desk.shows(room, Card(title="Something new", body=(para("Donaudampfschifffahrt" * 9),)))
    return given | {"{post_id}": str(post.id), "/s/{seat}/b/{brand}": f"/s/me{HOME}", "{seat}": "me"}


def pages_of(planned: Planned, given: dict[str, str]) -> list[str]:
    """Return the address of every page that the desk has."""
    paths = {path for path, calls in planned.desk.app.openapi()["paths"].items() if "get" in calls}
    found = sorted(path for path in paths if not NO_PAGE.fullmatch(path))
    pages = [reduce(lambda page, part: page.replace(*part), given.items(), path) for path in found]
    assert not [page for page in pages if "{" in page], "what stands in the address of this page?"
    return pages


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")  # one address, two ways to call it: nothing to a page
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [375, 320])
async def test_no_page_is_wider_than_a_phone(
    planned: Planned, server: WebServer, chromium: Browser, width: int, language: str
) -> None:
    desk, given = planned.desk, await filled(planned)
    pages = pages_of(planned, given)
    assert len(pages) > 12
    screen = {"viewport": {"width": width, "height": 740}, "is_mobile": True, "has_touch": True, "locale": language}
    context = await chromium.new_context(**screen)  # type: ignore[arg-type]
    page = await sits(desk, server, context, desk.world.anna)
    await desk.database.write(members.speak, desk.world.anna, language)
    wide = {}
    for path in [*pages, f"/s/me{HOME}/calendar?view=week", "/s/me/chat/third", "/in/over", "/nowhere", "/s/other/"]:
        await page.goto(f"{server.url}{path}")
        wide[path] = await sideways(page)
        for here in await page.locator(".side nav [aria-current]").filter(visible=True).all():
            await expect(here).to_be_in_viewport(ratio=1)
        if SCREENSHOTS:
            await save(page, f"narrow/{language}-{width}{re.sub('[/?]', '_', path)}")
    assert {path: parts for path, parts in wide.items() if parts} == {}
