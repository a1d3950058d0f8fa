"""Connecting accounts: a key is sealed, proven, and only then an account's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from demo_account import DEMO, anna, connected, one
from dialog import TestDesk
from fake_networks import FakeNetworks

from smm import accounts, declared, logins, spending
from smm.desk import Desk
from smm.errors import (
    Forbidden,
    Invalid,
)
from smm.networks import Profile
from smm.roles import Role
from storage import accounts as kept
from storage.accounts import Account
from storage.jobs import Job, jobs
from storage.unit_of_work import UnitOfWork


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(declared._networks, "demo", DEMO)


async def change(desk: TestDesk, account_id: int, **values: Any) -> None:
    await desk.database.write(lambda uow: kept.change(uow, account_id, **values))


@pytest.fixture
def world(desk: TestDesk, clock: Clock, tmp_path: Path) -> Desk:
    return Desk(desk.database, FakeNetworks(clock), None, tmp_path)  # type: ignore[arg-type]


async def begin(desk: TestDesk, instead: int = 0, **given: str) -> int:
    def work(uow: UnitOfWork) -> int:
        chat = desk.room("team").chat
        return logins.begin(uow, anna(desk), "demo", {"token": "canary", **given}, chat, "en", instead)

    return await desk.database.write(work)


async def job(desk: TestDesk) -> dict[str, Any]:
    found = await desk.database.read(lambda uow: uow.many(Job, jobs.select().order_by(jobs.c.id.desc())))
    return found[0].args


async def connect(desk: TestDesk, world: Desk, instead: int = 0) -> int:
    await begin(desk, instead)
    await logins.connect(world, await job(desk))
    (account, *_rest) = await everything(desk)
    return account.id


async def everything(desk: TestDesk) -> list[Account]:
    return await desk.database.read(kept.of_brand, desk.world.brand.id)


async def test_a_key_waits_sealed_and_unseen_until_it_is_proven(desk: TestDesk) -> None:
    pending = await begin(desk)
    account = await one(desk, pending)
    assert account.secret is not None
    assert b"canary" not in account.secret.ciphertext
    assert "canary" not in str(await job(desk))
    assert account.closed_at is not None, "nothing takes it for an account"
    assert await desk.database.read(accounts.connected_ones, desk.world.brand.id) == []
    opened = desk.database.vault.open(account.secret, account.owner)
    assert opened == {"token": "canary", "address": "https://a.example"}


async def test_a_proven_key_becomes_an_account_and_is_polled(desk: TestDesk, world: Desk) -> None:
    account = await one(desk, await connect(desk, world))
    assert account.closed_at is None
    assert account.health == "ok"
    assert account.poll_at is not None
    assert account.secret is not None
    assert desk.database.vault.open(account.secret, account.owner)["token"] == "canary"
    assert len(await everything(desk)) == 1
    await desk.settle()
    assert any("Northwind Coffee" in card.title for card in desk.room("team").cards)


async def test_what_the_proof_cost_is_counted_with_what_the_account_spent_before(
    desk: TestDesk, world: Desk, clock: Clock
) -> None:
    ends = clock.now + timedelta(days=9)

    async def spend(account_id: int, cost: int) -> int:
        return await desk.database.write(spending.count, account_id, "", ends, cost)

    known = await connect(desk, world)
    assert await spend(known, 100) == 100
    await change(desk, known, quota={"left": 900, "limit": 1000})
    attempt = await begin(desk, known)
    found = Profile((await one(desk, known)).remote_id, "Northwind Coffee", "northwind", "")
    world.networks.profiles[attempt] = found  # type: ignore[attr-defined]
    assert await spend(attempt, 7) == 7
    await logins.connect(world, await job(desk))
    assert await spend(known, 0) == 107
    assert (await one(desk, known)).quota is None, "what is left is told by the next call"


async def test_a_wrong_key_leaves_nothing_but_the_reason(desk: TestDesk, world: Desk) -> None:
    world.networks.script("check", "auth_expired")  # type: ignore[attr-defined]
    account = await one(desk, await connect(desk, world))
    assert (account.health, account.secret) == ("refused", None)
    await desk.settle()
    assert "no longer accepts" in str(desk.room("team").cards[-1])
    assert await desk.database.read(accounts.connected_ones, desk.world.brand.id) == []


async def test_the_job_run_twice_makes_one_account(desk: TestDesk, world: Desk) -> None:
    await begin(desk)
    args = await job(desk)
    await logins.connect(world, args)
    await logins.connect(world, args)
    assert len(await everything(desk)) == 1


async def test_reconnecting_keeps_history_and_cursor(
    desk: TestDesk, world: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await connected(desk)
    await change(desk, first, cursor="41")
    again = await connected(desk, token="new")
    account = await one(desk, again)
    assert (again, account.cursor) == (first, "41")
    assert account.secret is not None
    assert desk.database.vault.open(account.secret, account.owner) == {"token": "new"}


async def test_somebody_elses_key_does_not_replace_ours(desk: TestDesk, world: Desk) -> None:
    ours = await connected(desk)
    await begin(desk, instead=ours)
    await logins.connect(world, await job(desk))
    account = await one(desk, ours)
    assert account.secret is not None
    assert desk.database.vault.open(account.secret, account.owner) == {"token": "t"}
    await desk.settle()
    assert "belong to" in str(desk.room("team").cards[-1])


async def test_an_empty_key_is_asked_for_again(desk: TestDesk) -> None:
    with pytest.raises(Invalid) as raised:
        await begin(desk, token="  ")
    assert raised.value.field == "token"
    with pytest.raises(Invalid):
        await begin(desk, token="a\nb")
    assert await everything(desk) == []


async def test_only_those_who_manage_connect(desk: TestDesk) -> None:
    def work(uow: UnitOfWork) -> None:
        chat = desk.room("team").chat
        logins.begin(uow, anna(desk, Role.COMMUNITY), "demo", {"token": "t"}, chat, "en")

    with pytest.raises(Forbidden):
        await desk.database.write(work)
