"""Accounts: a brand's logins on networks, and what people decide about them.

How one is connected is smm/logins.py, how it fares smm/health.py, how much it may still do smm/quotas.py.
"""

from __future__ import annotations

from typing import Final

from smm import alerts, declared
from smm.actors import Actor
from smm.errors import (
    N_,
    Conflict,
    NotFound,
)
from smm.networks import Can
from smm.roles import Right
from storage import accounts, audit
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

VIEW: Final = "account"
NOTICE: Final = "key_notice"  # to one person: see smm/doctor.py


def notice_name(account_id: int) -> str:
    """Return the name under which it is remembered what somebody was told about an account's key."""
    return f"notice:{account_id}"


def close(uow: UnitOfWork, actor: Actor, account_id: int) -> Account:
    """Disconnect an account: its secret is forgotten, its history stays."""
    actor.must(Right.MANAGE)
    account = of(uow, actor.brand_id, account_id)
    if account.closed_at is not None:
        raise Conflict(N_("{name} is disconnected already."), name=account.name)
    accounts.change(uow, account.id, secret=None, poll_at=None, closed_at=uow.now)
    alerts.refresh(uow, VIEW, account.id)
    uow.wake("accounts")
    log(uow, account, "account.close", f"member:{actor.member_id}", actor.identity)
    return account


def set_by_hand(uow: UnitOfWork, actor: Actor, account_id: int, *, by_hand: bool) -> Account:
    """Let people publish on an account what the desk prepares, or let the desk publish again."""
    actor.must(Right.MANAGE)
    account = of(uow, actor.brand_id, account_id)
    if not (declared.allows(account, Can.ASSIST) and declared.allows(account, Can.PUBLISH)):
        raise Conflict(
            N_("There is nothing to choose here: {name} can be published on in one way only."), name=account.name
        )
    accounts.change(uow, account.id, by_hand=by_hand)
    alerts.refresh(uow, VIEW, account.id)
    log(uow, account, "account.by_hand" if by_hand else "account.by_desk", f"member:{actor.member_id}", actor.identity)
    return of(uow, actor.brand_id, account_id)


def of(uow: UnitOfWork, brand_id: int, account_id: int) -> Account:
    """Return a brand's account; raise NotFound for anybody else's."""
    account = accounts.hold(uow, account_id)
    if account is None or account.brand_id != brand_id:
        raise NotFound(N_("That account is not here. See the brand's accounts: /accounts"))
    return account


def find(uow: UnitOfWork, account_id: int) -> Account | None:
    """Return an account, or an attempt to connect one."""
    return accounts.get(uow, account_id)


def connected_ones(uow: UnitOfWork, brand_id: int) -> list[Account]:
    """Return the brand's connected accounts."""
    return [account for account in accounts.of_brand(uow, brand_id) if account.closed_at is None]


def log(uow: UnitOfWork, account: Account, action: str, actor: str, identity: str) -> None:
    """Note in the audit trail what happened to an account."""
    audit.append(
        uow,
        actor=actor,
        identity=identity,
        action=action,
        object=f"account:{account.id}",
        brand_id=account.brand_id,
        facts={"network": account.network, "name": account.name},
    )
