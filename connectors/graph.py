"""What Facebook Pages and Instagram have in common: an account that Meta's Graph API is asked about and spoken through.

Its calls are graph_calls.py's, its key graph_keys.py's, what is pushed graph_pushes.py's; here is what both networks do alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Final

from connectors.base import Status
from connectors.graph_older import Memory, grown
from connectors.graph_pushes import GraphPushes
from connectors.reading import Body
from smm.errors import NeedsHuman, Rejected
from smm.networks import OF_CHANNELS, Answer, Can, Published

INBOX: Final = "https://business.facebook.com/latest/inbox/all"
POSTS: Final = 25  # newest ones, whose comments are looked at
OLDER: Final = 50  # posts whose number of comments is looked at
GROWN: Final = 5  # of them, those whose comments are
ASIDE: Final = ":"  # in an id of ours: something of others, which may be answered and not tended


class Graph(GraphPushes):
    """One account."""

    can: ClassVar[frozenset[Can]] = (
        frozenset(Can) - {Can.STREAM, Can.SEARCH, Can.PARTICIPANTS, Can.FOLLOWERS} - OF_CHANNELS
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)
    counted: ClassVar[tuple[str, str]]  # the field that counts the comments of a post, and where its number stands
    hiding: ClassVar[str]  # the parameter that hides a comment

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self._barred: set[str] = set()

    async def _posts(self, edge: tuple[str, str], shown: str, memory: Memory) -> tuple[list[Body], Memory]:
        """Return the newest posts with their comments, and of older ones those with more comments than before."""
        body = await self._read(*edge, fields=shown, limit=POSTS)
        newest = list(body.each("data"))
        memory = memory.counted(self._numbers(newest))
        if not (after := memory.after or _next(body)):
            return newest, memory
        older, memory = await self._older(edge, after, memory)
        return [*newest, *[post for each in older if (post := await self._again(each, shown)) is not None]], memory

    async def _again(self, post: str, shown: str) -> Body | None:
        try:
            return await self._read(post, fields=shown)
        except Rejected:  # taken down meanwhile
            return None

    async def _older(self, edge: tuple[str, str], after: str, memory: Memory) -> tuple[list[str], Memory]:
        try:
            body = await self._read(*edge, fields=f"id,{self.counted[0]}", limit=OLDER, after=after)
        except Rejected:  # a place that is there no longer
            return [], memory.gone_on("")
        found, memory = grown(memory, self._numbers(body.each("data")), GROWN)
        return found, memory.gone_on(_next(body))

    def _numbers(self, posts: Iterable[Body]) -> dict[str, int]:
        return {post.id("id"): post.maybe(self.counted[1], int) or 0 for post in posts}

    async def _beside(self, *path: str, fields: str) -> list[Body]:
        """Return what a right of its own is needed for; without it nothing, and it is asked for no more before the next check."""
        if path[-1] in self._barred:
            return []
        try:
            return list((await self._read(*path, fields=fields, limit=POSTS)).each("data"))
        except (NeedsHuman, Rejected):
            self._barred.add(path[-1])
            return []

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours."""
        await self._take_down(remote_id)

    async def remove(self, remote_id: str) -> None:
        """Take somebody's comment down; what stands with others is not ours to take down."""
        if ASIDE in remote_id:
            self._cannot()
        await self._take_down(remote_id)

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide a comment from everybody but its author (and their friends), or show it again."""
        if ASIDE in remote_id:
            self._cannot()
        said: dict[str, Any] = {self.hiding: str(hidden).lower()}
        await self._change(remote_id, **said)

    async def message(self, answer: Answer) -> Published:
        """Answer a comment in private: once, within a week.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
        """
        said, to = {"text": answer.text}, {"comment_id": answer.remote_id}
        told: dict[str, Any] = {"recipient": json.dumps(to), "message": json.dumps(said, ensure_ascii=False)}
        body = await self._change(await self._messenger(), "messages", **told)
        return Published(body.id("message_id"), self._inbox())

    async def _messenger(self) -> str:
        """Return who writes messages."""
        return await self._page_id()

    def _inbox(self) -> str:
        """Return where people read them."""
        return INBOX


def _next(body: Body) -> str:
    """Return where a list goes on, empty where it ends."""
    return (body.maybe("paging.cursors.after", str) or "") if body.maybe("paging.next", str) else ""
