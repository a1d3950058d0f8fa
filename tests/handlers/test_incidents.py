"""A story that many tell, as the team sees it: one card that counts, and what is done about all of it."""

from __future__ import annotations

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from handlers.card import Card, Notice
from smm import declared, incidents
from smm.networks import Can

STORY = "Your coffee made my whole office sick, please look into it at once"


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> InboxDesk:
    known = {"demo": declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)}
    monkeypatch.setattr(declared, "_networks", known)
    return await open_inbox_desk(desk, clock)


async def told_by(inbox: InboxDesk, *people: str, text: str = STORY) -> None:
    for person in people:
        await inbox.hears(f"{text} {'!' * len(person)}", author_id=person, author_name=person)


def story_cards(inbox: InboxDesk, room: str = "team") -> list[Card]:
    return [card for card in inbox.cards(room) if "The same is said" in card.title]


async def test_the_second_who_says_it_makes_a_story_and_the_counter_runs(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia")
    assert story_cards(inbox) == []
    await told_by(inbox, "Ken", "Lou", "Pia")
    (card,) = story_cards(inbox)
    assert card.title == "The same is said 4 times"
    assert "4 wait for you." in words(card)
    assert len(inbox.cards()) == 2
    assert story_cards(inbox, "client") == []


async def test_one_person_who_says_it_again_is_no_story(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia", "Mia")
    assert story_cards(inbox) == []
    assert len(inbox.cards()) == 2


async def test_what_is_alike_by_chance_after_days_is_no_story(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia")
    inbox.clock.advance(hours=49)
    await told_by(inbox, "Ken")
    assert story_cards(inbox) == []


async def test_muted_it_grows_without_a_word_and_unmuted_it_is_told_again(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia", "Ken")
    await inbox.boris.presses("Mute")
    await told_by(inbox, "Lou", "Pia")
    assert "Muted" in words(story_cards(inbox)[0])
    assert story_cards(inbox)[0].title == "The same is said 2 times"
    await inbox.boris.presses("Unmute")
    assert story_cards(inbox)[0].title == "The same is said 4 times"


async def test_resolving_all_leaves_what_somebody_holds_and_ends_the_story(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia", "Ken", "Lou")
    await inbox.anna.presses("Claim")
    told = await inbox.boris.presses("Resolve all")
    assert told == Notice("2 were closed.")
    (card,) = story_cards(inbox)
    assert "1 waits for you." in words(card)
    assert labels(card) == ["Show them"]
    await told_by(inbox, "Pia")
    assert len(story_cards(inbox)) == 1


async def test_each_can_be_shown_with_its_own_buttons(inbox: InboxDesk) -> None:
    await told_by(inbox, *(f"Person {'x' * number}" for number in range(7)))
    more = await inbox.boris.presses("Show them")
    assert isinstance(more, Card)
    assert sum("Reply" in labels(card) for card in inbox.cards()) == 6
    await inbox.boris.presses("Show more")
    assert sum("Reply" in labels(card) for card in inbox.cards()) == 8  # the first one stood already


async def test_another_brands_story_is_not_there(inbox: InboxDesk) -> None:
    await told_by(inbox, "Mia", "Ken")
    assert await inbox.desk.database.read(incidents.look, 1, 999) is None
