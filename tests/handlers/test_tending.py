"""Ways to answer and what else is done with a comment: in private, by hand, hidden, removed; only what the account may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from smm import declared, tending
from smm.networks import Can, Kind
from storage import mentions
from storage.jobs import Job, jobs
from storage.mentions import Mention


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


async def tend(inbox: InboxDesk) -> None:
    """Run what was asked of the network."""
    for job in await inbox.desk.database.read(lambda uow: uow.many(Job, jobs.select())):
        if job.kind == tending.KIND:
            await tending.tend(inbox._ports, job.args)
    await inbox.desk.settle()


async def kept(inbox: InboxDesk, mention_id: int) -> Mention:
    found = await inbox.desk.database.read(mentions.get, mention_id)
    assert found is not None
    return found


async def send(inbox: InboxDesk, button: str) -> Any:
    await inbox.anna.presses(button)
    await inbox.anna.answers(text="On its way")
    preview = inbox.cards()[-1]
    await inbox.anna.presses("Send")
    await inbox.passes(seconds=10)
    return preview


async def test_a_message_is_answered_in_private_alone(inbox: InboxDesk) -> None:
    await inbox.hears("Where is my order?", kind=Kind.MESSAGE)
    preview = await send(inbox, "Reply")
    assert "Only Mia (@mia) will read this, from Northwind Coffee on Demo network:" in words(preview)
    assert [effect.call for effect in inbox.networks.effects] == ["message"]
    assert any(card.title == "Sent in private on Demo network" for card in inbox.cards())


async def test_a_comment_may_be_answered_in_private_while_that_lasts(inbox: InboxDesk) -> None:
    until = inbox.clock.now + timedelta(days=7)
    await inbox.hears(private_until=until, remote_id="c-7")
    assert "Reply in private" in labels(await inbox.anna.presses("More…"))
    await send(inbox, "Reply in private")
    (effect,) = inbox.networks.effects
    assert (effect.call, effect.answers) == ("message", "c-7")
    await inbox.hears("Another", private_until=until)
    inbox.clock.now = until
    assert "Reply in private" not in labels(await inbox.anna.presses("More…"))


async def test_a_window_is_shown_and_closes(inbox: InboxDesk) -> None:
    until = inbox.clock.now + timedelta(hours=24)
    await inbox.hears(reply_until=until)
    card = inbox.cards()[-1]
    assert any(field.label == "Answer before" and field.at == until for field in card.fields)
    await inbox.anna.presses("Reply")
    await inbox.anna.answers(text="Yes")
    inbox.clock.now = until
    told = words(await inbox.anna.presses("Send"))
    assert "is over. Open it there and answer by hand" in told
    assert inbox.networks.effects == []


async def test_what_only_people_may_answer_says_so_and_can_be_ticked_off(inbox: InboxDesk) -> None:
    mention_id = await inbox.hears(answerable=False)
    card = inbox.cards()[-1]
    assert "Demo network lets no program answer this one" in words(card)
    assert card.link is not None
    assert labels(card) == ["I answered", "Claim", "Snooze", "Resolve", "More…"]
    await inbox.anna.presses("I answered")
    mention = await kept(inbox, mention_id)
    assert (mention.state, mention.answered_by) == ("elsewhere", "Anna")


async def test_the_reason_of_the_key_is_said(inbox: InboxDesk) -> None:
    reason = "This key was made without that right."
    await inbox.set_account(can=["fetch"], cannot={"reply": reason})
    await inbox.hears()
    assert reason in words(inbox.cards()[-1])
    assert not {"Hide", "Remove"} & set(labels(await inbox.anna.presses("More…")))


async def test_hiding_showing_again_and_removing(inbox: InboxDesk) -> None:
    mention_id = await inbox.hears(remote_id="c-1")
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Hide")
    await tend(inbox)
    assert "Hidden from the public by the team." in words(inbox.cards()[-1])
    assert "Show again" in labels(await inbox.anna.presses("More…"))
    await inbox.anna.presses("Show again")
    await tend(inbox)
    assert (await kept(inbox, mention_id)).hidden_at is None
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Remove")
    await tend(inbox)
    assert [(effect.call, effect.text) for effect in inbox.networks.effects][-1] == ("remove", "")
    mention = await kept(inbox, mention_id)
    assert (mention.state, mention.deleted_at) == ("resolved", inbox.clock.now)
    assert "Removed by the team." in words(inbox.cards()[-1])


async def test_what_was_not_done_is_said_where_it_was_asked(inbox: InboxDesk) -> None:
    mention_id = await inbox.hears()
    inbox.networks.script("hide", "refuse")
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Hide")
    await tend(inbox)
    assert "Not done: Demo network refuses it: the text is not allowed." in words(inbox.cards()[-1])
    assert (await kept(inbox, mention_id)).hidden_at is None
    inbox.clock.advance(seconds=5)
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Hide")
    await tend(inbox)
    assert (await kept(inbox, mention_id)).hidden_at is not None


async def test_a_quota_that_runs_low_is_told_on_the_card(inbox: InboxDesk) -> None:
    resets = (inbox.clock.now + timedelta(hours=3)).isoformat()
    await inbox.set_account(quota={"left": 11, "limit": 100, "resets_at": resets, "unit": ""})
    await inbox.hears()
    assert "Little is left" not in words(inbox.cards()[-1])
    await inbox.set_account(quota={"left": 10, "limit": 100, "resets_at": resets, "unit": ""})
    await inbox.hears("Another")
    assert "Little is left on Demo network: 10 of 100 calls, anew" in words(inbox.cards()[-1])
    inbox.clock.advance(hours=3)
    await inbox.hears("And another")
    assert "Little is left" not in words(inbox.cards()[-1])


async def test_what_stands_where_the_account_has_no_say_is_neither_hidden_nor_removed(inbox: InboxDesk) -> None:
    await inbox.hears("Under somebody else's post", out_of_reach=True)
    assert not {"Hide", "Remove"} & set(labels(await inbox.anna.presses("More…")))
    await inbox.hears("Under our own")
    assert {"Hide", "Remove"} <= set(labels(await inbox.anna.presses("More…")))
