"""The people around an account on Bluesky: figures, and who liked, passed on, answered or follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from connectors.bluesky_reading import figures, liker, person, speaker
from connectors.bluesky_video import BlueskyVideo
from connectors.reading import Body
from smm.networks import Crowd, Deed, Metrics, Person

VIEWS: Final = 25  # the most posts that are shown at once (app.bsky.feed.getPosts)
CROWD: Final = 100  # people of one call (app.bsky.feed.getLikes)
RELATED: Final = 30  # people of one call (app.bsky.graph.getRelationships)
DEPTH: Final = 10  # answers to answers that are still asked for
QUOTES: Final = "quotes "  # begins a cursor: those who passed it on with words of their own come after those without


class BlueskyAudience(BlueskyVideo):
    """The people around an account."""

    async def _views(self, uris: Sequence[str]) -> dict[str, Body]:
        """Return the posts that can be seen now, by their addresses."""
        found: dict[str, Body] = {}
        async for body in self._each("app.bsky.feed.getPosts", "uris", uris, VIEWS):
            found |= {post.id("uri"): post for post in body.each("posts")}
        return found

    async def _each(self, name: str, of: str, things: Iterable[str], most: int, **asked: str) -> AsyncIterator[Body]:
        """Ask about things, so many at once."""
        wanted = list(dict.fromkeys(things))
        for start in range(0, len(wanted), most):
            yield await self._ask("GET", name, params={**asked, of: wanted[start : start + most]})

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the counts that stand below each post."""
        return {uri: figures(post) for uri, post in (await self._views(remote_ids)).items()}

    async def insights(self, since: date, until: date) -> Metrics:
        """Return how many follow the account now; Bluesky tells no figures of days."""
        body = await self._ask("GET", "app.bsky.actor.getProfile", params={"actor": await self._me()})
        return Metrics(followers=body.read("followersCount", int))

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who liked a post, passed it on (first without, then with words of their own), or answered it."""
        if deed == Deed.COMMENT:
            return Crowd(tuple(await self._answerers(remote_id)))
        if deed == Deed.LIKE:
            body = await self._crowd("getLikes", remote_id, cursor)
            return Crowd(tuple(map(liker, body.each("likes"))), body.maybe("cursor", str) or "")
        if cursor.startswith(QUOTES):
            body = await self._crowd("getQuotes", remote_id, cursor.removeprefix(QUOTES))
            after = body.maybe("cursor", str) or ""
            return Crowd(tuple(map(speaker, body.each("posts"))), f"{QUOTES}{after}" if after else "")
        body = await self._crowd("getRepostedBy", remote_id, cursor)
        return Crowd(tuple(map(person, body.each("repostedBy"))), body.maybe("cursor", str) or QUOTES)

    async def _crowd(self, name: str, uri: str, cursor: str) -> Body:
        asked: dict[str, Any] = {"uri": uri, "limit": CROWD} | ({"cursor": cursor} if cursor else {})
        return await self._ask("GET", f"app.bsky.feed.{name}", params=asked)

    async def _answerers(self, uri: str) -> list[Person]:
        """Return who answered, and who answered them; a thread is told at once, as far as Bluesky shows it."""
        asked = {"uri": uri, "depth": DEPTH, "parentHeight": 0}
        body = await self._ask("GET", "app.bsky.feed.getPostThread", params=asked)
        return [speaker(post) for post in _said_under(body.part("thread"))]

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who of these people follows the account."""
        people, found = [each for each in user_ids if each.startswith("did:")], set[str]()
        async for body in self._each(
            "app.bsky.graph.getRelationships", "others", people, RELATED, actor=await self._me()
        ):
            found |= {each.id("did") for each in body.each("relationships") if each.maybe("followedBy", str)}
        return frozenset(found)


def _said_under(thread: Body) -> Iterator[Body]:
    """Yield the posts below a post; what was taken back or is hidden from us has none."""
    for each in thread.each("replies") if thread.has("replies") else ():
        if each.has("post"):
            yield each.part("post")
            yield from _said_under(each)
