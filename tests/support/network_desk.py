"""A desk whose accounts are on a network behind a loopback server: real connectors, real HTTP, and a clock moved by hand.

The network's people and everything that the public sees are behind `World`, which each network has one of. What a world
says is the only witness that a journey trusts: what our own tables say is what is being tested.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, Protocol

from clocks import Clock
from dialog import TestDesk
from PIL import Image
from post_world import NoWriter

from bot import schedule
from bot.engine import InlineEngine
from bot.media import keep
from bot.networks import OpenNetworks, declare_networks
from connectors.base import Outside
from handlers.card import Card
from smm import accounts, hooks
from smm.desk import Desk
from smm.networks import Pushed

PUBLIC = "https://desk.example"  # where a network would fetch files
Trouble = Literal["slower", "down", "refused", "human", "garbage", "lost"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Something of the brand's that the public sees now."""

    text: str
    pictures: int = 0
    answers: str = ""  # remote id of what it answers


class World(Protocol):
    """One network: where it is, what connects an account there, its people, and what they see."""

    network: str
    outside: Outside

    def key(self) -> Mapping[str, str]:
        """Return what a person types at /accounts, by question."""

    def comment(self, text: str) -> None:
        """Let somebody say something to the brand."""

    def pushed(self) -> Pushed:
        """Return what the network pushes to us about what was said last; its token is not known to it."""

    def like(self) -> None:
        """Let somebody like what the brand published last."""

    def seen(self) -> list[Seen]:
        """Return what the brand has said, oldest first."""

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call answer so and do nothing; `lost` does it and loses the answer."""

    def revoke(self) -> None:
        """Let the key be worth nothing from now on; `key` then returns another one."""


class NetworkDesk:
    """The test desk around one world; `passes` does what the program's clock does."""

    def __init__(
        self,
        desk: TestDesk,
        clock: Clock,
        world: World,
        media: Path,
        networks: OpenNetworks,
        *,
        pictures: bool,
        every: int,
    ) -> None:
        self.desk, self.clock, self.world, self.networks = desk, clock, world, networks
        self._media, self._pictures, self._every = media, pictures, every
        self.anna, self.vera, self.clara = desk.anna, desk.vera, desk.clara
        self._ports = Desk(desk.database, networks, NoWriter(), media, public_url=PUBLIC)
        self._engine = InlineEngine(schedule.works(self._ports))
        self._looks, self._chores = schedule.looks(), schedule.chores(self._ports)

    async def passes(self, **parts: float) -> None:
        """Let time go by, everything happen that comes due, and what there is to show be shown."""
        self.clock.advance(**parts)
        for chore in self._chores:
            await chore.run()
        await self.desk.settle()
        while due := [each for each in await self._due() if each.at <= self.clock.now]:
            for each in due:
                self._engine.execute(each.task)
            await self._engine.drain()
            await self.desk.settle()

    async def looks(self) -> None:
        """Let the time of the next look at the network come."""
        await self.passes(minutes=self._every)

    async def _due(self) -> list[Any]:
        now = self.clock.now
        return await self.desk.database.read(lambda uow: [due for look in self._looks for due in look(uow, now)])

    async def connects(self) -> Card:
        """Connect an account as people do; return the card that says how it went."""
        title = self.networks.title(self.world.network)
        await self.anna.says("/accounts")
        await self.anna.presses("Connect an account")
        await self.anna.presses(title)
        await self.anna.answers(**self.world.key())
        await self.passes()
        return self.newest("team")

    async def takes(self, pushed: Pushed) -> None:
        """Take what the network pushes to the account's own address."""
        (account,) = await self.desk.database.read(accounts.connected_ones, self.desk.world.brand.id)
        await hooks.take(self._ports, self.world.network, replace(pushed, token=account.hook))
        await self.desk.settle()

    async def publishes(self, text: str, picture: str = "") -> None:
        """Write a post for an hour from now, let the client approve it, and let its time come."""
        await self.vera.says("/post")
        slot = self.clock.now + timedelta(hours=1)
        await self.vera.answers(text=text, slot=slot.isoformat(), files=picture)
        await self.vera.presses("Send for approval")
        await self.clara.presses("Approve")
        await self.passes(hours=1)

    async def file(self) -> str:
        """Keep a picture among the desk's media, or a video where the network shows those alone; return its digest."""
        return await (picture if self._pictures else film)(self.desk, self._media)

    def newest(self, room: str) -> Card:
        """Return the card that stands last in a room."""
        return self.desk.room(room).cards[-1]


@asynccontextmanager
async def network_desk(
    desk: TestDesk, clock: Clock, world: World, media: Path, *, pictures: bool = True, every: int = 2
) -> AsyncIterator[NetworkDesk]:
    """Open the desk around a world for the length of a block."""
    declare_networks(world.outside)
    networks = OpenNetworks(desk.database, world.outside)
    try:
        yield NetworkDesk(desk, clock, world, media, networks, pictures=pictures, every=every)
    finally:
        await networks.close()


async def picture(desk: TestDesk, folder: Path, colour: str = "orange") -> str:
    """Keep a picture among the desk's media; return its digest."""
    drawn = BytesIO()
    Image.new("RGB", (1080, 1080), colour).save(drawn, "JPEG")
    kept = await keep(desk.database, folder, drawn.getvalue(), brand_id=desk.world.brand.id)
    return kept.digest


async def film(desk: TestDesk, folder: Path) -> str:
    """Keep a video among the desk's media, as far as its header goes; return its digest."""
    data = b"\0\0\0\x18ftypmp42" + b"tkhd" + bytes(76) + (1920 << 16).to_bytes(4) + (1080 << 16).to_bytes(4)
    return (await keep(desk.database, folder, data, brand_id=desk.world.brand.id)).digest
