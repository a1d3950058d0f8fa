"""A confirmed answer goes out once; what is not known is looked up or asked, never tried blindly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from answering import outcomes, queued, sent, tick
from clocks import Clock
from fake_networks import LIMITS, Crash, Outcome, item
from inbox_world import BOTH, Inbox, by, database_of, open_inbox

from smm import declared, replies
from smm import inbox as use
from smm.errors import Conflict
from smm.networks import Can
from storage import attempts
from storage.members import Member
from storage.unit_of_work import UnitOfWork

AWAY: list[Outcome] = ["unavailable"] * 100


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Inbox]:
    async with database_of(request) as opened:
        yield await open_inbox(opened, clock, tmp_path)


@pytest.fixture
def anna(inbox: Inbox) -> Any:
    return inbox.people.anna


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


@pytest.mark.parametrize("outcome", ["refuse", "needs_human", "auth_expired", "unsupported"])
async def test_a_refusal_gives_the_answer_back_for_another_try(
    inbox: Inbox, anna: Member, clock: Clock, outcome: Outcome
) -> None:
    inbox.networks.script("reply", outcome)
    reply = await sent(inbox, clock, anna)
    words, facts = replies.words_of(reply)

    assert (reply.state, facts["network"]) == ("failed", "Demo network")
    assert words
    assert (await inbox.mention(reply.mention_id)).claimed_by == anna.id
    assert await outcomes(inbox, reply.id) == ["refused"]
    assert [alert.args for alert in await inbox.told("reply")] == [{"why": "failed"}]
    await inbox.set_account(health="ok")
    await inbox.database.write(replies.confirm, reply.id, anna)
    clock.advance(seconds=10)
    await tick(inbox, clock)
    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1


async def test_a_dead_key_met_while_sending_is_the_accounts_health(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", "auth_expired")
    await sent(inbox, clock, anna)

    assert (await inbox.account()).health == "auth_expired"


async def test_a_network_that_asks_to_wait_is_asked_again_when_it_said(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "rate_limited")
    reply = await sent(inbox, clock, anna)
    assert (reply.state, reply.send_at) == ("queued", clock.now + timedelta(seconds=30))
    clock.advance(seconds=30)
    await tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert await outcomes(inbox, reply.id) == ["refused", "ok"]


async def test_a_network_that_stays_away_gives_the_answer_back(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", *AWAY)
    reply = await sent(inbox, clock, anna)
    for _ in range(10):
        clock.advance(minutes=20)
        await tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "failed"
    assert len(await outcomes(inbox, reply.id)) == 5


async def test_an_unknown_outcome_is_looked_up_after_it_settled_and_found(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "unknown_done")
    reply = await sent(inbox, clock, anna)
    assert reply.state == "unknown"
    clock.advance(seconds=119)
    await tick(inbox, clock)
    assert "find_reply" not in inbox.networks.calls
    clock.advance(seconds=1)
    await tick(inbox, clock)

    found = await inbox.reply(reply.id)
    assert (found.state, found.remote_id) == ("sent", "reply-1")
    assert len(inbox.networks.effects) == 1
    assert (await inbox.mention(reply.mention_id)).state == "replied"


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_an_unknown_outcome_that_is_not_there_is_sent_again_once(
    inbox: Inbox, anna: Member, clock: Clock
) -> None:
    inbox.networks.script("reply", "unknown_lost")
    reply = await sent(inbox, clock, anna)
    clock.advance(seconds=120)
    await tick(inbox, clock)
    await tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1
    assert await outcomes(inbox, reply.id) == ["absent", "ok"]


async def _asked(inbox: Inbox, clock: Clock, anna: Member, outcome: Outcome = "unknown_done") -> Any:
    inbox.networks.capabilities = frozenset(Can) - {Can.FIND_REPLY}
    inbox.networks.script("reply", outcome)
    reply = await sent(inbox, clock, anna)
    assert (reply.state, reply.send_at) == ("unknown", None)
    assert [alert.args for alert in await inbox.told("reply")] == [{"why": "unknown"}]
    clock.advance(days=1)
    await tick(inbox, clock)
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
    await tick(inbox, clock)
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
    reply = await queued(inbox, anna)
    clock.advance(seconds=10)
    with pytest.raises(Crash):
        await replies.send(inbox.desk, reply.id)
    assert (await inbox.reply(reply.id)).state == "sending"

    clock.advance(seconds=119)
    await tick(inbox, clock)
    assert inbox.networks.calls == ["reply"]
    clock.advance(seconds=1)
    await tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "sent"
    assert len(inbox.networks.effects) == 1


async def test_looking_up_that_keeps_failing_ends_with_a_question(inbox: Inbox, anna: Member, clock: Clock) -> None:
    inbox.networks.script("reply", "unknown_done")
    inbox.networks.script("find_reply", *AWAY)
    reply = await sent(inbox, clock, anna)
    for _ in range(20):
        clock.advance(minutes=2)
        await tick(inbox, clock)

    assert (await inbox.reply(reply.id)).state == "unknown"
    assert (await inbox.reply(reply.id)).send_at is None
    assert len(inbox.networks.effects) == 1


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_our_own_answer_in_the_feed_settles_what_was_unknown(inbox: Inbox, anna: Member, clock: Clock) -> None:
    mention_id = await inbox.one(remote_id="a")
    inbox.networks.script("reply", "unknown_done")
    reply = await sent(inbox, clock, anna, mention_id=mention_id)
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
    await sent(inbox, clock, anna, mention_id=mention_id)
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
    reply = await queued(inbox, anna)
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
