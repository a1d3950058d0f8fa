"""The calls of the port as a network that cannot do them answers: each says so, out loud.

A connector overrides exactly what it declares. Who it speaks for stands in base.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, NoReturn

from smm.errors import N_, Unsupported
from smm.networks import Answer, Crowd, Deed, Hooked, Metrics, Outgoing, Page, Published, Pushed


class Silent:
    """Says that something cannot be done here."""

    title: ClassVar[str]
    _account: str

    def _cannot(self) -> NoReturn:
        raise Unsupported(
            N_("{network} does not let programs do that. Do it on {network} itself."),
            network=self.title,
            account=self._account,
        )


class Listening(Silent):
    """What is said to the account, and elsewhere."""

    async def fetch(self, cursor: str) -> Page:
        """Bring what is new since `cursor`."""
        self._cannot()

    async def stream(self) -> AsyncIterator[None]:
        """Yield whenever there is something to fetch."""
        self._cannot()
        yield  # an async generator, as the port wants it

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Verify what was pushed to us and say what it means."""
        self._cannot()

    async def search(self, query: str, cursor: str) -> Page:
        """Bring what is said anywhere on the network with these words."""
        self._cannot()


class Publishing(Silent):
    """What the account publishes."""

    async def publish(self, post: Outgoing) -> Published:
        """Publish once."""
        self._cannot()

    async def assist(self, post: Outgoing) -> str:
        """Return the address at which a person publishes this by hand."""
        self._cannot()

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look whether a publication is there."""
        self._cannot()

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words into what we published."""
        self._cannot()

    async def delete(self, remote_id: str) -> None:
        """Take down what we published."""
        self._cannot()


class Answering(Silent):
    """What the account says to people, and does with what they say."""

    async def reply(self, answer: Answer) -> Published:
        """Answer in public once."""
        self._cannot()

    async def message(self, answer: Answer) -> Published:
        """Answer in private once."""
        self._cannot()

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether an answer is there."""
        self._cannot()

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide somebody's item from the public, or show it again."""
        self._cannot()

    async def remove(self, remote_id: str) -> None:
        """Take somebody's item down for good."""
        self._cannot()


class Measuring(Silent):
    """Figures and people, for reports and contests."""

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of publications of ours."""
        self._cannot()

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the account's figures from a day to a day."""
        self._cannot()

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who did it with a publication."""
        self._cannot()

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who of these people follows the account."""
        self._cannot()


class Inviting(Silent):
    """Addresses by which people join, each for one placement."""

    async def invite(self, name: str, until: datetime | None) -> str:
        """Make an address of this name."""
        self._cannot()

    async def close_invite(self, address: str) -> None:
        """Let nobody join by an address any more."""
        self._cannot()


class Suggesting(Silent):
    """Posts that people offer the account for publication."""

    async def accept(self, remote_id: str) -> None:
        """Let the network publish it."""
        self._cannot()

    async def decline(self, remote_id: str, reason: str) -> None:
        """Tell who offers it that it is not published."""
        self._cannot()

    async def file(self, name: str) -> bytes:
        """Bring a file of theirs."""
        self._cannot()
