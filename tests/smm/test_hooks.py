"""Pushes: for whom, believed only when verified, taken once, stored before they are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks, item

from smm import hooks, ingest, logins
from smm.desk import Desk
from smm.errors import NotFound, Rejected
from smm.networks import Hooked, Page, Profile, Pushed
from storage import accounts as kept
from storage import mentions
from storage.accounts import Account


class Hooks:
    """A desk with two accounts on one network, and its pushes."""

    def __init__(self, desk: TestDesk, clock: Clock, folder: Path) -> None:
        self.desk, self.clock, self.networks = desk, clock, FakeNetworks(clock)
        self.ports = Desk(desk.database, self.networks, None, folder)  # type: ignore[arg-type]

    async def connect(self, name: str) -> Account:
        profile = Profile(name, name, name, "", LIMITS)
        brand = self.desk.world.brand.id
        account_id = await self.desk.database.write(logins.connected, brand, "demo", profile, {"token": "t"})
        await self.desk.database.write(lambda uow: kept.change(uow, account_id, poll_at=None))
        return await self.account(account_id)

    async def account(self, account_id: int) -> Account:
        found = await self.desk.database.read(kept.get, account_id)
        assert found is not None
        return found

    async def push(self, token: str, hooked: Hooked, body: bytes = b"{}", **headers: str) -> Hooked:
        self.networks.pushed = hooked
        return await hooks.take(self.ports, "demo", Pushed("POST", {}, headers, body, token))

    async def said(self, account: Account) -> list[str]:
        found = await self.desk.database.read(mentions.known, account.id, ["c-1", "c-2"])
        return [mention.text for mention in found.values()]


@pytest.fixture
def pushed(desk: TestDesk, clock: Clock, tmp_path: Path) -> Hooks:
    return Hooks(desk, clock, tmp_path)


async def test_a_push_lets_its_account_be_fetched_at_once_and_takes_in_what_it_carries(pushed: Hooks) -> None:
    ours, other = await pushed.connect("ours"), await pushed.connect("other")
    assert ours.hook != other.hook
    await pushed.push(ours.hook, Hooked(key="e-1", items=(item("c-1", "Hello"),)))
    assert (await pushed.account(ours.id)).poll_at == pushed.clock.now
    assert (await pushed.account(other.id)).poll_at is None
    assert await pushed.said(ours) == ["Hello"]


async def test_the_same_event_is_taken_once_and_the_fetch_brings_nothing_twice(pushed: Hooks) -> None:
    ours = await pushed.connect("ours")
    for _ in range(3):
        await pushed.push(ours.hook, Hooked(key="e-1", items=(item("c-1", "Hello"),)))
    await pushed.desk.database.write(ingest.ingest, ours.id, Page((item("c-1", "Hello"), item("c-2", "Bye")), "2"))
    await pushed.desk.settle()
    cards = [card for card in pushed.desk.room("team").cards if "Comment on" in card.title]
    assert len(cards) == 2
    assert (await pushed.account(ours.id)).cursor == "2"


async def test_what_is_not_from_the_network_changes_nothing(pushed: Hooks) -> None:
    ours = await pushed.connect("ours")
    with pytest.raises(Rejected):
        await pushed.push(ours.hook, Hooked(items=(item("c-1"),)), **{"x-secret": "forged"})
    with pytest.raises(NotFound):
        await pushed.push("guessed", Hooked(items=(item("c-1"),)))
    with pytest.raises(NotFound):
        await pushed.push("", Hooked(items=(item("c-1"),)))
    assert (await pushed.account(ours.id)).poll_at is None
    assert await pushed.said(ours) == []


async def test_one_address_of_an_app_serves_whom_the_network_names(pushed: Hooks) -> None:
    ours, other = await pushed.connect("ours"), await pushed.connect("other")
    token = await pushed.desk.database.read(hooks.app_token, "demo")
    await pushed.push(token, Hooked(key="e-2", accounts=("other",)))
    assert (await pushed.account(ours.id)).poll_at is None
    assert (await pushed.account(other.id)).poll_at == pushed.clock.now


async def test_whom_a_push_is_about_looks_closer_at_it(pushed: Hooks) -> None:
    ours, other = await pushed.connect("ours"), await pushed.connect("other")
    pushed.networks.pushed_to[other.id] = Hooked(accounts=("other",), items=(item("c-1", "Hello"),))
    token = await pushed.desk.database.read(hooks.app_token, "demo")
    await pushed.push(token, Hooked(accounts=("other",)))
    assert await pushed.said(other) == ["Hello"]
    assert await pushed.said(ours) == []
    pushed.networks.pushed_to.clear()
    assert (await pushed.push(token, Hooked(accounts=("nobody of ours",)))).accounts == ("nobody of ours",)


async def test_a_question_is_answered_and_moves_nothing(pushed: Hooks) -> None:
    ours = await pushed.connect("ours")
    hooked = await pushed.push(ours.hook, Hooked(body="42", fetch=False))
    assert hooked.body == "42"
    assert (await pushed.account(ours.id)).poll_at is None
