"""The token doctor: each night, in the brand's own zone, a real call proves every account, and the right person hears in time.

A key that is dead, or that runs out within days, is told once to whoever connected the account, else to who manages the brand,
with the posts that are at risk and the way to reconnect. What the credentials allow is read anew as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smm import alerts, health, logins, members, troubles
from smm.accounts import NOTICE, VIEW, notice_name
from smm.desk import Desk
from smm.errors import AuthExpired, ConnectorError, NeedsHuman
from smm.networks import Profile
from smm.roles import Right, allows
from storage import accounts, brands, jobs, memos, targets
from storage import members as people
from storage.accounts import Account
from storage.brands import Brand
from storage.members import Member
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

NIGHT = time(3)
AHEAD = timedelta(days=7)  # so far are posts at risk looked for, and so early is the end of a key told


def make_rounds(uow: UnitOfWork) -> int:
    """Ask for an examination of every account that had none since its brand's night began; return how many."""
    return sum(_is_asked(uow, account) for account in accounts.open_ones(uow))


def _is_asked(uow: UnitOfWork, account: Account) -> bool:
    brand = brands.get(uow, account.brand_id)
    if brand is None:
        return False
    local = uow.now.astimezone(ZoneInfo(brand.zone))
    if local.time() < NIGHT or account.created_at.astimezone(ZoneInfo(brand.zone)).date() == local.date():
        return False
    return jobs.queue(uow, "examine", f"examine:{account.id}:{local.date().isoformat()}", {"account_id": account.id})


async def examine(desk: Desk, args: Mapping[str, Any]) -> None:
    """Make a real call for an account, and write down what it told."""
    account_id = args["account_id"]
    account = await desk.database.read(accounts.get, account_id)
    if account is None or account.closed_at is not None:
        return
    if account.health == "auth_expired":
        await desk.database.write(warn, account_id)
        return
    try:
        connector = await desk.networks.connector(account_id)
        profile = await connector.check()
    except ConnectorError as error:
        await desk.database.write(_ill, account_id, error)
    else:
        await desk.database.write(_well, account_id, profile)


def _ill(uow: UnitOfWork, account_id: int, error: ConnectorError) -> None:
    """Believe what only a person can mend; whatever else failed, the next poll meets and tells."""
    if isinstance(error, AuthExpired | NeedsHuman):
        health.record_failure(uow, account_id, error)
        warn(uow, account_id)


def _well(uow: UnitOfWork, account_id: int, profile: Profile) -> None:
    account = accounts.hold(uow, account_id)
    if account is None or account.closed_at is not None or account.remote_id != profile.remote_id:
        return
    accounts.change(uow, account_id, **logins.told(uow, profile))
    after = accounts.get(uow, account_id)
    assert after is not None
    if account.health != "ok" and not account.failures:
        accounts.change(uow, account_id, health="ok", health_note="")
    if _lost(account, after):
        alerts.tell(uow, account.brand_id, "alerts", VIEW, account_id)
    alerts.refresh(uow, VIEW, account_id)
    warn(uow, account_id)


def _lost(before: Account, after: Account) -> bool:
    return after.can is not None and before.can is not None and bool(set(before.can) - set(after.can))


def warn(uow: UnitOfWork, account_id: int) -> bool:
    """Tell the right person once that a key is dead, will be within days, or lacks what only they can grant; say if it was now."""
    account = accounts.get(uow, account_id)
    if account is None or account.closed_at is not None or not (why := _why(account, uow.now)):
        return False
    name = notice_name(account_id)
    if memos.get(uow, name) == why:
        return False
    memos.set(uow, name, why)
    return _tell(uow, account)


def _why(account: Account, now: datetime) -> str:
    """Return what there is to tell, as a name that changes when there is something new; empty for nothing."""
    if account.health == "auth_expired":
        return "dead"
    if troubles.needs_human(account):
        return "human"
    if account.expires_at is not None and account.expires_at - now <= AHEAD:
        return f"ends:{account.expires_at.date().isoformat()}"
    return ""


def _tell(uow: UnitOfWork, account: Account) -> bool:
    brand = brands.get(uow, account.brand_id)
    assert brand is not None
    for member in _right_people(uow, account, brand):
        if alerts.tell_member(uow, member, NOTICE, account.id, brand_id=brand.id):
            return True
    return alerts.tell(uow, brand.id, "team", NOTICE, account.id) > 0


def _right_people(uow: UnitOfWork, account: Account, brand: Brand) -> Sequence[Member]:
    """Return who can reconnect an account, whoever connected it first."""
    able = [member for member, roles in members.of_brand(uow, brand) if allows(roles, Right.MANAGE)]
    return sorted(able, key=lambda member: (member.id != account.connected_by, member.id))


def at_risk(uow: UnitOfWork, account: Account) -> list[Post]:
    """Return the posts that are to go out on an account within days."""
    return targets.upcoming(uow, account.id, uow.now + AHEAD)


def connector_of(uow: UnitOfWork, account: Account) -> str:
    """Return the name of who connected an account, empty where nobody knows."""
    member = people.get(uow, account.connected_by) if account.connected_by else None
    return member.name if member else ""
