"""The health of accounts: failures and recoveries are told once, and polls come when they should."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clocks import Clock
from demo_account import DEMO, connected, one
from dialog import TestDesk

from smm import declared, health
from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    RateLimited,
    Unavailable,
    Unsupported,
)


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(declared._networks, "demo", DEMO)


async def told(desk: TestDesk) -> int:
    await desk.settle()
    return len(desk.transport.sent)


async def fails(desk: TestDesk, account_id: int, error: ConnectorError) -> None:
    await desk.database.write(health.record_failure, account_id, error)


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
        await desk.database.write(health.record_success, account, timedelta(minutes=1))
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
    assert await desk.database.read(health.poll_due, clock.now) == []
    await fails(desk, account, gone())
    assert (await one(desk, account)).health == "auth_expired", "a later failure does not hide what a person must do"
    await desk.database.write(health.hurry, account)
    assert await desk.database.read(health.poll_due, clock.now) == []
    await connected(desk)
    assert [found[0] for found in await desk.database.read(health.poll_due, clock.now)] == [account]


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
