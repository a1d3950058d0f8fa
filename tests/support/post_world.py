"""A desk with accounts on networks in memory, and the words to ask what a card shows: for tests of posts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clocks import Clock
from dialog import TestDesk
from fake_networks import FakeNetworks

from handlers.card import Card, Para, Quote
from smm import amender, amending, approvals, posts, publisher, publishing
from smm.actors import Actor
from smm.desk import Desk
from smm.members import roles_in
from smm.versions import Content
from storage import accounts, brands
from storage.accounts import Account
from storage.engine import Database
from storage.members import Member
from storage.unit_of_work import UnitOfWork


class NoWriter:
    """A desk without a language model."""

    model = ""

    async def suggest(self, brief: Any, progress: Any = None) -> tuple[Any, ...]:
        return ()


def words_of(card: object) -> str:
    """Return everything that a card says, buttons aside."""
    assert isinstance(card, Card), card
    parts = [card.title, card.footer]
    for block in card.body:
        if isinstance(block, Para):
            parts.append("".join(span.text for span in block.spans))
        if isinstance(block, Quote):
            parts.append(f"{block.author}: {block.text}")
    parts += [f"{field.label}: {field.value}" for field in card.fields]
    if card.link:
        parts.append(card.link.url)
    parts += [picture.alt for picture in card.pictures]
    return "\n".join(parts)


def labels_of(card: object) -> list[str]:
    """Return the buttons of a card."""
    assert isinstance(card, Card), card
    return [button.label for row in card.buttons for button in row]


def add_account(uow: UnitOfWork, brand_id: int, name: str = "Northwind", network: str = "demo") -> int:
    """Add an account in good health."""
    return accounts.add(
        uow, brand_id, network, f"{network}-{name}", name=name, link=f"https://{network}.example/{name}"
    )


def set_policy(uow: UnitOfWork, brand_id: int, policy: dict[str, Any]) -> None:
    """Give a brand a policy."""
    brands.change(uow, brand_id, policy=policy)


def actor_of(uow: UnitOfWork, member: Member, brand_id: int) -> Actor:
    """Return a member as they act in a brand."""
    brand = brands.get(uow, brand_id)
    assert brand is not None
    return Actor(brand_id, member.id, member.name, roles_in(uow, member, brand), f"web:{member.id}")


class PostDesk:
    """The test desk, its networks in memory and its clock; `tick` does what the program's clock does."""

    def __init__(self, desk: TestDesk, clock: Clock, networks: FakeNetworks) -> None:
        self.desk, self.clock, self.networks = desk, clock, networks
        self.database: Database = desk.database
        self.brand_id: int = desk.world.brand.id
        self.ports = Desk(desk.database, networks, NoWriter(), Path())

    async def tick(self, **parts: float) -> None:
        """Move the clock, publish and correct what is due, deliver what there is to show."""
        self.clock.advance(**parts)
        for target_id, _ in await self.database.read(publishing.due, self.clock.now):
            await publisher.publish(self.ports, target_id)
        for correction_id, _ in await self.database.read(amending.due, self.clock.now):
            await amender.amend(self.ports, correction_id)
        await self.desk.settle()

    async def actor(self, member: Member) -> Actor:
        """Return who a member is in the brand."""
        return await self.database.read(actor_of, member, self.brand_id)

    async def add_account(self, name: str = "Northwind", network: str = "demo") -> int:
        """Connect an account."""
        return await self.database.write(add_account, self.brand_id, name, network)

    async def accounts(self) -> list[Account]:
        """Return the brand's accounts."""
        return await self.database.read(accounts.of_brand, self.brand_id)

    async def policy(self, **policy: Any) -> None:
        """Give the brand a policy."""
        await self.database.write(set_policy, self.brand_id, policy)


def content_of(text: str, *account_ids: int, **parts: Any) -> Content:
    """Return a content."""
    return Content(text, account_ids, **parts)


def submit_all(uow: UnitOfWork, writer: Actor, account_id: int, count: int) -> list[int]:
    """Write posts and send each for approval."""
    made = [posts.create(uow, writer, content_of(f"Post {number}", account_id)) for number in range(count)]
    return [approvals.submit(uow, writer, post.id).id for post in made]


async def send_for_approval(posting: PostDesk, text: str = "Autumn menu") -> None:
    """Let Vera write a post and send it for approval."""
    await posting.desk.vera.says(f"/post {text}")
    await posting.desk.vera.presses("Send for approval")
