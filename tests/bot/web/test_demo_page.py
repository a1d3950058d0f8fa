"""The demo's page: three panes, signed in by itself, in the browser's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from web_desk import Browser, WebDesk, open_web

from storage.channels import of_purpose
from storage.engine import Database
from storage.members import get


@pytest.fixture
async def demo(database: Database, tmp_path: Path) -> WebDesk:
    """The sample world as a demo."""
    return await open_web(database, tmp_path, demo=True, brand="Northwind Coffee")


async def test_the_door_leads_to_three_panes(demo: WebDesk) -> None:
    browser = Browser(demo)
    assert (await browser.http.get("/")).headers["location"] == "/demo"
    page = (await browser.http.get("/demo")).text
    assert "Northwind Coffee" in page
    for pane in ("/s/anna/chat/team", "/s/clara/chat/client", "/network/"):
        assert f'<iframe src="{pane}"' in page


async def test_each_pane_is_signed_in_under_its_own_name(demo: WebDesk) -> None:
    browser = Browser(demo)
    team = await browser.http.get("/s/anna/chat/team", follow_redirects=True)
    client = await browser.http.get("/s/clara/chat/client", follow_redirects=True)
    assert ">Anna<" in team.text
    assert ">Clara<" in client.text
    assert (await browser.http.get("/s/clara/chat/team")).status_code == 404


async def test_no_other_seat_is_given_away(demo: WebDesk) -> None:
    for seat in ("boris", "me", "ANNA", "anna%2f"):
        assert (await Browser(demo).http.get(f"/s/{seat}/chat/team")).status_code in {401, 404}


async def test_without_the_demo_nobody_is_signed_in_by_themselves(open_desk: WebDesk) -> None:
    browser = Browser(open_desk)
    assert (await browser.http.get("/")).headers["location"] == "/s/me/"
    assert (await browser.http.get("/s/anna/chat/team")).status_code == 401
    assert (await browser.http.get("/demo")).status_code == 404


async def test_a_russian_browser_makes_a_russian_desk(demo: WebDesk) -> None:
    page = await Browser(demo).http.get("/demo", headers={"Accept-Language": "ru,en;q=0.5"})
    assert '<html lang="ru">' in page.text
    anna = await demo.database.read(get, demo.world.anna.id)
    rooms = await demo.database.read(of_purpose, demo.world.brand.id, "team")
    assert anna is not None
    assert (anna.language, rooms[0].language) == ("ru", "ru")


async def test_the_guide_counts_what_was_done(demo: WebDesk) -> None:
    assert (await Browser(demo).http.get("/demo/steps")).json() == {"answered": 0, "asked": 0, "published": 0}
