"""What an account is said to be able to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dialog import TestDesk
from fake_networks import LIMITS

from smm import account_reading, declared, logins
from smm.account_reading import Ability
from smm.declared import Declared
from smm.networks import Can, Profile
from storage import accounts as kept
from storage import memos
from storage.unit_of_work import UnitOfWork

PUSHES = frozenset({Can.FETCH, Can.WEBHOOK})


@pytest.fixture(autouse=True)
def networks() -> Iterator[None]:
    known = dict(declared._networks)
    declared.declare(Declared("pushing", "Pushing", PUSHES, LIMITS, one_hook=True))
    yield
    declared._networks.clear()
    declared._networks.update(known)


async def test_a_network_that_pushes_is_heard_at_once_where_it_has_an_address(desk: TestDesk) -> None:
    def told(uow: UnitOfWork, address: str, why: str) -> Ability:
        memos.set(uow, "address:web", address)
        profile = Profile(
            "1", "Page", "", "", can=PUSHES - ({Can.WEBHOOK} if why else set()), cannot={Can.WEBHOOK: why}
        )
        account = kept.get(uow, logins.connected(uow, desk.world.brand.id, "pushing", profile, {"token": "t"}))
        assert account is not None
        return next(each for each in account_reading.abilities(uow, account) if each.what is Can.STREAM)

    write = desk.database.write
    assert (await write(told, "https://desk.example/in/", "")).can
    assert not (await write(told, "http://127.0.0.1:8080/in/", "")).can
    assert await write(told, "https://desk.example/in/", "no secret") == Ability(Can.STREAM, can=False, why="no secret")


async def test_what_few_networks_have_is_missed_on_those_alone(desk: TestDesk) -> None:
    def told(uow: UnitOfWork, network: str) -> set[Can]:
        declared.declare(Declared(network, network, PUSHES | ({Can.INVITE} if network == "a" else set()), LIMITS))
        profile = Profile("1", "Page", "", "", can=PUSHES, cannot={})
        account = kept.get(uow, logins.connected(uow, desk.world.brand.id, network, profile, {"token": "t"}))
        assert account is not None
        return {each.what for each in account_reading.abilities(uow, account)}

    assert Can.INVITE in await desk.database.write(told, "a")
    assert not {Can.INVITE, Can.ACCEPT} & await desk.database.write(told, "b")
    assert Can.REPLY in await desk.database.write(told, "b")
