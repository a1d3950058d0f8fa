"""The first comment: after the publication, once, and told where it is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake_networks import LIMITS, Outcome
from post_world import PostDesk, content_of

from smm import declared, first_comment, posts, publisher
from smm.declared import Declared
from smm.networks import Can, Options, PostKind
from storage import accounts, targets
from storage.jobs import Job, jobs
from storage.posts import Target
from storage.unit_of_work import UnitOfWork


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(Declared("demo", "Demo network", frozenset(Can), replace(LIMITS, first_comment=True)))


async def goes_out(posting: PostDesk, **options: Any) -> int:
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    content = content_of("Fresh beans", account.id, options=Options(**options))
    post = await posting.database.write(posts.create, writer, content)
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    (target,) = await posting.database.read(targets.of_post, post.id)
    await publisher.publish(posting.ports, target.id)
    return target.id


async def runs(posting: PostDesk, **parts: float) -> int:
    """Let time pass and run what is due; return how many jobs."""
    posting.clock.advance(**parts)
    known = await posting.database.read(lambda uow: uow.many(Job, jobs.select().where(jobs.c.kind == "first_comment")))
    due = [job for job in known if job.due_at <= posting.clock.now and job.state == "queued"]
    for job in due:
        await posting.database.write(_done, job.id)
        await first_comment.write(posting.ports, job.args)
    await posting.desk.settle()
    return len(due)


def _done(uow: UnitOfWork, job_id: int) -> None:
    uow.change(jobs.update().where(jobs.c.id == job_id).values(state="done"))


async def target(posting: PostDesk, target_id: int) -> Target:
    found = await posting.database.read(targets.get, target_id)
    assert found is not None
    return found


async def test_it_is_written_under_the_publication_once(posting: PostDesk) -> None:
    target_id = await goes_out(posting, first_comment="Where to buy: …")
    assert posting.networks.of("reply") == []
    assert await runs(posting) == 1
    (comment,) = posting.networks.of("reply")
    assert (comment.text, comment.answers) == ("Where to buy: …", (await target(posting, target_id)).remote_id)
    await first_comment.write(posting.ports, {"target_id": target_id, "number": 9})
    assert len(posting.networks.of("reply")) == 1


async def test_without_one_nothing_is_asked(posting: PostDesk) -> None:
    await goes_out(posting)
    assert await runs(posting) == 0


async def test_under_a_story_nothing_is_written(posting: PostDesk) -> None:
    stories = replace(LIMITS, first_comment=True, kinds=tuple(PostKind))
    declared.declare(Declared("demo", "Demo network", frozenset(Can), stories))
    target_id = await goes_out(posting, kind=PostKind.STORY, first_comment="First!")
    assert (await target(posting, target_id)).state == "published"
    assert await runs(posting) == 0


@pytest.mark.parametrize(("outcome", "lost"), [("unknown_done", False), ("unknown_lost", True)])
async def test_what_may_have_been_written_is_looked_for_first(posting: PostDesk, outcome: Outcome, lost: bool) -> None:
    posting.networks.script("reply", outcome)
    await goes_out(posting, first_comment="First!")
    await runs(posting)
    assert await runs(posting, seconds=60) == 0
    assert await runs(posting, seconds=60) == 1
    assert "find_reply" in posting.networks.calls
    assert len(posting.networks.of("reply")) == 1
    assert posting.networks.calls.count("reply") == (2 if lost else 1)


async def test_a_refusal_is_told(posting: PostDesk) -> None:
    posting.networks.script("reply", "refuse")
    target_id = await goes_out(posting, first_comment="First!")
    await runs(posting)
    assert (await target(posting, target_id)).state == "published"
    assert "its first comment may be missing" in str(posting.desk.room("team").cards[-1].body)
