"""Signing in by a link that works once, and what the cookie is like."""

from __future__ import annotations

from pathlib import Path

import pytest
from clocks import Clock
from web_desk import ORIGIN, Browser, WebDesk, open_web

from bot.web.seats import COOKIE, digest
from smm.members import remove
from smm.roles import Role
from smm.tokens import invite, login_link, owner_code
from storage import members
from storage import web as rows
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

POST = {"Origin": ORIGIN}


async def test_looking_at_a_link_does_not_use_it_up(open_desk: WebDesk) -> None:
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    for _ in range(3):
        looked = await Browser(open_desk).http.get(f"/in/{token}")
        assert "Sign in as Anna?" in looked.text
        assert "set-cookie" not in looked.headers
    browser = Browser(open_desk)
    signed = await browser.http.post(f"/in/{token}", headers=POST)
    assert signed.headers["location"] == "/s/me/"
    assert "Northwind team" in (await browser.opens()).text


async def test_a_link_works_once(open_desk: WebDesk) -> None:
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    assert (await Browser(open_desk).http.post(f"/in/{token}", headers=POST)).status_code == 303
    again = await Browser(open_desk).http.post(f"/in/{token}", headers=POST)
    assert again.status_code == 409
    assert "set-cookie" not in again.headers
    assert "This link does not work any more" in (await Browser(open_desk).http.get(f"/in/{token}")).text


async def test_an_old_link_does_not_work(open_desk: WebDesk, clock: Clock) -> None:
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    clock.advance(minutes=16)
    assert (await Browser(open_desk).http.post(f"/in/{token}", headers=POST)).status_code == 409


async def test_the_cookie_is_for_the_seats_pages_alone(open_desk: WebDesk) -> None:
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    cookie = (await Browser(open_desk).http.post(f"/in/{token}", headers=POST)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/s/me;" in cookie + ";"
    assert "secure" not in cookie


async def test_with_https_the_cookie_stays_on_https(database: Database, tmp_path: Path) -> None:
    desk = await open_web(database, tmp_path, public_url="https://desk.example")
    token = await database.write(login_link, desk.world.anna.id)
    signed = await Browser(desk).http.post(f"/in/{token}", headers={"Origin": "https://desk.example"})
    assert "; Secure" in signed.headers["set-cookie"]


async def test_the_database_does_not_hold_what_the_cookie_holds(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    token = anna.http.cookies[COOKIE]
    session = await open_desk.database.read(rows.session, digest(token))
    assert session is not None
    assert token not in repr(session)


async def test_an_invited_person_says_their_name(open_desk: WebDesk) -> None:
    world = open_desk.world
    token = await open_desk.database.write(invite, world.anna, world.brand, Role.CLIENT)
    browser = Browser(open_desk)
    assert "Join the desk" in (await browser.http.get(f"/in/{token}")).text
    nameless = await browser.http.post(f"/in/{token}", headers=POST)
    assert "Say what to call you." in nameless.text
    await browser.http.post(f"/in/{token}", data={"name": "Otto"}, headers=POST)
    page = (await browser.opens("/chat/client")).text
    assert "Otto" in page
    assert "Northwind team" not in page


async def test_the_first_owner_comes_in_by_the_code(database: Database, tmp_path: Path) -> None:
    desk = await open_web(database, tmp_path)
    assert await database.write(owner_code) is None  # the sample world has an owner already
    unknown = await Browser(desk).http.get("/in/guessed")
    assert unknown.status_code == 404


async def test_sessions_end(open_desk: WebDesk, clock: Clock) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    clock.advance(days=31)
    assert (await anna.opens()).status_code == 401


async def test_a_session_in_use_lasts_longer_but_not_for_ever(open_desk: WebDesk, clock: Clock) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    for _ in range(8):
        clock.advance(days=20)
        page = await anna.opens()
        assert page.status_code == 200
        assert COOKIE in page.headers["set-cookie"]
    clock.advance(days=21)
    assert (await anna.opens()).status_code == 401


async def test_signing_out_ends_the_session_itself(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    token = anna.http.cookies[COOKIE]
    assert (await anna.sends("/out")).status_code == 303
    assert await open_desk.database.read(rows.session, digest(token)) is None
    assert (await anna.opens()).status_code == 401


async def test_who_is_removed_is_out_at_once(open_desk: WebDesk) -> None:
    boris = await open_desk.browser(open_desk.world.boris)
    assert (await boris.opens()).status_code == 200
    await open_desk.database.write(remove, open_desk.world.anna, open_desk.world.boris, open_desk.world.brand)
    assert (await boris.opens()).status_code == 401


async def test_a_seats_cookie_opens_no_other_seat(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna, seat="anna")
    assert (await anna.opens()).status_code == 200
    other = await anna.http.get("/s/clara/chat/client")
    assert other.status_code == 401
    assert "You are not signed in here" in other.text


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "ключ"])
async def test_a_made_up_cookie_is_nobody(open_desk: WebDesk, token: str) -> None:
    headers = {"Cookie": f"{COOKIE}={token}".encode()}
    stranger = await Browser(open_desk).http.get("/s/me/chat/team", headers=headers)  # type: ignore[arg-type]
    assert stranger.status_code == 401


async def test_guessing_links_is_stopped(open_desk: WebDesk) -> None:
    browser = Browser(open_desk)
    statuses = [(await browser.http.get(f"/in/guess-{number}")).status_code for number in range(25)]
    assert statuses[:20] == [404] * 20
    assert statuses[20:] == [429] * 5
    token = await open_desk.database.write(login_link, open_desk.world.anna.id)
    assert "set-cookie" not in (await browser.http.post(f"/in/{token}", headers=POST)).headers


async def test_the_door_speaks_the_browsers_language(open_desk: WebDesk) -> None:
    for accepted, language in (("ru-RU,ru;q=0.9", "ru"), ("de,en;q=0.5", "en"), ("", "en")):
        door = await Browser(open_desk).http.get("/s/me/", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}">' in door.text


async def test_whoever_joins_is_told_what_comes_first_and_whoever_comes_back_is_not(open_desk: WebDesk) -> None:
    world = open_desk.world
    joining = await open_desk.database.write(invite, world.anna, world.brand, Role.COMMUNITY, "Nina")
    await Browser(open_desk).http.post(f"/in/{joining}", headers=POST, data={"name": "Nina"})
    await open_desk.delivery.drain()
    everybody = await open_desk.database.read(members.of_workspace, world.workspace.id)
    nina = next(member for member in everybody if member.name == "Nina")
    assert len(await open_desk.messages(f"member-{nina.id}")) == 1
    back = await open_desk.database.write(login_link, nina.id)
    await Browser(open_desk).http.post(f"/in/{back}", headers=POST)
    await open_desk.delivery.drain()
    assert len(await open_desk.messages(f"member-{nina.id}")) == 1


async def test_each_link_says_what_is_true_for_whoever_opens_it(open_desk: WebDesk, database: Database) -> None:
    def made(uow: UnitOfWork) -> tuple[str, str, str | None]:
        world = open_desk.world
        invited = invite(uow, world.anna, world.brand, Role.CONTENT, "Mia")
        known = login_link(uow, world.anna.id)
        members.withdraw(uow, next(role.id for role in members.roles_of(uow, world.anna.id) if role.role == Role.OWNER))
        return invited, known, owner_code(uow)

    invited, known, first = await database.write(made)
    for token, said in ((invited, "You were invited."), (known, "Sign in as Anna?"), (first, "You become the owner")):
        page = (await Browser(open_desk).http.get(f"/in/{token}")).text
        told = [words for words in ("You were invited.", "Sign in as Anna?", "You become the owner") if words in page]
        assert told == [said]
