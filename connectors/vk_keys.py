"""The keys that an account on VKontakte may have, and what each may be used for. Which kind a key is, it is asked itself.

Three kinds (https://dev.vk.com/ru/api/access-token/getting-started): a community's, a user's, and the service key of an
application, which reads what is public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntFlag, StrEnum
from typing import Final

from smm.errors import N_
from smm.networks import Can, Limits

_ADDRESS = re.compile(r"(?:https?://)?(?:m\.)?(?:vk\.(?:com|ru)/)?@?([\w.]+)/?")
_NUMBERED = re.compile(r"(?:club|public|event)(\d+)")


class Kind(StrEnum):
    """Whose key it is."""

    COMMUNITY = "community"
    USER = "user"
    SERVICE = "service"


class May(IntFlag):
    """Rights as VKontakte counts them (https://dev.vk.com/ru/reference/access-rights)."""

    PHOTOS = 4
    VIDEO = 16
    MESSAGES = 4096
    WALL = 8192
    GROUPS = 262144  # of a community's key: to manage it
    STATS = 1048576


@dataclass(frozen=True, slots=True)
class Key:
    """One key."""

    token: str = field(repr=False)
    kind: Kind
    rights: int = 0

    def may(self, right: May) -> bool:
        """Say whether it was made with a right."""
        return bool(self.rights & right)


@dataclass(frozen=True, slots=True)
class Login:
    """A community, and the keys to it: at least one."""

    group_id: int
    name: str
    handle: str
    keys: tuple[Key, ...]

    @property
    def wall(self) -> int:
        """The community as an owner of things."""
        return -self.group_id

    def of(self, *kinds: Kind) -> Key | None:
        """Return the key of the first of these kinds that there is."""
        return next((key for kind in kinds for key in self.keys if key.kind == kind), None)

    @property
    def reader(self) -> Key | None:
        """The key that reads walls, comments and the news: no community's key may."""
        return self.of(Kind.USER, Kind.SERVICE)

    @property
    def speakers(self) -> tuple[Key, ...]:
        """The keys that may speak for the community, the stronger first."""
        return tuple(key for kind in (Kind.USER, Kind.COMMUNITY) if (key := self.of(kind)))

    @property
    def messenger(self) -> Key | None:
        """The key that writes and reads the community's messages."""
        return next((key for key in reversed(self.speakers) if key.may(May.MESSAGES)), None)


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found out without anybody seeing it; words say why not, empty ones that it may."""

    wall: str = ""
    pictures: str = ""
    events: str = ""


NEEDS_READER: Final = N_("A community's key may not read that. Connect again with a service key or a user's beside it.")
NEEDS_USER: Final = N_("Only a user's key may do that on VKontakte.")
NO_MESSAGES: Final = N_("The key was made without the right to messages.")
NO_SECRET: Final = N_("The secret of the Callback API was not given: new things are asked for instead.")
_MODES: Final = {
    frozenset({Kind.COMMUNITY}): N_("key of the community"),
    frozenset({Kind.COMMUNITY, Kind.SERVICE}): N_("key of the community, and one to read"),
    frozenset({Kind.COMMUNITY, Kind.USER}): N_("key of the community, and a user's"),
    frozenset({Kind.USER}): N_("key of a user"),
    frozenset({Kind.USER, Kind.SERVICE}): N_("key of a user"),
}
_BY_HAND: Final = N_("by hand: the key may not publish")


def community(address: str) -> str:
    """Return a community's number or short name from what people paste; empty for what is neither."""
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        return ""
    numbered = _NUMBERED.fullmatch(found[1])
    return numbered[1] if numbered else found[1]


def mode(login: Login, probed: Probed) -> str:
    """Return how this account is used, in words for people."""
    if probed.wall:
        return _BY_HAND
    return _MODES.get(frozenset(key.kind for key in login.keys), _BY_HAND)


def missing(login: Login, probed: Probed, *, secret: bool) -> Mapping[Can, str]:
    """Return what these keys do not allow, and why."""
    found = {Can.PUBLISH: probed.wall, Can.EDIT: probed.wall, Can.REPLY: "" if login.speakers else NEEDS_USER}
    if login.reader is None:
        for can in (Can.SEARCH, Can.FIND, Can.METRICS, Can.PARTICIPANTS):
            found[can] = NEEDS_READER
    if login.of(Kind.USER) is None:
        found |= dict.fromkeys((Can.EDIT, Can.DELETE, Can.REMOVE, Can.INSIGHTS), NEEDS_USER)
    if login.messenger is None:
        found[Can.MESSAGE] = NO_MESSAGES
    found[Can.STREAM] = probed.events
    found[Can.FETCH] = "" if login.reader or login.messenger else probed.events
    found[Can.WEBHOOK] = "" if secret else NO_SECRET
    return {can: words for can, words in found.items() if words}


def narrowed(limits: Limits, login: Login, probed: Probed) -> Limits:
    """Return the limits that these keys leave; where people publish by hand, those of VKontakte itself."""
    if probed.wall:
        return limits
    user = login.of(Kind.USER)
    images = tuple(kind for kind in limits.media_types if kind.startswith("image/"))
    types = limits.media_types if user and user.may(May.VIDEO) else images
    choices = limits.poll_choices if user else 0
    return replace(limits, media=0 if probed.pictures else limits.media, media_types=types, poll_choices=choices)
