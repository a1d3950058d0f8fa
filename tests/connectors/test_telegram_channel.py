"""The connector of Telegram channels against a Bot API server on this machine: albums, threads, reactions, secrets."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from clocks import Clock
from fixtures import FOLDER
from telegram_channel_world import TelegramChannelWorld, telegram_channel_world

from config.logs import redact
from connectors.base import Outside
from connectors.telegram_channel import TelegramChannel
from smm.errors import ConnectorError, NeedsHuman, Rejected, Unavailable
from smm.networks import Answer, Can, MediaFile, Outgoing

CUP = MediaFile(FOLDER / "telegram_channel" / "cup.png", "image/png", "d")


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[TelegramChannelWorld]:
    async with telegram_channel_world(clock) as opened:
        yield opened


@asynccontextmanager
async def account(
    world: TelegramChannelWorld, own_bots: frozenset[str] = frozenset()
) -> AsyncIterator[TelegramChannel]:
    opened = TelegramChannel(world.key(), Outside(world.outside.bases, own_bots=own_bots), "northwind")
    try:
        yield opened
    finally:
        await opened.close()


async def test_an_album_goes_out_as_one_post_and_is_taken_down_whole(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        film = MediaFile(CUP.path, "video/mp4", "d")
        album = await channel.publish(Outgoing("k1", "Autumn", (CUP, CUP, CUP)))
        await channel.publish(Outgoing("k2", "Film", (film,)))
        assert [(seen.text, seen.pictures) for seen in world.seen()] == [("Autumn", 3), ("Film", 0)]
        await channel.delete(album.remote_id)
        await channel.delete(album.remote_id)
        assert [seen.text for seen in world.seen()] == ["Film"]


async def test_a_post_is_commented_by_us_as_soon_as_its_thread_is_known(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        post = await channel.publish(Outgoing("k1", "Autumn"))
        first = Answer("k2", "Order here: https://northwind.example", post.remote_id)
        with pytest.raises(Unavailable):
            await channel.reply(first)
        await channel.fetch("")
        said = await channel.reply(first)
        root = world.root(world.channel.messages[-1])
        assert world.group.cards[-1].raw["message_thread_id"] == root.id
        await channel.delete(said.remote_id)
        assert world.group.cards == []


async def test_a_page_that_was_not_kept_comes_again_and_a_kept_one_does_not(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        world.comment("Do you have oat milk?")
        first, again = await channel.fetch(""), await channel.fetch("")
        assert [item.text for item in first.items] == [item.text for item in again.items]
        assert "Do you have oat milk?" in [item.text for item in first.items]
        assert (await channel.fetch(first.cursor)).items == ()


async def test_reactions_are_counted_also_by_a_connector_opened_later(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        await channel.fetch("")
        world.react(world.greeting, 3, 2)
        post = str(world.greeting.id)
        assert (await channel.metrics([post, "999"])).keys() == {post}
        kept = (await channel.fetch("")).cursor
    async with account(world) as channel:
        await channel.fetch(kept)
        assert (await channel.metrics([post]))[post].likes == 5
        assert (await channel.metrics([post]))[post].views is None


async def test_what_is_said_wakes_the_stream_and_a_fetch_does_not_end_it(world: TelegramChannelWorld) -> None:
    async with account(world) as channel, aclosing(channel.stream()) as stream:  # type: ignore[type-var]
        kept = (await channel.fetch((await channel.fetch("")).cursor)).cursor
        waiting = asyncio.ensure_future(anext(stream))
        polls = world.server.polls
        await world.server.until(lambda: world.server.polls > polls)
        assert (await channel.fetch(kept)).items == ()
        world.comment("Do you have oat milk?")
        await asyncio.wait_for(waiting, 30)
        assert [item.text for item in (await channel.fetch(kept)).items] == ["Do you have oat milk?"]


async def test_the_desks_own_bot_is_refused_before_anything_is_asked(world: TelegramChannelWorld) -> None:
    async with account(world, frozenset({str(world.server.bot["id"])})) as channel:
        for call in (channel.check(), channel.fetch(""), channel.publish(Outgoing("k", "x", (CUP,)))):
            with pytest.raises(Rejected, match="own bot"):
                await call
    assert world.server.calls == []


async def test_a_bot_hears_for_one_channel_alone(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        await channel.fetch("")
        world.server.channel("Northwind Tea", "northwind_tea", world.server.group("Tea talk"))
        second = TelegramChannel(dict(world.key()) | {"channel": "@northwind_tea"}, world.outside)
        for call in (second.check(), second.fetch("")):
            with pytest.raises(NeedsHuman, match="another channel"):
                await call
        await second.close()
        assert (await channel.check()).handle == "northwind"


async def test_what_the_bot_may_not_is_told_with_its_reason(world: TelegramChannelWorld) -> None:
    async with account(world) as channel:
        assert Can.REPLY in ((await channel.check()).can or ())
        world.group.bot = "member"
        profile = await channel.check()
        assert "administrator" in profile.cannot[Can.REPLY]
        assert profile.limits is not None
        assert not profile.limits.first_comment
        world.channel.bot = "member"
        with pytest.raises(NeedsHuman):
            await channel.check()


@pytest.mark.parametrize("given", ["northwind", "@northwind", "t.me/northwind", "https://t.me/s/northwind/12?single"])
async def test_an_address_is_taken_as_people_give_it(world: TelegramChannelWorld, given: str) -> None:
    channel = TelegramChannel(dict(world.key()) | {"channel": given}, world.outside)
    assert (await channel.check()).handle == "northwind"
    await channel.close()


@pytest.mark.parametrize("kind", ["refuse", "drop", "garble", "dead", "nobody"])
async def test_the_token_stands_in_no_error_and_no_log(
    world: TelegramChannelWorld, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in ("httpx", "httpcore"):  # the program keeps them quiet: what if it did not
        caplog.set_level(logging.DEBUG, logger)
    server, token = world.server, world.server.token
    async with account(world) as channel:
        match kind:
            case "refuse":
                server.refuse("sendMessage", 400, f"Bad Request: {token} is too long")
            case "drop":
                server.drop("sendMessage")
            case "garble":
                server.garble("sendMessage")
            case "dead":
                world.revoke()
            case "nobody":
                channel._outside.bases["telegram_channel"] = "http://127.0.0.1:9"  # type: ignore[index]
        with pytest.raises(ConnectorError) as raised:
            await channel.publish(Outgoing("k1", "Hello"))
    error = raised.value
    whole = "".join(traceback.format_exception(error))
    assert "canary" not in f"{whole}{error!r}{error.facts}{error.__cause__!r}{channel!r}{vars(error)}"
    assert "canary" not in redact(caplog.text)
    assert ("/bot" in caplog.text) == (kind not in {"drop", "nobody"})  # what httpx logs was there to be masked
