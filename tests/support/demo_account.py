"""An account of the brand on a demo network that asks for a key, for tests of how accounts come, fare and go."""

from __future__ import annotations

from dialog import TestDesk
from fake_networks import LIMITS

from smm import declared, logins
from smm.actors import Actor
from smm.networks import Can, Credential, Profile
from smm.roles import Role
from storage import accounts as kept
from storage.accounts import Account

CREDENTIALS = (Credential("token", "Key"), Credential("address", "Address", secret=False, default="https://a.example"))
PROFILE = Profile("u-1", "Northwind", "northwind", "https://demo.example/northwind", LIMITS)
DEMO = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS, CREDENTIALS)


def anna(desk: TestDesk, role: Role = Role.OWNER) -> Actor:
    return Actor(desk.world.brand.id, desk.world.anna.id, "Anna", frozenset({role}))


async def one(desk: TestDesk, account_id: int) -> Account:
    found = await desk.database.read(kept.get, account_id)
    assert found is not None
    return found


async def connected(desk: TestDesk, token: str = "t") -> int:
    return await desk.database.write(logins.connected, desk.world.brand.id, "demo", PROFILE, {"token": token})
