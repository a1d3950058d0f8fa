"""An account's conversation with VKontakte: which keys there are, what they may, and one call of a method.

What a key is, is asked of VKontakte and never guessed from its look; what it may is tried with calls that nobody sees.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Final, Never

from connectors.base import Base, Status
from connectors.outcomes import GONE
from connectors.reading import Body
from connectors.versions import version
from connectors.vk_errors import KINDS, RIGHTS, WRONG_KEY, code_of, meaning
from connectors.vk_keys import Key, Kind, Login, Probed, community, missing, mode, narrowed
from connectors.vk_spots import SITE
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, NeedsHuman, Rejected, Unsupported
from smm.networks import Credential, Limits, Looks, Profile

PER_SECOND = {Kind.USER: 3, Kind.SERVICE: 3, Kind.COMMUNITY: 20}  # https://dev.vk.com/ru/api/api-requests
NOT_THEIRS: Final = KINDS | RIGHTS | {3, 100}  # a method for communities' keys, asked with another
WHICH = N_("Give the address of the community: the key does not say which it is for.")
OTHER = N_("This key is for {name}, not for the community at that address.")
NO_EVENTS = N_("Long Poll is off, or comments are not among its events. In the community: Manage → Work with API.")
NO_KEY = N_("The key may only read.")
NOT_HERE = N_("VKontakte does not let this key do that on this wall.")
WHY: Final[dict[type[ConnectorError], str]] = {
    Unsupported: N_(
        "VKontakte does not let keys of this kind do that: a person does it by hand, or give a user's key."
    ),
    NeedsHuman: N_("The key was made without that right."),
}


class VkLogin(Base):
    """One community."""

    name: ClassVar[str] = "vk"
    title: ClassVar[str] = "VKontakte"
    limits = Limits(
        text=15_895,  # what the site's own form takes; the page does not say
        media=10,
        media_bytes=50 * 1024 * 1024,
        source="https://dev.vk.com/ru/method/wall.post",
        media_types=("image/jpeg", "image/png", "image/gif", "video/mp4"),
        reply=4096,
        video_bytes=256 * 1024 * 1024,
        poll_choices=10,
        first_comment=True,
    )
    looks = Looks(source="https://dev.vk.com/ru/method/wall.post", alone=(0.66, 2.5), most=10)
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Key"), hint=N_("Manage → Work with API → Create key. Or a user's key.")),
        Credential(
            "reader",
            N_("Second key, to read"),
            hint=N_("A service key of an application, or a user's: for search, figures and contests."),
            required=False,
        ),
        Credential(
            "group",
            N_("Address of the community"),
            secret=False,
            hint=N_("As https://vk.com/northwind. Needed with a user's key alone."),
            required=False,
        ),
        Credential(
            "secret",
            N_("Secret of the Callback API"),
            hint=N_("Manage → Work with API → Callback API → Secret key."),
            required=False,
        ),
        Credential(
            "confirmation",
            N_("Confirmation code of the Callback API"),
            hint=N_("The line that the server must return. Without it VKontakte is asked."),
            required=False,
        ),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    _known: Login | None = None

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://api.vk.com/method/")

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply)

    async def _ask(
        self,
        key: Key,
        method: str,
        asked: Mapping[str, Any],
        *,
        effect: bool = False,
        spared: frozenset[int] = frozenset(),
    ) -> Reply:
        """Call a method. An answer with one of the `spared` errors is returned as it is."""
        await self._pace(key)
        sent = {name: _written(value) for name, value in asked.items() if value not in (None, "", [], ())}
        keyed = sent | {"access_token": key.token, "v": version(self.name)}

        def judge(reply: Reply) -> ConnectorError | None:
            return None if code_of(reply) in spared else meaning(reply)

        return await self._wire.call("POST", method, data=keyed, effect=effect, meaning=judge)

    async def _read(self, key: Key | None, method: str, effect: bool = False, /, **asked: Any) -> Body:
        """Call a method and return its answer; without a key for it, say so."""
        if key is None:
            self._wrong_key()
        return (await self._ask(key, method, asked, effect=effect)).body()

    def _wrong_key(self) -> Never:
        raise Unsupported(WRONG_KEY, network=self.title, account=self._account)

    async def _pace(self, key: Key) -> None:
        """Wait as long as the key's calls of the last second are too many."""
        calls = self._calls.setdefault(key.token, deque(maxlen=max(PER_SECOND.values())))
        now = asyncio.get_running_loop().time
        if (early := pause(calls, now(), PER_SECOND[key.kind])) > 0:
            await asyncio.sleep(early)
        calls.append(now())

    @cached_property
    def _calls(self) -> dict[str, deque[float]]:
        return {}

    async def _login(self) -> Login:
        """Return the community and what kind each key is, asked once."""
        if self._known is None:
            self._known = await self._find_out()
        return self._known

    async def _find_out(self) -> Login:
        tokens = [self._secrets.get(name, "") for name in ("token", "reader")]
        keys = tuple([await self._kind(token) for token in tokens if token])
        own = keys[0].kind == Kind.COMMUNITY
        address = community(self._secrets.get("group", ""))
        if not (own or address):
            raise Rejected(WHICH, field="group", network=self.title, account=self._account)
        asked = {} if own else {"group_id": address}
        body = await self._read(keys[0], "groups.getById", **asked)
        groups = list(body.each("response.groups"))
        if not groups:
            raise Rejected(GONE, field="group", network=self.title, account=self._account)
        found = groups[0]
        login = Login(found.read("id", int), found.read("name", str), found.read("screen_name", str), keys)
        if address and address.casefold() not in {str(login.group_id), login.handle.casefold()}:
            raise Rejected(OTHER, field="group", network=self.title, account=self._account, name=login.name)
        return login

    async def _kind(self, token: str) -> Key:
        """Ask what kind of key this is: only a community's has rights of its own, only a user's is somebody."""
        unknown = Key(token, Kind.COMMUNITY)
        reply = await self._ask(unknown, "groups.getTokenPermissions", {}, spared=NOT_THEIRS)
        if not code_of(reply):
            return Key(token, Kind.COMMUNITY, reply.body().read("response.mask", int))
        reply = await self._ask(Key(token, Kind.USER), "users.get", {}, spared=frozenset({100, 113}))
        if code_of(reply) or not list(reply.body().each("response")):
            return Key(token, Kind.SERVICE)
        body = await self._read(Key(token, Kind.USER), "account.getAppPermissions")
        return Key(token, Kind.USER, body.read("response", int))

    async def check(self) -> Profile:
        """Ask whose the keys are, and try what they may without anybody seeing it."""
        self._known = None
        login = await self._login()
        probed = await self._probe(login)
        cannot = missing(login, probed, secret=bool(self._secrets.get("secret")))
        return Profile(
            remote_id=str(login.group_id),
            name=login.name,
            handle=login.handle,
            link=f"{SITE}/{login.handle}",
            limits=narrowed(self.limits, login, probed),
            mode=mode(login, probed),
            can=frozenset(self.can - cannot.keys()),
            cannot=cannot,
        )

    async def _probe(self, login: Login) -> Probed:
        if not login.speakers:
            return Probed(NO_KEY, NO_KEY, NO_EVENTS)
        wall = [await self._refused(key, "wall.post", owner_id=login.wall, from_group=1) for key in login.speakers]
        pictures = await self._refused(login.speakers[0], "photos.getWallUploadServer", group_id=login.group_id)
        return Probed("" if "" in wall else wall[0], pictures, await self._deaf(login))

    async def _refused(self, key: Key, method: str, **asked: Any) -> str:
        """Return why a method is refused, empty where it is not.

        A post without text and pictures is refused, too, but with the words that something is missing: it may be called.
        """
        try:
            await self._ask(key, method, asked, spared=frozenset({100}))
        except (Unsupported, NeedsHuman, Rejected) as error:
            return WHY.get(type(error), NOT_HERE)
        return ""

    async def _deaf(self, login: Login) -> str:
        """Return why events of the community cannot be followed, empty where they can."""
        key = login.of(Kind.COMMUNITY, Kind.USER)
        assert key is not None
        try:
            body = await self._read(key, "groups.getLongPollSettings", group_id=login.group_id)
        except (Unsupported, NeedsHuman, Rejected):
            return NO_EVENTS
        hears = body.read("response.is_enabled", bool) and body.read("response.events.wall_reply_new", int)
        return "" if hears else NO_EVENTS


def pause(calls: Sequence[float], now: float, most: int) -> float:
    """Return how many seconds to wait so that no second has more calls than `most`; `calls` are the moments of the last ones."""
    return calls[-most] + 1.0 - now if len(calls) >= most else 0.0


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
