"""Accounts as a page shows them: those that are connected with what they can, and those that were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smm import declared
from smm.networks import Can
from storage import accounts
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

SHOWN: Final = (
    Can.FETCH,
    Can.STREAM,
    Can.REPLY,
    Can.MESSAGE,
    Can.HIDE,
    Can.REMOVE,
    Can.PUBLISH,
    Can.DELETE,
    Can.METRICS,
)
LIVES: Final = frozenset({"ok", "failing", "auth_expired"})  # what else a row can be is an attempt to connect


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that people want of an account, and whether its network and its key let a program do it.

    `why` says why the key does not, in words of the catalogue; empty where it is the network that lets no program do it.
    """

    what: Can
    can: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """An account with its network's name and what it can."""

    account: Account
    network: str
    abilities: tuple[Ability, ...]


def of_brand(uow: UnitOfWork, brand_id: int) -> tuple[list[Login], list[Login]]:
    """Return the brand's connected accounts, and those that are disconnected."""
    known = [_login(account) for account in accounts.of_brand(uow, brand_id) if account.health in LIVES]
    return (
        [login for login in known if login.account.closed_at is None],
        [login for login in known if login.account.closed_at is not None],
    )


def _login(account: Account) -> Login:
    abilities = tuple(Ability(what, declared.allows(account, what), declared.why_not(account, what)) for what in SHOWN)
    return Login(account, declared.title(account.network), abilities)
