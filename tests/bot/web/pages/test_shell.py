"""What stands around every page: the tabs of each role, brands, language, and that a form leads back to where it was."""

from __future__ import annotations

import re

import pytest
from web_desk import WebDesk, found
from web_inbox import WebInbox

from bot.web import seats
from bot.web.shell import TABS
from smm.roles import Right, Role, allows
from storage import brands, members, web

BRAND = "/b/northwind-coffee/"


def tabs(page: str) -> list[str]:
    """Return the tabs that a page offers."""
    return re.findall(rf'href="/s/me{BRAND}(\w+)"', page.split('class="tabbar"')[1]) if 'class="tabbar"' in page else []


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_is_offered_the_pages_that_open_for_it(open_desk: WebDesk, role: Role) -> None:
    vera = open_desk.world.vera
    await open_desk.database.write(members.withdraw_all, vera.id)
    await open_desk.database.write(members.grant, vera.id, open_desk.world.brand.id, role)
    browser = await open_desk.browser(vera)
    room = (await browser.opens("/chat/client")).text
    assert tabs(room) == [tab.name for tab in TABS if allows(frozenset({role}), tab.needs)]
    for tab in TABS:
        page = await browser.opens(BRAND + tab.name)
        assert page.status_code == (200 if allows(frozenset({role}), tab.needs) else 403), tab.name
        assert ('aria-current="page"' in page.text) == (page.status_code == 200)
    home = await browser.opens(BRAND)
    team = allows(frozenset({role}), Right.SEE)
    assert home.headers["location"] == (f"/s/me{BRAND}inbox" if team else "/s/me/chat/client")


async def test_a_stranger_and_another_brands_member_find_nothing(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.vera)
    anna.http.cookies.clear()
    for tab in (*(tab.name for tab in TABS), "events"):
        assert (await anna.opens(BRAND + tab)).status_code == 401, tab


async def test_brands_are_switched_and_each_has_pages_of_its_own(open_desk: WebDesk) -> None:
    world = open_desk.world
    await open_desk.database.write(brands.add, world.workspace.id, "Tea", "tea", language="en", zone="UTC")
    anna, boris = await open_desk.browser(world.anna), await open_desk.browser(world.boris)
    assert 'href="/s/me/b/tea/"' in (await anna.opens(BRAND + "members")).text
    assert "Tea" in (await anna.opens("/b/tea/members")).text
    assert "b/tea" not in (await boris.opens(BRAND + "members")).text
    assert (await boris.opens("/b/tea/members")).status_code == 404


async def test_the_language_is_chosen_on_any_page_and_leads_back_to_it(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    russian = await anna.presses(BRAND + "members?x=1", "RU")
    assert str(russian.url).endswith(f"{BRAND}members?x=1")
    assert "Пригласить" in russian.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/s/me/", "/s/clara/x", "/s/me/\r\nX: y", ""])
async def test_a_form_never_leads_away(open_desk: WebDesk, back: str) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    sent = await anna.sends("/speak", language="ru", back=back)
    assert sent.headers["location"] == "/s/me/"


async def test_who_leaves_the_team_hears_nothing_more_of_what_stood_on_their_pages(
    open_desk: WebDesk, inbox: WebInbox
) -> None:
    vera, brand = open_desk.world.vera, open_desk.world.brand
    browser = await open_desk.browser(vera)
    page = await browser.opens(f"{BRAND}inbox/{await inbox.hears('Do you have oat milk?')}")
    stood = re.findall(r'id="m-(\d+)"', page.text)
    await open_desk.database.write(members.withdraw_all, vera.id)
    await open_desk.database.write(members.grant, vera.id, brand.id, Role.CLIENT)
    seat = await open_desk.database.read(seats.sit, "me", browser.http.cookies[seats.COOKIE])
    assert seat is not None
    kept = await open_desk.database.read(web.message, int(stood[0]))
    assert kept is not None
    assert seat.room(kept.chat_id) is None
    form, button = found(page.text, "Claim")[0]
    pressed = await browser.http.post(form.action, data=form.fields | {"ref": button["value"]})
    assert pressed.status_code == 404


async def test_a_pages_own_button_is_pressed_by_whom_it_was_shown_to(open_desk: WebDesk) -> None:
    anna, boris = await open_desk.browser(open_desk.world.anna), await open_desk.browser(open_desk.world.boris)
    _, button = found((await anna.opens(BRAND + "members")).text, "Invite somebody")[0]
    assert (await boris.sends("/press", ref=button["value"])).status_code == 404
    assert (await anna.sends("/press", ref="made-up")).status_code == 404
    assert (await anna.sends("/press", ref=button["value"])).status_code == 303
