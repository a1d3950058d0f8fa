"""People in rooms with an inbox: the sample world's account on networks in memory, and the clock's work done by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from dialog import TestDesk
from fake_networks import FakeNetworks, item
from inbox_world import NoWriter, add_account

from handlers.card import Card, Notice, Para, Quote
from smm import inbox, ingest, replies
from smm.desk import Desk
from smm.networks import Item, Page
from storage import accounts


class InboxDesk:
    """A desk with one account; `hears` lets something be said to the brand, `passes` lets time go by."""

    def __init__(self, desk: TestDesk, clock: Any, account_id: int, networks: FakeNetworks) -> None:
        self.desk, self.clock, self.account_id, self.networks = desk, clock, account_id, networks
        self.anna, self.boris, self.vera, self.clara = desk.anna, desk.boris, desk.vera, desk.clara
        self._ports = Desk(desk.database, networks, NoWriter(), Path())
        self._numbers = count(1)

    async def hears(self, text: str = "Do you have oat milk?", **changes: Any) -> int:
        """Let one comment arrive and be told; return its id."""
        changes.setdefault("said_at", self.clock.now)
        new = await self.arrives(item(changes.pop("remote_id", f"r-{next(self._numbers)}"), text, **changes))
        return new[0]

    async def arrives(self, *items: Item) -> list[int]:
        """Let a page arrive and everything be delivered."""
        page = Page(items, f"cursor-{next(self._numbers)}")
        new = await self.desk.database.write(ingest.ingest, self.account_id, page)
        await self.desk.settle()
        return new

    async def passes(self, **parts: float) -> None:
        """Let time go by, and the clock do what comes due."""
        self.clock.advance(**parts)
        for reply_id, _ in await self.desk.database.read(replies.due, self.clock.now):
            await replies.send(self._ports, reply_id)
        for mention_id, _ in await self.desk.database.read(inbox.due, self.clock.now):
            await self.desk.database.write(inbox.wake, mention_id)
        await self.desk.settle()

    async def set_account(self, **values: Any) -> None:
        """Change the account."""
        await self.desk.database.write(lambda uow: accounts.change(uow, self.account_id, **values))

    def cards(self, room: str = "team") -> list[Card]:
        """Return the cards that stand in a room."""
        return self.desk.room(room).cards


async def open_inbox_desk(desk: TestDesk, clock: Callable[[], datetime]) -> InboxDesk:
    """Give the sample brand an account on networks in memory."""
    account_id = await desk.database.write(add_account, desk.world.brand.id)
    return InboxDesk(desk, clock, account_id, FakeNetworks(clock))


def words(card: Card | Notice | dict[str, str] | None) -> str:
    """Return everything that a card says, as one text."""
    if isinstance(card, Notice):
        return card.text
    assert isinstance(card, Card), card
    body = [_block(block) for block in card.body]
    fields = [f"{field.label}: {field.value}" for field in card.fields]
    return "\n".join([card.title, *body, *fields, card.footer])


def _block(block: Para | Quote) -> str:
    if isinstance(block, Quote):
        return f"“{block.text}” — {block.author}"
    return "".join(span.text for span in block.spans)


def labels(card: Card | Notice | dict[str, str] | None) -> list[str]:
    """Return the labels of a card's buttons."""
    assert isinstance(card, Card), card
    return [button.label for row in card.buttons for button in row]
