"""What an entry of the audit trail tells besides who did what to what: each fact in people's words.

What says nothing to a person (our ids, hashes, numbers of tries) is silent on the page; a copy of the trail keeps it all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from handlers.material import STATES as MATERIALS
from handlers.members import role_names
from handlers.mention_cards import TONES
from handlers.post_parts import STATES as POSTS
from handlers.room_cards import purpose_title
from handlers.route import Words
from handlers.rule_cards import URGENCIES
from handlers.secret_cards import platform_title
from smm.errors import N_

if TYPE_CHECKING:
    from storage.audit import Entry

MOST: Final = 160  # characters of one fact
_HOLE: Final = re.compile(r"\{\w+\}")
_ERRORS: Final = {
    "AuthExpired": N_("the key does not work any more"),
    "RateLimited": N_("the network wants fewer calls"),
    "Unavailable": N_("the network did not answer"),
    "Rejected": N_("the network refused it"),
    "NeedsHuman": N_("the network wants a person"),
    "NotFound": N_("it is not there any more"),
    "OutcomeUnknown": N_("the network did not say how it went"),
    "Unreadable": N_("the network's answer could not be read"),
    "Unsupported": N_("the network has no such thing"),
}
_SETTINGS: Final = {
    "mode": N_("who approves"),
    "quorum": N_("how many approve"),
    "deadline_hours": N_("time to decide"),
    "remind_hours": N_("reminders"),
    "cutoff_minutes": N_("last moment to approve"),
    "late_minutes": N_("when a post is late"),
    "undo_seconds": N_("time to undo"),
    "settle_seconds": N_("time to undo"),
    "self_approval": N_("authors may approve"),
    "owner_override": N_("owners may approve their own"),
    "slot_bound": N_("the time is approved too"),
    "hours": N_("working hours"),
    "days": N_("days"),
    "slots": N_("usual times"),
    "daily_cap": N_("most posts in a day"),
    "quiet": N_("quiet hours"),
    "off": N_("quiet days"),
    "digest": N_("digest"),
    "times": N_("times of the digest"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom an entry is told: their words, the brand's zone, and the names of people and things, such as "member:3"."""

    t: Words
    zone: str
    names: Mapping[str, str]


def told(entry: Entry, reading: Reading) -> str:
    """Return what an entry tells besides, empty where that is nothing."""
    return " · ".join(part for part in (entry.note, *_facts(entry, reading)) if part)


def is_known(action: str, fact: str) -> bool:
    """Say whether a fact of an action has words, or is known to be nothing to a person."""
    return fact in SILENT or fact in _TELLERS or f"{action}/{fact}" in _TELLERS


def _facts(entry: Entry, reading: Reading) -> Iterable[str]:
    for name, value in entry.facts.items():
        tell = _TELLERS.get(f"{entry.action}/{name}") or _TELLERS.get(name)
        if tell is not None and value not in (None, ""):
            said = tell(reading, value)
            yield said if len(said) <= MOST else said[:MOST] + "…"
    yield from _changed(entry, reading.t)


def _changed(entry: Entry, t: Words) -> Iterable[str]:
    """Tell which settings differ between what was and what is."""
    before, after = entry.facts.get("before"), entry.facts.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if known := dict.fromkeys(t(_SETTINGS[name]) for name in names if name in _SETTINGS):
            yield t("changed: {what}", what=", ".join(known))


def _quoted(reading: Reading, value: Any) -> str:
    return reading.t("“{words}”", words=str(value))


def _reason(reading: Reading, value: Any) -> str:
    """Return a reason of the desk's own, whose places were not kept."""
    return _HOLE.sub("…", reading.t(str(value)))


def _moment(reading: Reading, value: Any) -> str:
    return reading.t.when(datetime.fromisoformat(value), reading.zone)


def _month(reading: Reading, value: Any) -> str:
    return f"{date.fromisoformat(f'{value}-01'):%m.%Y}"


def _role(reading: Reading, value: Any) -> str:
    return next((name for role, name in role_names(reading.t).items() if role == value), str(value))


def _account(reading: Reading, value: Any) -> str:
    return reading.names.get(f"target:{value}", "")


def _one_of(words: Mapping[str, str]) -> Callable[[Reading, Any], str]:
    return lambda reading, value: reading.t(words[value]) if value in words else ""


def _plain(reading: Reading, value: Any) -> str:
    return str(value)


# By the fact's name, or by the action and the name where one name means several things.
_TELLERS: Final[Mapping[str, Callable[[Reading, Any], str]]] = {
    "audience": _one_of({"client": N_("to the client"), "internal": N_("for the team alone")}),
    "by": _plain,
    "error": _one_of(_ERRORS),
    "fallback": lambda reading, value: reading.names.get(f"channel:{value}", ""),
    "files": lambda reading, value: reading.t.n("{count} file", "{count} files", len(value)) if value else "",
    "form": lambda reading, value: {"csv": "CSV", "jsonl": "JSON lines"}.get(value, ""),
    "link": _plain,
    "join_link.make/name": _quoted,
    "join_link.stop/name": _quoted,
    "mention.assign/to": lambda reading, value: reading.names.get(f"member:{value}", ""),
    "member.invite_taken_back/name": _plain,
    "member.joined_with/name": _plain,
    "member.role/held": lambda reading, value: reading.t("given") if value else reading.t("taken away"),
    "mention.edited/before": lambda reading, value: reading.t("before: “{words}”", words=str(value)),
    "mentions": lambda reading, value: reading.t.n("{count} comment", "{count} comments", value),
    "missing": lambda reading, value: reading.t("the key does not allow it"),
    "model": _plain,
    "month": _month,
    "new": lambda reading, value: reading.t("{count} new", count=value) if value else "",
    "number": lambda reading, value: reading.t("reminder {number}", number=value),
    "override": lambda reading, value: reading.t("as the owner, of their own work") if value else "",
    "platform": lambda reading, value: platform_title(reading.t, value),
    "purpose": lambda reading, value: purpose_title(reading.t, value),
    "query": _quoted,
    "reason": _quoted,
    "role": _role,
    "round": lambda reading, value: reading.t("try {number}", number=value),
    "send_at": _moment,
    "slot": _moment,
    "state": _one_of(POSTS),
    "target": _account,
    "tone": _one_of(TONES),
    "unusable": lambda reading, value: reading.t("{count} could not be read", count=value) if value else "",
    "urgency": _one_of(URGENCIES),
    "variant": lambda reading, value: reading.t("variant {number}", number=value + 1),
    "version": lambda reading, value: reading.t("version {number}", number=value),
    "voice": lambda reading, value: reading.t("a voice note"),
} | {
    f"{action}/{fact}": tell
    for fact, tell, actions in (
        ("state", _one_of(MATERIALS), ("material.answer", "material.state")),
        ("state", _one_of({"on": N_("on"), "off": N_("off")}), ("rule.switch",)),
        ("reason", _reason, ("target.failed", "target.auth_blocked")),
        ("reason", _reason, ("words.refused", "press.refused", "answer.refused", "reply.refused", "page.refused")),
        ("what", _plain, ("words.refused",)),
    )
    for action in actions
}
SILENT: Final = frozenset(
    {
        "account",
        "after",
        "at",
        "attempt",
        "before",
        "chat",
        "first",
        "from",
        "generation",
        "hash",
        "last",
        "member",
        "name",
        "network",
        "object",
    }
    | {"outcome", "remote_id", "reply", "since", "step", "to", "until", "what", "while", "who"}
)
