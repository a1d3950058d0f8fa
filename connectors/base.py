"""The base of all connectors: what a network cannot do is said out loud, by default.

It owns the shape of a connector, its one conversation (`Wire`) and how its credentials are renewed: once for everybody who
waits, and kept before anybody uses them. It leaves each network's words and rules to that network's own file, and every
decision about when to call to smm/.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin, urlsplit

from connectors.unsupported import Answering, Inviting, Listening, Measuring, Publishing, Suggesting
from smm.errors import N_, AuthExpired, ConnectorError, Rejected
from smm.networks import Can, Credential, Grant, Limits, Looks, MediaFile, OAuth, Offer, Profile, Quota

if TYPE_CHECKING:
    from connectors.wire import Reply, Wire

Keep = Callable[[Mapping[str, str]], Awaitable[None]]
Spend = Callable[[str, datetime, int], Awaitable[int]]  # see allowance.py


class Status(StrEnum):
    """How far a connector was proven, on the date it says."""

    LIVE = "live"  # against the network itself
    SERVER = "server"  # against a server of its kind that is not ours
    DOCUMENTED = "documented"  # written from the documentation alone


@dataclass(frozen=True, slots=True)
class App:
    """The desk's own registration with a network, for OAuth and for webhooks that the network signs."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the settings say about the world: other base addresses by network, inner hosts that may be reached, our apps.

    An inner host is a name or address, with or without a port. `patience` is the most seconds that one call may take.
    `own_bots` are the ids of the bots that the desk itself speaks through: no account may be one of them.
    """

    bases: Mapping[str, str] = field(default_factory=dict)
    inner_hosts: frozenset[str] = frozenset()
    patience: float = 60.0
    apps: Mapping[str, App] = field(default_factory=dict)
    own_bots: frozenset[str] = frozenset()


async def _keep_nothing(secrets: Mapping[str, str]) -> None:
    """Let renewed credentials live as long as the connector."""


class Base(Listening, Publishing, Answering, Measuring, Inviting, Suggesting):
    """One account on one network. Subclasses declare what they can and implement exactly that.

    `keep` is handed all credentials whenever the network has renewed them, before they are used. `quota` is what the network
    told last about how much may still be done; `spend` counts for those that do not tell it.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str]
    can: ClassVar[frozenset[Can]]
    limits: Limits
    looks: ClassVar[Looks | None] = None  # of networks where something can be published
    credentials: ClassVar[tuple[Credential, ...]]
    oauth: ClassVar[OAuth | None] = None
    needs_app: ClassVar[bool] = False  # without an app of ours no token could be renewed
    more_apps: ClassVar[tuple[str, ...]] = ()  # names of further apps of ours there, beside the network's own name
    one_hook: ClassVar[bool] = False  # the network pushes everything of our app to a single address
    status: ClassVar[Status]
    checked: ClassVar[date]
    quota: Quota | None = None

    def __init__(
        self,
        secrets: Mapping[str, str],
        outside: Outside,
        account: str = "",
        keep: Keep = _keep_nothing,
        spend: Spend | None = None,
    ) -> None:
        self._secrets = {name: value.strip() for name, value in secrets.items()}
        self._outside = outside
        self._account = account
        self._keep = keep
        self._tally = spend
        self._renewing: asyncio.Task[None] | None = None
        self._renewals = 0
        self._keeping = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._account}>"

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether accounts of this network can be connected with these settings."""
        return not cls.needs_app or cls.name in outside.apps

    @classmethod
    def consents(cls, outside: Outside) -> bool:
        """Say whether a person can consent to being spoken for, which takes an app of the desk's there."""
        return cls.oauth is not None and not outside.apps.keys().isdisjoint({cls.name, *cls.more_apps})

    # What a subclass says about its conversation.

    def _base(self) -> str:
        """Return the address that paths are relative to."""
        return self._outside.bases.get(self.name, "")

    def _origin(self, typed: str) -> str:
        """Return the server of an address that a person typed. Keys travel by https alone, except to what the settings allow."""
        from connectors.guard import inner, place
        from connectors.outcomes import BARRED

        ours = self._outside.bases.get(self.name)
        address = ours or (typed if "://" in typed else f"https://{typed.rpartition('@')[2]}")
        refusal = Rejected(BARRED, field="address", network=self.title, account=self._account)
        try:
            host, port = place(address)
            scheme = urlsplit(address).scheme
        except ValueError as error:
            raise refusal from error
        trusted = address == ours or inner(host, port, self._outside.inner_hosts)
        if scheme != "https" and not (scheme == "http" and trusted):
            raise refusal
        return f"{scheme}://{urlsplit(address).netloc}"

    def _headers(self) -> Mapping[str, str]:
        """Return the headers of every call."""
        return {}

    def _bearer(self) -> Mapping[str, str]:
        """Return the header of a token (https://www.rfc-editor.org/rfc/rfc6750#section-2.1); none before there is one."""
        token = self._secrets.get("token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Return the error that this network means by an answer, whatever its status; None to judge it by that alone."""
        return None

    async def _refresh(self) -> Mapping[str, str]:
        """Return new credentials in place of those that ran out. AuthExpired alone means that only a person can help.

        By default what OAuth says (https://www.rfc-editor.org/rfc/rfc6749#section-6).
        """
        from connectors.consent import refreshed

        return await refreshed(self._wire, self._oauth, self._app, self._secrets, self._expired())

    # What every subclass may use.

    @property
    def _app(self) -> App:
        return self._outside.apps.get(self.name, App(""))

    @property
    def _oauth(self) -> OAuth | None:
        if self.oauth is None:
            return None
        return replace(self.oauth, authorize=self._placed(self.oauth.authorize), token=self._placed(self.oauth.token))

    def _placed(self, address: str) -> str:
        """Return a further address of the network; where the settings say another one for it, this is there, too."""
        base = self._outside.bases.get(self.name)
        return address if base is None else urljoin(base, urlsplit(address)._replace(scheme="", netloc="").geturl())

    @cached_property
    def _wire(self) -> Wire:
        from connectors.wire import Wire  # httpx takes a tenth of a second: paid by whoever makes the first call

        return Wire(
            self._base(),
            self._outside,
            network=self.title,
            account=self._account,
            headers=self._headers(),
            hidden=self._hidden(),
            meaning=self._meaning,
        )

    def _hidden(self) -> list[str]:
        shown = {"scope", "expires_at"} | {asked.name for asked in self.credentials if not asked.secret}
        return [*(value for name, value in self._secrets.items() if name not in shown), self._app.client_secret]

    async def _call(self, method: str, path: str, **parts: Any) -> Reply:
        """Make a call; where the credentials have run out, renew them once and make it again: it was certainly not done."""
        used = self._renewals
        try:
            return await self._wire.call(method, path, **parts)
        except AuthExpired:
            await self._renew(used)
        return await self._wire.call(method, path, **parts)

    async def _renew(self, used: int) -> None:
        """Renew the credentials, unless that was done since the renewal `used`. All who ask meanwhile wait for the one.

        It goes on when whoever asked first is cancelled: a refresh token may be good for one use only.
        """
        if self._renewing is None or self._renewing.done():
            if self._renewals != used:
                return
            self._renewing = asyncio.get_running_loop().create_task(self._renew_now())
            self._renewing.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._renewing)

    async def _renew_now(self) -> None:
        fresh = {name: value for name, value in (await self._refresh()).items() if value}
        await self._keep_beside(lambda: fresh)
        self._renewals += 1

    async def _keep_beside(self, more: Callable[[], Mapping[str, str]]) -> None:
        """Keep something with the credentials, so that it is there after a restart, too. `more` sees what was kept last."""
        async with self._keeping:  # two who keep at once would lose what one of them kept
            secrets, before = self._secrets | dict(more()), self._headers()
            await self._keep(secrets)
            self._secrets = secrets
            if self._headers() != before:
                self._wire.renew(self._headers(), self._hidden())

    def _expired(self) -> AuthExpired:
        return AuthExpired(
            N_("{network} no longer accepts the key of this account. Reconnect it: /accounts"),
            network=self.title,
            account=self._account,
        )

    async def _content(self, file: MediaFile) -> bytes:
        """Return a picture's bytes."""
        try:
            return await asyncio.to_thread(file.path.read_bytes)
        except OSError as error:
            raise self._lost_file() from error

    def _lost_file(self) -> Rejected:
        words = N_("A picture is no longer in the desk's folder. Attach it again.")
        return Rejected(words, field="media", network=self.title, account=self._account)

    # What every network does.

    async def check(self) -> Profile:
        """Make a real call that proves the credentials work."""
        self._cannot()

    def consent(self, state: str, challenge: str, redirect: str) -> str:
        """Return the address of the network's page where a person allows the desk to act, as OAuth with PKCE says."""
        from connectors.consent import page

        if self._oauth is None:
            self._cannot()
        return page(self._base(), self._oauth, self._app, state, challenge, redirect)

    async def exchange(self, grant: Grant) -> tuple[Offer, ...]:
        """Turn a person's consent into credentials, as OAuth says; they are called token, refresh_token and expires_at."""
        from connectors.consent import exchanged

        if self._oauth is None:
            self._cannot()
        return (Offer("", await exchanged(self._wire, self._oauth, self._app, grant)),)

    async def close(self) -> None:
        """Let go of connections, if any were opened."""
        if "_wire" in vars(self):
            await self._wire.close()
