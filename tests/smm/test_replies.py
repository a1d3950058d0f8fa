"""An answer is public only after a confirmed preview, once, and only while it still fits what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from fake_networks import LIMITS, Crash, Outcome, item
from inbox_world import BOTH, Inbox, by, database_of, open_inbox

from smm import declared, replies
from smm import inbox as use
from smm.errors import Conflict, Invalid
from smm.networks import Can, Item
from storage import attempts, audit
from storage.members import Member
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork

AWAY: list[Outcome] = ["unavailable"] * 100


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


async def _preview(inbox: Inbox, member: Member, text: str = "Yes, we do!", mention_id: int | None = None) -> Any:
    mention_id = mention_id or await inbox.one()
    return await inbox.database.write(replies.preview, mention_id, member, text)


async def _queued(inbox: Inbox, member: Member, **given: Any) -> Any:
    reply = await _preview(inbox, member, **given)
    return await inbox.database.write(replies.confirm, reply.id, member)


async def _sent(inbox: Inbox, clock: Clock, member: Member, **given: Any) -> Any:
    """Confirm an answer, wait out the time for second thoughts and let the clock send it."""
    reply = await _queued(inbox, member, **given)
    clock.advance(seconds=10)
    await _tick(inbox, clock)
    return await inbox.reply(reply.id)


async def _tick(inbox: Inbox, clock: Clock) -> None:
    for reply_id, _ in await inbox.database.read(replies.due, clock.now):
        await replies.send(inbox.desk, reply_id)


async def _outcomes(inbox: Inbox, reply_id: int) -> Any:
    return [attempt.outcome for attempt in await inbox.database.read(attempts.all_of, "reply", reply_id)]


async def test_rule_7_a_text_is_not_public_before_it_is_confirmed(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _preview(inbox, anna)
    clock.advance(days=1)
    await _tick(inbox, clock)
    await replies.send(inbox.desk, reply.id)

    assert (await inbox.reply(reply.id)).state == "preview"
    assert inbox.networks.effects == []


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_7_a_confirmed_answer_waits_ten_seconds_and_goes_out_once(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    reply = await _queued(inbox, anna)
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
    assert await _outcomes(inbox, reply.id) == ["ok"]
    assert await inbox.database.read(audit.verify) is None


async def test_rule_7_undo_in_time_makes_it_a_preview_again(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _queued(inbox, anna)
    clock.advance(seconds=9)
    undone = await inbox.database.write(replies.cancel, reply.id, by(anna))
    clock.advance(seconds=60)
    await replies.send(inbox.desk, reply.id)

    assert (undone.state, inbox.networks.effects) == ("preview", [])
    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    await inbox.database.write(replies.confirm, reply.id, anna)


async def test_rule_7_undo_too_late_says_so(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _sent(inbox, clock, anna)
    with pytest.raises(Conflict, match="public already"):
        await inbox.database.write(replies.cancel, reply.id, by(anna))


async def test_rule_7_the_time_for_second_thoughts_is_the_brands(inbox: Inbox, anna: Member, clock: Clock) -> None:
    await inbox.set_brand(policy={"undo_seconds": 0})
    reply = await _queued(inbox, anna)

    assert reply.send_at == clock.now


async def test_rule_3_a_preview_holds_the_mention_against_others(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await _preview(inbox, anna)
    with pytest.raises(Conflict, match="Anna is replying"):
        await _preview(inbox, boris, mention_id=reply.mention_id)


async def test_rule_3_who_was_taken_over_cannot_send(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await _preview(inbox, anna)
    await inbox.database.write(use.take_over, reply.mention_id, by(boris))

    with pytest.raises(Conflict, match="Boris is replying"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_rule_3_only_its_writer_sends_an_answer(inbox: Inbox, anna: Member, boris: Member) -> None:
    reply = await _preview(inbox, anna)
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
    reply = await _preview(inbox, anna, mention_id=mention_id)
    await inbox.one(thread_id="t", author_id="u-9", text="Never mind, found it")

    await _wants_a_second_look(inbox, reply, anna, "Never mind, found it")


async def test_rule_3_a_stranger_in_the_same_thread_changes_nothing(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(thread_id="t", author_id="u-9")
    reply = await _preview(inbox, anna, mention_id=mention_id)
    await inbox.one(thread_id="t", author_id="u-10")

    assert (await inbox.database.write(replies.confirm, reply.id, anna)).state == "queued"


async def test_rule_3_an_answer_to_the_comment_itself_is_told_first(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await _preview(inbox, anna, mention_id=mention_id)
    await inbox.one(parent_id="a", author_id="u-10", author_name="Lou", text="They do, I had one today")

    await _wants_a_second_look(inbox, reply, anna, "Lou has written again")


async def test_rule_3_a_native_answer_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await _preview(inbox, anna, mention_id=mention_id)
    clock.advance(minutes=1)
    await inbox.arrive(item("b", "Sure", own=True, author_name="Northwind", parent_id="a", said_at=clock.now))

    await _wants_a_second_look(inbox, reply, anna, "Northwind has answered it")


async def test_rule_3_an_edit_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await _preview(inbox, anna, mention_id=mention_id)
    clock.advance(minutes=1)
    await inbox.arrive(item("a", "Do you have poison?", edited_at=clock.now))

    await _wants_a_second_look(inbox, reply, anna, "edited")


async def test_rule_3_a_claim_that_ran_out_is_told_first(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _preview(inbox, anna)
    clock.advance(minutes=11)
    await inbox.database.write(use.wake, reply.mention_id)

    await _wants_a_second_look(inbox, reply, anna, "run out")


async def test_rule_3_what_its_author_deleted_is_not_answered(inbox: Inbox, anna: Member) -> None:
    mention_id = await inbox.one(remote_id="a")
    reply = await _preview(inbox, anna, mention_id=mention_id)
    await inbox.arrive(item("a", deleted=True))

    with pytest.raises(Conflict, match="deleted it"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def _changes_while_waiting(inbox: Inbox, anna: Member, clock: Clock, change: Callable[[datetime], Item]) -> Any:
    mention_id = await inbox.one(remote_id="a", thread_id="t", author_id="u-9")
    reply = await _queued(inbox, anna, mention_id=mention_id)
    clock.advance(seconds=5)
    await inbox.arrive(change(clock.now))
    clock.advance(seconds=5)
    await _tick(inbox, clock)
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
    reply = await _queued(inbox, anna)
    await inbox.set_brand(on_hold=True)
    clock.advance(seconds=10)
    await _tick(inbox, clock)

    assert inbox.networks.effects == []
    with pytest.raises(Conflict, match="on hold"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_nothing_waits_for_an_account_whose_key_is_dead(inbox: Inbox, anna: Member) -> None:
    reply = await _preview(inbox, anna)
    await inbox.set_account(health="auth_expired")

    with pytest.raises(Conflict, match="/accounts"):
        await inbox.database.write(replies.confirm, reply.id, anna)


async def test_the_limit_of_the_network_is_told_at_the_preview(inbox: Inbox, anna: Member) -> None:
    with pytest.raises(Invalid, match="500 characters at most; this has 501"):
        await _preview(inbox, anna, text="x" * 501)
    with pytest.raises(Invalid, match="empty"):
        await _preview(inbox, anna, text=" \n ")


async def test_where_no_program_may_answer_the_next_step_is_said(
    inbox: Inbox, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = declared.Declared("demo", "Feeds", frozenset({Can.FETCH}), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})

    with pytest.raises(Invalid, match="Open it on Feeds"):
        await _preview(inbox, anna)


async def test_a_new_preview_of_the_same_writer_replaces_the_old_one(inbox: Inbox, anna: Member) -> None:
    first = await _preview(inbox, anna)
    second = await _preview(inbox, anna, text="Better words", mention_id=first.mention_id)

    assert (await inbox.reply(first.id)).state == "cancelled"
    with pytest.raises(Conflict, match="thrown away"):
        await inbox.database.write(replies.confirm, first.id, anna)
    await inbox.database.write(replies.confirm, second.id, anna)


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_two_confirmations_at_once_are_one(inbox: Inbox, anna: Member) -> None:
    reply = await _preview(inbox, anna)
    results = await asyncio.gather(
        *(inbox.database.write(replies.confirm, reply.id, anna) for _ in range(10)), return_exceptions=True
    )

    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 9


@pytest.mark.parametrize("outcome", ["refuse", "needs_human", "auth_expired", "unsupported"])
async def test_a_refusal_gives_the_answer_back_for_another_try(
    inbox: Inbox, anna: Member, clock: Clock, outcome: Outcome
) -> None:
    inbox.networks.script("reply", outcome)
    reply = await _sent(inbox, clock, anna)
    words, facts = replies.words_of(reply)

    assert (reply.state, facts["network"]) == ("failed", "Demo network")
    assert words
    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    assert await _outcomes(inbox, reply.id) == ["refused"]
    assert [alert.args for alert in await inbox.told("reply")] == [{"why": "failed"}]
    await inbox.set_account(health="ok")
    await inbox.database.write(replies.confirm, reply.id, anna)
    clock.advance(seconds=10)
    await _tick(inbox, clock)
    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1


async def test_a_dead_key_met_while_sending_is_the_accounts_health(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", "auth_expired")
    await _sent(inbox, clock, anna)

    assert (await inbox.account()).health == "auth_expired"


async def test_a_network_that_asks_to_wait_is_asked_again_when_it_said(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "rate_limited")
    reply = await _sent(inbox, clock, anna)
    assert (reply.state, reply.send_at) == ("queued", clock.now + timedelta(seconds=30))
    clock.advance(seconds=30)
    await _tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert await _outcomes(inbox, reply.id) == ["refused", "ok"]


async def test_a_network_that_stays_away_gives_the_answer_back(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", *AWAY)
    reply = await _sent(inbox, clock, anna)
    for _ in range(10):
        clock.advance(minutes=20)
        await _tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "failed"
    assert len(await _outcomes(inbox, reply.id)) == 5


async def test_an_unknown_outcome_is_looked_up_after_it_settled_and_found(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "unknown_done")
    reply = await _sent(inbox, clock, anna)
    assert reply.state == "unknown"
    clock.advance(seconds=119)
    await _tick(inbox, clock)
    assert "find_reply" not in inbox.networks.calls
    clock.advance(seconds=1)
    await _tick(inbox, clock)

    found = await inbox.reply(reply.id)
    assert (found.state, found.remote_id) == ("sent", "reply-1")
    assert len(inbox.networks.effects) == 1
    assert (await inbox.mention(reply.mention_id)).state == "replied"


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_an_unknown_outcome_that_is_not_there_is_sent_again_once(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "unknown_lost")
    reply = await _sent(inbox, clock, anna)
    clock.advance(seconds=120)
    await _tick(inbox, clock)
    await _tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1
    assert await _outcomes(inbox, reply.id) == ["absent", "ok"]


async def _asked(inbox: Inbox, clock: Clock, anna: Member, outcome: Outcome = "unknown_done") -> Any:
    inbox.networks.capabilities = frozenset(Can) - {Can.FIND_REPLY}
    inbox.networks.script("reply", outcome)
    reply = await _sent(inbox, clock, anna)
    assert (reply.state, reply.send_at) == ("unknown", None)
    assert [alert.args for alert in await inbox.told("reply")] == [{"why": "unknown"}]
    clock.advance(days=1)
    await _tick(inbox, clock)
    assert len(inbox.networks.of("reply")) <= 1
    return reply


async def test_what_cannot_be_looked_up_is_asked_of_a_person(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _asked(inbox, clock, anna)
    await inbox.database.write(replies.it_is_there, reply.id, by(anna), "https://demo.example/seen")

    assert (await inbox.reply(reply.id)).state == "sent"
    assert (await inbox.mention(reply.mention_id)).answer_link == "https://demo.example/seen"
    assert len(inbox.networks.effects) == 1


async def test_a_person_may_say_send_again_which_is_another_key(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _asked(inbox, clock, anna, "unknown_lost")
    await inbox.database.write(replies.send_again, reply.id, by(anna))
    await _tick(inbox, clock)
    with pytest.raises(Conflict):
        await inbox.database.write(replies.send_again, reply.id, by(anna))

    tried = await inbox.database.read(attempts.all_of, "reply", reply.id)
    assert (await inbox.reply(reply.id)).state == "sent"
    assert len({attempt.key for attempt in tried}) == 2
    assert [(attempt.generation, attempt.outcome) for attempt in tried] == [(1, "unknown"), (2, "ok")]


async def test_a_person_may_drop_it(inbox: Inbox, anna: Member, clock: Clock) -> None:
    reply = await _asked(inbox, clock, anna)
    await inbox.database.write(replies.drop, reply.id, by(anna))

    assert (await inbox.reply(reply.id)).state == "cancelled"
    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_a_crash_in_the_middle_is_looked_up_never_repeated(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", "crash")
    reply = await _queued(inbox, anna)
    clock.advance(seconds=10)
    with pytest.raises(Crash):
        await replies.send(inbox.desk, reply.id)
    assert (await inbox.reply(reply.id)).state == "sending"

    clock.advance(seconds=119)
    await _tick(inbox, clock)
    assert inbox.networks.calls == ["reply"]
    clock.advance(seconds=1)
    await _tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1


async def test_looking_up_that_keeps_failing_ends_with_a_question(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", "unknown_done")
    inbox.networks.script("find_reply", *AWAY)
    reply = await _sent(inbox, clock, anna)
    for _ in range(20):
        clock.advance(minutes=2)
        await _tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "unknown"
    assert (await inbox.reply(reply.id)).send_at is None
    assert len(inbox.networks.effects) == 1


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_our_own_answer_in_the_feed_settles_what_was_unknown(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    inbox.networks.script("reply", "unknown_done")
    reply = await _sent(inbox, clock, anna, mention_id=mention_id)
    await inbox.arrive(item("reply-1", "@mia Yes,  we do!", own=True, parent_id="a", said_at=clock.now))

    assert (await inbox.reply(reply.id)).state == "sent"
    assert (await inbox.mention(mention_id)).answered_by == "Anna"


async def test_our_own_answer_in_the_feed_is_not_an_answer_elsewhere(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    seen = []

    async def fetch_in_the_middle(call: str) -> None:
        if call == "reply":
            await inbox.arrive(item("reply-1", "Yes, we do!", own=True, parent_id="a", said_at=clock.now))
            seen.append((await inbox.mention(mention_id)).state)

    inbox.networks.during = fetch_in_the_middle
    await _sent(inbox, clock, anna, mention_id=mention_id)
    await inbox.database.write(use.reopen, mention_id, by(anna))
    await inbox.arrive(
        item("reply-1", "Yes, we do!", own=True, parent_id="a", said_at=clock.now + timedelta(seconds=2))
    )

    assert seen == ["sending"]
    assert (await inbox.mention(mention_id)).state == "new"


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_a_late_answer_of_a_call_that_a_person_gave_up_is_still_the_truth(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    reply = await _queued(inbox, anna)
    clock.advance(seconds=10)

    async def give_up(call: str) -> None:
        if call == "reply":
            await inbox.database.write(_as_asked, reply.id)
            await inbox.database.write(replies.drop, reply.id, by(anna))

    inbox.networks.during = give_up
    await replies.send(inbox.desk, reply.id)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert (await inbox.mention(reply.mention_id)).state == "replied"


def _as_asked(uow: UnitOfWork, reply_id: int) -> None:
    from smm.replies.outcome import ask

    ask(uow, reply_id, 1)


async def test_the_mention_stays_with_the_writer_while_the_answer_is_on_its_way(
    inbox: Inbox, anna: Member, boris: Member
) -> None:
    reply = await _queued(inbox, anna)
    for action in (use.claim, use.take_over, use.resolve):
        with pytest.raises(Conflict, match="Anna's answer is on its way"):
            await inbox.database.write(action, reply.mention_id, by(boris))


async def test_discarding_keeps_the_claim(inbox: Inbox, anna: Member) -> None:
    reply = await _preview(inbox, anna)
    await inbox.database.write(replies.discard, reply.id, by(anna))

    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    assert (await inbox.reply(reply.id)).state == "cancelled"
