"""The nightly examination: once a night in the brand's zone, a real call, one notice to the right person, and what it keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks
from post_world import content_of

from handlers.card import Card
from smm import declared, doctor, health, logins, posts, quotas
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, AuthExpired
from smm.members import web_user
from smm.networks import Can, Profile, Quota
from smm.roles import Role
from storage import accounts as kept
from storage import brands, targets
from storage.accounts import Account
from storage.jobs import Job, jobs
from storage.unit_of_work import UnitOfWork

PROFILE = Profile("u-1", "Northwind", "northwind", "https://demo.example/northwind", LIMITS)


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(declared.Declared("demo", "Demo network", frozenset(Can), LIMITS))


class Ward:
    """The desk, one account that Vera connected, and nights that go by."""

    def __init__(self, desk: TestDesk, clock: Clock, folder: Path) -> None:
        self.desk, self.clock, self.networks = desk, clock, FakeNetworks(clock)
        self.ports = Desk(desk.database, self.networks, None, folder)  # type: ignore[arg-type]
        self.account_id = 0

    async def admit(self, by: int) -> None:
        self.account_id = await self.desk.database.write(
            logins.connected, self.desk.world.brand.id, "demo", PROFILE, {"token": "t"}, by
        )
        self.networks.profiles[self.account_id] = PROFILE

    async def night(self) -> int:
        """Let the next night come; return how many were examined."""
        local = self.clock.now.astimezone(ZoneInfo(self.desk.world.brand.zone))
        self.clock.now = (local + timedelta(days=1)).replace(hour=3, minute=30).astimezone(self.clock.now.tzinfo)
        return await self.rounds()

    async def rounds(self) -> int:
        asked = await self.desk.database.write(doctor.make_rounds)
        known = await self.desk.database.read(lambda uow: uow.many(Job, jobs.select().order_by(jobs.c.id)))
        for job in known[len(known) - asked :]:
            await doctor.examine(self.ports, job.args)
        await self.desk.settle()
        return asked

    async def account(self) -> Account:
        found = await self.desk.database.read(kept.get, self.account_id)
        assert found is not None
        return found

    def private(self, name: str) -> list[Card]:
        """Return the notices that somebody got in private."""
        room = self.desk.room(web_user(getattr(self.desk.world, name).id))
        return [card for card in room.cards if "key" in card.title or "again" in card.title]


@pytest.fixture
async def ward(desk: TestDesk, clock: Clock, tmp_path: Path) -> Ward:
    made = Ward(desk, clock, tmp_path)
    await made.admit(desk.world.anna.id)
    return made


def plan(uow: UnitOfWork, actor: Actor, account_id: int) -> None:
    brands.change(uow, actor.brand_id, policy={"steps": []})
    post = posts.create(uow, actor, content_of("The new roast", account_id), uow.now + timedelta(days=3))
    (target,) = targets.of_post(uow, post.id)
    targets.change(uow, target.id, state="scheduled", due_at=post.slot_at)


async def test_each_account_is_examined_once_a_night(ward: Ward) -> None:
    assert await ward.rounds() == 0
    assert await ward.night() == 1
    assert await ward.rounds() == 0
    assert await ward.night() == 1
    assert ward.networks.calls == ["check", "check"]
    assert (await ward.account()).checked_at == ward.clock.now


async def test_what_the_call_tells_is_kept(ward: Ward) -> None:
    narrower = frozenset({Can.FETCH, Can.REPLY})
    reasons = {Can.PUBLISH: N_("This key was made without that right.")}
    ward.networks.profiles[ward.account_id] = replace(
        PROFILE, mode="user token", can=narrower, cannot=reasons, quota=Quota(3, 50)
    )
    await ward.night()
    account = await ward.account()
    assert (account.mode, account.can) == ("user token", ["fetch", "reply"])
    assert not declared.allows(account, Can.PUBLISH)
    assert declared.why_not(account, Can.PUBLISH) == "This key was made without that right."
    assert quotas.of(account, ward.clock.now) == Quota(3, 50)


async def test_a_dead_key_is_told_once_to_whoever_connected_it_with_the_posts_at_risk(ward: Ward) -> None:
    world = ward.desk.world
    vera = Actor(world.brand.id, world.vera.id, "Vera", frozenset({Role.CONTENT}))
    await ward.desk.database.write(plan, vera, ward.account_id)
    ward.networks.script("check", "auth_expired")
    await ward.night()
    (notice,) = ward.private("anna")
    assert notice.title == "Demo network no longer accepts the key of Northwind"
    assert "1 post is at risk" in str(notice.body)
    assert [button.label for button in notice.buttons[0]] == ["Reconnect", "Open"]
    assert ward.private("vera") == []
    await ward.night()
    assert len(ward.private("anna")) == 1
    assert ward.networks.calls == ["check"]  # nothing is asked with a key known to be dead


async def test_what_only_a_person_can_grant_is_told_once_with_the_posts_at_risk(ward: Ward) -> None:
    world = ward.desk.world
    vera = Actor(world.brand.id, world.vera.id, "Vera", frozenset({Role.CONTENT}))
    await ward.desk.database.write(plan, vera, ward.account_id)
    ward.networks.script("check", "needs_human", "needs_human")
    await ward.night()
    room = ward.desk.room(web_user(world.anna.id))
    (notice,) = [card for card in room.cards if card.title == "Northwind on Demo network needs you"]
    assert "Demo network wants a person: https://demo.example/captcha" in str(notice.body)
    assert "1 post is at risk" in str(notice.body)
    assert [button.label for button in notice.buttons[0]] == ["Check now", "Reconnect", "Open"]
    await ward.night()
    assert len([card for card in room.cards if "needs you" in card.title]) == 1
    await ward.desk.database.write(health.record_success, ward.account_id, timedelta(minutes=1))
    await ward.desk.settle()
    assert [card.title for card in room.cards] == ["Northwind on Demo network is connected again"]


async def test_reconnecting_turns_the_notice_into_the_all_clear_and_keeps_the_place(ward: Ward) -> None:
    await ward.desk.database.write(lambda uow: kept.change(uow, ward.account_id, cursor="42"))
    ward.networks.script("check", "auth_expired")
    await ward.night()
    await ward.admit(ward.desk.world.anna.id)
    await ward.desk.settle()
    (notice,) = ward.private("anna")
    assert notice.title == "Northwind on Demo network is connected again"
    assert "works" in str(ward.desk.room("team").cards[-1])
    account = await ward.account()
    assert (account.cursor, account.health) == ("42", "ok")


async def test_a_key_that_ends_is_told_a_week_before_and_again_only_for_another_end(ward: Ward) -> None:
    ends = ward.clock.now + timedelta(days=8, hours=12)
    ward.networks.profiles[ward.account_id] = replace(PROFILE, expires_at=ends)
    await ward.night()
    assert ward.private("anna") == []
    await ward.night()
    await ward.night()
    (notice,) = ward.private("anna")
    assert "its key ends in" in notice.title
    assert notice.tone == "warn"


async def test_a_failure_that_passes_says_nothing_about_the_key(ward: Ward) -> None:
    ward.networks.script("check", "unavailable")
    await ward.night()
    assert (await ward.account()).health == "ok"
    assert ward.private("anna") == []


async def test_without_whoever_connected_it_a_manager_hears(desk: TestDesk, clock: Clock, tmp_path: Path) -> None:
    ward = Ward(desk, clock, tmp_path)
    await ward.admit(by=999)
    await desk.database.write(health.record_failure, ward.account_id, AuthExpired(N_("No."), network="Demo network"))
    await ward.night()
    assert len(ward.private("anna")) == 1


async def test_another_account_behind_the_same_key_changes_nothing(ward: Ward) -> None:
    ward.networks.profiles[ward.account_id] = replace(PROFILE, remote_id="u-2", name="Somebody else")
    before: Any = await ward.account()
    await ward.night()
    assert await ward.account() == before
