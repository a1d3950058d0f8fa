"""The shapes that travel between the desk and a network. Moments are aware UTC, sizes bytes, ids the network's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any


class Kind(StrEnum):
    """What was said to or about a brand."""

    COMMENT = "comment"
    MENTION = "mention"
    REVIEW = "review"
    MESSAGE = "message"  # said in private, and answered in private
    SUGGESTION = "suggestion"  # a post that somebody offers the account for publication; talked about in private


PRIVATE = frozenset({Kind.MESSAGE, Kind.SUGGESTION})


class Fate(StrEnum):
    """What became of a suggestion."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNPAID = "unpaid"  # it was to be accepted, but who offers it cannot pay
    PAID = "paid"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is offered: the item's words, and pictures by the network's names, to be published as they are.

    `publish_at` is when it is wanted, None for any time; `price` is offered for it, as people write it. Not `whole`: it has more
    than words and pictures. `fate` is what became of it already.
    """

    publish_at: datetime | None = None
    price: str = ""
    files: tuple[str, ...] = ()
    whole: bool = True
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the network tells about a suggestion, whoever decided it; `publish_at` is when an accepted one goes out."""

    remote_id: str
    fate: Fate
    publish_at: datetime | None = None
    reason: str = ""


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
    answerable: bool = True  # False: the network lets no program answer this one; a person may
    out_of_reach: bool = False  # it stands where the account has no say: it can be neither hidden nor removed
    reply_until: datetime | None = None  # after that the network takes no answer to it
    private_until: datetime | None = None  # until then something public may be answered in private
    rating: int | None = None  # of a review, 1 to 5
    suggestion: Suggestion | None = None  # of a suggestion: what is offered besides the words
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody joined the account at a moment, by one of our addresses where one is named, or `left` it."""

    user_id: str
    at: datetime
    address: str = ""
    left: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a fetch brought, the cursor that continues after it, and when to come again (at once if there is `more`)."""

    items: tuple[Item, ...]
    cursor: str
    more: bool = False
    wait: timedelta = timedelta(minutes=1)
    joins: tuple[Join, ...] = ()  # oldest first; the same one twice is harmless, here and below
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file to publish: already checked, on our disk.

    `url` is where a network may fetch it for the next hour, empty where the desk has no public address. A picture comes from
    there as JPEG, whatever it is here.
    """

    path: Path
    mime: str
    digest: str
    alt: str = ""
    url: str = ""


class PostKind(StrEnum):
    """As what something is published."""

    POST = "post"
    STORY = "story"
    REEL = "reel"


class Visibility(StrEnum):
    """Who can see a publication."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # whoever has the link
    PRIVATE = "private"  # the account itself, and whom it lets


@dataclass(frozen=True, slots=True)
class Poll:
    """A question to the public; the question itself is the post's text. `minutes` is how long it runs."""

    choices: tuple[str, ...]
    minutes: int = 1440
    several: bool = False  # more than one choice may be ticked


@dataclass(frozen=True, slots=True)
class Options:
    """What a publication has besides words and pictures. All of it is part of the version that is approved.

    `warning` is shown before the content. `first_comment` is not the connector's work: the desk answers the publication with it.
    `title` is filled in from the text where the network wants one and nobody wrote it. `keywords` are seen by searches, not by
    people. `for_kids` is the legal declaration that the content was made for children.
    """

    kind: PostKind = PostKind.POST
    warning: str = ""
    language: str = ""
    poll: Poll | None = None
    first_comment: str = ""
    title: str = ""
    keywords: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    for_kids: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out to one account. `key` is the idempotency key: the same key is the same publication, for ever."""

    key: str
    text: str
    media: tuple[MediaFile, ...] = ()
    link: str = ""
    language: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to somebody's item, in public or, by `message`, in private.

    Where `remote_id` is the id of our own publication, it is a comment under it.
    """

    key: str
    text: str
    remote_id: str  # of the item answered
    thread_id: str = ""
    author_handle: str = ""
    author_id: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """It is live: the network's id and the link a person can open."""

    remote_id: str
    link: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures as the network tells them. None: it does not tell; never a zero for that."""

    views: int | None = None
    reach: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    followers: int | None = None  # of an account: how many there are at the end


class Deed(StrEnum):
    """What somebody did with a publication."""

    LIKE = "likes"
    REPOST = "reposts"
    COMMENT = "comments"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who did it; `text` and `at` where the network tells (a comment's words and time)."""

    user_id: str
    name: str = ""
    handle: str = ""
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some of the people, and the cursor that continues after them; empty: that was all."""

    people: tuple[Person, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A request that somebody sent to our address for a network. Nothing in it is to be believed before it is verified.

    Names of headers are in lower case. `token` is the secret part of the address.
    """

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hooked:
    """What to answer to a push, and what it means.

    `key` is the network's own name of the event, so that the same one twice is taken once. `accounts` are the remote ids that
    it is about; empty: the account whose address it came to. They are fetched at once: a push is a hint, a fetch the truth.
    `items` are taken in as well, where the push carries them whole.
    """

    status: int = 200
    body: str = ""
    key: str = ""
    fetch: bool = True
    accounts: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's consent, on its way to becoming credentials: `code` is exchanged once, with `verifier` and `redirect`."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An account that a consent lets the desk act for: its name for people, and the credentials for it."""

    name: str
    secrets: Mapping[str, str] = field(repr=False)
