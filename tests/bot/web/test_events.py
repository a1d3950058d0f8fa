"""Live updates over a real socket: everything arrives, also what happened while a browser was away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from waiting import PATIENCE
from web_desk import WebDesk

from bot.web.seats import COOKIE, take
from bot.web.server import WebServer
from handlers.card import Card
from smm.errors import ConfigError
from storage import channels, members
from storage.channels import ChatRef, MessageRef
from storage.members import Member


@pytest.fixture
async def server(open_desk: WebDesk) -> AsyncIterator[WebServer]:
    """The pages, served."""
    opened = WebServer(open_desk.app, "127.0.0.1", 0)
    await opened.start()
    yield opened
    await open_desk.web.stop()
    await opened.stop()


class Stream:
    """One open stream of a browser."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last = ""

    async def next(self, event: str = "message") -> Any:
        """Return the data of the next event of a kind."""
        return await asyncio.wait_for(self._next(event), PATIENCE)

    async def _next(self, wanted: str) -> Any:
        fields: dict[str, str] = {}
        async for line in self._lines:
            name, _, value = line.partition(": ")
            fields[name] = value
            if line:
                continue
            self.last = fields.get("id", self.last)
            if fields.get("event") == wanted:
                return json.loads(fields["data"] or "null")
            fields = {}
        raise AssertionError("the stream ended")


class Watcher:
    """A browser that listens."""

    def __init__(self, desk: WebDesk, server: WebServer, token: str) -> None:
        self._client = httpx.AsyncClient(base_url=server.url, headers={"Cookie": f"{COOKIE}={token}"}, timeout=PATIENCE)

    def listens(self, chat_id: str = "team", last: str = "") -> Any:
        """Open the stream of a chat."""
        headers = {"Last-Event-ID": last} if last else {}
        return self._client.stream("GET", f"/s/me/chat/{chat_id}/events", headers=headers)

    async def close(self) -> None:
        await self._client.aclose()


async def watcher(desk: WebDesk, server: WebServer, member: Member) -> Watcher:
    return Watcher(desk, server, await desk.database.write(take, member.id))


async def test_a_card_arrives_and_is_redrawn(open_desk: WebDesk, server: WebServer) -> None:
    anna = await watcher(open_desk, server, open_desk.world.anna)
    async with anna.listens() as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        stream = Stream(response)
        message = await open_desk.shows("team", Card(title="Hello <b>"))
        arrived = await stream.next()
        assert "Hello &lt;b&gt;" in arrived["html"]
        await open_desk.web.edit(MessageRef(ChatRef("web", "team"), message), Card(title="Changed"))
        edited = await stream.next()
        assert edited["id"] == arrived["id"]
        assert "Changed" in edited["html"]
    await anna.close()


async def test_who_comes_back_is_told_everything_since(open_desk: WebDesk, server: WebServer) -> None:
    anna = await watcher(open_desk, server, open_desk.world.anna)
    first = await open_desk.shows("team", Card(title="First"))
    async with anna.listens() as response:
        stream = Stream(response)
        await stream.next()
        last = stream.last
    for number in range(60):
        await open_desk.shows("team", Card(title=f"While away {number}."))
    await open_desk.web.edit(MessageRef(ChatRef("web", "team"), first), Card(title="First, edited"))
    async with anna.listens(last=last) as response:
        stream = Stream(response)
        arrived = [await stream.next() for _ in range(61)]
    assert [f"While away {number}." in one["html"] for number, one in enumerate(arrived[:60])] == [True] * 60
    assert "First, edited" in arrived[-1]["html"]
    await anna.close()


async def test_a_message_is_mine_only_for_me(open_desk: WebDesk, server: WebServer) -> None:
    anna = await watcher(open_desk, server, open_desk.world.anna)
    boris = await watcher(open_desk, server, open_desk.world.boris)
    await open_desk.web.say("team", open_desk.world.anna.id, "Hello", [], "key-anna-1")
    async with anna.listens() as mine, boris.listens() as theirs:
        assert (await Stream(mine).next())["mine"] is True
        arrived = await Stream(theirs).next()
    assert arrived["mine"] is False
    assert "Anna" in arrived["html"]
    await anna.close()
    await boris.close()


async def test_other_rooms_are_counted_live(open_desk: WebDesk, server: WebServer) -> None:
    anna = await watcher(open_desk, server, open_desk.world.anna)
    async with anna.listens() as response:
        stream = Stream(response)
        assert await stream.next("rooms") == {}
        await open_desk.shows("client", Card(title="One"))
        assert await stream.next("rooms") == {"client": 1}
    await anna.close()


async def test_a_new_room_is_told_and_heard_from_at_once(open_desk: WebDesk, server: WebServer) -> None:
    world = open_desk.world
    anna = await watcher(open_desk, server, world.anna)
    async with anna.listens() as response:
        stream = Stream(response)
        await stream.next("beat")
        await open_desk.database.write(
            channels.add, world.brand.id, ChatRef("web", "alerts"), "alerts", "Northwind alerts", "en"
        )
        await stream.next("nav")
        await open_desk.shows("alerts", Card(title="Here"))
        assert (await stream.next("rooms"))["alerts"] == 1
    await anna.close()


async def test_who_is_removed_hears_no_more(open_desk: WebDesk, server: WebServer) -> None:
    boris = await watcher(open_desk, server, open_desk.world.boris)
    async with boris.listens() as response:
        stream = Stream(response)
        await stream.next("rooms")
        await open_desk.database.write(members.withdraw_all, open_desk.world.boris.id)
        await open_desk.shows("team", Card(title="Secret"))
        assert await stream.next("over") is None
    await boris.close()


async def test_stopping_does_not_wait_for_open_streams(open_desk: WebDesk, server: WebServer) -> None:
    anna = await watcher(open_desk, server, open_desk.world.anna)
    async with anna.listens() as response:
        await Stream(response).next("rooms")
        await open_desk.web.stop()
        server._server.config.timeout_graceful_shutdown = 3600  # whoever waits for the stream waits for ever
        await asyncio.wait_for(server.stop(), PATIENCE)
    await anna.close()


async def test_a_port_that_is_taken_is_said_in_words(open_desk: WebDesk, server: WebServer) -> None:
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{server.port}"):
        await WebServer(open_desk.app, "127.0.0.1", server.port).start()
