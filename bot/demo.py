"""The demo: a desk with the sample world, and a network in memory whose people never stop talking."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.web.app import WebApp, WebOptions
from bot.web.demo_network import PREFIX, add_network
from connectors.base import Outside
from connectors.demo_network import NORTHWIND, DemoNetwork
from connectors.demo_people import People, furnish
from smm import accounts, logins, sample
from smm.desk import Desk
from smm.networks import Profile
from storage import brands, members
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

SEATS = {"anna": "Anna", "clara": "Clara"}


class Demo:
    """Keeps the demo network and its people alive beside a desk."""

    def __init__(self, data: Path, language: str = "en") -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._network = DemoNetwork(journal=data / "network.jsonl")
        self._language = language
        self._talking: asyncio.Task[None] | None = None

    async def furnish(self, database: Database) -> WebOptions:
        """Make the sample world at the first start; return the seats of its page."""
        furnish(self._network, self._language)
        return await database.write(_world, self._language)

    def add_pages(self, pages: WebApp) -> None:
        """Put the demo network beside the desk."""
        add_network(pages, self._network)

    def outside(self, url: str) -> Outside:
        """Return the world outside: the demo network, at our own address."""
        return Outside({"demo": f"{url}{PREFIX}/"})

    async def open(self, desk: Desk) -> None:
        """Connect the brand's account, and let people talk."""
        await desk.database.write(_connect)
        self._talking = asyncio.create_task(People(self._network, self._language).run(), name="people")

    async def close(self) -> None:
        """Let people fall silent, and whoever watches the network go."""
        self._network.close()
        if self._talking is not None:
            self._talking.cancel()
            await asyncio.gather(self._talking, return_exceptions=True)


def _world(uow: UnitOfWork, language: str) -> WebOptions:
    if not members.count_owners(uow):
        made = sample.build_world(uow, language).brand
        # Who tries things out picks a time in this very minute: nothing is too late for it.
        brands.change(uow, made.id, policy={"cutoff_minutes": 0})
        sample.save_answers(uow, made.id)
    workspace = brands.first_workspace(uow)
    assert workspace is not None
    brand = brands.of_workspace(uow, workspace.id)[0]
    people = {member.name: member.id for member in members.of_workspace(uow, workspace.id)}
    return WebOptions(demo=True, brand=brand.name, seats={seat: people[name] for seat, name in SEATS.items()})


def _connect(uow: UnitOfWork) -> None:
    workspace = brands.first_workspace(uow)
    assert workspace is not None
    brand = brands.of_workspace(uow, workspace.id)[0]
    if accounts.connected_ones(uow, brand.id):
        return
    profile = Profile(NORTHWIND.handle, NORTHWIND.name, NORTHWIND.handle, "")
    logins.connected(uow, brand.id, "demo", profile, {"token": NORTHWIND.token})
