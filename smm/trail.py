"""The audit trail as people read it: a brand's entries with names, whether the chain holds, and taking a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smm import declared
from smm.actors import Actor
from smm.roles import Right
from storage import accounts, audit, channels, members, targets
from storage.audit import Entry, Flaw, Narrow
from storage.brands import Brand
from storage.unit_of_work import UnitOfWork

__all__ = ["Checked", "Entry", "Narrow", "Trail", "begin_export", "check", "next_entries", "of_brand"]

RECENT: Final = 2_000  # entries whose chain is looked at whenever the trail is shown
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether entries follow from one another: from which on was looked, up to which, and where it breaks."""

    first: int
    last: int
    flaw: Flaw | None


@dataclass(frozen=True, slots=True)
class Trail:
    """One page of the trail. `names` are people by who acted or was meant, such as "member:3"; `things` what entries are about."""

    entries: Sequence[Entry]
    more: bool
    names: Mapping[str, str]
    things: Mapping[str, str]
    checked: Checked


def of_brand(uow: UnitOfWork, brand: Brand, narrow: Narrow, before: int, most: int) -> Trail:
    """Return a page of the trail, newest first."""
    found = audit.listing(uow, narrow, before=before, most=most + 1)
    shown = found[:most]
    return Trail(shown, len(found) > most, names(uow, brand), things(uow, brand, shown), check(uow))


def names(uow: UnitOfWork, brand: Brand) -> dict[str, str]:
    """Return the names of everybody on the desk, by how the trail calls them."""
    return {f"member:{each.id}": each.name for each in members.everybody(uow, brand.workspace_id)}


def things(uow: UnitOfWork, brand: Brand, entries: Sequence[Entry]) -> dict[str, str]:
    """Return what a brand's accounts and rooms are called, and by their accounts the publications that entries are about."""
    logins = {each.id: f"{each.name} · {declared.title(each.network)}" for each in accounts.of_brand(uow, brand.id)}
    named = {f"account:{number}": name for number, name in logins.items()}
    named |= {f"channel:{room.id}": room.title for room in channels.of_brand(uow, brand.id) if room.title}
    for number in {entry.facts["target"] for entry in entries if isinstance(entry.facts.get("target"), int)}:
        target = targets.get(uow, number)
        if target is not None and target.account_id in logins:
            named[f"target:{number}"] = logins[target.account_id]
    return named


def check(uow: UnitOfWork, *, whole: bool = False) -> Checked:
    """Look whether the newest entries follow from one another, or all of them."""
    last = audit.newest(uow)
    first = 0 if whole else max(0, last - RECENT)
    return Checked(first + 1, last, audit.verify(uow, first))


def begin_export(uow: UnitOfWork, actor: Actor, form: str, given: Mapping[str, str]) -> int:
    """Write down that somebody takes a copy; return the last entry of it, which this one follows."""
    actor.must(Right.MANAGE)
    audit.append(
        uow,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action="audit.exported",
        object=f"brand:{actor.brand_id}",
        brand_id=actor.brand_id,
        facts={"form": form, **given},
    )
    return audit.newest(uow)


def next_entries(uow: UnitOfWork, narrow: Narrow, after: int, last: int) -> list[Entry]:
    """Return the next entries of a copy, oldest first."""
    return audit.listing(uow, narrow, after=after, before=last + 1, most=BATCH)
