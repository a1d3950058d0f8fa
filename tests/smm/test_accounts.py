"""What people decide about an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clocks import Clock
from demo_account import DEMO, anna, connected, one
from dialog import TestDesk

from smm import accounts, declared, health
from smm.actors import Actor
from smm.errors import (
    Conflict,
    NotFound,
)
from smm.roles import Role


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(declared._networks, "demo", DEMO)


async def test_disconnecting_forgets_the_key_and_keeps_the_rest(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    await desk.database.write(accounts.close, anna(desk), account)
    found = await one(desk, account)
    assert (found.secret, found.poll_at) == (None, None)
    assert found.closed_at is not None
    with pytest.raises(Conflict):
        await desk.database.write(accounts.close, anna(desk), account)
    await desk.database.write(health.record_success, account, timedelta(minutes=1))
    assert (await one(desk, account)).poll_at is None, "a poll that was on its way wakes nothing"


async def test_another_brands_account_is_not_here(desk: TestDesk) -> None:
    account = await connected(desk)
    stranger = Actor(desk.world.brand.id + 1, 1, "Eve", frozenset({Role.OWNER}))
    with pytest.raises(NotFound):
        await desk.database.write(accounts.close, stranger, account)
