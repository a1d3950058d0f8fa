"""A desk's data folder for a measurement: migrated as at a start, with the sample world and its account on the demo network."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.keys import vault
from bot.networks import declare_networks
from config import logs
from config.settings import Settings
from connectors.base import Outside
from connectors.demo_network import NORTHWIND
from handlers.route import load
from smm import logins
from smm.networks import Profile
from smm.sample import World, build_world
from storage import brands
from storage.engine import Database
from storage.migrate import migrate
from storage.unit_of_work import UnitOfWork

POLICY = {"mode": "none", "daily_cap": 1_000}  # what is measured is the machine, not the client's patience


@dataclass(frozen=True, slots=True)
class Prepared:
    """An open database, what is in it, and the id of the brand's account."""

    database: Database
    world: World
    account_id: int


async def prepare(folder: Path, url: str = "http://127.0.0.1:9/") -> Prepared:
    """Make a data folder as `copydesk run` finds it at its second start; `url` is where the demo network is."""
    logs.configure("WARNING", "text")
    load()
    declare_networks(Outside({"demo": url}))
    settings = Settings(data=folder)
    await migrate(settings.database_url)
    database = Database(settings.database_url, vault(settings))
    return Prepared(database, *(await database.write(_furnish)))


def _furnish(uow: UnitOfWork) -> tuple[World, int]:
    world = build_world(uow)
    brands.change(uow, world.brand.id, policy=POLICY)
    profile = Profile(NORTHWIND.handle, NORTHWIND.name, NORTHWIND.handle, "")
    return world, logins.connected(uow, world.brand.id, "demo", profile, {"token": NORTHWIND.token})


def report(measure: Callable[[Path], Awaitable[Mapping[str, Any]]]) -> None:
    """Run a measurement in this process, in the folder that was named, and print what it saw for the parent to read."""

    async def run() -> Mapping[str, Any]:
        return await measure(Path(sys.argv[1]))

    print(json.dumps(asyncio.run(run())), flush=True)
