"""A desk on a loopback Telegram, for tests: the real transport, router and delivery, and people who write and press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialog import UNLIMITED
from loopback_telegram import LoopbackTelegram, loopback_telegram
from loopback_telegram_world import Chat, User

from bot.delivery import Delivery
from bot.router import Router
from bot.telegram import Telegram
from bot.transport import ChatRef, Pace
from config.words import words
from handlers.route import load
from smm.sample import World, build_world
from storage import channels, members
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

PAUSES = (0.01, 0.02)


def telegram_on(server: LoopbackTelegram, database: Database, media: Path, **options: Any) -> Telegram:
    """Return the transport pointed at a loopback server, impatient enough for tests."""
    told = {"token": server.token, "api": server.url, "album_wait": 0.05, "pauses": PAUSES, "tries": (), **options}
    return Telegram(database, words, media=media, **told)


def chat_ref(chat: Chat, topic: int = 0) -> ChatRef:
    """Return a chat's address."""
    return ChatRef("telegram", str(chat.id), str(topic) if topic else "")


@dataclass
class TelegramDesk:
    """The sample world with its people and rooms on Telegram."""

    database: Database
    server: LoopbackTelegram
    telegram: Telegram
    delivery: Delivery
    world: World
    anna: User
    clara: User
    team: Chat
    client: Chat
    media: Path


@asynccontextmanager
async def telegram_desk(
    database: Database, media: Path, pace: Pace = UNLIMITED, **options: Any
) -> AsyncIterator[TelegramDesk]:
    """Open the desk; every breach of the Bot API's description fails the test."""
    load()
    async with loopback_telegram() as server:
        world = await database.write(build_world)
        anna, clara = server.user("Anna"), server.user("Clara")
        team, client = server.group("Northwind team", anna), server.group("Northwind client", anna, clara)
        server.private(anna)
        await database.write(_bind, world, anna, clara, team, client)
        telegram = telegram_on(server, database, media, **options)
        telegram.pace = pace  # without limits, when something may be said is delivery's, and is tested there
        delivery = Delivery(database, [telegram], words)
        await telegram.start(Router(database, words).receive)
        await delivery.start()
        try:
            yield TelegramDesk(database, server, telegram, delivery, world, anna, clara, team, client, media)
        finally:
            await telegram.stop()
            await delivery.stop()
        assert server.breaches == []


def _bind(uow: UnitOfWork, world: World, anna: User, clara: User, team: Chat, client: Chat) -> None:
    members.identify(uow, world.anna.id, "telegram", str(anna.id), "Anna")
    members.identify(uow, world.clara.id, "telegram", str(clara.id), "Clara")
    for on_the_web in (world.team, world.client):
        channels.drop(uow, on_the_web.id)
    channels.add(uow, world.brand.id, chat_ref(team), "team", "Northwind team", "en")
    channels.add(uow, world.brand.id, chat_ref(client), "client", "Northwind client", "en")
