"""The pulse of a brand: how much usually comes at this hour, when far more comes (a spike), and when a source falls silent.

The norm is the brand's own: the same hour of the last two weeks for a spike, the longest silence of the last two weeks for a
source. Before there are a few days to go by, nothing is said: a norm of two hours would cry wolf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from smm.accounts import connected_ones
from smm.alerts import LATER, NOW, URGENT, refresh, tell
from storage import accounts, brands, memos, pulses
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

SPIKE: Final = "spike"
SILENCE: Final = "silence"
HOUR: Final = timedelta(hours=1)
LASTS: Final = 3 * HOUR  # what rises again so soon after is the same spike
DAYS: Final = 14
LEARNING: Final = timedelta(days=3)
FEWEST: Final = 10  # in an hour: five times one a day is no spike
TIMES: Final = 3
SPREADS: Final = 4  # standard deviations of a Poisson process: three in a hundred thousand hours by chance
TALKATIVE: Final = 30  # in two weeks: who says less has no norm to fall silent against
SILENT_AT_LEAST: Final = timedelta(hours=6)
LONGER: Final = 1.5


@dataclass(frozen=True, slots=True)
class Surge:
    """What came in an hour, and what usually comes at that hour."""

    hour: datetime
    count: int
    usual: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when a source is silent, and how long its longest silence was before."""

    account: Account
    since: datetime
    longest: timedelta


def hour_of(moment: datetime) -> datetime:
    """Return when the hour of a moment began."""
    return moment.replace(minute=0, second=0, microsecond=0)


def surge(counts: Mapping[datetime, int], hour: datetime) -> Surge | None:
    """Return the surge of an hour among counts by hour; None where it is as usual or too early to tell."""
    first = min(counts, default=hour)
    if hour - first < LEARNING:
        return None
    days = [hour - timedelta(days=back) for back in range(1, DAYS + 1)]
    known = [counts.get(day, 0) for day in days if day >= first]
    usual = sum(known) / len(known)
    count = counts.get(hour, 0)
    least = max(FEWEST, TIMES * usual, usual + SPREADS * math.sqrt(usual))
    return Surge(hour, count, usual) if count >= least else None


def beat(uow: UnitOfWork, account: Account, count: int) -> None:
    """Count what has just come to an account; tell of a spike when it begins, and count on while it lasts."""
    hour = hour_of(uow.now)
    pulses.beat(uow, account.brand_id, account.id, hour, count)
    _end_silence(uow, account)
    if count_now(uow, account.brand_id, hour) is None:
        return
    name = f"spike:{account.brand_id}"
    before = memos.get(uow, name)
    memos.set(uow, name, hour.isoformat())
    if before is not None and datetime.fromisoformat(before) >= hour - LASTS:
        refresh(uow, SPIKE, account.brand_id, LATER)
    else:
        tell(uow, account.brand_id, "alerts", SPIKE, account.brand_id, urgency=URGENT)


def count_now(uow: UnitOfWork, brand_id: int, hour: datetime) -> Surge | None:
    """Return the surge of a brand in an hour, None where it is as usual."""
    return surge(pulses.of_brand(uow, brand_id, hour - timedelta(days=DAYS)), hour)


def last_surge(uow: UnitOfWork, brand_id: int) -> Surge | None:
    """Return the surge that was told last of a brand."""
    told = memos.get(uow, f"spike:{brand_id}")
    return count_now(uow, brand_id, datetime.fromisoformat(told)) if told else None


def silence(counts: Mapping[datetime, int], now: datetime) -> tuple[datetime, timedelta] | None:
    """Return since when it is silent and the longest silence before; None where that is nothing unusual."""
    hours = sorted(counts)
    if sum(counts.values()) < TALKATIVE or hours[-1] - hours[0] < LEARNING:
        return None
    longest = max((later - earlier for earlier, later in pairwise(hours)), default=HOUR)
    since = hours[-1] + HOUR
    return (since, longest) if now - since > max(SILENT_AT_LEAST, longest * LONGER) else None


def listen(uow: UnitOfWork) -> None:
    """Tell of every source that has fallen silent longer than it ever does; each silence once."""
    workspace = brands.first_workspace(uow)
    for brand in brands.of_workspace(uow, workspace.id) if workspace else ():
        for account in connected_ones(uow, brand.id):
            found = silent(uow, account) if account.health == "ok" else None
            if found is not None and memos.get(uow, _name(account)) != found.since.isoformat():
                memos.set(uow, _name(account), found.since.isoformat())
                tell(uow, account.brand_id, "alerts", SILENCE, account.id, urgency=NOW)
    pulses.forget(uow, uow.now - timedelta(days=DAYS + 1))


def silent(uow: UnitOfWork, account: Account) -> Silence | None:
    """Return how an account is unusually silent now, None where it is not."""
    found = silence(pulses.of_account(uow, account.id, uow.now - timedelta(days=DAYS)), uow.now)
    return Silence(account, *found) if found is not None else None


def find(uow: UnitOfWork, account_id: int) -> tuple[Account | None, Silence | None]:
    """Return an account and its silence."""
    account = accounts.get(uow, account_id)
    return account, silent(uow, account) if account is not None else None


def _name(account: Account) -> str:
    return f"silent:{account.id}"


def _end_silence(uow: UnitOfWork, account: Account) -> None:
    if memos.get(uow, _name(account)) is not None:
        memos.forget(uow, _name(account))
        refresh(uow, SILENCE, account.id)
