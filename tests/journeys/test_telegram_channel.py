"""What a Telegram channel has of its own, over real HTTP: links by which people join, and posts that people suggest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from inbox_desk import words
from loopback_telegram_direct import writes
from loopback_telegram_invites import joins, leaves
from loopback_telegram_world import Raw, Standing
from network_desk import NetworkDesk, network_desk
from PIL import Image
from telegram_channel_world import TelegramChannelWorld, telegram_channel_world

from handlers.card import Card
from storage import brands
from storage.unit_of_work import UnitOfWork

TEXT = "Our new roastery, seen by Mia <b>Kern</b>"


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[TelegramChannelWorld]:
    async with telegram_channel_world(clock) as opened:
        yield opened


@pytest.fixture
async def stage(
    world: TelegramChannelWorld, desk: TestDesk, clock: Clock, tmp_path: Path
) -> AsyncIterator[NetworkDesk]:
    async with network_desk(desk, clock, world, tmp_path) as opened:
        await opened.connects()
        yield opened


async def suggested(stage: NetworkDesk, world: TelegramChannelWorld, **info: object) -> Standing:
    drawn = BytesIO()
    Image.new("RGB", (800, 800), "brown").save(drawn, "PNG")
    offer: Raw = {"suggested_post_info": {"state": "pending", "price": {"currency": "XTR", "amount": 50}, **info}}
    photo = world.server.files.photo(drawn.getvalue())
    post = writes(world.mia, world.server.direct(world.channel), TEXT, photo=photo, **offer)
    await stage.passes(minutes=2)
    await stage.passes(minutes=2)
    return post


def card(stage: NetworkDesk, title: str, room: str = "team") -> Card:
    return next(card for card in reversed(stage.desk.room(room).cards) if title in card.title)


async def test_a_suggestion_is_heard_once_asked_of_the_client_and_published_once(
    stage: NetworkDesk, world: TelegramChannelWorld
) -> None:
    await suggested(stage, world)
    cards = [each for each in stage.desk.room("team").cards if TEXT in str(each)]
    assert len(cards) == 1
    assert "Price offered: 50 ⭐" in words(cards[0])
    assert len(cards[0].pictures) == 1
    assert "more than is shown" not in words(cards[0])
    await stage.vera.presses("Approve…")
    await stage.vera.presses("Ask the client")
    await stage.passes(seconds=2)
    assert world.channel.messages[-1].text != TEXT
    assert len(card(stage, "somebody suggests", "client").pictures) == 1
    await stage.clara.presses("Approve")
    for _ in range(3):
        await stage.passes(minutes=1)
    assert [each.text for each in world.channel.messages].count(TEXT) == 1
    assert "Suggestion: approved" in words(card(stage, "Answered by Vera"))


async def test_an_answer_lost_on_the_way_is_not_published_twice(
    stage: NetworkDesk, world: TelegramChannelWorld
) -> None:
    await stage.desk.database.write(_no_approval_needed)
    await suggested(stage, world)
    world.server.drop("approveSuggestedPost")
    await stage.anna.presses("Approve…")
    await stage.anna.presses("Approve")
    for _ in range(3):
        await stage.passes(minutes=1)
    assert [each.text for each in world.channel.messages].count(TEXT) == 1
    assert "Suggestion: approved" in words(card(stage, "Answered by"))


async def test_it_is_declined_with_a_reason_and_talked_about(stage: NetworkDesk, world: TelegramChannelWorld) -> None:
    post = await suggested(stage, world)
    await stage.anna.presses("Reply")
    await stage.anna.answers(text="Which shop is it?")
    await stage.anna.presses("Send")
    await stage.passes(seconds=15)
    direct = world.server.direct(world.channel)
    assert direct.messages[-1].text == "Which shop is it?"
    assert direct.messages[-1].raw["direct_messages_topic"]["topic_id"] == world.mia.id
    await stage.anna.presses("Reopen")
    await stage.anna.presses("Decline…")
    await stage.anna.answers(reason="We publish our own photos.")
    await stage.passes(seconds=2)
    assert post.raw["suggested_post_info"]["state"] == "declined"
    await stage.passes(minutes=1)
    assert "Suggestion: declined" in words(card(stage, "Answered by Anna"))


async def test_what_is_written_to_the_channel_is_a_message_and_answered_in_private(
    stage: NetworkDesk, world: TelegramChannelWorld
) -> None:
    writes(world.mia, world.server.direct(world.channel), "Do you take guest posts?")
    other = world.server.channel("Another", "another", world.server.group("Other talk"))
    writes(world.mia, world.server.direct(other), "Not for us")
    await stage.passes(minutes=2)
    assert card(stage, "Message on Telegram")
    assert "Not for us" not in str(stage.desk.room("team").cards)


def _no_approval_needed(uow: UnitOfWork) -> None:
    brands.change(uow, 1, policy={"mode": "none"})


def link(stage: NetworkDesk) -> Card:
    return next(card for card in reversed(stage.desk.room("team").cards) if card.title.startswith("Join link:"))


async def test_who_joins_by_a_link_is_counted_once_and_missed_when_they_leave(
    stage: NetworkDesk, world: TelegramChannelWorld
) -> None:
    await stage.anna.presses("Join links")
    await stage.anna.presses("New link")
    await stage.anna.answers(name="Anna's story, 12 May")
    await stage.passes(seconds=2)
    (url,) = world.channel.invites
    assert url in str(link(stage))
    lee, tom = world.server.user("Lee"), world.server.user("Tom")
    first = joins(lee, world.channel, url)
    joins(tom, world.channel)
    await stage.passes(minutes=1)
    world.server.redeliver(first)
    await stage.passes(minutes=1)
    assert "Came by it: 1\nLeft again: 0" in words(await stage.anna.presses("Count again"))
    leaves(lee, world.channel)
    leaves(tom, world.channel)
    await stage.passes(minutes=1)
    assert "Came by it: 1\nLeft again: 1\nStill there: 0" in words(await stage.anna.presses("Count again"))
    await stage.anna.presses("Stop")
    await stage.passes(seconds=2)
    assert world.channel.invites[url]["is_revoked"]
    assert "State: stopped" in words(link(stage))


async def test_a_bot_that_lost_its_rights_makes_no_link_and_says_why(
    stage: NetworkDesk, world: TelegramChannelWorld
) -> None:
    await stage.anna.presses("Join links")
    await stage.anna.presses("New link")
    world.channel.bot = "member"
    await stage.anna.answers(name="An advert")
    await stage.passes(seconds=2)
    assert "The bot must be an administrator of the channel." in words(link(stage))
    world.channel.bot = "administrator"
    await stage.anna.presses("Try again")
    await stage.passes(seconds=2)
    assert len(world.channel.invites) == 1
