"""Correct: a typo in a post that is out, from the button on its receipt to the words that the public reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_networks import LIMITS
from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice, Para
from smm import declared
from smm.declared import Declared
from smm.networks import Can

TYPO, RIGHT = "Fresh baens <b>today</b>", "Fresh beans <b>today</b>"


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(Declared("demo", "Demo network", frozenset(Can), LIMITS))
    declared.declare(Declared("rigid", "Rigid", frozenset(Can) - {Can.EDIT}, replace(LIMITS, text=400)))


def receipt(posting: PostDesk) -> Card:
    """Return the team's card of the post."""
    return next(card for card in posting.desk.room("team").cards if card.title.startswith("Post 1 ·"))


def titled(posting: PostDesk, title: str) -> Card:
    return next(card for card in posting.desk.room("team").cards if title in card.title)


def marked(card: Card) -> list[tuple[str, str]]:
    """Return what a card marks as changed."""
    spans = [span for block in card.body if isinstance(block, Para) for span in block.spans]
    return [(span.text, span.style) for span in spans if span.style in {"insert", "delete"}]


async def goes_live(posting: PostDesk, mode: str = "none") -> None:
    """Write a post with a typo, and let it go out everywhere."""
    await posting.policy(mode=mode)
    where = {"accounts": "all"} if len(await posting.accounts()) > 1 else {}
    await posting.desk.vera.says("/post")
    await posting.desk.vera.answers(text=TYPO, slot="2026-03-02T11:00:00+01:00", **where)
    if mode == "client":
        await posting.desk.vera.presses("Send for approval")
        await posting.desk.clara.presses("Approve")
    else:
        await posting.desk.vera.presses("Publish now")
    await posting.tick(hours=1)
    assert posting.networks.of("publish")[0].text == TYPO


async def corrects(posting: PostDesk, text: str = RIGHT) -> object:
    asked = await posting.desk.vera.presses("Correct")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    assert asked.ask.questions[0].value
    return await posting.desk.vera.answers(text=text)


async def test_without_a_policy_it_goes_straight_to_where_the_post_is_live(posting: PostDesk) -> None:
    await goes_live(posting)
    assert await corrects(posting) == Notice("It is on its way. The card shows where it is corrected.")
    assert "a correction is on its way" in words_of(receipt(posting))
    await posting.tick(minutes=1)
    (edited,) = posting.networks.of("edit")
    assert (edited.text, edited.answers) == (RIGHT, "publish-1")
    told = words_of(receipt(posting))
    assert "✓ Demo network · Northwind: live · corrected 02.03.2026 11:01 Europe/Berlin" in told
    assert "Withdraw the correction" not in labels_of(receipt(posting))
    await posting.tick(hours=1)
    assert len(posting.networks.of("edit")) == 1


async def test_the_history_shows_the_words_that_changed(posting: PostDesk) -> None:
    await goes_live(posting)
    await corrects(posting)
    await posting.tick(minutes=1)
    history = await posting.desk.vera.presses("History")
    assert isinstance(history, Card)
    assert marked(history) == [("baens", "delete"), ("beans", "insert")]


async def test_the_client_is_asked_again_and_nothing_changes_before(posting: PostDesk) -> None:
    await goes_live(posting, "client")
    assert await corrects(posting) == Notice("The client has it now.")
    await posting.tick(hours=1)
    assert posting.networks.of("edit") == []
    assert "The correction waits for the client's approval." in words_of(receipt(posting))
    asked = posting.desk.room("client").cards[-1]
    assert "This post is live. Please look at the correction" in words_of(asked)
    assert marked(asked) == [("baens", "delete"), ("beans", "insert")]
    assert labels_of(asked) == ["Approve", "Request changes", "Reject", "Comment"]
    assert await posting.desk.clara.presses("Approve") == Notice("Approved. The correction goes out now.")
    assert "The correction goes to where the post is live." in words_of(posting.desk.room("team").cards[-1])
    await posting.tick(minutes=1)
    assert [effect.text for effect in posting.networks.of("edit")] == [RIGHT]
    for room in ("client", "team"):
        assert "It is live." in words_of(posting.desk.room(room).cards[-1])


async def test_a_correction_that_the_client_sends_back_leaves_the_post_live_as_it_is(posting: PostDesk) -> None:
    await goes_live(posting, "client")
    await corrects(posting, "Fresh beets")
    await posting.desk.clara.presses("Request changes")
    await posting.desk.clara.answers(reason="Beans, not beets")
    await posting.tick(minutes=5)
    assert posting.networks.of("edit") == []
    assert "The correction was sent back" in words_of(receipt(posting))
    assert receipt(posting).link is not None
    decision = posting.desk.room("team").cards[-1]
    assert "The post stays live as it is." in words_of(decision)
    assert labels_of(decision)[0] == "Correct"
    await posting.desk.vera.presses("Withdraw the correction")
    assert f"Demo network · Northwind: {TYPO}" in words_of(receipt(posting))
    assert "correction" not in words_of(receipt(posting)).lower().replace("withdraw", "")


async def test_a_network_that_cannot_edit_is_told_truthfully_and_left_to_people(posting: PostDesk) -> None:
    await posting.add_account("Northwind", "rigid")
    await goes_live(posting)
    asked = await posting.desk.vera.presses("Correct")
    assert "The desk corrects it itself on: Demo network · Northwind" in words_of(asked)
    assert "Rigid · Northwind: Rigid lets no program change what is published." in words_of(asked)
    await posting.desk.vera.answers(text=RIGHT)
    await posting.tick(minutes=1)
    assert len(posting.networks.of("edit")) == 1
    assert "live · not corrected: Rigid lets no program" in words_of(receipt(posting))
    card = titled(posting, "Rigid: the correction needs your hands")
    assert RIGHT in words_of(card)
    assert card.link is not None
    assert card.link.url == "https://demo.example/publish-2"
    assert labels_of(card)[:2] == ["I have corrected it", "Leave as it is"]
    await posting.desk.vera.presses("I have corrected it")
    assert words_of(receipt(posting)).count("· corrected 02.03.2026") == 2


async def test_it_is_taken_down_and_published_anew_once(posting: PostDesk) -> None:
    await posting.add_account("Northwind", "rigid")
    await goes_live(posting)
    await corrects(posting)
    await posting.tick(minutes=1)
    await posting.desk.vera.presses("Take down, publish anew")
    assert "is being taken down" in words_of(receipt(posting))
    for _ in range(4):
        await posting.tick(minutes=3)
    assert [effect.key for effect in posting.networks.of("delete")] == ["publish-2"]
    published = posting.networks.of("publish")
    assert [effect.text for effect in published] == [TYPO, TYPO, RIGHT]
    assert len({effect.key for effect in published}) == 3
    assert "live · published anew, corrected" in words_of(receipt(posting))


async def test_what_can_be_done_stands_on_the_receipt_too_and_may_be_left(posting: PostDesk) -> None:
    await posting.add_account("Northwind", "rigid")
    await goes_live(posting)
    await corrects(posting)
    await posting.tick(minutes=1)
    await posting.desk.vera.presses("Rigid · Northwind: what can be done")
    await posting.desk.vera.presses("Leave as it is")
    assert "live · left as it was" in words_of(receipt(posting))
    assert "Live" in words_of(receipt(posting))


async def test_an_internal_step_decides_on_the_same_card(posting: PostDesk) -> None:
    await posting.policy(mode="internal")
    await posting.desk.vera.says("/post")
    await posting.desk.vera.answers(text=TYPO, slot="2026-03-02T11:00:00+01:00")
    await posting.desk.vera.presses("Send for approval")
    await posting.desk.anna.presses("Approve")
    await posting.tick(hours=1)
    assert await corrects(posting) == Notice("It waits for the team's approval now.")
    await posting.tick(minutes=1)
    assert posting.networks.of("edit") == []
    await posting.desk.anna.presses("Approve")
    await posting.tick(minutes=1)
    assert [effect.text for effect in posting.networks.of("edit")] == [RIGHT]


async def test_what_a_stricter_policy_stopped_is_sent_for_approval_from_its_card(posting: PostDesk) -> None:
    await goes_live(posting)
    await corrects(posting)
    await posting.policy(mode="client")
    await posting.tick(minutes=1)
    assert "The correction is not approved: press Correct" in words_of(receipt(posting))
    assert await corrects(posting) == Notice("The client has it now.")
    await posting.desk.clara.presses("Approve")
    await posting.tick(minutes=1)
    assert [effect.text for effect in posting.networks.of("edit")] == [RIGHT]


async def test_the_same_words_or_too_many_are_refused_and_nothing_is_asked(posting: PostDesk) -> None:
    await posting.add_account("Northwind", "rigid")
    await goes_live(posting, "client")
    for wrong, words in ((TYPO, "stand there already"), ("x" * 401, "Too long for Rigid")):
        answer = await corrects(posting, wrong)
        assert isinstance(answer, dict), answer
        assert words in answer["text"]
    assert receipt(posting).title == "Post 1 · version 1"
    assert posting.networks.of("edit") == []
