"""A brand's policy: who must approve a post, how long they have, when they may be reminded, and what holds the publisher back.

Kept as JSON in `brands.policy`; only what differs from the defaults is written there. Unknown or damaged values fall back to
the defaults, which are the strict ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from smm import moments
from smm.actors import Actor
from smm.errors import N_, Invalid
from smm.roles import Right
from storage import audit, brands
from storage.unit_of_work import UnitOfWork

Audience = Literal["internal", "client"]
MODES: dict[str, tuple[Audience, ...]] = {
    "none": (),
    "internal": ("internal",),
    "client": ("client",),
    "internal+client": ("internal", "client"),
}
ESCALATE_AFTER = 2  # reminders before a manager is told, once


@dataclass(frozen=True, slots=True)
class Step:
    """One step of approval. `quorum`: any, all or a number of people."""

    audience: Audience
    quorum: str = "any"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one brand.

    `slot_bound` makes the time a part of what is approved. `late` is how long after its slot a post may still go out by
    itself. `settle` is how long a call with an unknown
    outcome may take to become visible: never less than a network's slowest answer.
    """

    mode: str = "client"
    steps: tuple[Step, ...] = (Step("client"),)
    deadline: timedelta = timedelta(hours=72)
    remind: timedelta = timedelta(hours=24)
    hours: tuple[time, time] = (time(9), time(18))
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    cutoff: timedelta = timedelta(minutes=1)
    late: timedelta = timedelta(minutes=60)
    settle: timedelta = timedelta(seconds=120)
    undo: timedelta = timedelta(seconds=10)
    self_approval: bool = False
    owner_override: bool = False
    slot_bound: bool = False
    daily_cap: int = 25
    slots: tuple[time, ...] = (time(10), time(13), time(18))


_SPANS = {
    "deadline": ("deadline_hours", 3600, 1, 24 * 90),
    "remind": ("remind_hours", 3600, 1, 24 * 30),
    "cutoff": ("cutoff_minutes", 60, 0, 24 * 60),
    "late": ("late_minutes", 60, 1, 24 * 60),
    "settle": ("settle_seconds", 1, 1, 3600),
    "undo": ("undo_seconds", 1, 0, 600),
}
_FLAGS = ("self_approval", "owner_override", "slot_bound")


def read(stored: Mapping[str, Any]) -> Policy:
    """Return the policy that a brand's JSON means."""
    wanted = stored.get("mode")
    mode = wanted if isinstance(wanted, str) and wanted in MODES else "client"
    found: dict[str, Any] = {"mode": mode, "steps": _steps(mode, stored.get("quorum"))}
    for name, (key, unit, least, most) in _SPANS.items():
        value = stored.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            found[name] = timedelta(seconds=value * unit)
    found |= {name: stored[name] for name in _FLAGS if isinstance(stored.get(name), bool)}
    found |= _calendar(stored)
    return replace(Policy(), **found)


def at_least(policy: Policy, quorum: str) -> Policy:
    """Return the policy with a client's step of that quorum, where it has none and one is given."""
    if not quorum or any(step.audience == "client" for step in policy.steps):
        return policy
    return replace(policy, steps=(*policy.steps, Step("client", quorum)))


def _steps(mode: str, quorum: object) -> tuple[Step, ...]:
    wanted = quorum if isinstance(quorum, Mapping) else {}
    return tuple(Step(audience, _quorum(wanted.get(audience))) for audience in MODES[mode])


def _quorum(value: object) -> str:
    text = str(value)
    return text if text == "all" or (text.isdigit() and 1 <= int(text) <= 20) else "any"  # noqa: PLR2004 - a team


def _calendar(stored: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hours = moments.times(stored.get("hours"))
    if len(hours) == 2 and hours[0] < hours[1]:  # noqa: PLR2004 - from, to
        found["hours"] = hours
    days = stored.get("days")
    if isinstance(days, list) and days and all(day in range(7) for day in days):
        found["days"] = tuple(sorted(set(days)))
    if slots := moments.times(stored.get("slots")):
        found["slots"] = tuple(sorted(set(slots)))
    cap = stored.get("daily_cap")
    if isinstance(cap, int) and not isinstance(cap, bool) and 1 <= cap <= 1000:  # noqa: PLR2004 - a typing error above
        found["daily_cap"] = cap
    return found


def change(uow: UnitOfWork, actor: Actor, wanted: Mapping[str, Any]) -> Policy:
    """Set some of a brand's rules. A stricter mode holds for what is scheduled already: it must be approved again."""
    actor.must(Right.MANAGE)
    brand = brands.get(uow, actor.brand_id)
    assert brand is not None
    stored = {**brand.policy, **wanted}
    _check(stored)
    brands.change(uow, brand.id, policy=stored)
    audit.append(
        uow,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action="brand.policy",
        object=f"brand:{brand.id}",
        brand_id=brand.id,
        facts={"before": brand.policy, "after": stored},
    )
    return read(stored)


def _check(stored: Mapping[str, Any]) -> None:
    if stored.get("mode", "client") not in MODES:
        raise Invalid(N_("There is no such policy. Choose one of the buttons of /policy."), field="mode")
    if "slots" in stored and not moments.times(stored["slots"]):
        raise Invalid(N_("Write the times like this: 10:00 13:00 18:00"), field="slots")
    key, _, least, most = _SPANS["deadline"]
    hours = stored.get(key, least)
    if not isinstance(hours, int) or not least <= hours <= most:
        raise Invalid(N_("Write a number of hours from {least} to {most}."), field=key, least=least, most=most)


def in_hours(policy: Policy, moment: datetime, zone: str) -> datetime:
    """Return the first moment not before `moment` within the client's working hours."""
    local = moment.astimezone(ZoneInfo(zone))
    begins, ends = policy.hours
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() not in policy.days:
            continue
        opens, closes = moments.at(day, begins, zone), moments.at(day, ends, zone)
        if moment < closes:
            return max(moment, opens)
    return moment


def reminder(policy: Policy, audience: str, zone: str, now: datetime, deadline: datetime | None) -> datetime | None:
    """Return when to remind next: after the policy's time or half of what is left, for clients in their working hours."""
    wait = policy.remind if deadline is None else min(policy.remind, (deadline - now) / 2)
    if wait <= timedelta(minutes=5):
        return None
    return in_hours(policy, now + wait, zone) if audience == "client" else now + wait
