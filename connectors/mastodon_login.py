"""An account's conversation with a Mastodon instance: whose token it is, what the instance allows, and what its errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import urlsplit

from connectors.base import Base
from connectors.mastodon_reading import read_limits
from connectors.outcomes import UNREACHABLE, refused
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, NeedsHuman, Rejected, Unavailable
from smm.networks import Credential, Limits, Profile

MISSING_RIGHT = N_("{network} wants a person to allow that first: {url}")


class MastodonLogin(Base):
    """One account on one instance."""

    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    limits = Limits(
        text=500,
        media=4,
        media_bytes=16 * 1024 * 1024,
        source="https://docs.joinmastodon.org/user/posting/",
        media_types=("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"),
        url_length=23,
        reply=500,
        video_bytes=99 * 1024 * 1024,
        video_alone=True,
        warning=True,
        warning_counts=True,
        poll_choices=4,
        poll_choice=50,
        poll_alone=True,
        first_comment=True,
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("address", N_("Address of the instance"), secret=False, hint="https://mastodon.social"),
        Credential("token", N_("Access token"), hint=N_("Preferences → Development → your application.")),
    )

    _me: str = ""

    def _base(self) -> str:
        return self._instance

    @cached_property
    def _instance(self) -> str:
        return self._origin(self._secrets.get("address", ""))

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._secrets.get('token', '')}"}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Tell apart what Mastodon says with one status (https://docs.joinmastodon.org/entities/Error/)."""
        reason = reply.reason.lower()
        if reply.status == HTTPStatus.FORBIDDEN and ("scope" in reason or "login" in reason or "confirm" in reason):
            where = "/settings/applications" if "scope" in reason else "/auth/edit"
            return NeedsHuman(MISSING_RIGHT, url=f"{self._instance}{where}", **reply.who.facts)
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY and "not finished processing" in reason:
            return Unavailable(UNREACHABLE, **reply.who.facts)
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return refused(reply, "text" if "text" in reason or "character" in reason else "")
        return None

    async def check(self) -> Profile:
        """Ask who the token belongs to, and for the instance's limits."""
        body = (await self._wire.call("GET", "/api/v1/accounts/verify_credentials")).body()
        self._me = body.id("id")
        handle = body.read("acct", str)
        name = body.read("display_name", str) or body.read("username", str)
        host = urlsplit(self._instance).hostname
        return Profile(self._me, name, f"{handle}@{host}", body.read("url", str), await self._limits())

    async def _limits(self) -> Limits:
        try:
            return read_limits((await self._wire.call("GET", "/api/v2/instance")).body(), self.limits)
        except Rejected:
            return self.limits  # servers of other make may not have that address

    async def _own_id(self) -> str:
        if not self._me:
            self._me = (await self._wire.call("GET", "/api/v1/accounts/verify_credentials")).body().id("id")
        return self._me
