"""Spending: what an account has used up of what it may, where the network does not say it: counted here, in the network's unit.

An account has a pool of its own, which its keys, its reconnections and its pauses leave alone; what several accounts draw from
together (an app's quota) is a pool that its connector names.
"""

from __future__ import annotations

from datetime import datetime

from storage import accounts, spending
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork


def count(uow: UnitOfWork, account_id: int, named: str, ends_at: datetime, cost: int) -> int:
    """Add to what was spent in the period that ends then, of a named pool or (no name) of the account's own; return the sum."""
    account = accounts.get(uow, account_id)
    if account is None:
        return cost
    pool = f"{account.network}/{named}" if named else own(account)
    return spending.spend(uow, pool, ends_at, cost)


def own(account: Account) -> str:
    """Return the name of an account's own pool: the same after it was disconnected and connected again."""
    return f"{account.network}:{account.brand_id}:{account.remote_id}"


def join(uow: UnitOfWork, attempt: Account, account: Account) -> None:
    """Count what the attempt to connect an account has spent as the account's; what is left is told by its next call."""
    if spending.join(uow, own(attempt), own(account)):
        accounts.change(uow, account.id, quota=None)
