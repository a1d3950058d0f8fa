"""The calls. A connector is one account on one network; what it does falls into a few sides, each a protocol of its own.

Every call raises only `ConnectorError`s: `Unsupported` by default, `OutcomeUnknown` where something public may have happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, Protocol

from smm.networks.can import Can, Credential, Limits, OAuth, Profile, Quota
from smm.networks.shapes import (
    Answer,
    Crowd,
    Deed,
    Grant,
    Hooked,
    Metrics,
    Offer,
    Outgoing,
    Page,
    Published,
    Pushed,
)


class Login(Protocol):
    """Who it is, and what it may. `quota` is the newest that the network told on any call."""

    name: ClassVar[str]
    title: ClassVar[str]
    can: ClassVar[frozenset[Can]]
    limits: Limits
    credentials: ClassVar[tuple[Credential, ...]]
    oauth: ClassVar[OAuth | None]
    quota: Quota | None

    async def check(self) -> Profile:
        """Make a real call that proves the credentials work, and find out what they allow."""

    def consent(self, state: str, challenge: str, redirect: str) -> str:
        """Return the address of the network's page where a person allows the desk to act; they come back to `redirect`."""

    async def exchange(self, grant: Grant) -> tuple[Offer, ...]:
        """Turn a person's consent into credentials; several where it covers several accounts."""

    async def close(self) -> None:
        """Let go of connections."""


class Listening(Protocol):
    """What is said to the account, and elsewhere."""

    async def fetch(self, cursor: str) -> Page:
        """Bring what is new since `cursor` (empty: a first, short look back)."""

    def stream(self) -> AsyncIterator[None]:
        """Yield whenever there is something to fetch. Ends or raises when the stream breaks."""

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Verify what was pushed to us and say what it means. Rejected: it is not from the network."""

    async def search(self, query: str, cursor: str) -> Page:
        """Bring what is said anywhere on the network with these words; the cursor is this query's own."""


class Publishing(Protocol):
    """What the account publishes."""

    async def publish(self, post: Outgoing) -> Published:
        """Publish once. `OutcomeUnknown` when it may have happened."""

    async def assist(self, post: Outgoing) -> str:
        """Return the address at which a person publishes this by hand."""

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look whether `post`, tried at or after `since`, is there."""

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put the words of `post` into a publication of ours; its files, poll and warning stay as they are. Again is harmless.

        `post.media` says what it was published with.
        """

    async def delete(self, remote_id: str) -> None:
        """Take down a publication or an answer of ours."""


class Answering(Protocol):
    """What the account says to people, and does with what they say."""

    async def reply(self, answer: Answer) -> Published:
        """Answer in public once. `OutcomeUnknown` when it may have happened."""

    async def message(self, answer: Answer) -> Published:
        """Answer in private once: a message of theirs, or something public while its `private_until` lasts."""

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether `answer`, tried at or after `since`, is there. Unsupported where that cannot be looked up."""

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide somebody's item from the public, or show it again."""

    async def remove(self, remote_id: str) -> None:
        """Take somebody's item down for good."""


class Measuring(Protocol):
    """Figures and people, for reports and contests."""

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of publications of ours; one that is not told about is left out."""

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the account's figures from a day to a day, both included, in the network's own days."""

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who did it with a publication, some at a time."""

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who of these people follows the account."""


class Inviting(Protocol):
    """Addresses by which people join, each for one placement. Who came by them is told with a `fetch`, as `Page.joins`."""

    async def invite(self, name: str, until: datetime | None) -> str:
        """Make an address of this name, open until a moment where one is given, and return it."""

    async def close_invite(self, address: str) -> None:
        """Let nobody join by an address any more; again is harmless."""


class Suggesting(Protocol):
    """Posts that people offer the account for publication (`Kind.SUGGESTION`). What becomes of them comes as `Page.verdicts`."""

    async def accept(self, remote_id: str) -> None:
        """Let the network publish it as it is: when it is wanted, else at once. Twice publishes once."""

    async def decline(self, remote_id: str, reason: str) -> None:
        """Tell who offers it that it is not published, with a reason or without."""

    async def file(self, name: str) -> bytes:
        """Bring a file of theirs."""


class Connector(Login, Listening, Publishing, Answering, Measuring, Inviting, Suggesting, Protocol):
    """One account on one network."""


class Networks(Protocol):
    """Opens accounts. One connector per account is kept open by the implementation."""

    async def connector(self, account_id: int) -> Connector:
        """Return the open connector of an account, with its current credentials."""

    def visitor(self, network: str) -> Connector:
        """Return a connector of nobody's account, to ask for a consent; whoever asked for it closes it."""

    def limits(self, network: str) -> Limits | None:
        """Return a network's declared limits, None for an unknown network."""

    def can(self, network: str, what: Can) -> bool:
        """Say whether a network declares a capability."""

    def title(self, network: str) -> str:
        """Return the network's name for people."""
