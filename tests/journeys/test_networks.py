"""The main job on every network that can do it, over real HTTP: connect, hear a comment, answer it, publish with a picture.

One journey for all: a network has a world (network_desk.World), and everything here is run on each of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from inbox_desk import words
from network_desk import NetworkDesk, Seen, Trouble, film, network_desk
from network_worlds import WORLDS

from connectors.registry import find
from smm import accounts
from smm.errors import Rejected
from smm.networks import Can

COMMENT = "Do you have oat milk? <b>& more</b>"
ANSWER = "We do, ask at the counter."
POST = "The autumn blend is back, in both shops."
PUBLISHING = [name for name, place in WORLDS.items() if place.publishes]
EDITING = [name for name in PUBLISHING if (network := find(name)) and Can.EDIT in network.can]
LISTENING = [name for name, place in WORLDS.items() if not place.publishes]


@pytest.fixture(params=WORLDS)
async def stage(
    request: pytest.FixtureRequest, desk: TestDesk, clock: Clock, tmp_path: Path
) -> AsyncIterator[NetworkDesk]:
    """The desk around one network, its account connected."""
    place = WORLDS[request.param]
    async with (
        place.open(clock) as world,
        network_desk(desk, clock, world, tmp_path, pictures=place.pictures, every=place.every) as opened,
    ):
        card = await opened.connects()
        assert card.tone == "good", words(card)
        yield opened


async def answer(stage: NetworkDesk, text: str) -> None:
    """Answer the newest comment, past the time to undo."""
    await stage.anna.presses("Reply")
    await stage.anna.answers(text=text)
    await stage.anna.presses("Send")
    await stage.passes(seconds=15)


async def test_a_comment_comes_once_and_is_answered_in_public(stage: NetworkDesk) -> None:
    stage.world.comment(COMMENT)
    await stage.looks()
    await stage.looks()
    cards = [card for card in stage.desk.room("team").cards if COMMENT in str(card)]
    assert len(cards) == 1
    await answer(stage, ANSWER)
    (said,) = [seen for seen in stage.world.seen() if seen.answers]
    assert ANSWER in said.text
    card = next(card for card in stage.desk.room("team").cards if COMMENT in str(card))
    assert "answered" in words(card).lower()
    for _ in range(3):
        await stage.looks()
    assert len([seen for seen in stage.world.seen() if seen.answers]) == 1


@pytest.mark.parametrize("stage", [name for name, place in WORLDS.items() if place.pushes], indirect=True)
async def test_what_is_pushed_and_polled_comes_once(stage: NetworkDesk) -> None:
    await stage.passes(minutes=2)
    stage.world.comment(COMMENT)
    pushed = stage.world.pushed()
    await stage.takes(pushed)
    await stage.takes(pushed)
    await stage.passes(seconds=1)
    assert len([card for card in stage.desk.room("team").cards if COMMENT in str(card)]) == 1
    await stage.passes(minutes=2)
    assert len([card for card in stage.desk.room("team").cards if COMMENT in str(card)]) == 1
    with pytest.raises(Rejected):
        await stage.takes(replace(pushed, body=b'{"type":"wall_reply_new"}'))


@pytest.mark.parametrize("stage", [name for name, place in WORLDS.items() if place.counts], indirect=True)
async def test_figures_stand_on_the_receipt_an_hour_later(stage: NetworkDesk) -> None:
    await stage.publishes(POST, await stage.file())
    stage.world.like()
    await stage.passes(hours=1, minutes=1)
    told = "\n".join(words(card) for card in stage.desk.room("team").cards if card.ask is None)
    assert "likes 1" in told, told


@pytest.mark.parametrize("stage", PUBLISHING, indirect=True)
async def test_an_approved_post_goes_out_with_its_picture(stage: NetworkDesk) -> None:
    await stage.publishes(POST, await stage.file())
    assert stage.world.seen() == [Seen(POST, 1)]
    receipt = next(card for card in stage.desk.room("team").cards if card.link)
    assert receipt.link is not None
    assert receipt.link.url.startswith("http")
    await stage.passes(minutes=10)
    assert len(stage.world.seen()) == 1


@pytest.mark.parametrize("stage", [name for name, place in WORLDS.items() if place.films], indirect=True)
async def test_an_approved_video_goes_out_once(stage: NetworkDesk, tmp_path: Path) -> None:
    await stage.publishes(POST, await film(stage.desk, tmp_path))
    await stage.passes(minutes=10)
    assert stage.world.seen() == [Seen(POST, 1)]


@pytest.mark.parametrize("stage", EDITING, indirect=True)
async def test_a_typo_is_corrected_where_it_is_live(stage: NetworkDesk) -> None:
    await stage.publishes(POST.replace("blend", "bledn"), await stage.file())
    await stage.vera.presses("Correct")
    await stage.vera.answers(text=POST)
    await stage.passes(minutes=1)
    assert "bledn" in stage.world.seen()[0].text
    await stage.clara.presses("Approve")
    for _ in range(3):
        await stage.passes(minutes=1)
    assert stage.world.seen() == [Seen(POST, 1)]
    told = "\n".join(words(card) for card in stage.desk.room("team").cards if card.ask is None)
    assert "· corrected" in told, told


@pytest.mark.parametrize("stage", [name for name in PUBLISHING if name not in EDITING], indirect=True)
async def test_where_nothing_can_be_edited_people_choose(stage: NetworkDesk) -> None:
    await stage.publishes(POST.replace("blend", "bledn"), await stage.file())
    await stage.vera.presses("Correct")
    await stage.vera.answers(text=POST)
    await stage.clara.presses("Approve")
    await stage.passes(minutes=1)
    before = stage.world.seen()
    assert "bledn" in before[0].text
    anew = any(
        "Take down" in button.label for card in stage.desk.room("team").cards for row in card.buttons for button in row
    )
    await stage.vera.presses("Take down, publish anew" if anew else "Leave as it is")
    for _ in range(3):
        await stage.passes(minutes=1)
    assert stage.world.seen() == ([Seen(POST, 1)] if anew else before)


async def publish_into(stage: NetworkDesk, kind: Trouble) -> str:
    """Publish while something goes wrong, let a while go by, and return what the team was told."""
    stage.world.trouble(kind)
    await stage.publishes(POST, await stage.file())
    for _ in range(4):
        await stage.passes(minutes=3)
    return "\n".join(words(card) for card in stage.desk.room("team").cards if card.ask is None)


@pytest.mark.parametrize(
    ("stage", "kind"), [(name, kind) for name in PUBLISHING for kind in WORLDS[name].troubles], indirect=["stage"]
)
async def test_what_goes_wrong_is_told_and_nothing_goes_out_twice(stage: NetworkDesk, kind: Trouble) -> None:
    told = await publish_into(stage, kind)
    if kind in {"refused", "human"}:
        assert stage.world.seen() == []
        assert "Try again" in str(stage.desk.room("team").cards), told
    else:
        assert stage.world.seen() == [Seen(POST, 1)], told
        assert "Live" in told


@pytest.mark.parametrize(
    ("stage", "kind"), [(name, kind) for name, place in WORLDS.items() for kind in place.asks], indirect=["stage"]
)
async def test_where_nothing_can_be_looked_up_a_person_is_asked_and_nothing_goes_out_again(
    stage: NetworkDesk, kind: Trouble
) -> None:
    told = await publish_into(stage, kind)
    assert stage.world.seen() == ([] if kind == "down" else [Seen(POST, 1)])
    assert "cannot be asked whether the post is there" in told, told


@pytest.mark.parametrize("stage", PUBLISHING, indirect=True)
async def test_a_key_that_dies_is_told_once_and_the_post_waits_for_the_new_one(stage: NetworkDesk) -> None:
    stage.world.revoke()
    await stage.publishes(POST, await stage.file())
    await stage.passes(minutes=5)
    assert stage.world.seen() == []
    (account,) = await stage.desk.database.read(accounts.connected_ones, stage.desk.world.brand.id)
    assert account.health == "auth_expired"
    await stage.anna.presses("Reconnect")
    await stage.anna.answers(**stage.world.key())
    for _ in range(3):
        await stage.passes(minutes=1)
    assert stage.world.seen() == [Seen(POST, 1)]


@pytest.mark.parametrize(
    ("stage", "kind"), [(name, kind) for name in LISTENING for kind in WORLDS[name].troubles], indirect=["stage"]
)
async def test_an_answer_that_goes_wrong_is_told_and_is_never_public_twice(stage: NetworkDesk, kind: Trouble) -> None:
    stage.world.comment(COMMENT)
    await stage.looks()
    stage.world.trouble(kind)
    await answer(stage, ANSWER)
    for _ in range(4):
        await stage.passes(minutes=3)
    said = [seen.text for seen in stage.world.seen()]
    told = "\n".join(words(card) for card in stage.desk.room("team").cards if card.ask is None)
    if kind in {"refused", "human"}:
        assert said == []
        assert "Not sent" in told, told
    else:
        assert said == [ANSWER], told
        assert "answered" in told.lower()


@pytest.mark.parametrize("stage", LISTENING, indirect=True)
async def test_a_key_that_dies_is_told_once_and_what_was_said_meanwhile_comes_with_the_new_one(
    stage: NetworkDesk,
) -> None:
    stage.world.revoke()
    stage.world.comment(COMMENT)
    for _ in range(3):
        await stage.looks()
    (account,) = await stage.desk.database.read(accounts.connected_ones, stage.desk.world.brand.id)
    assert account.health == "auth_expired"
    assert COMMENT not in str(stage.desk.room("team").cards)
    await stage.anna.presses("Reconnect")
    await stage.anna.answers(**stage.world.key())
    for _ in range(2):
        await stage.looks()
    assert len([card for card in stage.desk.room("team").cards if COMMENT in str(card)]) == 1


@pytest.mark.parametrize("stage", [name for name in LISTENING if WORLDS[name].by_hand], indirect=True)
async def test_what_people_publish_by_hand_comes_ready_to_be_copied_and_is_live_when_they_say_so(
    stage: NetworkDesk,
) -> None:
    await stage.publishes(POST, await stage.file())
    card = next(card for card in stage.desk.room("team").cards if "Copy the text" in words(card))
    assert POST in words(card)
    assert card.link is not None
    await stage.vera.presses("It is out")
    await stage.vera.answers(link="https://www.reddit.com/r/coffee/comments/p9/autumn/")
    await stage.passes(minutes=1)
    assert "It is out on Reddit" in str(stage.desk.room("team").cards)
    assert stage.world.seen() == []
