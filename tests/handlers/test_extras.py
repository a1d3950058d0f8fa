"""The extras of a post: asked for where a network has them, part of what the client approves, missing where they are missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dialog import TestDesk
from fake_networks import LIMITS
from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Frame, Notice
from smm import declared
from smm.declared import Declared
from smm.networks import Can, PostKind, Visibility

ABLE = replace(LIMITS, warning=True, poll_choices=4, first_comment=True)
POLL = {"poll": "Light\nDark", "minutes": "4320", "several": "several"}


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One network that has everything but stories, and one that has nothing."""
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(Declared("demo", "Demo network", frozenset(Can), ABLE))
    declared.declare(Declared("plain", "Plain", frozenset({Can.PUBLISH}), LIMITS))


def card_of(desk: TestDesk, room: str, title: str) -> Card:
    return next(card for card in reversed(desk.room(room).cards) if card.title.startswith(title))


async def test_a_poll_a_warning_and_a_first_comment_are_what_the_client_approves(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post Which roast?")
    asked = await desk.vera.presses("Extras")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    assert [each.name for each in asked.ask.questions] == ["poll", "minutes", "several", "warning", "first_comment"]
    assert asked.ask.questions[-1].fits == ABLE.reply
    told = await desk.vera.answers(**POLL, warning="Coffee talk", first_comment="We roast on Mondays")
    assert told == Notice("Saved.")
    shown = words_of(card_of(desk, "team", "Post 1 · version 2"))
    assert "Poll: Light / Dark · 3 days, several answers" in shown, "what changed since version 1"
    await desk.vera.presses("Send for approval")
    seen = words_of(card_of(desk, "client", "Northwind"))
    assert (
        "Content warning: Coffee talk\nWhich roast?\n○ Light\n○ Dark\n(3 days, several answers)\n"
        "First comment: We roast on Mondays"
    ) in seen

    await desk.vera.presses("Extras")
    await desk.vera.answers(**POLL | {"poll": "Light\nMedium\nDark"}, warning="", first_comment="We roast on Mondays")
    await desk.vera.presses("Send for approval")
    again = card_of(desk, "client", "Northwind")
    spans = [(span.text.strip(), span.style) for block in again.body if hasattr(block, "spans") for span in block.spans]
    assert any("Medium" in text and style == "insert" for text, style in spans)
    assert ("Coffee talk", "delete") in spans
    assert ("First comment: ", "bold") not in spans, "what stayed is not told as changed"


async def test_what_a_network_does_not_have_is_not_in_its_preview_and_said(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.add_account("Berlin", "plain")
    await desk.vera.says("/post Fresh beans")
    await desk.vera.presses("Extras")
    await desk.vera.answers(poll="", warning="Coffee talk", first_comment="First!")
    card = card_of(desk, "team", "Post 1 · version 2")
    frames = {block.author: block.text for block in card.body if isinstance(block, Frame)}
    assert frames["Plain · Berlin"] == "Fresh beans"
    assert "First!" in next(text for author, text in frames.items() if author.startswith("Demo"))
    assert "Plain has no content warnings: it goes out there without one." in words_of(card)
    assert "Plain takes no first comment from programs: it will be missing there." in words_of(card)


async def test_a_title_tags_and_who_may_see_it_are_what_the_client_approves(posting: PostDesk) -> None:
    film = replace(LIMITS, title=20, keywords=40, visibilities=tuple(Visibility), for_kids=True, barred="<>")
    declared.declare(Declared("demo", "Demo network", frozenset(Can), film))
    desk = posting.desk
    await posting.add_account("Berlin", "plain")
    first = words_of(await desk.vera.says("/post From the tree to the cup in one film\nWith subtitles"))
    assert "Title: From the tree to…" in first, "the first line, as far as a title may be long"
    asked = await desk.vera.presses("Extras")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    assert [each.name for each in asked.ask.questions] == ["title", "keywords", "visibility", "for_kids"]
    said = {"title": "Cup", "keywords": "coffee, #oat milk,, coffee", "visibility": "unlisted", "for_kids": "yes"}
    await desk.vera.answers(**said)
    card = card_of(desk, "team", "Post 1 · version 2")
    frames = {block.author: block.text for block in card.body if isinstance(block, Frame)}
    of_film = next(text for author, text in frames.items() if author.startswith("Demo"))
    assert of_film.startswith("Who may see it: Whoever has the link\nTitle: Cup\nFrom the tree")
    assert of_film.endswith("Tags: coffee, oat milk\nMade for children: Yes")
    assert frames["Plain · Berlin"].startswith("From the tree"), "what the other network lacks is not in its preview"
    assert "Plain shows everything to everybody: it is public there." in words_of(card)
    await desk.vera.presses("Extras")
    again = await desk.vera.answers(**said | {"title": "A title that is much too long", "keywords": "x" * 41})
    assert again == Notice("Saved.")
    told = words_of(card_of(desk, "team", "Post 1 · version 3"))
    assert "The title is too long for Demo network: 29 of 20 characters." in told
    assert "Too many tags for Demo network: 41 of 40 characters together." in told


async def test_a_poll_needs_two_answers_and_what_was_written_is_not_lost(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post Which roast?")
    await desk.vera.presses("Extras")
    wrong = await desk.vera.answers(poll="Light", warning="", first_comment="")
    assert wrong == {"poll": "A poll needs at least two different answers to choose from."}
    assert await desk.vera.answers(poll="Light\nDark", warning="", first_comment="") == Notice("Saved.")


async def test_only_what_the_networks_have_is_asked_for(posting: PostDesk) -> None:
    declared.declare(Declared("demo", "Demo network", frozenset(Can), LIMITS))
    assert "Extras" not in labels_of(await posting.desk.vera.says("/post Fresh beans"))
    stories = replace(LIMITS, kinds=(PostKind.POST, PostKind.STORY))
    declared.declare(Declared("demo", "Demo network", frozenset(Can), stories))
    await posting.desk.vera.says("/post More beans")
    await posting.desk.vera.presses("Extras")
    assert await posting.desk.vera.answers(kind="story") == Notice("Saved.")
    told = words_of(card_of(posting.desk, "team", "Post 2 · version 2"))
    assert "As what: Story\nNo text, only pictures." in told, "a story is its file alone"
