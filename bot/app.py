"""The composition root: settings become a running desk, and a running desk is closed again in order.

Nothing here decides anything about the trade; it chooses the parts and says in which order they start and stop.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from bot import schedule
from bot.chats import Chat, chats
from bot.clock import Clock
from bot.delivery import Delivery
from bot.engine import InlineEngine
from bot.keys import vault
from bot.networks import OpenNetworks, declare_networks, outside_of
from bot.router import Router
from bot.streams import Streams
from bot.transport import Transport
from bot.web.transport import Web
from config import logs
from config.settings import Settings
from config.words import words
from connectors.base import Outside
from connectors.own_words import OwnWords
from connectors.transcriber import TranscriptionModel
from connectors.writer import LanguageModel
from handlers.route import load
from smm import ingest, tokens
from smm.desk import Desk
from smm.errors import ConfigError
from smm.hearing import Nobody, Transcriber
from smm.reading import Reader
from smm.writing import Writer
from storage import brands
from storage.engine import Database
from storage.lock import DeskRunning, lock_of
from storage.migrate import UnknownSchema, migrate
from storage.rotation import rotate_secrets
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.web.app import WebApp, WebOptions
    from bot.web.server import WebServer

log = structlog.get_logger(__name__)

GRACE = 8.0  # seconds that running calls get when the desk closes
STUCK = timedelta(seconds=30)  # a clock that has not ticked for so long is not well


class Guest(Protocol):
    """Who lives in a desk besides: the demo, with its sample world and its network."""

    async def furnish(self, database: Database) -> WebOptions:
        """Make sure that the world is there; return how the web chat shows it."""

    def add_pages(self, pages: WebApp) -> None:
        """Put pages of its own beside the desk's."""

    def outside(self, url: str) -> Outside:
        """Say what the world outside is, now that the pages answer at `url`."""

    async def open(self, desk: Desk) -> None:
        """Begin."""

    async def close(self) -> None:
        """End."""


class App:
    """One running desk. `start` opens it, `stop` closes it; both may be left in the middle by a kill."""

    def __init__(self, settings: Settings, guest: Guest | None = None) -> None:
        self.settings = settings
        self._guest = guest
        self._open = AsyncExitStack()
        self._clock: Clock | None = None
        self._take_pushes: Callable[[Desk], None] = lambda desk: None
        self.url = ""
        self.database: Database

    async def start(self) -> None:
        """Open everything, in order; what was opened is closed again when a later step fails."""
        logs.configure(self.settings.log_level, self.settings.log_format)
        hide_secrets(self.settings)
        load()
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        gc.collect()
        gc.freeze()  # what stands from the start need not be looked at again: a full collection paused for 200 ms

    async def stop(self) -> None:
        """Close everything, last opened first."""
        await self._open.aclose()

    async def _start(self) -> None:
        self.database = database = await self._open_database()
        await database.write(schedule.recover)
        router, web, others = Router(database, words), Web(database), chats(self.settings, database)
        for transport in others:  # first: it answers people while the web chat is still being loaded
            await self._open_chat(transport, router)
        server = await self._open_web(web, others)
        self.url = server.url
        await database.write(tokens.note_address, "web", f"{self.settings.public_url.rstrip('/') or server.url}/in/")
        desk, networks = await self._open_desk(database, server.url)
        self._take_pushes(desk)
        await self._open_chat(web, router)
        delivery = Delivery(database, [web, *others], words)
        await delivery.start()
        self._open.push_async_callback(delivery.stop)
        await self._open_clock(desk, networks)
        log.info("the desk is open", url=self.url, chats=[each.platform for each in others])

    async def _open_chat(self, transport: Transport, router: Router) -> None:
        await transport.start(router.receive)
        self._open.push_async_callback(transport.stop)

    async def _open_clock(self, desk: Desk, networks: OpenNetworks) -> None:
        streams = Streams(self.database, networks, lambda account_id: ingest.poll(desk, account_id))
        streams.start()
        self._open.push_async_callback(streams.stop)
        engine = InlineEngine(schedule.works(desk))
        self._open.push_async_callback(engine.stop, GRACE)
        self._clock = Clock(self.database, engine, schedule.looks(), schedule.chores(desk))
        self._clock.start()
        self._open.push_async_callback(self._clock.stop)

    async def _open_database(self) -> Database:
        lock = lock_of(self.settings.database_url)
        self.settings.data.mkdir(parents=True, exist_ok=True)
        try:
            await lock.take()
            self._open.push_async_callback(lock.release)
            await migrate(self.settings.database_url)
        except (DeskRunning, UnknownSchema) as error:
            raise ConfigError(str(error)) from error
        database = Database(self.settings.database_url, vault(self.settings), synchronous=self.settings.synchronous)
        self._open.push_async_callback(database.close)
        await database.write(_workspace, self.settings.workspace)
        if len(self.settings.keys) > 1:
            await database.write(rotate_secrets)
        return database

    async def _open_web(self, web: Web, others: list[Chat]) -> WebServer:
        from bot.web.app import WebOptions, create_app
        from bot.web.hooks import add_hook
        from bot.web.network_hooks import take_pushes
        from bot.web.server import WebServer

        options = await self._guest.furnish(self.database) if self._guest else WebOptions()
        options = WebOptions(
            public_url=self.settings.public_url,
            demo=options.demo,
            brand=options.brand,
            seats=options.seats,
            is_ready=self.is_ready,
        )
        pages = create_app(self.database, web, words, options, self.settings.data / "media")
        for pushed in others:
            add_hook(pages, pushed.webhook_path, pushed.webhook)
        if self._guest:
            self._guest.add_pages(pages)
        server = WebServer(
            pages, self.settings.web_host, self.settings.web_port, behind_proxy=bool(self.settings.public_url)
        )
        await server.start()
        self._open.push_async_callback(server.stop)
        self._take_pushes = partial(take_pushes, pages)
        return server

    async def _open_desk(self, database: Database, url: str) -> tuple[Desk, OpenNetworks]:
        outside = outside_of(self.settings)
        if self._guest:
            outside = self._guest.outside(url)
        declare_networks(outside)
        networks = OpenNetworks(database, outside)
        self._open.push_async_callback(networks.close)
        public_url = self.settings.public_url.rstrip("/")
        media = self.settings.data / "media"
        desk = Desk(database, networks, self._writer(), media, self._transcriber(), public_url, self._reader())
        if self._guest:
            await self._guest.open(desk)
            self._open.push_async_callback(self._guest.close)
        return desk, networks

    def _reader(self) -> Reader | None:
        from connectors.labels import Labels, usable

        return Labels() if usable() else None

    def _writer(self) -> Writer:
        if self.settings.writer_key is None:
            return OwnWords()
        model = LanguageModel(
            self.settings.writer_url, self.settings.writer_key.get_secret_value(), self.settings.writer_model
        )
        self._open.push_async_callback(model.close)
        return model

    def _transcriber(self) -> Transcriber:
        if self.settings.transcriber_key is None:
            return Nobody()
        key = self.settings.transcriber_key.get_secret_value()
        model = TranscriptionModel(self.settings.transcriber_url, key, self.settings.transcriber_model)
        self._open.push_async_callback(model.close)
        return model

    def is_ready(self) -> bool:
        """Whether the desk does its job: its clock ticks."""
        ticked = self._clock.ticked_at if self._clock else None
        return ticked is not None and self.database.clock() - ticked < STUCK


def hide_secrets(settings: Settings) -> None:
    """Keep every secret of the settings out of the logs, wherever it may turn up."""
    of_telegram = (settings.telegram_token, settings.telegram_webhook_secret)
    of_slack = (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    of_models = (settings.writer_key, settings.transcriber_key)
    for secret in (*of_telegram, *of_slack, *of_models, *settings.keys, *settings.apps.values()):
        if secret is not None:
            logs.hide(secret.get_secret_value())


def _workspace(uow: UnitOfWork, name: str) -> None:
    if brands.first_workspace(uow) is None:
        brands.add_workspace(uow, name)
