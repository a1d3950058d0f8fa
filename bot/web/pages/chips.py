"""Chips: a post in little, as the calendar and the lists draw it. The state is told in words and a sign, never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.list_parts import excerpt
from handlers.post_parts import STATES, label
from handlers.route import Words
from smm import declared, states
from smm.calendar import Entry
from smm.errors import N_
from storage.accounts import Account

EXCERPT = 140
SHORT: Final = {
    "draft": N_("Draft"),
    "internal_review": N_("With the team"),
    "client_review": N_("With the client"),
    "changes_requested": N_("Changes asked"),
    "rejected": N_("Rejected"),
    "expired": N_("Not approved"),
    "approved": N_("Approved"),
    "scheduled": N_("Scheduled"),
    "publishing": N_("Going out…"),
    "retry_wait": N_("Trying again"),
    "by_hand": N_("By hand"),
    "auth_blocked": N_("Login lost"),
    "missed": N_("Missed"),
    "failed": N_("Not published"),
    "outcome_unknown": N_("Unknown"),
    "partially_published": N_("Partly live"),
    "published": N_("Live"),
    "on_hold": N_("On hold"),
    "cancelled": N_("Cancelled"),
}
GROUPS: Final = {
    "draft": N_("Drafts"),
    "review": N_("In review"),
    "ready": N_("Ready"),
    "trouble": N_("Trouble"),
    "live": N_("Live"),
}
_SIGNS: Final = {"draft": "✎", "review": "◔", "ready": "✓", "trouble": "!", "live": "●", "": "–"}
_FOR_CLIENT: Final = {
    "client_review": N_("Waits for you"),
    "approved": N_("Approved"),
    "scheduled": N_("Scheduled"),
    "publishing": N_("Going out…"),
    "retry_wait": N_("Going out…"),
    "published": N_("Live"),
    "partially_published": N_("Live"),
    "on_hold": N_("On hold"),
    "cancelled": N_("Withdrawn"),
}
_WITH_TEAM: Final = N_("The team works on it")


@dataclass(frozen=True, slots=True)
class Mark:
    """An account in a few letters, with its name for those who ask."""

    network: str
    letters: str
    name: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A post in little. `group` colours it, `sign` and `short` say the same; `was` is where it stands, for a move."""

    id: int
    version: int
    clock: str
    when: str
    was: str
    day: str
    text: str
    picture: str
    group: str
    sign: str
    short: str
    state: str
    marks: tuple[Mark, ...]
    is_movable: bool
    is_overdue: bool


def chip(each: Entry, t: Words, zone: str, accounts: Mapping[int, Account], *, for_client: bool = False) -> Chip:
    """Return a post in little, for one reader."""
    post, at = each.post, each.post.slot_at
    group = _group(each, for_client=for_client)
    short, whole = _words(each, t, for_client=for_client)
    local = at.astimezone(ZoneInfo(zone)) if at else None
    return Chip(
        id=post.id,
        version=post.version,
        clock=clock(at, zone) if at else "",
        when=t.when(at, zone) if at else "",
        was=at.isoformat() if at else "",
        day=local.date().isoformat() if local else "",
        text=excerpt(each.text, EXCERPT),
        picture=each.content.media[0].digest if each.content.media else "",
        group=group,
        sign=_SIGNS[group],
        short=short,
        state=whole,
        marks=tuple(mark(accounts[one]) for one in each.content.accounts if one in accounts),
        is_movable=each.is_movable and not for_client,
        is_overdue=each.is_overdue and not for_client,
    )


def _group(each: Entry, *, for_client: bool) -> str:
    if each.is_overdue and not for_client:
        return "trouble"
    if for_client and each.post.state not in _FOR_CLIENT:
        return "draft"
    if for_client and each.post.state == "partially_published":
        return "live"
    return next((name for name, group in states.GROUPS.items() if each.post.state in group), "")


def _words(each: Entry, t: Words, *, for_client: bool) -> tuple[str, str]:
    state = each.post.state
    if for_client:
        words = t(_FOR_CLIENT.get(state, _WITH_TEAM))
        return words, words
    short = t("Late: {state}", state=t(SHORT[state])) if each.is_overdue else t(SHORT[state])
    return short, t(STATES[state])


def clock(at: datetime, zone: str) -> str:
    """Return the time on the wall, with the zone's short name in an hour that comes twice."""
    local = at.astimezone(ZoneInfo(zone))
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local.tzname()}" if is_twice else f"{local:%H:%M}"


def mark(account: Account) -> Mark:
    """Return an account in a few letters."""
    words = declared.title(account.network).split()
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else words[0][:2]
    return Mark(account.network, letters.title(), label(account))
