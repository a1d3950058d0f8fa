"""Answering from the chat: preview, send, undo, and everything that can come between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from clocks import Clock
from dialog import Person, TestDesk
from fake_networks import LIMITS, item
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from handlers.card import Card, Notice
from smm import declared
from smm.networks import Can


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


async def _preview(inbox: InboxDesk, person: Person, text: str = "Yes, we do!") -> Any:
    await person.presses("Reply")
    await person.answers(text=text)
    return inbox.cards()[-1]


async def _send(inbox: InboxDesk, person: Person, text: str = "Yes, we do!") -> None:
    await _preview(inbox, person, text)
    await person.presses("Send")
    await inbox.passes(seconds=10)


async def test_the_whole_way_from_comment_to_public_answer(inbox: InboxDesk) -> None:
    await inbox.hears()
    inbox.clock.advance(seconds=30)
    asked = await inbox.anna.presses("Reply")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    assert asked.ask.questions[0].limit == LIMITS.reply
    await inbox.anna.answers(text="Yes, we do!")

    preview = inbox.cards()[-1]
    assert "This will be public as Northwind Coffee on Demo network:" in words(preview)
    assert "“Yes, we do!” — Northwind Coffee" in words(preview)
    assert "“Do you have oat milk?” — Mia (@mia)" in words(preview)
    assert labels(preview) == ["Send", "Edit", "Discard"]
    assert inbox.networks.effects == []

    queued = await inbox.anna.presses("Send")
    assert isinstance(queued, Card)
    assert inbox.cards()[-1].title == "Sending in 10 s"
    assert labels(inbox.cards()[-1]) == ["Undo"]
    assert "Anna's answer is on its way" in words(inbox.cards()[0])
    await inbox.passes(seconds=10)

    answered = inbox.cards()[0]
    assert answered.title == "Answered by Anna in 40 s"
    assert "“Yes, we do!” — Northwind Coffee" in words(answered)
    assert answered.link is not None
    assert answered.link.url == "https://demo.example/reply-1"
    assert inbox.cards()[-1].title == "Public on Demo network"
    assert [effect.text for effect in inbox.networks.effects] == ["Yes, we do!"]


async def test_words_in_the_room_are_never_public_by_themselves(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.says("Yes, we do!")
    await inbox.passes(minutes=1)

    assert len(inbox.cards()) == 1
    assert inbox.networks.effects == []


async def test_an_answer_to_the_card_is_a_preview_and_no_more(inbox: InboxDesk) -> None:
    await inbox.hears()
    message_id = inbox.desk.room("team").messages[0][0]
    shown = await inbox.anna.says("Yes, we do!", reply_to=message_id)

    assert isinstance(shown, Card)
    assert "This will be public as Northwind Coffee" in words(inbox.cards()[-1])
    await inbox.passes(minutes=5)
    assert inbox.networks.effects == []


async def test_an_answer_to_the_preview_replaces_it(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna, "Yess")
    message_id = inbox.desk.room("team").messages[-1][0]
    await inbox.anna.says("Yes!", reply_to=message_id)

    assert [card.title for card in inbox.cards()].count("Preview of an answer") == 1
    assert "“Yes!”" in words(inbox.cards()[-1])


async def test_edit_begins_with_what_stands(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna, "Yess")
    asked = await inbox.anna.presses("Edit")

    assert isinstance(asked, Card)
    assert asked.ask is not None
    assert asked.ask.questions[0].value == "Yess"


async def test_undo_brings_the_preview_back_and_nothing_goes_out(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna)
    await inbox.anna.presses("Send")
    await inbox.anna.presses("Undo")
    await inbox.passes(minutes=1)

    assert inbox.networks.effects == []
    assert labels(inbox.cards()[-1]) == ["Send", "Edit", "Discard"]


async def test_send_pressed_twice_is_sent_once_and_says_so(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna)
    preview = inbox.desk.room("team").messages[-1]
    ref = preview[1].buttons[0][0].ref
    await inbox.anna.presses("Send")
    outcome = await inbox.anna.receives(kind="press", ref=ref, message_id=preview[0])
    await inbox.passes(seconds=10)

    assert outcome.notice == Notice("It is about to be sent. Undo is on its card.", alarm=True)
    assert len(inbox.networks.effects) == 1


async def test_a_second_person_is_told_and_their_text_is_not_lost(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("Reply")
    inbox.clock.advance(minutes=2)
    assert "Anna is replying (2 min)" in words(await inbox.boris.presses("Reply"))

    message_id = inbox.desk.room("team").messages[0][0]
    await inbox.boris.says("I know this one", reply_to=message_id)
    kept = inbox.cards()[-1]
    assert kept.title == "Anna is replying (2 min)"
    assert labels(kept) == ["Take over", "Keep as a note"]
    await inbox.boris.presses(kept, "Take over")

    assert "“I know this one” — Northwind Coffee" in words(inbox.cards()[-1])
    assert "Boris is replying" in words(inbox.cards()[0])


async def test_a_second_persons_text_can_become_a_note(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("Claim")
    await inbox.boris.says("She is a regular", reply_to=inbox.desk.room("team").messages[0][0])
    await inbox.boris.presses("Keep as a note")

    assert "Note by Boris: She is a regular" in words(inbox.cards()[0])


async def test_a_change_since_the_preview_is_told_and_the_second_press_sends(inbox: InboxDesk) -> None:
    await inbox.hears(remote_id="a")
    await _preview(inbox, inbox.anna)
    await inbox.arrives(item("a", "Do you have poison?", edited_at=inbox.clock.now + timedelta(seconds=5)))
    refused = await inbox.anna.presses("Send")

    assert isinstance(refused, Notice)
    assert refused.text == "Not sent. The author has edited it. Look at the preview, then send again."
    preview = inbox.cards()[-1]
    assert "The author has edited it." in words(preview)
    assert "Do you have poison?" in words(preview)
    assert labels(preview)[0] == "Send anyway"
    await inbox.anna.presses("Send anyway")
    await inbox.passes(seconds=10)
    assert len(inbox.networks.effects) == 1


async def test_a_change_in_the_last_seconds_holds_the_answer_back_and_tells(inbox: InboxDesk) -> None:
    await inbox.hears(remote_id="a")
    await _preview(inbox, inbox.anna)
    await inbox.anna.presses("Send")
    later = inbox.clock.now + timedelta(seconds=5)
    await inbox.arrives(item("b", "Yes!", own=True, author_name="Northwind", parent_id="a", said_at=later))
    await inbox.passes(seconds=10)

    card = inbox.cards()[-1]
    assert "held back" in words(card)
    assert "Northwind has answered it: “Yes!”" in words(card)
    assert inbox.networks.effects == []
    assert inbox.cards()[0].title.startswith("Answered on the network by Northwind")


async def test_a_refusal_shows_the_networks_reason_and_retry_works(inbox: InboxDesk) -> None:
    inbox.networks.script("reply", "refuse")
    await inbox.hears()
    await _send(inbox, inbox.anna)
    card = inbox.cards()[-1]

    assert "Demo network refuses it: the text is not allowed." in words(card)
    assert labels(card) == ["Retry", "Edit", "Discard"]
    await inbox.anna.presses("Retry")
    await inbox.passes(seconds=10)
    assert len(inbox.networks.effects) == 1
    assert inbox.cards()[0].title.startswith("Answered by Anna")


async def test_waiting_for_the_network_is_shown_with_its_reason(inbox: InboxDesk) -> None:
    inbox.networks.script("reply", "rate_limited")
    await inbox.hears()
    await _send(inbox, inbox.anna)
    card = inbox.cards()[-1]

    assert card.title == "Sending in 30 s"
    assert "Demo network asks to wait." in words(card)
    assert labels(card) == ["Undo"]


@pytest.fixture
async def asked(inbox: InboxDesk) -> Any:
    inbox.networks.capabilities = frozenset(Can) - {Can.FIND_REPLY}
    inbox.networks.script("reply", "unknown_done")
    await inbox.hears()
    await _send(inbox, inbox.anna)
    return inbox.cards()[-1]


async def test_an_unknown_outcome_is_asked_in_words(asked: Card) -> None:
    assert asked.title == "Was it sent?"
    assert labels(asked) == ["It is there", "Send again", "Drop"]
    assert asked.link is not None


async def test_it_is_there_wants_a_real_address_or_none(inbox: InboxDesk, asked: Card) -> None:
    await inbox.anna.presses("It is there")
    wrong = await inbox.anna.answers(link="javascript:alert(1)")
    assert wrong == {"link": "Paste the whole address; it begins with https://"}
    await inbox.anna.answers(link="")

    assert inbox.cards()[0].title.startswith("Answered by Anna")
    assert len(inbox.networks.effects) == 1


async def test_send_again_sends_again(inbox: InboxDesk, asked: Card) -> None:
    await inbox.anna.presses("Send again")
    await inbox.passes(seconds=1)

    assert len({effect.key for effect in inbox.networks.effects}) == 2


async def test_drop_gives_the_mention_back(inbox: InboxDesk, asked: Card) -> None:
    await inbox.anna.presses("Drop")

    assert "Anna is replying" in words(inbox.cards()[0])
    assert inbox.cards()[-1].title == "Discarded"


async def test_looking_says_not_to_send_again(inbox: InboxDesk) -> None:
    inbox.networks.script("reply", "unknown_done")
    await inbox.hears()
    await _send(inbox, inbox.anna)
    assert "do not send it again" in words(inbox.cards()[-1])
    await inbox.passes(minutes=2)

    assert inbox.cards()[-1].title == "Public on Demo network"
    assert len(inbox.networks.effects) == 1


async def test_what_is_too_long_is_said_beside_the_question(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("Reply")

    wrong = await inbox.anna.answers(text="x" * 501)
    assert isinstance(wrong, dict)
    assert "text" in wrong
    assert inbox.networks.effects == []


async def test_a_client_can_neither_reply_nor_confirm(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna)
    for label in ("Reply", "Send", "Discard"):
        assert isinstance(await inbox.clara.at("team").presses(label), Notice)
    await inbox.passes(minutes=1)

    assert inbox.networks.effects == []
    assert inbox.cards("client") == []


async def test_discard_leaves_the_comment_with_its_holder(inbox: InboxDesk) -> None:
    await inbox.hears()
    await _preview(inbox, inbox.anna)
    await inbox.anna.presses("Discard")

    assert inbox.cards()[-1].title == "Discarded"
    assert "Anna is replying" in words(inbox.cards()[0])
