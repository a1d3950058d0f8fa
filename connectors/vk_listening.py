"""What is said to a community on VKontakte, and about it: events by Long Poll or Callback API, walls, messages, the news.

Events are the ordinary way. What they cannot tell (at the first look, after a gap, without them at all) is read from where it
stands, as far as the keys may: vk_walls.py.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import random
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from connectors.reading import Body
from connectors.vk_keys import Kind, Login
from connectors.vk_reading import Cursor, heard, named, names, post
from connectors.vk_walls import REFUSALS, VkWalls
from smm.errors import N_, Rejected, Unavailable
from smm.networks import Hooked, Item, Page, Pushed

KEY_ENDED: Final = 2
WAIT: Final = 25  # seconds; https://dev.vk.com/ru/api/bots-long-poll/getting-started
FIRST: Final = 20  # items of the first look
FOUND: Final = 200  # most of one call of newsfeed.search
MENTIONS: Final = 50
KNOWN: Final = 1000  # people whose names are remembered
FORGED: Final = N_("That does not come from {network}.")


class VkListening(VkWalls):
    """What a community hears."""

    _session: Mapping[str, str] | None = None

    async def fetch(self, cursor: str) -> Page:
        """Bring what happened since; where events cannot tell, what stands there now."""
        login, kept = await self._login(), Cursor.load(cursor)
        events, ts = await self._events(login, kept.ts)
        items = [item for event in events or () if (item := heard(event, self._reader(login))) is not None]
        ahead = replace(kept, ts=ts)
        if events is None or kept.behind:
            seen, ahead = await (self._look_around if events is None else self._elsewhere)(login, ahead)
            items += seen
        mentions, mentioned = await self._mentions(login, kept.mentioned)
        told = sorted([*items, *mentions], key=lambda item: item.said_at)
        named = await self._named(login, told if cursor else told[-FIRST:])
        return Page(named, replace(ahead, mentioned=mentioned).dump(), more=bool(events))  # an answer may have been cut

    # Events: https://dev.vk.com/ru/api/bots-long-poll/getting-started

    async def _events(self, login: Login, ts: str) -> tuple[list[Body] | None, str]:
        """Return the events since `ts` and the next one; None in place of them where they cannot tell everything."""
        try:
            session = self._session or await self._open(login)
            if not ts:
                return None, session["ts"]
            body = await self._since(session, ts, 1)
            if body.maybe("failed", int) == KEY_ENDED:  # with a new one the events are still there
                body = await self._since(await self._open(login), ts, 1)
        except REFUSALS:
            if login.reader is None and login.messenger is None:
                raise
            return None, ""
        if body.has("failed"):  # 1: some are lost, 2 and 3: all of them
            return None, (await self._open(login))["ts"]
        return list(body.each("updates")), body.id("ts")

    async def _open(self, login: Login) -> Mapping[str, str]:
        key = login.of(Kind.COMMUNITY, Kind.USER)
        body = await self._read(key, "groups.getLongPollServer", group_id=login.group_id)
        told = body.part("response")
        self._session = {"server": told.read("server", str), "key": told.read("key", str), "ts": told.id("ts")}
        return self._session

    async def _since(self, session: Mapping[str, str], ts: str, wait: int) -> Body:
        asked = {"act": "a_check", "key": session["key"], "ts": ts, "wait": str(wait)}
        return (await self._wire.call("GET", session["server"], params=asked)).body()

    async def stream(self) -> AsyncIterator[None]:
        """Yield when connected, and whenever something happens; a broken stream is opened again after a growing pause."""
        login, pause = await self._login(), 1.0
        while True:
            try:
                ts = (await self._open(login))["ts"]
                yield
                while (body := await self._since(self._session or {}, ts, WAIT)).maybe("failed", int) is None:
                    ts, pause = body.id("ts"), 1.0
                    if list(body.each("updates")):
                        yield
            except Unavailable:
                pause = min(pause * 2, 60.0)
            await asyncio.sleep(pause * random.uniform(0.1, 1.0))  # noqa: S311 - spreads reconnections, protects nothing

    # The Callback API: https://dev.vk.com/ru/api/callback/getting-started

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Believe what has our secret in it; answer with the code when an address is registered.

        An event is taken in whole: the same one may come by Long Poll, and is the same item.
        """
        body = Body(_json(pushed.body), self.title, self._account)
        if not isinstance(body.value, dict):
            self._forged()
        if body.value.get("type") == "confirmation":
            return Hooked(body=await self._confirm(body), fetch=False)
        given, wanted = body.value.get("secret"), self._secrets.get("secret", "")
        if not (wanted and isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())):
            self._forged()
        login = await self._ours(body)
        item = heard(body, self._reader(login))
        told = await self._named(login, [item] if item else [])
        return Hooked(body="ok", key=body.id("event_id"), fetch=False, items=told)

    async def _confirm(self, body: Body) -> str:
        login = await self._ours(body)
        if code := self._secrets.get("confirmation", ""):
            return code
        key = login.of(Kind.COMMUNITY, Kind.USER)
        told = await self._read(key, "groups.getCallbackConfirmationCode", group_id=login.group_id)
        return told.read("response.code", str)

    async def _ours(self, body: Body) -> Login:
        login = await self._login()
        if body.value.get("group_id") != login.group_id:
            self._forged()
        return login

    def _forged(self) -> None:
        raise Rejected(FORGED, network=self.title, account=self._account)

    async def _mentions(self, login: Login, since: int) -> tuple[list[Item], int]:
        """Return who named the community elsewhere; only a user's key may ask."""
        key = login.of(Kind.USER)
        if key is None:
            return [], since
        asked = {"owner_id": login.wall, "count": MENTIONS, "start_time": since + 1 if since else None}
        try:
            body = await self._read(key, "newsfeed.getMentions", **asked)
        except REFUSALS:
            return [], since
        items = [post(each, self._reader(login)) for each in body.each("response.items")]
        return items, max([since, *(int(item.said_at.timestamp()) for item in items)])

    async def search(self, query: str, cursor: str) -> Page:
        """Bring posts with these words, newest first; the cursor is the newest moment seen, and the page after this one."""
        login = await self._login()
        since, newest, following = _place(cursor)
        asked = {"q": query, "extended": 1, "count": FOUND, "start_time": since or None, "start_from": following}
        body = (await self._read(login.reader, "newsfeed.search", **asked)).part("response")
        found = [post(each, self._reader(login)) for each in body.each("items")]
        newest = max([newest, *(int(item.said_at.timestamp()) for item in found)])
        following = body.maybe("next_from", str) or ""
        after = f"{since}|{newest}|{following}" if following else f"{newest + 1}|{newest}|"
        told = named((item for item in found if not item.own), names(body))
        return Page(told, after, more=bool(following))

    # Names: events and most answers have numbers alone.

    async def _named(self, login: Login, items: Iterable[Item]) -> tuple[Item, ...]:
        """Return items with their authors' names, asked for where they are not known yet."""
        told = list(items)
        unknown = {item.author_id for item in told if item.author_id} - self._people.keys() - {str(login.wall)}
        if len(self._people) > KNOWN:
            self._people.clear()
        self._people[str(login.wall)] = (login.name, login.handle)
        await self._learn(login, sorted(unknown))
        return named(told, self._people)

    async def _learn(self, login: Login, unknown: list[str]) -> None:
        people = [each for each in unknown if not each.startswith("-")]
        groups = [each[1:] for each in unknown if each.startswith("-")]
        if people:
            body = await self._read(login.keys[0], "users.get", user_ids=people, fields="screen_name")
            self._people.update(names(replace(body, value={"profiles": body.read("response", list)})))
        if groups:
            body = await self._read(login.keys[0], "groups.getById", group_ids=groups)
            self._people.update(names(body.part("response")))

    @cached_property
    def _people(self) -> dict[str, tuple[str, str]]:
        return {}


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _place(cursor: str) -> tuple[int, int, str]:
    since, _, rest = cursor.partition("|")
    newest, _, following = rest.partition("|")
    if not (since.isdigit() and newest.isdigit()):
        return 0, 0, ""
    return int(since), int(newest), following
