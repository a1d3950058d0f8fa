"""X over real HTTP: what is spent, the month's end, and refresh tokens good for one use. Single calls are in the fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from clocks import Clock
from loopback_http import loopback
from loopback_x import MIA, LoopbackX

from connectors.allowance import Pocket
from connectors.base import App, Outside
from connectors.x import X
from connectors.x_reading import is_recent, next_month, price
from smm.errors import AuthExpired, NeedsHuman, RateLimited, Rejected
from smm.networks import Answer, Outgoing

Kept = list[Mapping[str, str]]


@asynccontextmanager
async def account(
    network: LoopbackX, secrets: Mapping[str, str], pocket: Pocket | None = None
) -> AsyncIterator[tuple[X, Kept]]:
    kept: Kept = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.append(renewed)

    async with loopback(network) as server:
        outside = Outside({"x": f"{server.url}/"}, apps={"x": App("desk", "app-secret")})
        opened = X(secrets, outside, "northwind", keep, (pocket or Pocket()).spend)
        try:
            yield opened, kept
        finally:
            await opened.close()


def spent(connector: X) -> int:
    assert connector.quota is not None
    return connector.quota.limit - connector.quota.left


async def test_what_is_spent_is_counted_and_stops_at_the_budget_also_when_reconnected(clock: Clock) -> None:
    network, pocket = LoopbackX(clock), Pocket()
    network.say(MIA, "@northwind Oat milk?")
    async with account(network, {"refresh_token": "refresh-1", "budget": "1"}, pocket) as (opened, _):
        (heard,) = (await opened.fetch("")).items
        assert spent(opened) == 2  # a call for the name, a mention and its author: 2.2 cents
        for number in range(4):
            await opened.publish(Outgoing(f"k{number}", f"Read northwind.com/{number}"))
        with pytest.raises(NeedsHuman):
            await opened.publish(Outgoing("k5", "Read northwind.com/5"))
        await opened.reply(Answer("a", "We do.", heard.remote_id))
    public = len(network.posts)
    network.refresh_token = "refresh-new"
    async with account(network, {"refresh_token": "refresh-new", "budget": "1"}, pocket) as (again, _):
        with pytest.raises(NeedsHuman):
            await again.publish(Outgoing("k6", "Read northwind.com/6"))
    assert len(network.posts) == public == 6
    await pocket.spend("", next_month(datetime.now(UTC)), 1000)
    async with account(network, {"refresh_token": network.refresh_token, "budget": "1"}, pocket) as (again, _):
        with pytest.raises(RateLimited):
            await again.fetch("")


async def test_a_budget_that_is_no_number_is_told_and_never_guessed(clock: Clock) -> None:
    async with account(LoopbackX(clock), {"refresh_token": "refresh-1", "budget": "$20"}) as (opened, _):
        with pytest.raises(Rejected) as raised:
            await opened.check()
    assert raised.value.field == "budget"


async def test_a_refresh_token_is_used_once_and_the_next_is_kept(clock: Clock) -> None:
    network = LoopbackX(clock)
    async with account(network, {"refresh_token": "refresh-1"}) as (opened, kept):
        await opened.check()
    assert (kept[-1]["token"], kept[-1]["refresh_token"]) == (network.token, network.refresh_token)
    assert network.renewals == 1
    network.token = ""
    async with account(network, {"refresh_token": "refresh-1"}) as (opened, _):
        with pytest.raises(AuthExpired):
            await opened.check()


async def test_searches_have_one_half_of_the_budget(clock: Clock) -> None:
    network, pocket = LoopbackX(clock), Pocket()
    network.say(MIA, "Where is good oat milk?")
    async with account(network, {"refresh_token": "refresh-1", "budget": "1"}, pocket) as (opened, _):
        page = await opened.search("oat milk", "")
        assert [item.text for item in page.items] == ["Where is good oat milk?"]
        assert not page.items[0].answerable, "who has not named the account is answered by a person"
        assert await pocket.spend("", next_month(datetime.now(UTC)), 0) == 1 + 5 + 10
        await pocket.spend("", next_month(datetime.now(UTC)), 500)
        with pytest.raises(RateLimited):
            await opened.search("oat milk", page.cursor)
        await opened.fetch("")


def test_a_search_begins_after_what_it_has_brought_for_a_week() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    given = int(now.timestamp() * 1000) - 1_288_834_974_657
    days = {n: str((given - n * 86_400_000) << 22) for n in (1, 6, 8)}
    assert [is_recent(days[n], now) for n in days] == [True, True, False]
    assert not is_recent("", now)
    assert not is_recent("12x", now)


def test_a_link_makes_a_post_dear() -> None:
    assert price("The autumn blend is back.") < price("Look: https://northwind.example")
    assert price("northwind.com") == price("www.northwind.example", answer=True) == 200
    assert price("We do.", answer=True) == 10


def test_a_month_ends_where_the_next_begins() -> None:
    assert next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 2, 1, tzinfo=UTC)) == datetime(2026, 3, 1, tzinfo=UTC)
