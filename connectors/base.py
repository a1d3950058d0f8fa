"""The base of all connectors: what a network cannot do is said out loud, by default.

It owns the shape of a connector and its one conversation (`Wire`). It leaves each network's words and rules to that
network's own file, and every decision about when to call to smm/.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NoReturn

from smm.errors import N_, ConnectorError, Rejected, Unsupported
from smm.networks import Answer, Can, Credential, Limits, MediaFile, Outgoing, Page, Profile, Published

if TYPE_CHECKING:
    from connectors.wire import Reply, Wire


class Status(StrEnum):
    """How far a connector was proven, on the date it says."""

    LIVE = "live"  # against the network itself
    SERVER = "server"  # against a server of its kind that is not ours
    DOCUMENTED = "documented"  # written from the documentation alone


@dataclass(frozen=True, slots=True)
class Outside:
    """What the settings say about the world: other base addresses by network, and inner hosts that may be reached.

    An inner host is a name or address, with or without a port. `patience` is the most seconds that one call may take.
    """

    bases: Mapping[str, str] = field(default_factory=dict)
    inner_hosts: frozenset[str] = frozenset()
    patience: float = 60.0


class Base:
    """One account on one network. Subclasses declare what they can and implement exactly that."""

    name: ClassVar[str] = ""
    title: ClassVar[str]
    can: ClassVar[frozenset[Can]]
    limits: Limits
    credentials: ClassVar[tuple[Credential, ...]]
    status: ClassVar[Status]
    checked: ClassVar[date]

    def __init__(self, secrets: Mapping[str, str], outside: Outside, account: str = "") -> None:
        self._secrets = {name: value.strip() for name, value in secrets.items()}
        self._outside = outside
        self._account = account

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._account}>"

    @classmethod
    def usable(cls, outside: Outside) -> bool:
        """Say whether accounts of this network can be connected with these settings."""
        return True

    # What a subclass says about its conversation.

    def _base(self) -> str:
        """Return the address that paths are relative to."""
        return self._outside.bases.get(self.name, "")

    def _headers(self) -> Mapping[str, str]:
        """Return the headers of every call."""
        return {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Return the error that this network means by an answer, None to judge it by its status alone."""
        return None

    @cached_property
    def _wire(self) -> Wire:
        from connectors.wire import Wire  # httpx takes a tenth of a second: paid by whoever makes the first call

        hidden = [self._secrets.get(asked.name, "") for asked in self.credentials if asked.secret]
        return Wire(
            self._base(),
            self._outside,
            network=self.title,
            account=self._account,
            headers=self._headers(),
            hidden=hidden,
            meaning=self._meaning,
        )

    async def _content(self, file: MediaFile) -> bytes:
        """Return a picture's bytes."""
        try:
            return await asyncio.to_thread(file.path.read_bytes)
        except OSError as error:
            words = N_("A picture is no longer in the desk's folder. Attach it again.")
            raise Rejected(words, field="media", network=self.title, account=self._account) from error

    # What a network may be able to do.

    async def check(self) -> Profile:
        """Make a real call that proves the credentials work."""
        self._cannot()

    async def fetch(self, cursor: str) -> Page:
        """Bring what is new since `cursor`."""
        self._cannot()

    async def stream(self) -> AsyncIterator[None]:
        """Yield whenever there is something to fetch."""
        self._cannot()
        yield  # an async generator, as the port wants it

    async def publish(self, post: Outgoing) -> Published:
        """Publish once."""
        self._cannot()

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look whether a publication is there."""
        self._cannot()

    async def reply(self, answer: Answer) -> Published:
        """Answer in public once."""
        self._cannot()

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether an answer is there."""
        self._cannot()

    async def hide(self, remote_id: str) -> None:
        """Hide somebody's item from the public."""
        self._cannot()

    async def delete(self, remote_id: str) -> None:
        """Take down what we published."""
        self._cannot()

    async def close(self) -> None:
        """Let go of connections, if any were opened."""
        if "_wire" in vars(self):
            await self._wire.close()

    def _cannot(self) -> NoReturn:
        raise Unsupported(
            N_("{network} does not let programs do that. Do it on {network} itself."),
            network=self.title,
            account=self._account,
        )
