"""What stands on a community's wall, among its messages, under its photos, videos and goods, and in its discussions.

Read where events cannot tell: at the first look, after a gap, without events at all. What comes by an event, too, has the same
id and is the same item. One look asks a bounded number of things; what it leaves is read by the next ones (`Cursor.behind`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.reading import Body
from connectors.vk_keys import Kind, Login
from connectors.vk_login import VkLogin
from connectors.vk_reading import Cursor, Reader, comment, message, post
from connectors.vk_spots import Place, Spot
from smm.errors import NeedsHuman, RateLimited, Rejected, Unsupported
from smm.networks import Item

POSTS: Final = 20  # newest of the wall that are looked at
COMMENTS: Final = 100  # most of one call
PAGES: Final = 3  # of comments under photos, all albums together
VIDEOS, TOPICS, GOODS = 100, 20, 5  # that one look sees: the newest, those changed last, and some in turn
CHANGED: Final = 5  # videos or discussions whose comments are read in one look
REFUSALS: Final = (Unsupported, NeedsHuman, Rejected)
ASIDE: Final = (*REFUSALS, RateLimited)  # a section that is closed, or asked too often today, stops none of the others


class VkWalls(VkLogin):
    """What a community shows."""

    def _reader(self, login: Login) -> Reader:
        return Reader(login.group_id, login.of(Kind.USER) is not None, datetime.now(UTC))

    async def _look_around(self, login: Login, kept: Cursor) -> tuple[list[Item], Cursor]:
        """Return what stands everywhere and what waits among the messages, and how far that was read."""
        waiting = await self._conversations(login)
        if login.reader is None:
            return waiting, kept
        said, posts = await self._on_wall_now(login, kept)
        items, kept = await self._elsewhere(login, replace(kept, posts=posts))
        return [*waiting, *said, *items], kept

    async def _on_wall_now(self, login: Login, kept: Cursor) -> tuple[list[Item], dict[str, int]]:
        """Return the newest posts with what was said under those whose number of comments changed, and these numbers."""
        body = await self._read(login.reader, "wall.get", domain=login.handle, count=POSTS)
        posts, reader = list(body.each("response.items")), self._reader(login)
        items = [post(each, reader) for each in posts]
        counts = {str(each.read("id", int)): each.maybe("comments.count", int) or 0 for each in posts}
        for post_id, count in counts.items():
            if count and kept.posts.get(post_id) != count:
                items += await self._under(login, Spot("wall", login.wall, int(post_id)))
        return items, dict(kept.posts) | counts

    async def _under(self, login: Login, spot: Spot) -> list[Item]:
        """Return the newest comments under something, with the first answers to each; none where they were closed meanwhile."""
        key, method, asked = _comments_of(spot, login)
        try:
            body = await self._read(key, method, sort="desc", count=COMMENTS, **asked)
        except REFUSALS:
            return []
        said = [each for each in _flat(body) if not each.maybe("deleted", bool)]
        return [comment(each, replace(spot, comment=each.read("id", int)), self._reader(login)) for each in said]

    async def _conversations(self, login: Login) -> list[Item]:
        if login.messenger is None:
            return []
        asked = {"filter": "unanswered", "count": POSTS, "group_id": login.group_id}
        body = await self._read(login.messenger, "messages.getConversations", **asked)
        told = [message(each.part("last_message"), self._reader(login)) for each in body.each("response.items")]
        return [item for item in told if item is not None]

    # Elsewhere than on the wall: https://dev.vk.com/ru/method/photos.getAllComments and its like.

    async def _elsewhere(self, login: Login, kept: Cursor) -> tuple[list[Item], Cursor]:
        """Return what was said under photos, videos and goods and in discussions, as far as one look goes."""
        items, photos = await self._photos(login, kept.photos)
        counted = [*await self._videos(login), *await self._topics(login)]
        changed = [(spot, count) for spot, count in counted if kept.things.get(str(spot), 0) != count]
        goods, following = await self._goods(login, kept.goods)
        ahead = replace(kept, photos=photos, goods=following, behind=len(changed) > CHANGED or following > 0)
        things = dict(kept.things)
        try:
            for spot, count in changed[:CHANGED]:
                items += await self._under(login, spot)
                things[str(spot)] = count
            for spot in goods:
                items += await self._under(login, spot)
        except RateLimited:  # the next look goes on with these
            ahead = replace(ahead, goods=kept.goods, behind=True)
        return items, replace(ahead, things=things)

    async def _photos(self, login: Login, since: int) -> tuple[list[Item], int]:
        """Return comments under photos since a moment; the newest moment, too."""
        found: list[Body] = []
        for page in range(PAGES if since else 1):
            asked = {"owner_id": login.wall, "count": COMMENTS, "offset": page * COMMENTS or None}
            told = await self._beside(login.of(Kind.USER), "photos.getAllComments", **asked)
            found += [each for each in told if each.read("date", int) >= since]
            if len(told) < COMMENTS or told[-1].read("date", int) < since:
                break
        spots = [(each, Spot("photo", login.wall, _photo_of(each), each.read("id", int))) for each in found]
        items = [comment(each, spot, self._reader(login)) for each, spot in spots]
        return items, max([since, *(each.read("date", int) for each in found)])

    async def _videos(self, login: Login) -> list[tuple[Spot, int]]:
        """Return the newest videos and how many comments each has."""
        told = await self._beside(login.of(Kind.USER), "video.get", owner_id=login.wall, count=VIDEOS)
        return [(_spot("video", login, each), each.maybe("comments", int) or 0) for each in told]

    async def _topics(self, login: Login) -> list[tuple[Spot, int]]:
        """Return the discussions that changed last, and how many comments each has."""
        told = await self._beside(login.reader, "board.getTopics", group_id=login.group_id, order=1, count=TOPICS)
        return [(_spot("topic", login, each), each.maybe("comments", int) or 0) for each in told]

    async def _goods(self, login: Login, passed: int) -> tuple[list[Spot], int]:
        """Return some goods, after those that were passed, and how many are passed then: VKontakte counts no comments there."""
        asked = {"owner_id": login.wall, "count": GOODS, "offset": passed or None}
        told = await self._beside(login.of(Kind.USER), "market.get", **asked)
        return [_spot("market", login, each) for each in told], passed + GOODS if len(told) == GOODS else 0

    async def _beside(self, key: Any, method: str, **asked: Any) -> list[Body]:
        """Return what a section has; nothing where it is closed, or no key may ask."""
        try:
            return list((await self._read(key, method, **asked)).each("response.items"))
        except ASIDE:
            return []


def _spot(place: Place, login: Login, body: Body) -> Spot:
    return Spot(place, login.wall, body.read("id", int))


def _photo_of(body: Body) -> int:
    """Return which photo a comment is under; the documentation and the schema name it differently."""
    told = body.maybe("pid", int)
    return body.read("photo_id", int) if told is None else told


def _comments_of(spot: Spot, login: Login) -> tuple[Any, str, Mapping[str, Any]]:
    """Return the key that reads the comments under something, the method, and what it is asked."""
    if spot.place == "topic":
        return login.reader, "board.getComments", {"group_id": login.group_id, "topic_id": spot.thing}
    if spot.place == "market":
        return login.of(Kind.USER), "market.getComments", {"owner_id": spot.owner, "item_id": spot.thing}
    threads = {"owner_id": spot.owner, "thread_items_count": 10}
    if spot.place == "video":
        return login.of(Kind.USER), "video.getComments", threads | {"video_id": spot.thing}
    return login.reader, "wall.getComments", threads | {"post_id": spot.thing, "preview_length": 0}


def _flat(body: Body) -> list[Body]:
    """Return comments and the answers under them."""
    found = []
    for each in body.each("response.items"):
        found.append(each)
        found += each.each("thread.items") if each.has("thread.items") else ()
    return found
