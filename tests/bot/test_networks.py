"""Accounts as open connectors, and streams that wake polls, over the demo network's real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from demo_server import served
from dialog import TestDesk
from pydantic import SecretStr
from waiting import PATIENCE

from bot.networks import OpenNetworks, declare_networks, outside_of
from bot.streams import Streams
from config.settings import Settings
from connectors.base import Outside
from connectors.demo_network import NORTHWIND, DemoNetwork, Person
from smm import declared, health, logins
from smm.errors import N_, AuthExpired, NotFound
from smm.networks import Can, Profile
from storage import accounts as kept
from storage.unit_of_work import UnitOfWork
from storage.vault import Vault

PROFILE = Profile("northwind", "Northwind Coffee", "northwind", "")


@pytest.fixture
def network(clock: Clock) -> DemoNetwork:
    return DemoNetwork(clock=clock)


@pytest.fixture
async def url(network: DemoNetwork) -> AsyncIterator[str]:
    async with served(network) as address:
        yield address


@pytest.fixture
async def networks(desk: TestDesk, url: str) -> AsyncIterator[OpenNetworks]:
    opened = OpenNetworks(desk.database, Outside({"demo": url}))
    yield opened
    await opened.close()


async def connected(desk: TestDesk, token: str = NORTHWIND.token) -> int:
    return await desk.database.write(logins.connected, desk.world.brand.id, "demo", PROFILE, {"token": token})


async def change(desk: TestDesk, account_id: int, **values: Any) -> None:
    await desk.database.write(lambda uow: kept.change(uow, account_id, **values))


async def test_an_account_opens_with_its_key_and_stays_open(desk: TestDesk, networks: OpenNetworks) -> None:
    account = await connected(desk)
    first, second = await networks.connector(account), await networks.connector(account)
    assert first is second
    assert (await first.check()).name == "Northwind Coffee"


async def test_a_new_key_opens_anew(desk: TestDesk, networks: OpenNetworks) -> None:
    account = await connected(desk, "wrong")
    with pytest.raises(AuthExpired):
        await (await networks.connector(account)).check()
    await connected(desk)
    assert (await (await networks.connector(account)).check()).handle == "northwind"


async def test_nothing_is_sent_with_a_dead_or_forgotten_key(desk: TestDesk, networks: OpenNetworks) -> None:
    account = await connected(desk)
    await desk.database.write(health.record_failure, account, AuthExpired(N_("No."), network="Demo network"))
    with pytest.raises(AuthExpired):
        await networks.connector(account)
    await change(desk, account, secret=None)
    with pytest.raises(NotFound):
        await networks.connector(account)
    with pytest.raises(NotFound):
        await networks.connector(999)


async def test_a_key_that_our_own_key_does_not_open_asks_a_person(desk: TestDesk, networks: OpenNetworks) -> None:
    account = await connected(desk)
    foreign = Vault([Vault.new_key()]).seal({"token": "t"}, kept.owner(account))
    await change(desk, account, secret=foreign)
    with pytest.raises(AuthExpired):
        await networks.connector(account)


async def test_what_networks_declare_is_known(networks: OpenNetworks, monkeypatch: pytest.MonkeyPatch) -> None:
    assert networks.can("mastodon", Can.PUBLISH)
    assert not networks.can("rss", Can.PUBLISH)
    assert not networks.can("nobody", Can.FETCH)
    assert (networks.title("mastodon"), networks.limits("nobody")) == ("Mastodon", None)
    monkeypatch.setattr(declared, "_networks", {})
    declare_networks(Outside())
    known = {each.name for each in declared.known()}
    assert {"mastodon", "rss"} <= known
    assert "demo" not in known, "no demo network where there is none"
    declare_networks(Outside({"demo": "http://127.0.0.1:1/network/"}))
    demo = declared.find("demo")
    assert demo is not None
    assert [asked.name for asked in demo.credentials] == ["token"]


async def test_a_comment_wakes_a_poll_at_once(desk: TestDesk, networks: OpenNetworks, network: DemoNetwork) -> None:
    polled: asyncio.Queue[int] = asyncio.Queue()
    streams = Streams(desk.database, networks, polled.put)
    streams.start()
    try:
        account = await connected(desk)
        async with asyncio.timeout(PATIENCE):
            assert await polled.get() == account  # the stream stands
        network.say(Person("mia", "Mia"), "Anybody there?")
        async with asyncio.timeout(PATIENCE):
            assert await polled.get() == account
    finally:
        await streams.stop()


async def test_a_failed_poll_does_not_end_listening(
    desk: TestDesk, networks: OpenNetworks, network: DemoNetwork
) -> None:
    polled: asyncio.Queue[int] = asyncio.Queue()

    async def poll(account_id: int) -> None:
        await polled.put(account_id)
        raise RuntimeError("the database is locked")

    streams = Streams(desk.database, networks, poll)
    await connected(desk)
    streams.start()
    try:
        async with asyncio.timeout(PATIENCE):
            await polled.get()
            network.say(Person("mia", "Mia"), "And now?")
            await polled.get()
    finally:
        await streams.stop()


async def test_a_closed_account_is_no_longer_listened_to(
    desk: TestDesk, networks: OpenNetworks, network: DemoNetwork
) -> None:
    polled: asyncio.Queue[int] = asyncio.Queue()
    account = await connected(desk)
    streams = Streams(desk.database, networks, polled.put)
    streams.start()
    try:
        async with asyncio.timeout(PATIENCE):
            await polled.get()
        await change(desk, account, closed_at=desk.database.clock(), secret=None)
        await streams._match()
        network.say(Person("mia", "Mia"), "Nobody hears me")
        await asyncio.sleep(0.05)
        assert polled.empty()
    finally:
        await streams.stop()


async def test_renewed_keys_stand_in_place_of_those_they_came_from_and_of_no_others(
    desk: TestDesk, networks: OpenNetworks
) -> None:
    account = await connected(desk)
    connector = await networks.connector(account)
    await connector._keep({"token": NORTHWIND.token, "refresh_token": "r-2"})  # type: ignore[attr-defined]
    assert await networks.connector(account) is connector
    assert await secrets_of(desk, account) == {"token": NORTHWIND.token, "refresh_token": "r-2"}
    await connected(desk, "of a person")
    await connector._keep({"token": "late", "refresh_token": "r-3"})  # type: ignore[attr-defined]
    assert await secrets_of(desk, account) == {"token": "of a person"}


async def secrets_of(desk: TestDesk, account_id: int) -> dict[str, str]:
    def work(uow: UnitOfWork) -> dict[str, str]:
        account = kept.get(uow, account_id)
        assert account is not None
        assert account.secret is not None
        return uow.vault.open(account.secret, account.owner)

    return await desk.database.read(work)


async def test_many_who_open_an_account_at_once_get_one_connector(desk: TestDesk, networks: OpenNetworks) -> None:
    account = await connected(desk)
    opened = await asyncio.gather(*(networks.connector(account) for _ in range(5)))
    assert len({id(each) for each in opened}) == 1


def test_connectors_are_told_the_desks_own_bot_by_its_id_alone(tmp_path: Path) -> None:
    outside = outside_of(Settings(data=tmp_path, telegram_token=SecretStr("7000000001:AAHk2-canary")))
    assert outside.own_bots == {"7000000001"}
    assert "canary" not in repr(outside)
    assert outside_of(Settings(data=tmp_path, telegram_token=None)).own_bots == frozenset()
