"""Connecting accounts and keeping their health."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks
from hypothesis import given
from hypothesis import strategies as st

from smm import accounts, declared, troubles
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import (
    N_,
    AuthExpired,
    Conflict,
    ConnectorError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    Unsupported,
)
from smm.networks import Can, Credential, Profile
from smm.roles import Role
from storage import accounts as kept
from storage.accounts import Account
from storage.jobs import Job, jobs
from storage.unit_of_work import UnitOfWork

CREDENTIALS = (Credential("token", "Key"), Credential("address", "Address", secret=False, default="https://a.example"))
PROFILE = Profile("u-1", "Northwind", "northwind", "https://demo.example/northwind", LIMITS)


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    known = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS, CREDENTIALS)
    monkeypatch.setitem(declared._networks, "demo", known)


@pytest.fixture
def world(desk: TestDesk, clock: Clock, tmp_path: Path) -> Desk:
    return Desk(desk.database, FakeNetworks(clock), None, tmp_path)  # type: ignore[arg-type]


def anna(desk: TestDesk, role: Role = Role.OWNER) -> Actor:
    return Actor(desk.world.brand.id, desk.world.anna.id, "Anna", frozenset({role}))


async def begin(desk: TestDesk, instead: int = 0, **given: str) -> int:
    def work(uow: UnitOfWork) -> int:
        chat = desk.room("team").chat
        return accounts.begin(uow, anna(desk), "demo", {"token": "canary", **given}, chat, "en", instead)

    return await desk.database.write(work)


async def job(desk: TestDesk) -> dict[str, Any]:
    found = await desk.database.read(lambda uow: uow.many(Job, jobs.select().order_by(jobs.c.id.desc())))
    return found[0].args


async def connect(desk: TestDesk, world: Desk, instead: int = 0) -> int:
    await begin(desk, instead)
    await accounts.connect(world, await job(desk))
    (account, *_rest) = await everything(desk)
    return account.id


async def everything(desk: TestDesk) -> list[Account]:
    return await desk.database.read(kept.of_brand, desk.world.brand.id)


async def one(desk: TestDesk, account_id: int) -> Account:
    found = await desk.database.read(kept.get, account_id)
    assert found is not None
    return found


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
    await accounts.connect(world, args)
    await accounts.connect(world, args)
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
    await accounts.connect(world, await job(desk))
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
        accounts.begin(uow, anna(desk, Role.COMMUNITY), "demo", {"token": "t"}, chat, "en")

    with pytest.raises(Forbidden):
        await desk.database.write(work)


async def connected(desk: TestDesk, token: str = "t") -> int:
    return await desk.database.write(accounts.connected, desk.world.brand.id, "demo", PROFILE, {"token": token})


async def told(desk: TestDesk) -> int:
    await desk.settle()
    return len(desk.transport.sent)


async def fails(desk: TestDesk, account_id: int, error: ConnectorError) -> None:
    await desk.database.write(accounts.record_failure, account_id, error)


def gone() -> Unavailable:
    return Unavailable(N_("{network} cannot be reached right now."), network="Demo network")


async def test_the_first_failure_and_the_recovery_are_told_once(desk: TestDesk) -> None:
    account = await connected(desk)
    before = await told(desk)
    for _ in range(5):
        await fails(desk, account, gone())
    assert await told(desk) == before + 1
    assert (await one(desk, account)).failures == 5
    for _ in range(3):
        await desk.database.write(accounts.record_success, account, timedelta(minutes=1))
    assert await told(desk) == before + 2
    assert (await one(desk, account)).failures == 0


async def test_failing_polls_come_slower_and_slower(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    waits = []
    for _ in range(12):
        await fails(desk, account, gone())
        poll_at = (await one(desk, account)).poll_at
        assert poll_at is not None
        waits.append(poll_at - clock.now)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=30), timedelta(minutes=30))


async def test_a_dead_key_stops_polling_and_asks_a_person(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    await fails(desk, account, AuthExpired(N_("{network} no longer accepts the key."), network="Demo network"))
    clock.advance(days=3)
    assert await desk.database.read(accounts.poll_due, clock.now) == []
    await fails(desk, account, gone())
    assert (await one(desk, account)).health == "auth_expired", "a later failure does not hide what a person must do"
    await desk.database.write(accounts.hurry, account)
    assert await desk.database.read(accounts.poll_due, clock.now) == []
    await connected(desk)
    assert [found[0] for found in await desk.database.read(accounts.poll_due, clock.now)] == [account]


async def test_being_asked_to_wait_is_no_failure(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    before = await told(desk)
    await fails(desk, account, RateLimited(N_("{network} asks to wait a little."), retry_after=timedelta(minutes=3)))
    assert (await one(desk, account)).poll_at == clock.now + timedelta(minutes=3)
    assert (await one(desk, account)).health == "ok"
    assert await told(desk) == before


async def test_what_cannot_be_polled_is_not_polled_again(desk: TestDesk) -> None:
    account = await connected(desk)
    await fails(desk, account, Unsupported(N_("{network} cannot do that."), network="Demo network"))
    assert (await one(desk, account)).poll_at is None


async def test_disconnecting_forgets_the_key_and_keeps_the_rest(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    await desk.database.write(accounts.close, anna(desk), account)
    found = await one(desk, account)
    assert (found.secret, found.poll_at) == (None, None)
    assert found.closed_at is not None
    with pytest.raises(Conflict):
        await desk.database.write(accounts.close, anna(desk), account)
    await desk.database.write(accounts.record_success, account, timedelta(minutes=1))
    assert (await one(desk, account)).poll_at is None, "a poll that was on its way wakes nothing"


async def test_another_brands_account_is_not_here(desk: TestDesk) -> None:
    account = await connected(desk)
    stranger = Actor(desk.world.brand.id + 1, 1, "Eve", frozenset({Role.OWNER}))
    with pytest.raises(NotFound):
        await desk.database.write(accounts.close, stranger, account)


@given(st.text(), st.text())
def test_trouble_is_said_as_it_was(network: str, reason: str) -> None:
    error = Rejected("{network} refuses it: {reason}", network=network, reason=reason)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    note = troubles.note(error)
    account = Account(
        1, 1, "demo", "u", "n", "h", "", None, None, "", "failing", note, 1, None, None, None, moment, None
    )
    assert str(troubles.of(account)) == str(error)


async def change(desk: TestDesk, account_id: int, **values: Any) -> None:
    await desk.database.write(lambda uow: kept.change(uow, account_id, **values))
