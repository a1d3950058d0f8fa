"""Who speaks to Bluesky: the session that is kept, because logins are counted, and what errors mean.

300 logins a day (https://docs.bsky.app/docs/advanced-guides/rate-limits); a session is renewed for two months after its last use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, Final

from connectors.base import Base, Status
from connectors.bluesky_reading import SITE
from connectors.outcomes import FORBIDDEN, REFUSED, SLOWER, Reply
from connectors.reading import Body, parse
from smm.errors import N_, AuthExpired, ConnectorError, NeedsHuman, RateLimited, Rejected
from smm.networks import Credential, Profile

DEAD: Final = frozenset({"ExpiredToken", "InvalidToken"})  # come with status 400
SECOND_FACTOR = N_("{network} asks for a second factor, which a program does not have. Use an app password: {url}")
SWITCHED_OFF = N_("{network} has switched this account off. Sign in there and see why: {url}")


class Missing(Rejected):
    """There is no such record."""


class Swapped(Rejected):
    """Something else stands there than was expected."""


_KINDS: Final[Mapping[str, type[Rejected]]] = {"RecordNotFound": Missing, "InvalidSwap": Swapped}


class BlueskySession(Base):
    """The session of one account."""

    name: ClassVar[str] = "bluesky"
    title: ClassVar[str] = "Bluesky"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("identifier", N_("Handle"), secret=False, hint="northwind.bsky.social"),
        Credential("password", N_("App password"), hint=N_("Settings → Privacy and security → App passwords.")),
        Credential("address", N_("Server of the account"), secret=False, default="https://bsky.social", required=False),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    def _base(self) -> str:
        return self._server

    @cached_property
    def _server(self) -> str:
        return self._origin(self._secrets.get("address") or "https://bsky.social")

    def _headers(self) -> Mapping[str, str]:
        session = self._secrets.get("session")
        return {"authorization": f"Bearer {session}"} if session else {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Tell errors apart by their names (https://atproto.com/specs/xrpc#error-responses)."""
        name, facts = _said(reply, "error"), reply.who.facts
        if reply.status == HTTPStatus.BAD_REQUEST and name in DEAD:
            return self._expired()
        if name == "AuthFactorTokenRequired":
            return NeedsHuman(SECOND_FACTOR, url=f"{SITE}/settings/app-passwords", **facts)
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS and reply.headers.get("ratelimit-reset", "").isdigit():
            return RateLimited(SLOWER, retry_after=_until(reply.headers["ratelimit-reset"]), **facts)
        if reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and _said(reply, "message"):
            words = FORBIDDEN if reply.status == HTTPStatus.FORBIDDEN else REFUSED
            return _KINDS.get(name, Rejected)(words, reason=_said(reply, "message"), field="", **facts)
        return None

    async def _refresh(self) -> Mapping[str, str]:
        """Renew the session; where it cannot be renewed, log in. Its names are asked of nobody: session, refresh, did."""
        if refresh := self._secrets.get("refresh"):
            try:
                return await self._session("refreshSession", headers={"authorization": f"Bearer {refresh}"})
            except AuthExpired:
                pass  # not used for two months, or let go of elsewhere
        if not self._secrets.get("password"):
            raise self._expired()
        who = {"identifier": self._secrets.get("identifier", "").removeprefix("@")}
        return await self._session("createSession", json=who | {"password": self._secrets["password"]})

    async def _session(self, name: str, **parts: Any) -> Mapping[str, str]:
        body = (await self._wire.call("POST", f"/xrpc/com.atproto.server.{name}", **parts)).body()
        kept = {"session": "accessJwt", "refresh": "refreshJwt", "did": "did"}
        return {ours: body.id(theirs) if ours == "did" else body.read(theirs, str) for ours, theirs in kept.items()}

    async def _ask(self, method: str, name: str, **parts: Any) -> Body:
        if not self._secrets.get("session"):
            await self._renew(self._renewals)
        return (await self._call(method, f"/xrpc/{name}", **parts)).body()

    async def _me(self) -> str:
        if not self._secrets.get("did"):
            await self._renew(self._renewals)
        return self._secrets["did"]

    async def check(self) -> Profile:
        """Ask who the session belongs to."""
        session = await self._ask("GET", "com.atproto.server.getSession")
        if session.maybe("active", bool) is False:
            raise NeedsHuman(SWITCHED_OFF, url=SITE, network=self.title, account=self._account)
        did = session.id("did")
        body = await self._ask("GET", "app.bsky.actor.getProfile", params={"actor": did})
        handle = body.read("handle", str)
        return Profile(did, body.maybe("displayName", str) or handle, handle, f"{SITE}/profile/{did}")

    def _refused(self, words: str, field: str) -> Rejected:
        return Rejected(words, reason="", field=field, network=self.title, account=self._account)


def _said(reply: Reply, name: str) -> str:
    """Return what an error says under a name; empty where it says nothing readable."""
    try:
        found = parse(reply.content)
    except ValueError:
        return ""
    told = found.get(name) if isinstance(found, dict) else None
    return reply.who.masked(" ".join(told.split()))[:300] if isinstance(told, str) else ""


def _until(reset: str) -> timedelta:
    """Return how long it is until a second of the epoch (https://docs.bsky.app/docs/advanced-guides/rate-limits)."""
    left = int(reset) - int(datetime.now(UTC).timestamp())
    return timedelta(seconds=min(max(left, 1), 24 * 3600))
