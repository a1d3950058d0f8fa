"""Publishing by hand: ready at the minute, reminded of, confirmed by people or by the network, never called a failure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake_networks import LIMITS, item
from post_world import PostDesk, content_of

from handlers.card import Card
from smm import by_hand, declared, ingest, posts, receipts
from smm.declared import Declared
from smm.networks import Can, Options, Page
from storage import accounts, attempts, jobs, targets
from storage.jobs import Job
from storage.posts import Target


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(
        Declared("demo", "Demo network", frozenset(Can) - {Can.PUBLISH}, replace(LIMITS, first_comment=True))
    )


class Hands:
    """One post on an account where people publish."""

    def __init__(self, posting: PostDesk, target_id: int, account_id: int) -> None:
        self.posting, self.target_id, self.account_id = posting, target_id, account_id
        self.vera = posting.desk.vera

    async def target(self) -> Target:
        found = await self.posting.database.read(targets.get, self.target_id)
        assert found is not None
        return found

    def cards(self) -> list[Card]:
        return [card for card in self.posting.desk.room("team").cards if "Demo network" in card.title]

    async def passes(self, **parts: float) -> None:
        self.posting.clock.advance(**parts)
        known: list[Job] = await self.posting.database.read(jobs.due, self.posting.clock.now)
        for job in known:
            if job.kind == by_hand.JOB and await self.posting.database.write(jobs.claim, job.id):
                await by_hand.reminded(self.posting.ports, job.args)
        await self.posting.desk.settle()


@pytest.fixture
async def hands(posting: PostDesk) -> Hands:
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    content = content_of("Fresh beans <b>today</b>", account.id, options=Options(first_comment="Where: by the river"))
    post = await posting.database.write(posts.create, writer, content)
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    (target,) = await posting.database.read(targets.of_post, post.id)
    await posting.tick()
    return Hands(posting, target.id, account.id)


async def test_at_its_minute_everything_is_ready_to_be_copied(hands: Hands) -> None:
    assert (await hands.target()).state == "by_hand"
    assert hands.posting.networks.effects == []
    card = hands.cards()[-1]
    assert card.title == "Publish this on Demo network now"
    copied = [span.text for block in card.body for span in getattr(block, "spans", ()) if span.style == "code"]
    assert copied == ["Fresh beans <b>today</b>", "Where: by the river"]
    assert card.link is not None
    assert card.link.url == "https://demo.example/new"
    made = await hands.posting.database.read(attempts.all_of, "target", hands.target_id)
    assert [each.outcome for each in made] == ["refused"]


async def test_a_person_says_that_it_is_out(hands: Hands) -> None:
    await hands.vera.presses("It is out")
    await hands.vera.answers(link="https://demo.example/p/7")
    await hands.posting.desk.settle()
    target = await hands.target()
    assert (target.state, target.link) == ("published", "https://demo.example/p/7")
    assert "It is out on Demo network" in [card.title for card in hands.cards()]


async def test_a_wrong_address_is_asked_for_again(hands: Hands) -> None:
    await hands.vera.presses("It is out")
    errors: Any = await hands.vera.answers(link="javascript:alert(1)")
    assert "link" in errors
    assert (await hands.target()).state == "by_hand"


async def test_the_network_itself_says_that_it_is_out(hands: Hands) -> None:
    other = item("p-6", "Something else", own=True, thread_id="", parent_id="")
    ours = item("p-7", "  Fresh beans <b>today</b> ", own=True, thread_id="", parent_id="")
    for each in (other, ours):
        await hands.posting.database.write(ingest.ingest, hands.account_id, Page((each,), each.remote_id))
    target = await hands.target()
    assert (target.state, target.remote_id, target.link) == ("published", "p-7", "https://demo.example/p-7")


async def test_it_is_reminded_of_until_it_is_out_and_never_called_late_or_failed(hands: Hands) -> None:
    before = len(hands.cards())
    await hands.passes(minutes=15)
    assert "Reminder 1: it is still not out." in str(hands.cards()[-1].body)
    await hands.passes(hours=1)
    assert len(hands.cards()) == before + 2
    assert await hands.posting.database.write(lambda uow: receipts.late_check(uow, uow.now)) == 0
    await hands.vera.presses("It is out")
    await hands.vera.answers(link="")
    await hands.passes(hours=5)
    assert len(hands.cards()) == before + 2


async def test_later_and_skipping(hands: Hands) -> None:
    await hands.vera.presses("Not yet")
    await hands.passes(minutes=30)
    assert "it is still not out" in str(hands.cards()[-1].body)
    await hands.vera.presses("Skip")
    assert (await hands.target()).state == "cancelled"


async def test_an_edit_takes_it_back(hands: Hands) -> None:
    writer = await hands.posting.actor(hands.posting.desk.world.vera)
    changed = content_of("Other words", hands.account_id)
    target = await hands.target()
    await hands.posting.database.write(posts.edit, writer, target.post_id, 1, changed, None)
    assert (await hands.target()).state == "draft"
    await hands.passes(minutes=15)
    assert "Reminder" not in str(hands.cards())


async def test_what_the_desk_could_not_publish_people_can(posting: PostDesk) -> None:
    declared.declare(Declared("demo", "Demo network", frozenset(Can), LIMITS))
    await posting.policy(mode="none")
    writer = await posting.actor(posting.desk.world.vera)
    account = (await posting.database.read(accounts.of_brand, posting.brand_id))[0]
    posting.networks.script("publish", "refuse")
    post = await posting.database.write(posts.create, writer, content_of("Fresh beans", account.id))
    await posting.database.write(posts.publish_now, writer, post.id, 1)
    await posting.tick()
    await posting.desk.vera.presses("Open the post")
    await posting.desk.settle()
    labels = [b.label for card in posting.desk.room("team").cards for line in card.buttons for b in line]
    wanted = next(each for each in labels if each.startswith("Publish by hand"))
    await posting.desk.vera.presses(wanted)
    await posting.desk.settle()
    (target,) = await posting.database.read(targets.of_post, post.id)
    assert target.state == "by_hand"
    assert posting.desk.room("team").cards[-1].title == "Publish this on Demo network now"
