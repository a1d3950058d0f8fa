"""Quotas: how much a network lets an account still do, as it said itself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from smm.networks import Quota
from storage import accounts as rows
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

SHORT: Final = 10  # a tenth of a quota left is little


def of(account: Account, now: datetime) -> Quota | None:
    """Return what the network told last about how much an account may still do; None where that is over."""
    if account.quota is None:
        return None
    ends = account.quota["resets_at"]
    kept = Quota(**account.quota | {"resets_at": datetime.fromisoformat(ends) if ends else None})
    return None if kept.resets_at and kept.resets_at <= now else kept


def is_short(quota: Quota) -> bool:
    """Say whether so little is left that people should know before they answer or publish."""
    return quota.left * SHORT <= quota.limit


def note(uow: UnitOfWork, account_id: int, quota: Quota | None) -> None:
    """Keep what the network told about how much is left."""
    if quota is not None:
        rows.change(uow, account_id, quota=plain(quota))


def plain(quota: Quota) -> dict[str, Any]:
    """Return a quota as it is kept."""
    return asdict(quota) | {"resets_at": quota.resets_at.isoformat() if quota.resets_at else None}
