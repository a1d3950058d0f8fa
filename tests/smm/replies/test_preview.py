"""An answer is public only after a confirmed preview, and only while it still fits what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answering import outcomes, preview, queued, sent, tick
from clocks import Clock
from fake_networks import LIMITS, item
from inbox_world import BOTH, Inbox, by, database_of, open_inbox

from smm import declared, replies
from smm import inbox as use
from smm.errors import Conflict, Invalid
from smm.networks import Can, Item
from storage import audit
from storage.members import Member
from storage.replies import Reply


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Inbox]:
    async with database_of(request) as opened:
        yield await open_inbox(opened, clock, tmp_path)


@pytest.fixture
def anna(inbox: Inbox) -> Any:
    return inbox.people.anna


@pytest.fixture
def boris(inbox: Inbox) -> Any:
    return inbox.people.boris


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


async def test_rule_7_a_text_is_not_public_before_it_is_confirmed(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await preview(inbox, anna)
    clock.advance(days=1)
    await tick(inbox, clock)
    await replies.send(inbox.desk, reply.id)

    assert (await inbox.reply(reply.id)).state == "preview"
    assert inbox.networks.effects == []


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_7_a_confirmed_answer_waits_ten_seconds_and_goes_out_once(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    reply = await queued(inbox, anna)
    await replies.send(inbox.desk, reply.id)
    assert inbox.networks.effects == []
    assert await inbox.database.read(replies.due, clock.now + timedelta(seconds=9)) == []
    clock.advance(seconds=10)

    await asyncio.gather(*(replies.send(inbox.desk, reply.id) for _ in range(20)))

    done = await inbox.reply(reply.id)
    mention = await inbox.mention(reply.mention_id)
    assert len(inbox.networks.effects) == 1
    assert (done.state, done.link, done.sent_at) == ("sent", "https://demo.example/reply-1", clock.now)
    assert (mention.state, mention.answered_by, mention.answered_at) == ("replied", "Anna", clock.now)
    assert (mention.answer, mention.answer_link) == ("Yes, we do!", done.link)
    assert await outcomes(inbox, reply.id) == ["ok"]
    assert await inbox.database.read(audit.verify) is None


async def test_rule_7_undo_in_time_makes_it_a_preview_again(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await queued(inbox, anna)
    clock.advance(seconds=9)
    undone = await inbox.database.write(replies.cancel, reply.id, by(anna))
    clock.advance(seconds=60)
    await replies.send(inbox.desk, reply.id)

    assert (undone.state, inbox.networks.effects) == ("preview", [])
    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    await inbox.database.write(replies.confirm, reply.id, anna)


async def test_rule_7_undo_too_late_says_so(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await sent(inbox, clock, anna)
    with pytest.raises(Conflict, match="public already"):
        await inbox.database.write(replies.cancel, reply.id, by(anna))


async def test_rule_7_the_time_for_second_thoughts_is_the_brands(inbox: Inbox, anna: Member, clock: Clock) -> None:
    await inbox.set_brand(policy={"undo_seconds": 0})
    reply = await queued(inbox, anna)

    assert reply.send_at == clock.now


async def test_rule_3_a_preview_holds_the_mention_against_others(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await preview(inbox, anna)
    with pytest.raises(Conflict, match="Anna is replying"):
        await preview(inbox, boris, mention_id=reply.mention_id)


async def test_rule_3_who_was_taken_over_cannot_send(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await preview(inbox, anna)
    await inbox.database.write(use.take_over, reply.mention_id, by(boris))

    with pytest.raises(Conflict, match="Boris is replying"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_rule_3_only_its_writer_sends_an_answer(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await preview(inbox, anna)
    with pytest.raises(Conflict, match="Anna wrote this"):
        await inbox.database.write(replies.confirm, reply.id, boris)


async def _wants_a_second_look(inbox: Inbox, reply: Reply, member: Member, words: str) -> None:
    """Sending warns once, then goes through with what is shown now."""
    with pytest.raises(replies.Changed, match=words):
        await inbox.database.write(replies.confirm, reply.id, member)
    mention = await inbox.mention(reply.mention_id)
    seen = await inbox.database.read(replies.look, mention)
    assert (await inbox.database.write(replies.confirm, reply.id, member, seen=seen)).state == "queued"


async def test_rule_3_a_newer_message_of_the_author_is_told_first(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(thread_id="t", author_id="u-9")
    reply = await preview(inbox, anna, mention_id=mention_id)
    await inbox.one(thread_id="t", author_id="u-9", text="Never mind, found it")

    await _wants_a_second_look(inbox, reply, anna, "Never mind, found it")


async def test_rule_3_a_stranger_in_the_same_thread_changes_nothing(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(thread_id="t", author_id="u-9")
    reply = await preview(inbox, anna, mention_id=mention_id)
    await inbox.one(thread_id="t", author_id="u-10")

    assert (await inbox.database.write(replies.confirm, reply.id, anna)).state == "queued"


@pytest.mark.parametrize("thread", ["post-1", "a"], ids=["in the same thread", "in a thread named after it"])
async def test_rule_3_an_answer_to_the_comment_itself_is_told_first(inbox: Inbox, anna: Member, thread: str) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await preview(inbox, anna, mention_id=mention_id)
    await inbox.one(
        parent_id="a", thread_id=thread, author_id="u-10", author_name="Lou", text="They do, I had one today"
    )

    await _wants_a_second_look(inbox, reply, anna, "Lou has written again")


async def test_rule_3_a_native_answer_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await preview(inbox, anna, mention_id=mention_id)
    clock.advance(minutes=1)
    await inbox.arrive(item("b", "Sure", own=True, author_name="Northwind", parent_id="a", said_at=clock.now))

    await _wants_a_second_look(inbox, reply, anna, "Northwind has answered it")


async def test_rule_3_an_edit_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await preview(inbox, anna, mention_id=mention_id)
    clock.advance(minutes=1)
    await inbox.arrive(item("a", "Do you have poison?", edited_at=clock.now))

    await _wants_a_second_look(inbox, reply, anna, "edited")


async def test_rule_3_a_claim_that_ran_out_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await preview(inbox, anna)
    clock.advance(minutes=11)
    await inbox.database.write(use.wake, reply.mention_id)

    await _wants_a_second_look(inbox, reply, anna, "run out")


async def test_rule_3_what_its_author_deleted_is_not_answered(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await preview(inbox, anna, mention_id=mention_id)
    await inbox.arrive(item("a", deleted=True))

    with pytest.raises(Conflict, match="deleted it"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def _changes_while_waiting(inbox: Inbox, anna: Member, clock: Clock, change: Callable[[datetime], Item]) -> Any:
    mention_id = await inbox.one(remote_id="a", thread_id="t", author_id="u-9")
    reply = await queued(inbox, anna, mention_id=mention_id)
    clock.advance(seconds=5)
    await inbox.arrive(change(clock.now))
    clock.advance(seconds=5)
    await tick(inbox, clock)
    assert inbox.networks.effects == []
    told = [alert.args for alert in await inbox.told("reply")]
    assert told == [{"why": "held_back"}]
    assert (await inbox.reply(reply.id)).state == "preview"
    return await inbox.mention(mention_id)


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_3_a_native_answer_during_the_last_seconds_holds_ours_back(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    mention = await _changes_while_waiting(
        inbox, anna, clock, lambda now: item("b", "Sure", own=True, parent_id="a", said_at=now)
    )
    assert (mention.state, mention.answer) == ("elsewhere", "Sure")


async def test_rule_3_an_edit_during_the_last_seconds_holds_ours_back(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention = await _changes_while_waiting(inbox, anna, clock, lambda now: item("a", "Poison?", edited_at=now))
    assert (mention.state, mention.claimed_by) == ("claimed", anna.id)


async def test_rule_3_a_deletion_during_the_last_seconds_holds_ours_back(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    mention = await _changes_while_waiting(inbox, anna, clock, lambda now: item("a", deleted=True))
    assert mention.state == "deleted"


async def test_rule_3_a_newer_message_during_the_last_seconds_holds_ours_back(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    mention = await _changes_while_waiting(
        inbox, anna, clock, lambda now: item("c", thread_id="t", author_id="u-9", said_at=now)
    )
    assert mention.state == "claimed"


async def test_a_hold_of_the_brand_stops_answers_that_wait(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await queued(inbox, anna)
    await inbox.set_brand(on_hold=True)
    clock.advance(seconds=10)
    await tick(inbox, clock)

    assert inbox.networks.effects == []
    with pytest.raises(Conflict, match="on hold"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_nothing_waits_for_an_account_whose_key_is_dead(inbox: Inbox, anna: Member) -> None:
    reply = await preview(inbox, anna)
    await inbox.set_account(health="auth_expired")

    with pytest.raises(Conflict, match="/accounts"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_the_limit_of_the_network_is_told_at_the_preview(inbox: Inbox, anna: Member) -> None:
    with pytest.raises(Invalid, match="500 characters at most; this has 501"):
        await preview(inbox, anna, text="x" * 501)
    with pytest.raises(Invalid, match="empty"):
        await preview(inbox, anna, text=" \n ")


async def test_where_no_program_may_answer_the_next_step_is_said(
    inbox: Inbox, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = declared.Declared("demo", "Feeds", frozenset({Can.FETCH}), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})

    with pytest.raises(Invalid, match="Feeds lets no program answer: open it there"):
        await preview(inbox, anna)


async def test_a_new_preview_of_the_same_writer_replaces_the_old_one(inbox: Inbox, anna: Member) -> None:
    first = await preview(inbox, anna)
    second = await preview(inbox, anna, text="Better words", mention_id=first.mention_id)

    assert (await inbox.reply(first.id)).state == "cancelled"
    with pytest.raises(Conflict, match="thrown away"):
        await inbox.database.write(replies.confirm, first.id, anna)
    await inbox.database.write(replies.confirm, second.id, anna)


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_two_confirmations_at_once_are_one(inbox: Inbox, anna: Member) -> None:
    reply = await preview(inbox, anna)
    results = await asyncio.gather(
        *(inbox.database.write(replies.confirm, reply.id, anna) for _ in range(10)), return_exceptions=True
    )

    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 9


async def test_the_mention_stays_with_the_writer_while_the_answer_is_on_its_way(
    inbox: Inbox, anna: Member, boris: Member
) -> None:
    reply = await queued(inbox, anna)
    for action in (use.claim, use.take_over, use.resolve):
        with pytest.raises(Conflict, match="Anna's answer is on its way"):
            await inbox.database.write(action, reply.mention_id, by(boris))


async def test_discarding_keeps_the_claim(inbox: Inbox, anna: Member) -> None:
    reply = await preview(inbox, anna)
    await inbox.database.write(replies.discard, reply.id, by(anna))

    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    assert (await inbox.reply(reply.id)).state == "cancelled"
