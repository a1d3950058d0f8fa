"""Approvals: bound to one version, decided once whoever races, by the people whom the policy names."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from clocks import Clock
from dialog import TestDesk
from post_world import PostDesk, actor_of, add_account, content_of, set_policy, submit_all

from smm import approvals, posts, publishing
from smm.actors import Actor
from smm.errors import Conflict, DeskError, Forbidden, Invalid
from smm.roles import Role
from smm.versions import Content, Media
from storage import media, members, targets
from storage.unit_of_work import UnitOfWork

PRESSES, POSTS = 1_000, 100


async def test_a_thousand_racing_presses_make_a_hundred_decisions(any_desk: TestDesk) -> None:
    """Ten people press on each of a hundred posts at once: each press is answered truthfully."""
    database, world = any_desk.database, any_desk.world
    brand_id = world.brand.id
    await database.write(set_policy, brand_id, {"mode": "internal"})
    account_id = await database.write(add_account, brand_id)
    writer = await database.read(actor_of, world.vera, brand_id)
    asked = await database.write(submit_all, writer, account_id, POSTS)
    people = await database.write(_managers, world.brand.workspace_id, brand_id)
    presses = [(post_id, person, index) for post_id in asked for index, person in enumerate(people)]
    Random(1).shuffle(presses)

    async def press(post_id: int, person: Actor, index: int) -> tuple[int, str, str]:
        decision: Any = "approve" if index % 2 else "reject"
        try:
            decided = await database.write(approvals.decide, person, post_id, 1, decision, "not like this")
        except Conflict as error:
            return post_id, "", str(error)
        return post_id, f"{person.name} {decided.state}", ""

    answers = await asyncio.gather(*(press(*each) for each in presses))
    assert len(answers) == PRESSES
    won = {post_id: what for post_id, what, _ in answers if what}
    assert sum(bool(what) for _, what, _ in answers) == POSTS
    assert sorted(won) == asked
    for post_id, _, told in answers:
        name, state = won[post_id].rsplit(" ", 1)
        if told:
            assert told == f"{name} has already {state} this version."
    kept = await database.read(_decisions, asked)
    assert {post_id: f"{name} {state}" for post_id, name, state in kept} == won


def _managers(uow: UnitOfWork, workspace_id: int, brand_id: int) -> list[Actor]:
    found = []
    for number in range(PRESSES // POSTS):
        member = members.add(uow, workspace_id, f"Manager {number}", "en", brand_id)
        members.grant(uow, member.id, brand_id, Role.MANAGER)
        found.append(actor_of(uow, member, brand_id))
    return found


def _decisions(uow: UnitOfWork, post_ids: list[int]) -> list[tuple[int, str, str]]:
    from storage import approvals as kept

    found = []
    for post_id in post_ids:
        (row,) = kept.of_post(uow, post_id)
        member = members.get(uow, row.decided_by or 0)
        assert member is not None
        found.append((post_id, member.name, row.state))
    return found


class Stage:
    """One brand with a writer, two managers and a client."""

    def __init__(self, posting: PostDesk) -> None:
        self.posting, self.database = posting, posting.database
        self.brand_id = posting.brand_id

    async def prepare(self, **policy: Any) -> Stage:
        world = self.posting.desk.world
        await self.posting.policy(**policy)
        self.account = await self.posting.add_account("Second")
        self.writer = await self.posting.actor(world.vera)
        self.owner = await self.posting.actor(world.anna)
        self.client = await self.posting.actor(world.clara)
        self.managers = await self.database.write(_managers, world.brand.workspace_id, self.brand_id)
        return self

    async def submitted(self, **parts: Any) -> int:
        content = content_of("Autumn menu", self.account, **parts)
        slot = self.posting.clock.now + timedelta(hours=2)
        post = await self.database.write(posts.create, self.writer, content, slot)
        await self.database.write(approvals.submit, self.writer, post.id)
        return post.id

    async def decide(
        self, actor: Actor, post_id: int, decision: Any = "approve", reason: str = ""
    ) -> approvals.Decided:
        whole = await self.look(post_id)
        return await self.database.write(approvals.decide, actor, post_id, whole.post.version, decision, reason)

    async def look(self, post_id: int) -> posts.Whole:
        return await self.database.read(posts.find, self.brand_id, post_id)


@pytest.mark.parametrize(("quorum", "wanted"), [("any", 1), ("3", 3), ("all", 11)])
async def test_a_step_waits_for_its_quorum(posting: PostDesk, quorum: str, wanted: int) -> None:
    stage = await Stage(posting).prepare(mode="internal", quorum={"internal": quorum})
    post_id = await stage.submitted()
    people = [stage.owner, *stage.managers]
    for number, person in enumerate(people[: wanted - 1], 1):
        assert (await stage.decide(person, post_id)).needs == wanted - number
    with pytest.raises(Conflict, match="You have decided" if wanted > 1 else "nothing"):
        await stage.decide(people[0], post_id) if wanted > 1 else _nothing()
    assert (await stage.decide(people[wanted - 1], post_id)).state == "approved"


def _nothing() -> None:
    raise Conflict("nothing")


async def test_one_refusal_ends_a_step_that_waits_for_all(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal", quorum={"internal": "all"})
    post_id = await stage.submitted()
    await stage.decide(stage.managers[0], post_id)
    assert (await stage.decide(stage.managers[1], post_id, "changes", "Shorter")).post.state == "changes_requested"


async def test_changes_and_rejections_need_a_reason(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    post_id = await stage.submitted()
    for decision in ("changes", "reject"):
        with pytest.raises(Invalid, match="Say what should change"):
            await stage.decide(stage.owner, post_id, decision, "  ")


async def test_the_owners_override_needs_the_policy_and_is_written_down(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    post = await stage.database.write(posts.create, stage.owner, content_of("Mine", stage.account))
    await stage.database.write(approvals.submit, stage.owner, post.id)
    with pytest.raises(Forbidden, match="You wrote this version"):
        await stage.decide(stage.owner, post.id)
    await posting.policy(mode="internal", owner_override=True)
    await stage.decide(stage.owner, post.id)
    from storage import audit

    entries = await stage.database.read(audit.of, f"post:{post.id}")
    assert [entry.facts["override"] for entry in entries if entry.action == "post.approve"] == [True]


async def test_whoever_edits_becomes_an_author(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    post_id = await stage.submitted()
    whole = await stage.look(post_id)
    content = replace(whole.content, text="The manager's words")
    await stage.database.write(posts.edit, stage.managers[0], post_id, 1, content, whole.post.slot_at)
    await stage.database.write(approvals.submit, stage.writer, post_id)
    with pytest.raises(Forbidden, match="You wrote this version"):
        await stage.decide(stage.managers[0], post_id)
    await stage.decide(stage.managers[1], post_id)


async def test_the_team_cannot_sign_off_for_the_client_nor_the_client_for_the_team(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal+client")
    post_id = await stage.submitted()
    with pytest.raises(Forbidden, match="inside the team"):
        await stage.decide(stage.client, post_id)
    await stage.decide(stage.owner, post_id)
    with pytest.raises(Forbidden, match="Only the client"):
        await stage.decide(stage.owner, post_id)
    assert (await stage.decide(stage.client, post_id)).post.state == "scheduled"


async def test_what_the_client_wants_changed_is_seen_by_the_team_first(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal+client")
    post_id = await stage.submitted()
    await stage.decide(stage.owner, post_id)
    await stage.decide(stage.client, post_id, "changes", "Shorter")
    whole = await stage.look(post_id)
    await stage.database.write(
        posts.edit, stage.writer, post_id, 1, replace(whole.content, text="Menu"), whole.post.slot_at
    )
    assert (await stage.database.write(approvals.submit, stage.writer, post_id)).state == "internal_review"


async def test_nobody_to_ask_is_told_before_anything_is_sent(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="client", quorum={"client": "2"})
    with pytest.raises(Invalid, match="wants 2 approvals, but only 1"):
        await stage.submitted()


CHANGES: dict[str, Any] = {
    "text": lambda content, other: replace(content, text="Other words"),
    "override": lambda content, other: replace(content, overrides={content.accounts[0]: "Other words"}),
    "media": lambda content, other: replace(content, media=content.media[:1]),
    "media order": lambda content, other: replace(content, media=content.media[::-1]),
    "alt": lambda content, other: replace(content, media=(replace(content.media[0], alt="x"), *content.media[1:])),
    "link": lambda content, other: replace(content, link="https://example.org/b"),
    "tags": lambda content, other: replace(content, tags=("autumn",)),
    "ad": lambda content, other: replace(content, ad={"erid": "abc"}),
    "accounts": lambda content, other: replace(content, accounts=(*content.accounts, other)),
}


@pytest.mark.parametrize("field", CHANGES)
async def test_any_change_after_approval_takes_the_approval_back_and_keeps_the_slot(
    posting: PostDesk, field: str
) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    other = await posting.add_account("Other")
    digests = ("a" * 64, "b" * 64)
    for digest in digests:
        await stage.database.write(_keep, digest)
    pictures = tuple(Media(digest) for digest in digests)
    post_id = await stage.submitted(media=pictures, link="https://example.org/a")
    assert (await stage.decide(stage.owner, post_id)).post.state == "scheduled"
    before = await stage.look(post_id)
    content: Content = CHANGES[field](before.content, other)
    await stage.database.write(posts.edit, stage.writer, post_id, 1, content, before.post.slot_at)
    after = await stage.look(post_id)
    assert (after.post.state, after.post.slot_at) == ("draft", before.post.slot_at)
    assert not after.is_approved
    posting.clock.now = before.post.slot_at or posting.clock.now
    assert await stage.database.read(publishing.due, posting.clock.now) == []
    await stage.database.write(_force, after.targets[0].id, posting.clock)
    assert await stage.database.write(publishing.begin, after.targets[0].id) is None
    with pytest.raises(Conflict, match="not approved yet"):
        await stage.database.write(posts.publish_now, stage.writer, post_id, 2)


def _keep(uow: UnitOfWork, digest: str) -> None:
    media.keep(uow, digest, brand_id=None, mime="image/png", size=10, width=1, height=1, name="a.png")


def _force(uow: UnitOfWork, target_id: int, clock: Clock) -> None:
    """Put a target where only the publisher's own check stands between it and the public."""
    targets.change(uow, target_id, state="scheduled", due_at=clock.now)


async def test_the_time_is_approved_too_where_the_policy_says_so(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal", slot_bound=True)
    post_id = await stage.submitted()
    await stage.decide(stage.owner, post_id)
    later = posting.clock.now + timedelta(hours=5)
    moved = await stage.database.write(posts.place, stage.writer, post_id, 1, later)
    assert (moved.state, (await stage.look(post_id)).post.version) == ("draft", 2)


async def test_moving_the_time_keeps_the_approval_otherwise(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    post_id = await stage.submitted()
    await stage.decide(stage.owner, post_id)
    later = posting.clock.now + timedelta(hours=5)
    assert (await stage.database.write(posts.place, stage.writer, post_id, 1, later)).state == "scheduled"
    assert (await stage.look(post_id)).targets[0].due_at == later


async def test_another_brands_post_is_not_there(posting: PostDesk) -> None:
    stage = await Stage(posting).prepare(mode="internal")
    post_id = await stage.submitted()
    stranger = replace(stage.owner, brand_id=stage.brand_id + 1)
    with pytest.raises(DeskError, match="no such post"):
        await stage.decide(stranger, post_id)
