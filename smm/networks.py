"""The port to the social networks: what a connector can, its limits, and the shapes that travel.

Connectors implement this; use cases and the jobs of bot/ call it. No network's own word appears here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol


class Can(StrEnum):
    """A capability that a connector declares; what is not declared raises Unsupported."""

    FETCH = "fetch"  # bring new comments, mentions, reviews, messages
    STREAM = "stream"  # tell at once that there is something to fetch
    PUBLISH = "publish"
    FIND = "find"  # look whether a publication of ours is there (the probe after an unknown outcome)
    REPLY = "reply"
    FIND_REPLY = "find_reply"
    DELETE = "delete"  # take down what we published
    HIDE = "hide"  # hide somebody's comment


class Kind(StrEnum):
    """What was said to or about a brand."""

    COMMENT = "comment"
    MENTION = "mention"
    REVIEW = "review"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Limits:
    """A network's limits, checked while drafting. Lengths in the network's own unit (see `measure`), sizes in bytes.

    `source` is the URL of the page that states them. Zero media means: no pictures at all.
    """

    text: int
    media: int
    media_bytes: int
    source: str
    text_with_media: int | None = None
    media_types: tuple[str, ...] = ("image/jpeg", "image/png")
    url_length: int | None = None  # the network counts every link as this many characters
    reply: int | None = None
    text_required: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing said, normalized. `remote_id` is unique within the account; `raw` is the network's own body."""

    kind: Kind
    remote_id: str
    author_id: str
    author_name: str
    text: str
    said_at: datetime
    author_handle: str = ""
    link: str = ""
    thread_id: str = ""  # remote id of the post or thread it belongs to
    parent_id: str = ""  # remote id of what it answers
    media: tuple[str, ...] = ()  # URLs
    language: str = ""  # as the network says; empty when it does not
    edited_at: datetime | None = None
    deleted: bool = False  # the author took it back
    own: bool = False  # said by the account itself
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What a fetch brought, the cursor that continues after it, and when to come again (at once if there is `more`)."""

    items: tuple[Item, ...]
    cursor: str
    more: bool = False
    wait: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file to publish: already checked, on our disk."""

    path: Path
    mime: str
    digest: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out to one account. `key` is the idempotency key: the same key is the same publication, for ever."""

    key: str
    text: str
    media: tuple[MediaFile, ...] = ()
    link: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A public answer to somebody's item."""

    key: str
    text: str
    remote_id: str  # of the item answered
    thread_id: str = ""
    author_handle: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """It is live: the network's id and the link a person can open."""

    remote_id: str
    link: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the credentials belong to, as told by a real call. `limits` replaces the class's where read at run time."""

    remote_id: str
    name: str
    handle: str
    link: str
    limits: Limits | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One thing to ask for when an account is connected."""

    name: str
    label: str  # for people, marked with N_
    secret: bool = True
    hint: str = ""
    default: str = ""


class Connector(Protocol):
    """One account on one network. Every method raises only `ConnectorError`s, `Unsupported` by default."""

    name: ClassVar[str]
    title: ClassVar[str]
    can: ClassVar[frozenset[Can]]
    limits: Limits
    credentials: ClassVar[tuple[Credential, ...]]

    async def check(self) -> Profile:
        """Make a real call that proves the credentials work."""

    async def fetch(self, cursor: str) -> Page:
        """Bring what is new since `cursor` (empty: a first, short look back)."""

    def stream(self) -> AsyncIterator[None]:
        """Yield whenever there is something to fetch. Ends or raises when the stream breaks."""

    async def publish(self, post: Outgoing) -> Published:
        """Publish once. `OutcomeUnknown` when it may have happened."""

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look whether `post`, tried at or after `since`, is there."""

    async def reply(self, answer: Answer) -> Published:
        """Answer in public once. `OutcomeUnknown` when it may have happened."""

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether `answer`, tried at or after `since`, is there."""

    async def hide(self, remote_id: str) -> None:
        """Hide somebody's item from the public."""

    async def delete(self, remote_id: str) -> None:
        """Take down a publication or an answer of ours."""

    async def close(self) -> None:
        """Let go of connections."""


class Networks(Protocol):
    """Opens accounts. One connector per account is kept open by the implementation."""

    async def connector(self, account_id: int) -> Connector:
        """Return the open connector of an account, with its current credentials."""

    def limits(self, network: str) -> Limits | None:
        """Return a network's declared limits, None for an unknown network."""

    def can(self, network: str, what: Can) -> bool:
        """Say whether a network declares a capability."""

    def title(self, network: str) -> str:
        """Return the network's name for people."""
