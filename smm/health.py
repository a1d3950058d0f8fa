"""The health of accounts: what their last calls came to, and when they are polled next.

The first failure and the recovery are told; what repeats is counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from smm import accounts, alerts, quotas, troubles
from smm.errors import (
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    RateLimited,
    Unsupported,
)
from smm.networks import Quota
from storage import accounts as rows
from storage import memos
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

SLOWEST: Final = timedelta(minutes=30)  # between polls of an account that keeps failing
FASTEST: Final = timedelta(seconds=1)


def poll_due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the accounts to be polled by then, each with its moment."""
    return rows.due(uow, until)


def hurry(uow: UnitOfWork, account_id: int) -> None:
    """Let an account be polled now."""
    account = rows.hold(uow, account_id)
    if account is not None and account.closed_at is None and account.health != "auth_expired":
        rows.change(uow, account_id, poll_at=uow.now)
        uow.wake("due")


def record_success(uow: UnitOfWork, account_id: int, wait: timedelta, quota: Quota | None = None) -> None:
    """Note a poll that worked, what is left of the quota, and when to come again; a recovery is told."""
    account = rows.hold(uow, account_id)
    if account is None or account.closed_at is not None:
        return
    again = uow.now + wait if wait else uow.now
    left = {"quota": quotas.plain(quota)} if quota else {}
    rows.change(uow, account_id, health="ok", health_note="", failures=0, polled_at=uow.now, poll_at=again, **left)
    if not wait:
        uow.wake("due")
    if account.health != "ok":
        memos.forget(uow, accounts.notice_name(account_id))
        alerts.refresh(uow, accounts.NOTICE, account_id)
        _tell(uow, account, well=True)
        accounts.log(uow, account, "account.recover", "desk", "")


def record_failure(uow: UnitOfWork, account_id: int, error: ConnectorError) -> None:
    """Note a call that failed, and when to try again; the first of a row of failures is told."""
    account = rows.hold(uow, account_id)
    if account is None or account.closed_at is not None or account.health == "auth_expired":
        return
    if isinstance(error, RateLimited):
        rows.change(uow, account_id, poll_at=uow.now + max(error.retry_after, FASTEST))
        return
    health = "auth_expired" if isinstance(error, AuthExpired) else "failing"
    failures = account.failures + 1
    again = None if isinstance(error, AuthExpired | Unsupported) else uow.now + _patience(failures, error)
    rows.change(uow, account_id, health=health, health_note=troubles.note(error), failures=failures, poll_at=again)
    if account.health != health:
        _tell(uow, account, well=False)
        accounts.log(uow, account, f"account.{health}", "desk", "")


def _patience(failures: int, error: ConnectorError) -> timedelta:
    if isinstance(error, NeedsHuman):
        return SLOWEST
    waited: timedelta = timedelta(seconds=30) * 2 ** min(failures - 1, 10)
    return min(waited, SLOWEST)


def _tell(uow: UnitOfWork, account: Account, *, well: bool) -> None:
    alerts.refresh(uow, accounts.VIEW, account.id)
    urgency = alerts.NOW if well else alerts.URGENT
    alerts.tell(uow, account.brand_id, "alerts", accounts.VIEW, account.id, urgency=urgency)
