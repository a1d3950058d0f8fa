"""Consents: believed once, from whom they were asked, for ten minutes; what they give is proven like anything typed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks

from smm import accounts, consents, declared, logins
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import Conflict, Forbidden, Invalid, NotFound
from smm.networks import Can, Offer, Profile
from smm.roles import Role
from storage import accounts as kept
from storage.channels import ChatRef
from storage.jobs import Job, jobs
from storage.unit_of_work import UnitOfWork

BACK = "https://desk.example/s/me/connected"


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(declared.Declared("demo", "Demo network", frozenset(Can), LIMITS, consent=True))


class Consenting:
    """Anna, who may connect accounts, and a network that asks her."""

    def __init__(self, desk: TestDesk, clock: Clock, folder: Path) -> None:
        self.desk, self.clock, self.networks = desk, clock, FakeNetworks(clock)
        self.ports = Desk(desk.database, self.networks, None, folder)  # type: ignore[arg-type]
        self.anna = Actor(desk.world.brand.id, desk.world.anna.id, "Anna", frozenset({Role.OWNER}))

    async def state(self, instead: int = 0) -> str:
        where = await consents.begin(self.ports, self.anna, "demo", BACK, instead)
        return parse_qs(urlsplit(where).query)["state"][0]

    async def connect(self, pending_id: int, instead: int = 0) -> None:
        chat = ChatRef("web", "anna")
        await self.desk.database.write(consents.take_offer, self.anna, pending_id, chat, "en", instead)
        (job,) = await self.desk.database.read(lambda uow: uow.many(Job, jobs.select().where(jobs.c.state == "queued")))
        await logins.connect(self.ports, job.args)
        await self.desk.database.write(lambda uow: jobs_done(uow, job.id))

    async def secrets(self, account_id: int) -> dict[str, str]:
        def work(uow: UnitOfWork) -> dict[str, str]:
            account = kept.get(uow, account_id)
            assert account is not None
            assert account.secret is not None
            return uow.vault.open(account.secret, account.owner)

        return await self.desk.database.read(work)


def jobs_done(uow: UnitOfWork, job_id: int) -> None:
    uow.change(jobs.update().where(jobs.c.id == job_id).values(state="done"))


@pytest.fixture
def asked(desk: TestDesk, clock: Clock, tmp_path: Path) -> Consenting:
    return Consenting(desk, clock, tmp_path)


async def test_a_consent_becomes_a_proven_account(asked: Consenting) -> None:
    state = await asked.state()
    _, (covered,) = await consents.finish(asked.ports, asked.anna.member_id, state, "code-1", BACK)
    (grant,) = asked.networks.grants
    assert (grant.code, grant.redirect) == ("code-1", BACK)
    assert len(grant.verifier) >= 43
    await asked.connect(covered.pending_id)
    (account,) = await asked.desk.database.read(accounts.connected_ones, asked.anna.brand_id)
    assert (account.health, account.connected_by) == ("ok", asked.anna.member_id)
    assert await asked.secrets(account.id) == {"token": "code-1"}


async def test_it_is_believed_once_from_whom_it_was_asked_and_for_ten_minutes(asked: Consenting) -> None:
    state = await asked.state()
    with pytest.raises(Invalid):
        await consents.finish(asked.ports, asked.desk.world.boris.id, state, "stolen", BACK)
    state = await asked.state()
    await consents.finish(asked.ports, asked.anna.member_id, state, "code-1", BACK)
    with pytest.raises(Invalid):
        await consents.finish(asked.ports, asked.anna.member_id, state, "code-2", BACK)
    state = await asked.state()
    asked.clock.now += timedelta(minutes=10)
    with pytest.raises(Invalid):
        await consents.finish(asked.ports, asked.anna.member_id, state, "late", BACK)
    with pytest.raises(Invalid):
        await consents.finish(asked.ports, asked.anna.member_id, "guessed", "code", BACK)
    assert [grant.code for grant in asked.networks.grants] == ["code-1"]


async def test_a_refusal_is_told(asked: Consenting) -> None:
    with pytest.raises(Conflict, match="was not granted"):
        await consents.finish(asked.ports, asked.anna.member_id, await asked.state(), "", BACK)


async def test_who_may_not_connect_is_not_asked(asked: Consenting) -> None:
    boris = Actor(asked.anna.brand_id, asked.desk.world.boris.id, "Boris", frozenset({Role.COMMUNITY}))
    with pytest.raises(Forbidden):
        await consents.begin(asked.ports, boris, "demo", BACK)
    with pytest.raises(NotFound):
        await consents.begin(asked.ports, asked.anna, "nowhere", BACK)


async def test_reconnecting_keeps_the_refresh_token_that_the_network_does_not_repeat(asked: Consenting) -> None:
    profile = Profile("account-7", "Northwind", "northwind", "", LIMITS)
    given = {"token": "old", "refresh_token": "kept"}
    account_id = await asked.desk.database.write(logins.connected, asked.anna.brand_id, "demo", profile, given)
    await asked.desk.database.write(lambda uow: kept.change(uow, account_id, cursor="42"))
    asked.networks.offers = (Offer("Northwind", {"token": "new"}),)
    state = await asked.state(account_id)
    _, (covered,) = await consents.finish(asked.ports, asked.anna.member_id, state, "code", BACK)
    asked.networks.profiles[covered.pending_id] = profile
    await asked.connect(covered.pending_id, account_id)
    assert await asked.secrets(account_id) == {"token": "new", "refresh_token": "kept"}
    account = await asked.desk.database.read(kept.get, account_id)
    assert account is not None
    assert account.cursor == "42"


async def test_of_several_accounts_each_is_taken_by_itself(asked: Consenting) -> None:
    asked.networks.offers = (Offer("Page one", {"token": "1"}), Offer("Page two", {"token": "2"}))
    _, covered = await consents.finish(asked.ports, asked.anna.member_id, await asked.state(), "code", BACK)
    assert [each.name for each in covered] == ["Page one", "Page two"]
    await asked.connect(covered[1].pending_id)
    (account,) = await asked.desk.database.read(accounts.connected_ones, asked.anna.brand_id)
    assert await asked.secrets(account.id) == {"token": "2"}
