"""A web desk at which comments arrive: the sample brand with an account on a network in memory."""

from __future__ import annotations

from itertools import count
from typing import Any

from fake_networks import item
from inbox_world import add_account
from web_desk import WebDesk

from smm import ingest
from smm.networks import Page


class WebInbox:
    """`hears` lets something be said to the brand."""

    def __init__(self, desk: WebDesk, account_id: int) -> None:
        self.desk, self.account_id, self._numbers = desk, account_id, count(1)

    async def hears(self, text: str, **changes: Any) -> int:
        """Let one comment arrive and be told; return its id."""
        number = next(self._numbers)
        changes = {"said_at": self.desk.database.clock()} | changes
        page = Page((item(f"r-{number}", text, **changes),), f"cursor-{number}")
        new: list[int] = await self.desk.database.write(ingest.ingest, self.account_id, page)
        await self.desk.delivery.drain()
        return new[0]


async def open_inbox(desk: WebDesk) -> WebInbox:
    """Give the sample brand its account."""
    return WebInbox(desk, await desk.database.write(add_account, desk.world.brand.id))
