"""Running a desk in this process until it is told to stop, and saying at its start where it is found."""

from __future__ import annotations

import asyncio
import signal
import webbrowser
from pathlib import Path

from bot import settings_check
from bot.app import App
from bot.keys import vault
from config.settings import Settings
from smm import members, tokens
from smm.errors import ConfigError, DeskError
from storage.engine import Database
from storage.migrate import current, head
from storage.unit_of_work import UnitOfWork


async def serve(settings: Settings) -> None:
    """Open a desk and keep it open until SIGINT or SIGTERM."""
    desk = App(settings)
    await desk.start()
    try:
        code = await desk.database.write(tokens.owner_code)
        _say(f"The desk is open at {desk.url}")
        if code:
            _say(f"Nobody owns it yet. Become its owner: open {desk.url}/in/{code}")
            if settings.telegram_token is not None:
                _say(f"or send this to your bot: /start {code}")
            if settings.slack_bot_token is not None:
                _say(f"or type this in Slack: /desk start {code}")
        await _until_told()
    finally:
        await desk.stop()


async def sign_in(settings: Settings, name: str) -> None:
    """Print a one-time link that signs a member in; the desk may run meanwhile."""
    if await current(settings.database_url) != head():
        raise ConfigError("Nobody is a member yet. Start the desk first: it prints the link for its first owner.")
    database = Database(settings.database_url, vault(settings))
    try:
        member, links = await database.write(_link, name)
    except DeskError as error:
        raise ConfigError(str(error)) from error
    finally:
        await database.close()
    _say(f"{member} signs in once, within 15 minutes, at:")
    for link in links:
        _say(link)


def _link(uow: UnitOfWork, name: str) -> tuple[str, list[str]]:
    member = members.named(uow, name)
    return member.name, list(tokens.links(uow, tokens.login_link(uow, member.id)).values())


async def serve_demo(*, port: int | None, data: Path, browser: bool) -> None:
    """Open the demo and keep it open until SIGINT or SIGTERM; without a port, the one of the settings."""
    from bot.demo import Demo

    given = {
        "data": data,
        "database": "",
        "web_host": "127.0.0.1",
        "public_url": "",
        "telegram_token": None,
        "slack_bot_token": None,
        "synchronous": "NORMAL",
        "log_level": "WARNING",
    } | ({} if port is None else {"web_port": port})
    settings = settings_check.read(given=given)
    desk = App(settings, Demo(data))
    await desk.start()
    try:
        _say(f"Copydesk's demo is open at {desk.url}/demo  (Ctrl+C closes it)")
        if browser:
            webbrowser.open(f"{desk.url}/demo")
        await _until_told()
    finally:
        await desk.stop()


async def _until_told() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    await told.wait()


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - the one place that speaks to a terminal
