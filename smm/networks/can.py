"""What a network can, what it allows, and what a login told about itself when it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from smm.networks.shapes import PostKind, Visibility


class Can(StrEnum):
    """A capability that a connector declares, named as the call; what is not declared raises Unsupported."""

    FETCH = "fetch"  # bring new comments, mentions, reviews, messages
    STREAM = "stream"  # tell at once that there is something to fetch
    WEBHOOK = "webhook"  # understand what the network pushes to an address of ours
    SEARCH = "search"  # look for what is said elsewhere
    PUBLISH = "publish"
    ASSIST = "assist"  # say where a person publishes by hand what the desk has prepared
    FIND = "find"  # look whether a publication of ours is there (the probe after an unknown outcome)
    EDIT = "edit"  # put other words into what we published
    DELETE = "delete"  # take down what we published
    REPLY = "reply"  # answer in public
    MESSAGE = "message"  # answer in private
    FIND_REPLY = "find_reply"
    HIDE = "hide"  # hide somebody's comment, and show it again
    REMOVE = "remove"  # take somebody's comment down for good
    METRICS = "metrics"  # figures of publications
    INSIGHTS = "insights"  # figures of the account
    PARTICIPANTS = "participants"  # who liked, reposted, commented
    FOLLOWERS = "followers"  # who of some people follows the account
    INVITE = "invite"  # make an address by which people join, for one placement; who came by it comes with a fetch
    CLOSE_INVITE = "close_invite"  # let nobody join by such an address any more
    ACCEPT = "accept"  # let the network publish what somebody suggests
    DECLINE = "decline"  # tell somebody that their suggestion is not published
    FILE = "file"  # bring a file of theirs by the network's name for it


OF_CHANNELS = frozenset({Can.INVITE, Can.CLOSE_INVITE, Can.ACCEPT, Can.DECLINE, Can.FILE})  # what few networks have


@dataclass(frozen=True, slots=True)
class Limits:
    """A network's limits, checked while drafting. Lengths in the network's own unit (see smm/lengths.py), sizes in bytes.

    `source` is the URL of the page that states them. Zero media means: no pictures at all. A video counts as one of the media;
    it is taken where `media_types` has its type. With `grapheme_bytes` the network counts what people see as one letter, each of
    at most so many bytes on the average.
    """

    text: int
    media: int
    media_bytes: int  # of one picture
    source: str
    text_with_media: int | None = None
    media_types: tuple[str, ...] = ("image/jpeg", "image/png")
    url_length: int | None = None  # the network counts every link as this many characters
    weighed: bool = False  # pictures and signs of some scripts count twice
    grapheme_bytes: int | None = None
    reply: int | None = None
    text_required: bool = False
    video_bytes: int | None = None  # of one video; None: as a picture
    video_seconds: int | None = None
    media_required: bool = False  # nothing goes out without a picture or a video
    video_alone: bool = False  # nothing goes out beside a video
    ratios: tuple[float, float] | None = (
        None  # width by height of a post's pictures; narrower and wider ones are refused
    )
    kinds: tuple[PostKind, ...] = (PostKind.POST,)
    warning: bool = False  # a content warning stands before what is published
    warning_counts: bool = False  # and is counted as part of the text
    poll_choices: int = 0  # the most that a poll may have; 0: no polls
    poll_choice: int = 0  # the most characters of one of them; 0: as many as the desk takes
    poll_alone: bool = False  # no pictures and no video beside a poll
    first_comment: bool = False  # `reply` also answers a publication of ours
    text_bytes: int | None = None  # the most in UTF-8, where the network counts those as well
    barred: str = ""  # characters that the network takes in no text
    title: int = 0  # the longest title that a publication must have; 0: it has none
    keywords: int = 0  # characters of all of them, as smm/preflight.py counts; 0: it has none
    visibilities: tuple[Visibility, ...] = (Visibility.PUBLIC,)
    for_kids: bool = False  # it is to be declared what was made for children


@dataclass(frozen=True, slots=True)
class Looks:
    """How a network shows a post, for previews. Ratios are width by height; `source` is the URL of what says so.

    `alone` are the narrowest and the widest ratio at which a single picture is shown whole; `grid` is the ratio of the field
    that several pictures share, of which `most` are seen at once. A picture is cropped around its middle.
    """

    source: str
    fold: int = 0  # characters before "more", 0: however many there are
    fold_lines: int = 0
    alone: tuple[float, float] | None = None
    grid: float = 1.5
    most: int = 4
    card: bool = True  # a link has a card below the text, unless pictures stand there
    links: bool = True  # addresses and #tags in the text can be pressed
    tags: bool = True


@dataclass(frozen=True, slots=True)
class Quota:
    """How much an account may still do, as the network told: `left` of `limit` until `resets_at`, in the network's `unit`."""

    left: int
    limit: int
    resets_at: datetime | None = None
    unit: str = ""  # for people, marked with N_; empty: calls


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the credentials belong to and what they allow, as told by a real call.

    `limits` replaces the class's where read at run time. `mode` is what kind of login this is, for people (marked with N_).
    `can` is what these credentials allow, where that is less than the class declares; `cannot` says why, in words of the
    catalogue, for what a person would miss.
    """

    remote_id: str
    name: str
    handle: str
    link: str
    limits: Limits | None = None
    expires_at: datetime | None = None
    mode: str = ""
    can: frozenset[Can] | None = None
    cannot: Mapping[Can, str] = field(default_factory=dict)
    quota: Quota | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One thing to ask for when an account is connected.

    With `lines` it may have line breaks, as keys in files have; a field of a page may swallow them: read it without.
    """

    name: str
    label: str  # for people, marked with N_
    secret: bool = True
    hint: str = ""
    default: str = ""
    required: bool = True
    lines: bool = False
    options: tuple[tuple[str, str], ...] = ()  # to choose from: value, and label for people, marked with N_


@dataclass(frozen=True, slots=True)
class OAuth:
    """How a network lets a person allow the desk to act for an account (https://www.rfc-editor.org/rfc/rfc6749).

    `authorize` is the page that people are sent to, `token` where codes and refresh tokens are exchanged; a path is relative to
    the connector's base.
    """

    authorize: str
    token: str
    scopes: tuple[str, ...]
    separator: str = " "
    extra: Mapping[str, str] = field(default_factory=dict)  # further parameters of the first page
    basic: bool = (
        False  # the app names itself in a header, as https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 prefers
    )
