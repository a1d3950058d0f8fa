"""VKontakte in its modes: with the community's key alone, and by hand where no key may post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from inbox_desk import words
from loopback_vk import WALL
from network_desk import NetworkDesk, Seen, network_desk
from vk_world import VkWorld, vk_world

POST = "The autumn blend is back, in both shops."


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[VkWorld]:
    """A community that has a key of its own and nothing else."""
    async with vk_world(clock, "community") as opened:
        yield opened


@pytest.fixture
async def stage(desk: TestDesk, clock: Clock, world: VkWorld, tmp_path: Path) -> AsyncIterator[NetworkDesk]:
    """The desk around it; each test connects by itself."""
    async with network_desk(desk, clock, world, tmp_path) as opened:
        yield opened


def told(stage: NetworkDesk) -> str:
    return "\n".join(words(card) for card in stage.desk.room("team").cards if card.ask is None)


async def test_the_card_says_which_key_it_is_and_what_it_lacks(stage: NetworkDesk) -> None:
    card = words(await stage.connects())
    assert "key of the community" in card
    assert "Only a user's key may do that on VKontakte." in card
    assert "not been tried" in card


async def test_a_lost_answer_that_no_key_may_look_up_is_put_to_a_person(stage: NetworkDesk, world: VkWorld) -> None:
    await stage.connects()
    world.trouble("lost")
    await stage.publishes(POST)
    for _ in range(4):
        await stage.passes(minutes=3)
    assert world.seen() == [Seen(POST)]
    assert "It is there" in str(stage.desk.room("team").cards), told(stage)
    assert "Live" not in told(stage)


async def test_where_no_key_may_post_a_person_does_and_the_desk_notices(stage: NetworkDesk, world: VkWorld) -> None:
    world.vk.posts_for = frozenset()
    assert "by hand" in words(await stage.connects())
    await stage.passes(minutes=2)
    await stage.publishes(POST)
    assert world.seen() == []
    links = [card.link.url for card in stage.desk.room("team").cards if card.link and POST in words(card)]
    assert "https://vk.com/northwind" in links
    world.vk.publish_by_hand(POST)
    await stage.passes(minutes=2)
    assert "Live" in told(stage)
    assert world.seen() == [Seen(POST)]


async def test_a_message_is_answered_in_private(stage: NetworkDesk, world: VkWorld) -> None:
    await stage.connects()
    await stage.passes(minutes=2)
    world.vk.write("Is my order ready?")
    await stage.passes(minutes=2)
    await stage.anna.presses("Reply")
    await stage.anna.answers(text="It is, come by.")
    await stage.anna.presses("Send")
    await stage.passes(seconds=15)
    assert [each["text"] for each in world.vk.messages if each["from_id"] == WALL] == ["It is, come by."]
    await stage.passes(minutes=5)
    assert "answered" in told(stage).lower()


async def test_what_happened_while_events_were_lost_is_read_from_the_wall(stage: NetworkDesk, world: VkWorld) -> None:
    world.vk.keys["user-key"] = "user"
    await stage.connects()
    await stage.passes(minutes=2)
    world.comment("Do you have oat milk?")
    world.vk.lose()  # VKontakte keeps events for a while only
    await stage.passes(minutes=2)
    await stage.passes(minutes=2)
    assert len([card for card in stage.desk.room("team").cards if "oat milk" in str(card)]) == 1


PLACES = {"photo": 5, "video": 6, "market": 3, "topic": 9}


def cards(stage: NetworkDesk) -> list[str]:
    shown = map(str, stage.desk.room("team").cards)
    return sorted(place for card in shown for place in PLACES if f"under a {place}" in card)


async def test_what_is_said_elsewhere_comes_once_by_event_or_after_a_gap(stage: NetworkDesk, world: VkWorld) -> None:
    world.vk.keys["user-key"] = "user"
    await stage.connects()
    await stage.passes(minutes=2)
    for place in ("photo", "topic"):
        world.vk.mutter(place, PLACES[place], f"Heard under a {place}")
    await stage.passes(minutes=2)
    assert cards(stage) == ["photo", "topic"]
    for place in ("video", "market"):
        world.vk.mutter(place, PLACES[place], f"Missed under a {place}")
    world.vk.lose()
    for _ in range(3):
        await stage.passes(minutes=2)
    assert cards(stage) == sorted(PLACES)


async def test_without_events_all_is_looked_at_and_no_look_is_endless(stage: NetworkDesk, world: VkWorld) -> None:
    world.vk.keys["user-key"] = "user"
    world.vk.deaf = True
    await stage.connects()
    await stage.passes(minutes=2)
    for place, thing in PLACES.items():
        world.vk.mutter(place, thing, f"Said under a {place}")
    for number in range(8):
        world.vk.mutter("topic", 20 + number, f"Number {number}")
        world.vk.mutter("market", 20 + number, f"Good {number}")
    world.vk.called.clear()
    await stage.passes(minutes=1)
    assert world.vk.called.count("market.getComments") == 5
    for _ in range(4):
        await stage.passes(minutes=2)
    assert cards(stage) == sorted(PLACES)
    shown = "\n".join(map(str, stage.desk.room("team").cards))
    assert all(f"Number {number}" in shown and f"Good {number}" in shown for number in range(8))
