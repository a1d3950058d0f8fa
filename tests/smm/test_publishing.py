"""The ledger, transition by transition: what each answer of a network means, and what a kill, a zombie or a hold leave behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from post_world import PostDesk, content_of

from smm import outcomes, posts, publisher, publishing, receipts
from smm.errors import N_, Conflict, Unreadable
from smm.publishing import Publication
from storage import accounts, attempts, targets
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork


class Ledger:
    """One post on its way, and how it stands."""

    def __init__(self, posting: PostDesk, post: Post, target_id: int) -> None:
        self.posting, self.post, self.target_id = posting, post, target_id
        self.database, self.networks = posting.database, posting.networks

    async def target(self) -> Target:
        found = await self.database.read(targets.get, self.target_id)
        assert found is not None
        return found

    async def begin(self) -> Publication:
        found = await self.database.write(publishing.begin, self.target_id)
        assert found is not None
        return found

    async def outcomes(self) -> list[str | None]:
        return [each.outcome for each in await self.database.read(attempts.all_of, "target", self.target_id)]

    async def waits(self) -> timedelta:
        due_at = (await self.target()).due_at
        assert due_at is not None
        return due_at - self.posting.clock.now


@pytest.fixture
async def ledger(posting: PostDesk) -> Ledger:
    """A post that needs no approval and is due now."""
    return await due_now(posting)


async def due_now(posting: PostDesk, text: str = "Fresh beans", **policy: Any) -> Ledger:
    await posting.policy(mode="none", **policy)
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    post = await posting.database.write(posts.create, writer, content_of(text, account.id))
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    (target,) = await posting.database.read(targets.of_post, post.id)
    return Ledger(posting, post, target.id)


async def test_the_attempt_is_written_before_the_call(ledger: Ledger) -> None:
    seen: list[Any] = []

    async def during(call: str) -> None:
        seen.append((call, await ledger.outcomes(), (await ledger.target()).state))

    ledger.networks.during = during
    await ledger.posting.tick()
    assert seen == [("publish", [None], "publishing")]
    assert await ledger.outcomes() == ["ok"]


async def test_a_network_that_asks_to_wait_is_obeyed(ledger: Ledger) -> None:
    ledger.networks.script("publish", "rate_limited")
    await ledger.posting.tick()
    assert (await ledger.target()).state == "retry_wait"
    assert timedelta(seconds=30) <= await ledger.waits() <= timedelta(seconds=36)
    await ledger.posting.tick(seconds=29)
    assert ledger.networks.effects == []
    await ledger.posting.tick(seconds=8)
    assert len(ledger.networks.effects) == 1
    assert await ledger.outcomes() == ["refused", "ok"]


async def test_pauses_grow_and_end_in_a_failure_that_is_certain(ledger: Ledger) -> None:
    for _ in range(10):
        ledger.networks.script("publish", "unavailable")
    pauses = []
    for _ in range(publishing.TRIES - 1):
        await ledger.posting.tick()
        pauses.append(await ledger.waits())
        ledger.posting.clock.now += pauses[-1]
    assert pauses == sorted(pauses)
    await ledger.posting.tick()
    assert (await ledger.target()).state == "failed"
    assert await ledger.outcomes() == ["refused"] * publishing.TRIES


async def test_a_dead_key_blocks_tells_and_goes_on_after_reconnecting(ledger: Ledger) -> None:
    ledger.networks.script("publish", "auth_expired")
    await ledger.posting.tick()
    assert (await ledger.target()).state == "auth_blocked"
    other = await due_now(ledger.posting, "Second post")
    await ledger.posting.tick()
    assert (await other.target()).state == "auth_blocked"
    assert ledger.networks.calls == ["publish"]  # no call for an account that is known to be dead
    assert await ledger.database.write(publishing.unblock) == 0
    account_id = (await ledger.target()).account_id
    await ledger.database.write(_mend, account_id)
    assert await ledger.database.write(publishing.unblock) == 2
    await ledger.posting.tick()
    assert len(ledger.networks.effects) == 2


def _mend(uow: UnitOfWork, account_id: int) -> None:
    accounts.change(uow, account_id, health="ok")


async def test_an_answer_that_was_lost_is_looked_for_and_found(ledger: Ledger) -> None:
    ledger.networks.script("publish", "unknown_done")
    await ledger.posting.tick()
    await ledger.posting.tick(seconds=119)
    assert ledger.networks.calls == ["publish"]
    await ledger.posting.tick(seconds=1)
    target = await ledger.target()
    assert (target.state, target.link) == ("published", "https://demo.example/publish-1")
    assert len(ledger.networks.effects) == 1


async def test_what_is_not_there_is_sent_again_under_the_same_key(ledger: Ledger) -> None:
    ledger.networks.script("publish", "unknown_lost")
    await ledger.posting.tick()
    await ledger.posting.tick(seconds=120)
    assert await ledger.outcomes() == ["absent"]
    await ledger.posting.tick()
    keys = {each.key for each in await ledger.database.read(attempts.all_of, "target", ledger.target_id)}
    assert keys == {ledger.networks.effects[0].key}


async def test_other_words_never_go_out_under_a_used_key(ledger: Ledger) -> None:
    ledger.networks.script("publish", "unavailable")
    await ledger.posting.tick()
    writer = await ledger.posting.actor(ledger.posting.desk.world.vera)
    whole = await ledger.database.read(posts.find, ledger.posting.brand_id, ledger.post.id)
    content = replace(whole.content, text="Other beans")
    await ledger.database.write(posts.edit, writer, ledger.post.id, 1, content, whole.post.slot_at)
    await ledger.database.write(posts.publish_now, writer, ledger.post.id, 2)
    await ledger.posting.tick()
    keys = [each.key for each in await ledger.database.read(attempts.all_of, "target", ledger.target_id)]
    assert len(set(keys)) == 2


async def test_a_strange_answer_may_mean_that_it_is_live(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def strange(*_: Any) -> None:
        raise Unreadable(N_("{network} says something strange."), network="Demo")

    monkeypatch.setattr("fake_networks.FakeConnector.publish", strange)
    await ledger.posting.tick()
    assert ((await ledger.target()).state, await ledger.outcomes()) == ("publishing", [None])


async def test_a_call_that_does_not_end_is_cut_off_and_unknown(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forever(call: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(publishing, "CALL", timedelta(milliseconds=20))
    ledger.networks.during = forever
    await ledger.posting.tick()
    assert ((await ledger.target()).state, await ledger.outcomes()) == ("publishing", [None])


async def test_a_kill_in_the_middle_is_looked_for_after_the_settle_time(ledger: Ledger) -> None:
    await ledger.begin()
    assert await ledger.waits() == timedelta(seconds=180)
    assert await ledger.database.write(publishing.recover) == 1
    assert await ledger.waits() == timedelta(seconds=120)
    await ledger.posting.tick(seconds=119)
    assert ledger.networks.calls == []
    await ledger.posting.tick(seconds=1)
    await ledger.posting.tick()
    assert ledger.networks.calls == ["find", "publish"]


async def test_two_processes_claim_once(ledger: Ledger) -> None:
    await asyncio.gather(*(publisher.publish(ledger.posting.ports, ledger.target_id) for _ in range(5)))
    assert len(ledger.networks.effects) == 1


async def test_a_zombie_cannot_move_what_was_taken_over_but_its_good_news_is_believed(ledger: Ledger) -> None:
    zombie = await ledger.begin()
    ledger.posting.clock.advance(seconds=200)
    probe = await ledger.begin()
    assert probe.probes
    await ledger.database.write(publishing.finish_later, zombie, publishing.note("late"))
    assert (await ledger.target()).state == "publishing"
    await ledger.database.write(publishing.finish_ok, zombie, "r-1", "https://demo.example/r-1")
    assert (await ledger.target()).state == "published"
    await ledger.database.write(publishing.absent, probe)
    assert (await ledger.target()).state == "published"


async def test_where_nobody_can_look_a_person_is_asked_not_the_network_again(posting: PostDesk) -> None:
    posting.networks.capabilities = frozenset()
    ledger = await due_now(posting)
    posting.networks.script("publish", "unknown_lost")
    await posting.tick()
    for _ in range(5):
        await posting.tick(minutes=5)
    assert ((await ledger.target()).state, posting.networks.calls) == ("outcome_unknown", ["publish"])
    writer = await posting.actor(posting.desk.world.vera)
    await posting.database.write(outcomes.again, writer, ledger.target_id)
    with pytest.raises(Conflict, match="answered already"):
        await posting.database.write(outcomes.again, writer, ledger.target_id)
    await posting.tick()
    target = await ledger.target()
    assert (target.state, target.generation) == ("published", 2)


async def test_what_was_dropped_stays_dropped_after_an_edit(posting: PostDesk) -> None:
    posting.networks.capabilities = frozenset()
    second = await posting.add_account("Second")
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    content = content_of("Both", account.id, second)
    post = await posting.database.write(posts.create, writer, content)
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    posting.networks.script("publish", "unknown_done", "refuse")
    await posting.tick()
    await posting.tick(seconds=120)
    (unknown, failed) = await posting.database.read(targets.of_post, post.id)
    assert (unknown.state, failed.state) == ("outcome_unknown", "failed")
    await posting.database.write(outcomes.drop, writer, unknown.id)
    whole = await posting.database.read(posts.find, posting.brand_id, post.id)
    await posting.database.write(
        posts.edit, writer, post.id, 1, replace(content, text="Both again"), whole.post.slot_at
    )
    await posting.database.write(posts.publish_now, writer, post.id, 2)
    await posting.tick()
    assert [effect.text for effect in posting.networks.effects] == ["Both", "Both again"]


async def test_more_than_an_hour_late_is_missed_and_asked_about(posting: PostDesk) -> None:
    ledger = await due_now(posting)
    await posting.tick(minutes=61)
    assert ((await ledger.target()).state, posting.networks.effects) == ("missed", [])


async def test_the_daily_cap_stops_a_loop(posting: PostDesk) -> None:
    for number in range(4):
        await due_now(posting, f"Post {number}", daily_cap=3)
    await posting.tick()
    assert len(posting.networks.effects) == 3
    ledger = await due_now(posting, "Next day", daily_cap=3)
    posting.clock.advance(hours=15)  # past midnight in Berlin, but by then too late for this one
    assert await posting.database.write(publishing.begin, ledger.target_id) is None
    await due_now(posting, "Today", daily_cap=3)
    await posting.tick()
    assert len(posting.networks.effects) == 4


async def test_nothing_goes_out_early(posting: PostDesk) -> None:
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    slot: datetime = posting.clock.now + timedelta(minutes=10)
    post = await posting.database.write(posts.create, writer, content_of("Later", account.id))
    await posting.database.write(posts.place, writer, post.id, 1, slot)
    (target,) = await posting.database.read(targets.of_post, post.id)
    posting.clock.now = slot - timedelta(seconds=1)
    assert await posting.database.write(publishing.begin, target.id) is None
    posting.clock.now = slot
    assert await posting.database.write(publishing.begin, target.id) is not None


async def test_a_post_that_is_out_cannot_be_edited_cancelled_or_sent_again(ledger: Ledger) -> None:
    await ledger.posting.tick()
    writer = await ledger.posting.actor(ledger.posting.desk.world.vera)
    for work in (posts.cancel, posts.publish_now):
        with pytest.raises(Conflict, match="nothing left to change"):
            await ledger.database.write(work, writer, ledger.post.id, 1)
    await publisher.publish(ledger.posting.ports, ledger.target_id)
    assert len(ledger.networks.effects) == 1


async def test_the_daily_line_is_of_the_brands_own_day(posting: PostDesk) -> None:
    posting.clock.now = datetime.fromisoformat("2026-10-25T00:30:00+02:00")  # the day of 25 hours
    await due_now(posting, "Early")
    await posting.tick()
    posting.clock.now = datetime.fromisoformat("2026-10-25T23:30:00+01:00")
    await due_now(posting, "Late")
    await posting.tick()
    from storage import brands

    brand = await posting.database.read(brands.get, posting.brand_id)
    assert brand is not None
    day = await posting.database.read(receipts.of_day, brand, datetime(2026, 10, 25).date())  # noqa: DTZ001 - a date alone
    assert (day.planned, day.live) == (2, 2)
    told = []
    for _ in range(48):  # two days, hour by hour
        posting.clock.advance(hours=1)
        told.append(await posting.database.write(receipts.daily_lines))
    assert sum(told) == 1


async def test_a_hold_between_the_look_and_the_claim_wins(ledger: Ledger) -> None:
    from smm import holds

    owner = await ledger.posting.actor(ledger.posting.desk.world.anna)
    due = await ledger.database.read(publishing.due, ledger.posting.clock.now)
    assert [target_id for target_id, _ in due] == [ledger.target_id]
    await ledger.database.write(holds.hold_brand, owner)
    assert await ledger.database.write(publishing.begin, ledger.target_id) is None
    assert ledger.networks.calls == []
