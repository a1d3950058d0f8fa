"""The ledger of corrections: what each answer of a network means for words that are live, and what a kill or a hold leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake_networks import LIMITS, Crash
from post_world import PostDesk, content_of

from smm import amending, approvals, corrections, declared, first_comment, holds, posts, publishing
from smm.actors import Actor
from smm.declared import Declared
from smm.errors import Conflict, Invalid
from smm.networks import Can, Options
from storage import accounts, jobs, targets
from storage import audit as trail
from storage.corrections import Correction
from storage.posts import Target
from storage.unit_of_work import UnitOfWork

TYPO, RIGHT = "Fresh baens", "Fresh beans"


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(Declared("demo", "Demo network", frozenset(Can), replace(LIMITS, first_comment=True)))


class Live:
    """One post that is live with a typo, and how its correction stands."""

    def __init__(self, posting: PostDesk, writer: Actor, post_id: int) -> None:
        self.posting, self.writer, self.post_id = posting, writer, post_id
        self.database, self.networks = posting.database, posting.networks

    async def corrects(self, text: str = RIGHT) -> None:
        whole = await self.database.read(posts.find, self.posting.brand_id, self.post_id)
        texts = {corrections.COMMON: text}
        await self.database.write(corrections.correct, self.writer, self.post_id, whole.post.version, texts)

    async def rows(self) -> list[Correction]:
        whole = await self.database.read(posts.find, self.posting.brand_id, self.post_id)
        return whole.corrections

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def target(self) -> Target:
        return (await self.database.read(targets.of_post, self.post_id))[0]

    def edits(self) -> list[str]:
        return [effect.text for effect in self.networks.of("edit")]


async def live(posting: PostDesk, mode: str = "none", text: str = TYPO, **parts: Any) -> Live:
    await posting.policy(mode=mode)
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    post = await posting.database.write(posts.create, writer, content_of(text, account.id, **parts))
    if mode != "none":
        await posting.database.write(approvals.submit, writer, post.id, 1)
        client = await posting.actor(posting.desk.world.clara)
        await posting.database.write(approvals.decide, client, post.id, 1, "approve")
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    await posting.tick()
    return Live(posting, writer, post.id)


@pytest.fixture
async def post(posting: PostDesk) -> Live:
    """A post that needs no approval and is live."""
    return await live(posting)


async def test_a_network_that_is_away_or_asks_to_wait_is_asked_again(post: Live) -> None:
    post.networks.script("edit", "unavailable", "rate_limited")
    await post.corrects()
    await post.posting.tick()
    assert await post.states() == ["due"]
    for _ in range(3):
        await post.posting.tick(seconds=45)
    assert (await post.states(), post.edits()) == (["done"], [RIGHT])


@pytest.mark.parametrize("outcome", ["unknown_done", "unknown_lost"])
async def test_what_nobody_knows_is_put_there_once_more_when_it_has_settled(post: Live, outcome: Any) -> None:
    post.networks.script("edit", outcome)
    await post.corrects()
    await post.posting.tick()
    await post.posting.tick(seconds=119)
    assert await post.states() == ["working"]
    assert post.networks.calls.count("edit") == 1
    await post.posting.tick(seconds=2)
    assert await post.states() == ["done"]
    assert set(post.edits()) == {RIGHT}
    assert (await post.target()).state == "published"


async def test_a_kill_in_the_middle_is_taken_up(post: Live) -> None:
    post.networks.script("edit", "crash")
    await post.corrects()
    with pytest.raises(Crash):
        await post.posting.tick()
    assert await post.states() == ["working"]
    await post.posting.tick(minutes=3)
    assert await post.states() == ["done"]


async def test_who_was_presumed_dead_changes_nothing(post: Live) -> None:
    await post.corrects()
    (row,) = await post.rows()
    first = await post.database.write(amending.begin, row.id)
    post.posting.clock.advance(minutes=3)
    second = await post.database.write(amending.begin, row.id)
    assert first is not None
    assert second is not None
    await post.database.write(amending.finish_refused, first, "")
    assert await post.states() == ["working"]
    await post.database.write(amending.finish_ok, second)
    await post.database.write(amending.finish_unknown, first, "")
    assert await post.states() == ["done"]


async def test_a_refusal_leaves_the_post_published_and_asks_people(post: Live) -> None:
    before = await post.target()
    post.networks.script("edit", "refuse")
    await post.corrects()
    await post.posting.tick(minutes=1)
    assert await post.states() == ["hands"]
    assert await post.target() == before
    (row,) = await post.rows()
    await post.database.write(corrections.again, post.writer, row.id)
    await post.posting.tick()
    assert (await post.states(), post.edits()) == (["done"], [RIGHT])
    with pytest.raises(Conflict):
        await post.database.write(corrections.made, post.writer, row.id)


async def test_a_network_that_never_answers_is_left_to_people_at_last(post: Live) -> None:
    post.networks.script("edit", *["unknown_lost"] * amending.TRIES)
    await post.corrects()
    for _ in range(amending.TRIES + 1):
        await post.posting.tick(minutes=3)
    assert await post.states() == ["hands"]
    assert "Nobody knows which words stand" in publishing.said((await post.rows())[0].error)[0]


async def test_a_dead_key_blocks_it_until_the_account_is_reconnected(post: Live) -> None:
    post.networks.script("edit", "auth_expired")
    await post.corrects()
    await post.posting.tick()
    assert await post.states() == ["blocked"]
    assert await post.database.write(amending.unblock) == 0
    await post.database.write(_mend, (await post.target()).account_id)
    assert await post.database.write(amending.unblock) == 1
    await post.posting.tick()
    assert await post.states() == ["done"]


def _mend(uow: UnitOfWork, account_id: int) -> None:
    accounts.change(uow, account_id, health="ok")


async def test_a_hold_stops_it_until_it_is_lifted(post: Live) -> None:
    owner = await post.posting.actor(post.posting.desk.world.anna)
    await post.corrects()
    await post.database.write(holds.hold_brand, owner)
    await post.posting.tick(minutes=2)
    assert post.edits() == []
    await post.database.write(holds.resume_brand, owner)
    await post.posting.tick(minutes=2)
    assert post.edits() == [RIGHT]


async def test_a_newer_correction_waits_until_the_older_cannot_arrive_any_more(post: Live) -> None:
    post.networks.script("edit", "unknown_lost")
    await post.corrects("Fresh beens")
    await post.posting.tick()
    await post.corrects()
    await post.posting.tick(seconds=60)
    assert await post.states() == ["working", "due"]
    for _ in range(3):
        await post.posting.tick(minutes=2)
    assert (await post.states(), post.edits()) == (["dropped", "done"], [RIGHT])


async def test_the_version_that_is_live_counts_in_reports_once_it_is_there(post: Live) -> None:
    before = (await post.target()).published_hash
    await post.corrects()
    assert (await post.target()).published_hash == before
    await post.posting.tick()
    whole = await post.database.read(posts.find, post.posting.brand_id, post.post_id)
    assert (await post.target()).published_hash == whole.version.hash != before


async def test_what_is_approved_stands_and_what_is_not_does_not_go(posting: PostDesk) -> None:
    post = await live(posting, "client")
    await post.corrects("Fresh beens")
    client = await posting.actor(posting.desk.world.clara)
    await posting.database.write(approvals.decide, client, post.post_id, 2, "approve")
    await post.corrects()
    await posting.tick(minutes=5)
    assert post.edits() == []
    await posting.database.write(approvals.decide, client, post.post_id, 3, "approve")
    await posting.tick()
    assert post.edits() == [RIGHT]


async def test_a_looser_policy_is_no_way_round_the_client(posting: PostDesk) -> None:
    post = await live(posting, "client")
    await posting.policy(mode="none")
    await post.corrects()
    await posting.tick(minutes=5)
    assert post.edits() == []
    client = await posting.actor(posting.desk.world.clara)
    await posting.database.write(approvals.decide, client, post.post_id, 2, "approve")
    await posting.tick()
    assert post.edits() == [RIGHT]


async def test_a_stricter_policy_stops_what_was_on_its_way(post: Live) -> None:
    await post.corrects()
    await post.posting.policy(mode="client")
    await post.posting.tick(minutes=5)
    assert (await post.states(), post.edits()) == (["waiting"], [])


async def test_where_a_network_has_a_text_of_its_own_the_common_one_changes_nothing(posting: PostDesk) -> None:
    account = (await posting.accounts())[0]
    post = await live(posting, overrides={account.id: "Own baens"})
    with pytest.raises(Invalid):
        await post.corrects()
    texts = {account.id: "Own beans"}
    await posting.database.write(corrections.correct, post.writer, post.post_id, 1, texts)
    await posting.tick()
    assert post.edits() == ["Own beans"]


async def test_what_is_withdrawn_says_again_what_is_live(posting: PostDesk) -> None:
    post = await live(posting, "client")
    await post.corrects()
    await posting.database.write(corrections.drop, post.writer, post.post_id, 2)
    whole = await posting.database.read(posts.find, posting.brand_id, post.post_id)
    assert (whole.content.text, whole.open_approval, await post.states()) == (TYPO, None, ["dropped"])
    client = await posting.actor(posting.desk.world.clara)
    with pytest.raises(Conflict):
        await posting.database.write(approvals.decide, client, post.post_id, 3, "approve")


async def removed(post: Live) -> None:
    """Let the network refuse the correction, and a person choose to publish anew."""
    post.networks.script("edit", "refuse")
    await post.corrects()
    await post.posting.tick()
    (row,) = await post.rows()
    await post.database.write(corrections.anew, post.writer, row.id)


@pytest.mark.parametrize("outcome", ["unknown_done", "unknown_lost", "unavailable", "crash"])
async def test_what_is_published_anew_is_taken_down_first_whatever_happens(post: Live, outcome: Any) -> None:
    await removed(post)
    post.networks.script("delete", outcome)
    for _ in range(4):
        try:
            await post.posting.tick(minutes=3)
        except Crash:
            assert outcome == "crash"
    assert [effect.text for effect in post.networks.of("publish")] == [TYPO, RIGHT]
    calls = [call for call in post.networks.calls if call in {"publish", "delete"}]
    assert calls == ["publish", "delete", "delete", "publish"]
    target = await post.target()
    assert (target.state, target.generation, target.remote_id) == (
        "published",
        2,
        post.networks.of("publish")[1].remote_id,
    )


async def test_what_is_published_anew_has_its_first_comment_too(posting: PostDesk) -> None:
    post = await live(posting, options=Options(first_comment="Where: by the river"))
    await _comments(post)
    await removed(post)
    for _ in range(2):
        await posting.tick(minutes=3)
    await _comments(post)
    published = [effect.remote_id for effect in post.networks.of("publish")]
    assert [effect.answers for effect in post.networks.of("reply")] == published
    assert len(published) == 2


async def _comments(post: Live) -> None:
    """Do what the program does for the first comments that were asked for."""
    for job in await post.database.read(jobs.due, post.posting.clock.now):
        if job.kind == first_comment.KIND and await post.database.write(jobs.claim, job.id):
            await first_comment.write(post.posting.ports, job.args)


async def test_nothing_is_published_anew_where_it_could_not_be_taken_down(post: Live) -> None:
    await removed(post)
    post.networks.script("delete", "refuse")
    for _ in range(3):
        await post.posting.tick(minutes=3)
    assert [effect.text for effect in post.networks.of("publish")] == [TYPO]
    assert (await post.states(), (await post.target()).state) == (["hands"], "published")


async def test_late_news_of_what_was_taken_down_since_is_not_believed(post: Live) -> None:
    old = await _publication(post)
    await removed(post)
    await post.posting.tick()
    await post.database.write(publishing.finish_ok, old, "publish-1", "https://demo.example/publish-1")
    assert (await post.target()).state != "published"
    await post.posting.tick()
    assert [effect.text for effect in post.networks.of("publish")] == [TYPO, RIGHT]


async def _publication(post: Live) -> publishing.Publication:
    """Return the claim under which it was published, as a process holds it that hears nothing for long."""
    whole = await post.database.read(posts.find, post.posting.brand_id, post.post_id)
    return await post.database.write(_claim, whole.targets[0].id)


def _claim(uow: UnitOfWork, target_id: int) -> publishing.Publication:
    found = publishing.lock(uow, target_id)
    assert found is not None
    (attempt,) = publishing.attempts.all_of(uow, publishing.KIND, target_id)
    return publishing._publication(uow, *found, attempt, probes=False)


async def test_the_trail_tells_of_it(post: Live) -> None:
    await post.corrects()
    await post.posting.tick()
    told = await post.database.read(lambda uow: trail.of(uow, f"post:{post.post_id}"))
    assert {"post.correct", "target.corrected"} <= {each.action for each in told}
