"""A desk of posts on the web, for tests of the calendar, the editor and the approvals: two accounts with limits of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clocks import Clock
from post_world import actor_of, add_account, content_of, set_policy
from web_desk import Browser, WebDesk

from smm import approvals, declared, posts, showing
from smm.declared import Declared
from smm.networks import Can, Limits
from smm.posts import Whole
from storage.members import Member
from storage.posts import Post

HOME = "/b/northwind-coffee"
BIG = Limits(text=500, media=4, media_bytes=10_000_000, source="https://example.org", url_length=23)
SMALL = Limits(text=20, media=1, media_bytes=10_000_000, source="https://example.org")


@dataclass
class Planned:
    """The web desk, its clock, and the two accounts: `big` takes 500 characters, `small` takes 20 and one picture."""

    desk: WebDesk
    clock: Clock
    big: int
    small: int

    async def browser(self, member: Member) -> Browser:
        return await self.desk.browser(member)

    async def make(self, text: str, slot_at: datetime | None = None, *, send: bool = False, **parts: Any) -> Post:
        """Let Vera write a post for the big account, and send it for approval."""
        return await self.desk.database.write(self._make, text, slot_at, send, parts)

    def _make(self, uow: Any, text: str, slot_at: datetime | None, send: bool, parts: dict[str, Any]) -> Post:
        vera = actor_of(uow, self.desk.world.vera, self.desk.world.brand.id)
        made = posts.create(uow, vera, content_of(text, *parts.pop("accounts", (self.big,)), **parts), slot_at)
        return approvals.submit(uow, vera, made.id) if send else made

    async def edit(self, post: Post, text: str) -> Post:
        """Let Anna change a post's text."""

        def changed(uow: Any) -> Post:
            anna = actor_of(uow, self.desk.world.anna, self.desk.world.brand.id)
            return posts.edit(uow, anna, post.id, post.version, content_of(text, self.big), post.slot_at)

        return await self.desk.database.write(changed)

    async def whole(self, post_id: int) -> Whole:
        found = await self.desk.database.read(showing.whole, post_id)
        assert found is not None
        return found

    async def policy(self, **policy: Any) -> None:
        await self.desk.database.write(set_policy, self.desk.world.brand.id, policy)


async def planned_world(desk: WebDesk, clock: Clock) -> Planned:
    """Declare the two networks and connect an account on each."""
    declared.declare(Declared("mastodon", "Mastodon", frozenset({Can.PUBLISH}), BIG))
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), SMALL))
    big = await desk.database.write(add_account, desk.world.brand.id, "northwind", "mastodon")
    small = await desk.database.write(add_account, desk.world.brand.id, "northwind", "small")
    return Planned(desk, clock, big, small)
