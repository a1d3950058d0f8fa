"""A desk on a loopback Slack, for tests: the real transport, router and delivery, over sockets or pushed over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dialog import UNLIMITED
from loopback_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LoopbackSlack, loopback_slack
from loopback_slack_world import Channel, Standing, User

from bot.delivery import Delivery
from bot.router import Router
from bot.slack import Slack
from bot.slack_manifest import PATH
from bot.transport import ChatRef, MessageRef
from bot.web.app import WebOptions, create_app
from bot.web.hooks import add_hook
from bot.web.server import WebServer
from bot.web.transport import Web
from config.words import words
from handlers.route import load
from smm.sample import World, build_world
from storage import channels, copies, members
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

PAUSES = (0.01, 0.02)
BEAT = 0.05


def slack_on(server: LoopbackSlack, database: Database, media: Path, **options: Any) -> Slack:
    """Return the transport pointed at a loopback server, impatient enough for tests."""
    told = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api": f"{server.url}/api/"}
    told |= {"beat": BEAT, "pauses": PAUSES, "tries": (), **options}
    return Slack(database, words, media=media, **told)


def pushed_slack_on(server: LoopbackSlack, database: Database, media: Path, **options: Any) -> Slack:
    """Return the transport as one to which updates are pushed."""
    told = {"app_token": "", "signing_secret": SIGNING_SECRET, "public_url": "https://desk.example.org"}
    return slack_on(server, database, media, **told, **options)


def chat_ref(channel: Channel, thread: str = "") -> ChatRef:
    """Return a channel's address; a private chat is addressed by its person."""
    return alone_ref(channel.people[0]) if channel.kind == "im" else ChatRef("slack", channel.id, thread)


def alone_ref(user: User) -> ChatRef:
    """Return the address of somebody's private chat."""
    return ChatRef("slack", f"{user.team}:{user.id}")


def clock_of(at: datetime) -> dict[str, str]:
    """Return a moment as the modal's two fields take it, in the brand's zone."""
    local = at.astimezone(ZoneInfo("Europe/Berlin"))
    return {"slot": f"{local:%Y-%m-%d}", "slot_time": f"{local:%H:%M}"}


@asynccontextmanager
async def pushed(server: LoopbackSlack, slack: Slack, database: Database, media: Path) -> AsyncIterator[None]:
    """Let a loopback server push to the transport through the real web server."""
    pages = create_app(database, Web(database), words, WebOptions(public_url="https://desk.example.org"), media)
    add_hook(pages, PATH, slack.webhook)
    behind = WebServer(pages, "127.0.0.1", 0, behind_proxy=True)
    await behind.start()
    server.line.push_to = behind.url + PATH
    server.line.clock = lambda: database.clock().timestamp()
    try:
        yield
    finally:
        await behind.stop()


@dataclass
class SlackDesk:
    """The sample world with its people and rooms on Slack."""

    database: Database
    server: LoopbackSlack
    slack: Slack
    delivery: Delivery
    world: World
    anna: User
    clara: User
    team: Channel
    client: Channel

    async def card(self, channel: Channel, words: str) -> Standing:
        """Wait for a card that stands for something, and for the desk to know where it stands."""
        card = await self.server.card(channel, words)
        place = MessageRef(chat_ref(channel), card.ts)
        while await self.database.read(copies.at, place) is None:  # noqa: ASYNC110 - what is recorded tells nobody
            await asyncio.sleep(0.002)
        return card


@asynccontextmanager
async def slack_desk(database: Database, media: Path, **options: Any) -> AsyncIterator[SlackDesk]:
    """Open the desk; every breach of Slack's description fails the test."""
    load()
    async with loopback_slack() as server:
        world = await database.write(build_world)
        anna, clara = server.user("Anna"), server.user("Clara")
        team, client = server.channel("northwind-team", anna), server.channel("northwind-client", anna, clara)
        await database.write(_bind, world, anna, clara, team, client)
        slack = slack_on(server, database, media, **options)
        slack.pace = UNLIMITED  # when something may be said is delivery's, and is tested there
        delivery = Delivery(database, [slack], words)
        await slack.start(Router(database, words).receive)
        await delivery.start()
        try:
            yield SlackDesk(database, server, slack, delivery, world, anna, clara, team, client)
        finally:
            await slack.stop()
            await delivery.stop()
        assert server.breaches == []


def _bind(uow: UnitOfWork, world: World, anna: User, clara: User, team: Channel, client: Channel) -> None:
    members.identify(uow, world.anna.id, "slack", f"{anna.team}:{anna.id}", "Anna")
    members.identify(uow, world.clara.id, "slack", f"{clara.team}:{clara.id}", "Clara")
    for on_the_web in (world.team, world.client):
        channels.drop(uow, on_the_web.id)
    channels.add(uow, world.brand.id, chat_ref(team), "team", "northwind-team", "en")
    channels.add(uow, world.brand.id, chat_ref(client), "client", "northwind-client", "en")
