"""Figures of publications: at their ages, once, as the network told them; nothing it does not tell becomes a zero."""

from __future__ import annotations

from typing import Any

import pytest
from post_world import PostDesk, content_of

from smm import alerts, figures, posts, publisher
from smm.networks import Metrics
from storage import accounts, metrics, targets
from storage.jobs import Job, jobs
from storage.metrics import Snapshot


@pytest.fixture
async def target_id(posting: PostDesk) -> int:
    """A post that has just gone live."""
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    post = await posting.database.write(posts.create, writer, content_of("Fresh beans", account.id))
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    (target,) = await posting.database.read(targets.of_post, post.id)
    await publisher.publish(posting.ports, target.id)
    return target.id


async def passes(posting: PostDesk, **parts: float) -> int:
    posting.clock.advance(**parts)
    asked = await posting.database.write(figures.make_due)
    known = await posting.database.read(lambda uow: uow.many(Job, jobs.select().where(jobs.c.kind == "figures")))
    for job in known:
        if job.due_at == posting.clock.now:
            await figures.take(posting.ports, job.args)
    return asked


async def kept(posting: PostDesk, target_id: int) -> Snapshot | None:
    return await posting.database.read(metrics.newest, target_id)


async def test_figures_are_taken_at_their_ages_and_once(posting: PostDesk, target_id: int) -> None:
    target: Any = await posting.database.read(targets.get, target_id)
    posting.networks.figures[target.remote_id] = Metrics(views=12, likes=3)
    assert await passes(posting, minutes=59) == 0
    assert await passes(posting, minutes=1) == 1
    assert await passes(posting) == 0
    first: Any = await kept(posting, target_id)
    assert (first.hours, first.views, first.likes, first.shares) == (1, 12, 3, None)
    posting.networks.figures[target.remote_id] = Metrics(views=40)
    await passes(posting, hours=23)
    day: Any = await kept(posting, target_id)
    assert (day.hours, day.views, day.likes) == (24, 40, None)
    assert await passes(posting, days=6) == 1
    assert await passes(posting, days=30) == 0


async def test_a_failure_is_made_good_within_the_hour(posting: PostDesk, target_id: int) -> None:
    target: Any = await posting.database.read(targets.get, target_id)
    posting.networks.script("metrics", "unavailable")
    posting.networks.figures[target.remote_id] = Metrics(likes=3)
    await passes(posting, hours=1)
    assert await kept(posting, target_id) is None
    assert await passes(posting, hours=1) == 1
    assert await kept(posting, target_id) is not None


async def test_a_moment_slept_through_is_not_another_age(posting: PostDesk, target_id: int) -> None:
    target: Any = await posting.database.read(targets.get, target_id)
    posting.networks.figures[target.remote_id] = Metrics(likes=3)
    await passes(posting, hours=8)
    assert await kept(posting, target_id) is None


async def test_the_receipt_shows_what_the_network_told(posting: PostDesk, target_id: int) -> None:
    target: Any = await posting.database.read(targets.get, target_id)
    posting.networks.figures[target.remote_id] = Metrics(likes=3, comments=0)
    await passes(posting, hours=1)
    await posting.database.write(_show, posting, target.post_id)
    await posting.desk.settle()
    shown = str(posting.desk.room("team").cards[-1].body)
    assert "likes 3, comments 0" in shown
    assert "views" not in shown


def _show(uow: Any, posting: PostDesk, post_id: int) -> None:
    room = posting.desk.room("team").chat
    alerts.show(uow, room, "post", post_id, brand_id=posting.brand_id, language="en")
