"""The people around a community on VKontakte: figures, who took part, and what is taken down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from connectors.plain_text import bounded
from connectors.reading import Body
from connectors.vk_errors import MOSCOW
from connectors.vk_keys import Kind, Login
from connectors.vk_listening import VkListening
from connectors.vk_reading import names, shown
from connectors.vk_spots import Spot
from connectors.vk_walls import COMMENTS, REFUSALS
from smm.errors import N_, Rejected
from smm.networks import Crowd, Deed, Metrics, Person

READ: Final = 100  # posts of one wall.getById
REACHED: Final = 30  # posts of one stats.getPostReach
CROWD: Final = 1000  # people of one likes.getList
MEMBERS: Final = 500  # people of one groups.isMember
Thing = TypeVar("Thing")

NOWHERE = N_("That is not something on VKontakte that the desk knows.")


class VkAudience(VkListening):
    """The people around a community."""

    def _spot(self, remote_id: str) -> Spot:
        spot = Spot.read(remote_id)
        if spot is None:
            raise Rejected(NOWHERE, field="target", network=self.title, account=self._account)
        return spot

    async def remove(self, remote_id: str) -> None:
        """Take somebody's comment or post down."""
        await self._take_down(self._spot(remote_id))

    async def _take_down(self, spot: Spot) -> None:
        login = await self._login()
        if spot.place == "im":
            self._cannot()
        user = login.of(Kind.USER)
        key = user or (login.of(Kind.COMMUNITY) if spot.place == "topic" else None)
        method, asked = _taking_down(spot)
        body = await self._read(key, method, True, **asked)
        body.read("response", int)

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of posts; how many people were reached and clicked only a user's key is told."""
        login = await self._login()
        posts = [spot for each in remote_ids if (spot := Spot.read(each)) and spot.place == "wall" and not spot.comment]
        found: dict[str, Metrics] = {}
        for some in _some(posts, READ):
            wanted = [f"{spot.owner}_{spot.thing}" for spot in some]
            body = await self._read(login.reader, "wall.getById", posts=wanted)
            read = list(body.each("response.items"))
            reached = await self._reach(login, [each.read("id", int) for each in read])
            found |= {_post_id(each): _metrics(each, reached.get(each.read("id", int))) for each in read}
        return found

    async def _reach(self, login: Login, post_ids: list[int]) -> Mapping[int, Body]:
        user = login.of(Kind.USER)
        found: dict[int, Body] = {}
        for some in _some(post_ids if user else [], REACHED):
            try:
                body = await self._read(user, "stats.getPostReach", owner_id=login.wall, post_ids=some)
            except REFUSALS:  # not told to everybody, nor of every post
                return found
            found |= {each.read("post_id", int): each for each in body.each("response")}
        return found

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the community's figures in Moscow's days. People reached on several days cannot be added up: then None."""
        login = await self._login()
        begins = datetime.combine(since, time(), MOSCOW)
        ends = datetime.combine(until + timedelta(days=1), time(), MOSCOW) - timedelta(seconds=1)
        asked = {"group_id": login.group_id, "interval": "day"}
        moments = {"timestamp_from": int(begins.timestamp()), "timestamp_to": int(ends.timestamp())}
        body = await self._read(login.of(Kind.USER), "stats.get", **asked, **moments)
        days = list(body.each("response"))
        told = await self._read(login.keys[0], "groups.getById", group_id=login.group_id, fields="members_count")
        members = next((each.maybe("members_count", int) for each in told.each("response.groups")), None)
        return Metrics(
            views=_sum(days, "visitors.views"),
            reach=_sum(days, "reach.reach") if len(days) == 1 else None,
            likes=_sum(days, "activity.likes"),
            comments=_sum(days, "activity.comments"),
            shares=_sum(days, "activity.copies"),
            followers=members,
        )

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who liked, reposted or commented a post; the cursor is how many were passed."""
        spot, passed = self._spot(remote_id), int(cursor) if cursor.isdigit() else 0
        if deed == Deed.COMMENT:
            return await self._commented(spot, passed)
        asked = {"type": "post", "owner_id": spot.owner, "item_id": spot.thing, "extended": 1}
        chosen = {"filter": "copies" if deed == Deed.REPOST else "likes", "offset": passed or None, "count": CROWD}
        login = await self._login()
        body = await self._read(login.reader, "likes.getList", **asked, **chosen)
        people = [_person(each) for each in body.each("response.items")]
        after = passed + len(people)
        ended = not people or after >= body.read("response.count", int)
        return Crowd(tuple(people), "" if ended else str(after))

    async def _commented(self, spot: Spot, passed: int) -> Crowd:
        found, known, ended = await self._said_under(spot, passed)
        people = tuple(_speaker(each, known) for each in found if not each.maybe("deleted", bool))
        return Crowd(people, "" if ended else str(passed + COMMENTS))

    async def _said_under(self, spot: Spot, passed: int) -> tuple[list[Body], dict[str, tuple[str, str]], bool]:
        """Return some comments under a post, newest first, each with all its answers; names; whether these were the last."""
        body = await self._comments(spot, offset=passed or None)
        top, known, found = list(body.each("response.items")), names(body.part("response")), list[Body]()
        for each in top:
            answers = list(each.each("thread.items")) if each.has("thread.items") else []
            while len(answers) < (each.maybe("thread.count", int) or 0):
                more = await self._comments(spot, comment_id=each.read("id", int), offset=len(answers) or None)
                known |= names(more.part("response"))
                if not (some := list(more.each("response.items"))):
                    break
                answers += some
            found += [each, *answers]
        return found, known, len(top) < COMMENTS

    async def _comments(self, spot: Spot, **asked: Any) -> Body:
        login = await self._login()
        where = {"owner_id": spot.owner, "post_id": spot.thing, "extended": 1, "fields": "screen_name"}
        shape = {"sort": "desc", "count": COMMENTS, "preview_length": 0, "thread_items_count": 10}
        return await self._read(login.reader, "wall.getComments", **where, **shape, **asked)

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who of these people is in the community."""
        login, found = await self._login(), set[str]()
        people = [each for each in user_ids if each.isdigit()]
        for some in _some(people, MEMBERS):
            body = await self._read(login.keys[0], "groups.isMember", group_id=login.group_id, user_ids=some)
            found |= {str(each.read("user_id", int)) for each in body.each("response") if each.read("member", int)}
        return frozenset(found)


def _some(things: Sequence[Thing], most: int) -> Iterator[Sequence[Thing]]:
    return (things[start : start + most] for start in range(0, len(things), most))


def _taking_down(spot: Spot) -> tuple[str, dict[str, int]]:
    if spot.place == "topic":
        asked = {"group_id": -spot.owner, "topic_id": spot.thing, "comment_id": spot.comment}
        return "board.deleteComment", asked
    if not spot.comment:
        return "wall.delete", {"owner_id": spot.owner, "post_id": spot.thing}
    section = "photos" if spot.place == "photo" else spot.place
    return f"{section}.deleteComment", {"owner_id": spot.owner, "comment_id": spot.comment}


def _post_id(body: Body) -> str:
    return str(Spot("wall", body.read("owner_id", int), body.read("id", int)))


def _metrics(body: Body, reached: Body | None) -> Metrics:
    return Metrics(
        views=body.maybe("views.count", int),
        reach=reached.maybe("reach_total", int) if reached else None,
        likes=body.maybe("likes.count", int),
        comments=body.maybe("comments.count", int),
        shares=body.maybe("reposts.count", int),
        clicks=reached.maybe("links", int) if reached else None,
    )


def _sum(days: Iterable[Body], path: str) -> int | None:
    told = [figure for day in days if (figure := day.maybe(path, int)) is not None]
    return sum(told) if told else None


def _person(body: Body) -> Person:
    """Return who did something; communities have a name of one piece."""
    parts = (body.maybe("first_name", str), body.maybe("last_name", str), body.maybe("name", str))
    sign = "-" if body.has("name") else ""
    name = bounded(" ".join(part for part in parts if part), 200)
    return Person(f"{sign}{body.read('id', int)}", name, bounded(body.maybe("screen_name", str) or "", 200))


def _speaker(body: Body, known: Mapping[str, tuple[str, str]]) -> Person:
    author = str(body.read("from_id", int))
    name, handle = known.get(author, ("", ""))
    said = datetime.fromtimestamp(body.read("date", int), UTC)
    return Person(author, bounded(name, 200), bounded(handle, 200), bounded(shown(body.read("text", str))), said)
