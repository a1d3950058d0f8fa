"""The whole way over HTTP: from the accounts page to the demo network's consent and back, with one account connected."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from clocks import Clock
from demo_server import served
from loopback_http import loopback
from loopback_x import LoopbackX
from post_world import NoWriter
from web_desk import ORIGIN, WebDesk

from bot import jobs
from bot.networks import OpenNetworks, declare_networks
from bot.web.network_hooks import take_pushes
from connectors.base import App, Outside
from connectors.demo_network import DemoNetwork
from connectors.x_reading import next_month
from smm import accounts, declared, spending
from smm.desk import Desk
from storage.jobs import Job
from storage.jobs import jobs as rows


@pytest.fixture(autouse=True)
def no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})


async def test_from_the_page_to_the_network_and_back(open_desk: WebDesk) -> None:
    desk = open_desk
    brand = desk.world.brand
    async with served(DemoNetwork()) as url, httpx.AsyncClient() as network:
        outside = Outside({"demo": url}, apps={"demo": App("desk", "shh")})
        declare_networks(outside)
        networks = OpenNetworks(desk.database, outside)
        ports = Desk(desk.database, networks, NoWriter(), desk.media)
        take_pushes(desk.app, ports)
        anna = await desk.browser(desk.world.anna)
        left = await anna.http.get(f"/s/me/b/{brand.slug}/accounts/connect/demo")
        assert left.status_code == 303
        allowed = await network.get(left.headers["location"])
        back = allowed.headers["location"]
        assert back.startswith(f"{ORIGIN}/s/me/connected?")
        path = back.removeprefix(ORIGIN)
        stranger = await desk.browser(desk.world.boris)
        assert (await stranger.http.get(path)).status_code == 422

        left = await anna.http.get(f"/s/me/b/{brand.slug}/accounts/connect/demo")
        path = (await network.get(left.headers["location"])).headers["location"].removeprefix(ORIGIN)
        come = await anna.http.get(path)
        assert come.status_code == 303
        page = await anna.http.get(come.headers["location"])
        assert "Allowed. What shall be connected?" in page.text
        assert (await anna.http.get(path)).status_code == 422
        await anna.presses(page, "Demo network")
        (job,) = await desk.database.read(lambda uow: uow.many(Job, rows.select()))
        await jobs.run_job(ports, job.id)
        (account,) = await desk.database.read(accounts.connected_ones, brand.id)
        assert (account.handle, account.health) == ("northwind", "ok")
        await networks.close()
    assert urlsplit(url).hostname == "127.0.0.1"


async def test_what_a_consent_does_not_say_is_asked_before_it_is_connected_and_keeps_its_count(
    open_desk: WebDesk, clock: Clock
) -> None:
    desk, pages = open_desk, f"/s/me/b/{open_desk.world.brand.slug}/accounts"
    async with loopback(LoopbackX(clock)) as server:
        outside = Outside({"x": f"{server.url}/"}, apps={"x": App("desk", "app-secret")})
        declare_networks(outside)
        networks = OpenNetworks(desk.database, outside)
        ports = Desk(desk.database, networks, NoWriter(), desk.media)
        take_pushes(desk.app, ports)
        anna = await desk.browser(desk.world.anna)
        offered, again, known = [], "", 0
        for dollars in ("25", "30"):
            away = await anna.http.get(f"{pages}/connect/x{again}")
            state = parse_qs(urlsplit(away.headers["location"]).query)["state"][0]
            come = await anna.http.get(f"/s/me/connected?state={state}&code=allowed")
            asked = await anna.presses(await anna.http.get(come.headers["location"]), "X")
            offered += re.findall(r'name="q.budget"[^>]*value="(\d+)"', asked.text)
            await anna.answers(asked, budget=dollars)
            (*_, job) = await desk.database.read(lambda uow: uow.many(Job, rows.select().order_by(rows.c.id)))
            await jobs.run_job(ports, job.id)
            (account,) = await desk.database.read(accounts.connected_ones, desk.world.brand.id)
            again, known = f"?instead={account.id}", account.id
            await desk.database.write(spending.count, known, "", next_month(datetime.now(UTC)), 5000)
        profile = await (await networks.connector(known)).check()
        await networks.close()
    assert offered == ["10", "25"]
    assert profile.quota is not None
    assert (profile.quota.left, profile.quota.limit) == (1999, 3000)


async def test_without_the_right_there_is_no_way(open_desk: WebDesk) -> None:
    boris = await open_desk.browser(open_desk.world.boris)
    answered = await boris.http.get(f"/s/me/b/{open_desk.world.brand.slug}/accounts/connect/demo")
    assert answered.status_code == 403
