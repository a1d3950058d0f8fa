"""/rules as the team sees it: made, tried, routed, switched, and why a mention came."""

from __future__ import annotations

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks
from inbox_desk import InboxDesk, labels, open_inbox_desk, words
from inbox_world import NoWriter

from handlers.card import Card, Notice
from smm import declared
from smm.desk import Desk
from smm.networks import Can
from smm.rules import book
from storage import channels
from storage.channels import ChatRef
from storage.jobs import Job, jobs


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        declared, "_networks", {"demo": declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)}
    )


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


async def listens(inbox: InboxDesk, query: str) -> Card:
    """Make a rule and let its forms be looked up; return its card."""
    await inbox.anna.says(f"/rules {query}")
    await looked_up(inbox)
    return inbox.desk.room("team").cards[-1]


async def looked_up(inbox: InboxDesk) -> None:
    """Do the jobs that wait, as the clock does."""
    ports = Desk(inbox.desk.database, FakeNetworks(inbox.clock), NoWriter(), None)  # type: ignore[arg-type]
    for job in await inbox.desk.database.read(lambda uow: uow.many(Job, jobs.select())):
        await book.look_forms_up(ports, job.args)
    await inbox.desk.settle()


async def test_a_rule_is_made_of_words_and_shows_their_forms(inbox: InboxDesk) -> None:
    empty = await inbox.anna.says("/rules")
    assert "Nothing is listened for yet" in words(empty)
    asked = await inbox.anna.presses("Add a rule")
    assert "coffee AND (latte OR decaf*) NOT wifi" in words(asked)
    assert "next to each other" in words(asked)
    assert await inbox.anna.answers(query="(кофейня") == {
        "query": "A bracket is not closed. Close it: (coffee OR latte)"
    }
    waiting = await inbox.anna.answers(query="кофейня -франшиза")
    assert "being looked up" in words(waiting)
    await looked_up(inbox)
    card = inbox.cards()[-1]
    assert "State: Listens" in words(card)
    assert "кофейня, also: кофеен, кофейне" in words(card)
    again = await inbox.anna.says("/rules кофейня  -франшиза")
    assert "State: Listens" in words(again)
    assert "1 rule" in words(await inbox.anna.says("/rules"))


async def test_a_mention_says_by_which_words_it_was_found(inbox: InboxDesk) -> None:
    await listens(inbox, "кофейня OR молоко")
    await inbox.hears("Лучшая кофейня, и молока не жалеют")
    await inbox.hears("Where is my order?")
    found, other = inbox.cards()[-2:]
    assert "Matched: кофейня, молока" in words(found)
    assert "Matched" not in words(other)
    assert "1 found" in words(await inbox.anna.says("/rules"))


async def test_what_a_rule_finds_goes_where_and_to_whom_it_says(inbox: InboxDesk) -> None:
    await inbox.desk.database.write(
        lambda uow: channels.add(uow, inbox.desk.world.brand.id, ChatRef("web", "crisis"), "alerts", "Crisis", "en")
    )
    await listens(inbox, "poison*")
    await inbox.anna.presses("How it is told")
    crisis = next(
        each
        for each in await inbox.desk.database.read(channels.of_brand, inbox.desk.world.brand.id)
        if each.title == "Crisis"
    )
    card = await inbox.anna.answers(urgency="urgent", room=str(crisis.id), who=str(inbox.desk.world.boris.id))
    assert "At once, in quiet hours too" in words(card)
    assert "Answered by: Boris" in words(card)
    before = len(inbox.cards())
    await inbox.hears("I was poisoned by your milk")
    assert len(inbox.cards()) == before
    (told,) = inbox.cards("crisis")
    assert "Assigned to: Boris" in words(told)
    assert inbox.cards("client") == []


async def test_only_in_the_inbox_means_no_card(inbox: InboxDesk) -> None:
    await listens(inbox, "contest")
    await inbox.anna.presses("How it is told")
    await inbox.anna.answers(urgency="inbox", room="0", who="0")
    before = len(inbox.cards())
    await inbox.hears("Nice contest!")
    assert len(inbox.cards()) == before
    assert "Nice contest!" in words(await inbox.anna.says("/inbox"))


async def test_noise_is_said_with_a_reason_counted_and_taken_back(inbox: InboxDesk) -> None:
    await listens(inbox, "latte")
    for text in ("Latte the dog is lost", "Latte, my cat"):
        await inbox.hears(text)
        await inbox.anna.presses("More…")
        reasons = labels(await inbox.anna.presses("Noise…"))
        assert "The word means something else" in reasons
        told = await inbox.anna.presses("The word means something else")
    assert isinstance(told, Notice)
    assert "Of 2 that “latte” found in 30 days 2 were noise" in told.text
    assert "2 found, 2 of it noise" in words(await inbox.anna.says("/rules"))
    await inbox.anna.presses("Undo")
    assert "2 found, 1 of it noise" in words(await inbox.anna.says("/rules"))


async def test_forms_can_be_struck_and_added(inbox: InboxDesk) -> None:
    await listens(inbox, "кофейня")
    await inbox.anna.presses("Forms: кофейня")
    card = await inbox.anna.answers(forms="кофейню, кофеенка")
    assert "кофейня, also: кофейню, кофеенка" in words(card)
    await inbox.hears("В кофейне хорошо")
    await inbox.hears("Наша кофеенка!")
    assert ["Matched" in words(card) for card in inbox.cards()[-2:]] == [False, True]


async def test_a_rule_is_tried_on_what_came_before(inbox: InboxDesk) -> None:
    await inbox.hears("Oat milk, please")
    await inbox.hears("Where is my order?")
    card = await listens(inbox, "milk")
    assert "Counts since it was made: nothing yet" in words(card)
    told = await inbox.anna.presses("Try it out")
    assert "1 of the newest 2 would have been found." in words(told)
    assert "Matched: milk" in words(told)


async def test_a_rule_rests_and_is_removed(inbox: InboxDesk) -> None:
    await listens(inbox, "milk")
    assert "State: Rests" in words(await inbox.anna.presses("Pause"))
    await inbox.hears("More milk!")
    assert "Matched" not in words(inbox.cards()[-1])
    await inbox.anna.presses("Listen")
    await inbox.anna.presses("Remove rule")
    assert "Nothing is listened for yet" in words(await inbox.anna.says("/rules"))


async def test_who_may_only_look(inbox: InboxDesk) -> None:
    await listens(inbox, "milk")
    assert "Add a rule" not in labels(await inbox.boris.says("/rules"))
    assert not isinstance(await inbox.boris.says("/rules tea"), Card) or "1 rule" in words(
        await inbox.boris.says("/rules")
    )
    assert "milk" not in words(await inbox.clara.says("/rules"))
