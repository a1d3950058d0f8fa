"""One desk on all three platforms at once, for tests: Slack, Telegram and the web over one database, router and delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from clocks import Clock
from dialog import UNLIMITED
from loopback_slack import LoopbackSlack, loopback_slack
from loopback_slack_world import Channel
from loopback_slack_world import User as SlackUser
from loopback_telegram import LoopbackTelegram, loopback_telegram
from loopback_telegram_world import Chat
from loopback_telegram_world import User as TelegramUser
from post_world import add_account
from slack_desk import chat_ref as slack_ref
from slack_desk import slack_on
from telegram_desk import chat_ref as telegram_ref
from telegram_desk import telegram_on
from web_desk import Browser, WebDesk

from bot.delivery import Delivery
from bot.router import Router
from bot.web.app import WebOptions, create_app
from bot.web.transport import Web
from config.words import words
from handlers.route import load
from smm.sample import World, build_world
from storage import channels, members
from storage.engine import Database
from storage.unit_of_work import UnitOfWork


@dataclass
class ThreePlatforms:
    """Anna is everywhere, Clara, the client, on Telegram; the team's room stands on Slack and on the web."""

    database: Database
    clock: Clock
    world: World
    slack: LoopbackSlack
    telegram: LoopbackTelegram
    web: WebDesk
    anna: SlackUser
    team: Channel
    clara: TelegramUser
    client: Chat
    browser: Browser
    account_id: int
    anna_there: TelegramUser  # Anna on Telegram

    async def passes(self, **parts: float) -> None:
        """Let time go by: what was put off is tried again."""
        self.clock.advance(**parts)
        await self.database.write(lambda uow: uow.wake("alerts"))
        await asyncio.sleep(0.02)


@asynccontextmanager
async def three_platforms(database: Database, clock: Clock, media: Path) -> AsyncIterator[ThreePlatforms]:
    """Open the desk; every breach of a platform's description fails the test."""
    load()
    async with loopback_slack() as slack_server, loopback_telegram() as telegram_server:
        world = await database.write(build_world)
        anna, clara = slack_server.user("Anna"), telegram_server.user("Clara")
        team, client = slack_server.channel("northwind-team", anna), telegram_server.group("Northwind client", clara)
        there = telegram_server.user("Anna")
        telegram_server.private(there)
        account_id = await database.write(_bind, world, anna, there, team, clara, client)
        web = Web(database)
        transports = [web, slack_on(slack_server, database, media), telegram_on(telegram_server, database, media)]
        for transport in transports:
            transport.pace = UNLIMITED  # when something may be said is tried elsewhere
        router, delivery = Router(database, words), Delivery(database, transports, words)
        app = create_app(database, web, words, WebOptions(), media)
        for transport in transports:
            await transport.start(router.receive)
        await delivery.start()
        desk = WebDesk(database, world, web, router, delivery, app, media)
        browser = await desk.browser(world.anna)
        try:
            yield ThreePlatforms(
                database,
                clock,
                world,
                slack_server,
                telegram_server,
                desk,
                anna,
                team,
                clara,
                client,
                browser,
                account_id,
                there,
            )
        finally:
            for transport in transports:
                await transport.stop()
            await delivery.stop()
            await browser.http.aclose()
        assert slack_server.breaches == []
        assert telegram_server.breaches == []


def _bind(
    uow: UnitOfWork,
    world: World,
    anna: SlackUser,
    there: TelegramUser,
    team: Channel,
    clara: TelegramUser,
    client: Chat,
) -> int:
    members.identify(uow, world.anna.id, "slack", f"{anna.team}:{anna.id}", "Anna")
    members.identify(uow, world.anna.id, "telegram", str(there.id), "Anna")
    members.identify(uow, world.clara.id, "telegram", str(clara.id), "Clara")
    channels.drop(uow, world.client.id)
    channels.add(uow, world.brand.id, slack_ref(team), "team", "northwind-team", "en")
    channels.add(uow, world.brand.id, telegram_ref(client), "client", "Northwind client", "en")
    return add_account(uow, world.brand.id)
