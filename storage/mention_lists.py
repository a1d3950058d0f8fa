"""Lists of a brand's mentions: which of them, in what order, how many. A mention itself is storage/mentions.py's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from storage.accounts import accounts
from storage.mentions import Mention, mentions
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which mentions of a brand: what is empty narrows nothing. `member_id` holds them or has been given them."""

    states: Collection[str] = ()
    member_id: int | None = None
    network: str = ""
    account_id: int = 0
    kind: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Narrow()


def newest(
    uow: UnitOfWork,
    brand_id: int,
    narrow: Narrow = EVERYTHING,
    *,
    among: Collection[int] | None = None,
    before: int = 0,
    limit: int = 20,
) -> list[Mention]:
    """Return a brand's mentions, newest first: among some ids, before an id."""
    wanted = _narrow(select(mentions).where(mentions.c.brand_id == brand_id), narrow)
    if among is not None:
        wanted = wanted.where(mentions.c.id.in_(among))
    if before:
        wanted = wanted.where(mentions.c.id < before)
    return uow.many(Mention, wanted.order_by(mentions.c.id.desc()).limit(limit))


def count(uow: UnitOfWork, brand_id: int, narrow: Narrow) -> int:
    """Count a brand's mentions."""
    wanted = select(func.count()).select_from(mentions).where(mentions.c.brand_id == brand_id)
    return int(uow.scalar(_narrow(wanted, narrow)))


def languages(uow: UnitOfWork, brand_id: int, most: int) -> list[str]:
    """Return the languages of a brand's newest mentions, as their networks name them."""
    latest = select(mentions.c.language).where(mentions.c.brand_id == brand_id).order_by(mentions.c.id.desc())
    return sorted({row[0] for row in uow.rows(latest.limit(most))} - {""})


def _narrow(wanted: Select[Any], narrow: Narrow) -> Select[Any]:
    if narrow.states:
        wanted = wanted.where(mentions.c.state.in_(list(narrow.states)))
    if narrow.member_id is not None:
        mine = or_(mentions.c.claimed_by == narrow.member_id, mentions.c.assigned_to == narrow.member_id)
        wanted = wanted.where(mine)
    if narrow.network:
        of_network = select(accounts.c.id).where(accounts.c.network == narrow.network)
        wanted = wanted.where(mentions.c.account_id.in_(of_network))
    for column, value in (("account_id", narrow.account_id), ("kind", narrow.kind), ("language", narrow.language)):
        if value:
            wanted = wanted.where(mentions.c[column] == value)
    if narrow.since is not None:
        wanted = wanted.where(mentions.c.said_at >= narrow.since)
    return wanted if narrow.until is None else wanted.where(mentions.c.said_at < narrow.until)
