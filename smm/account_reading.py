"""Accounts as people read them: those that are connected and those that were, and what each can as it is connected now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smm import declared, hooks
from smm.networks import Can
from storage import accounts
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

SHOWN: Final = (
    Can.FETCH,
    Can.STREAM,
    Can.SEARCH,
    Can.REPLY,
    Can.MESSAGE,
    Can.HIDE,
    Can.REMOVE,
    Can.PUBLISH,
    Can.DELETE,
    Can.METRICS,
    Can.PARTICIPANTS,
    Can.INVITE,
    Can.ACCEPT,
)
RARE: Final = frozenset({Can.INVITE, Can.ACCEPT})  # nobody misses them where the network has no such thing
LIVES: Final = frozenset({"ok", "failing", "auth_expired"})  # what else a row can be is an attempt to connect


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that people want of an account, and whether it can be done there with its key.

    `why` says why the key does not allow it, in words of the catalogue; empty where the desk does it nowhere on that network.
    `by_hand`: a person does it, the desk prepares it.
    """

    what: Can
    can: bool
    why: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """An account with its network's name and what it can."""

    account: Account
    network: str
    abilities: tuple[Ability, ...]


def of_brand(uow: UnitOfWork, brand_id: int) -> tuple[list[Login], list[Login]]:
    """Return the brand's connected accounts, and those that are disconnected."""
    known = [_login(uow, account) for account in accounts.of_brand(uow, brand_id) if account.health in LIVES]
    return (
        [login for login in known if login.account.closed_at is None],
        [login for login in known if login.account.closed_at is not None],
    )


def abilities(uow: UnitOfWork, account: Account) -> tuple[Ability, ...]:
    """Return what can be done on an account, then what cannot."""
    known = [_ability(uow, account, what) for what in SHOWN if what not in RARE or declared.can(account.network, what)]
    return tuple(sorted(known, key=lambda ability: not ability.can))


def _ability(uow: UnitOfWork, account: Account, what: Can) -> Ability:
    pushed = what is Can.STREAM and bool(hooks.address(uow, account))
    allowed = declared.allows(account, what) or pushed
    by_hand = what is Can.PUBLISH and declared.by_hand(account)
    return Ability(what, allowed or by_hand, "" if allowed else _why_not(account, what), by_hand)


def _why_not(account: Account, what: Can) -> str:
    """Return why an account cannot; what it does not hear by a stream, it would hear by pushes."""
    if what is Can.STREAM and not declared.can(account.network, what) and declared.can(account.network, Can.WEBHOOK):
        return declared.why_not(account, Can.WEBHOOK)
    return declared.why_not(account, what)


def _login(uow: UnitOfWork, account: Account) -> Login:
    return Login(account, declared.title(account.network), abilities(uow, account))
