"""A join link on a Telegram channel, over real HTTP: made, used, counted once, left again, stopped; and a bot that may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from inbox_desk import words
from loopback_telegram_invites import joins, leaves
from network_desk import NetworkDesk, network_desk
from telegram_channel_world import TelegramChannelWorld, telegram_channel_world

from handlers.card import Card


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
