"""Pushes of networks: who is meant, that it is really the network, and that each event is taken once.

A push is a hint, the next fetch is the truth: the accounts it is about are fetched at once, and what it carries whole is taken in
as well. Everything is stored before anything is answered.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from smm import declared, health, ingest
from smm.desk import Desk
from smm.errors import N_, AuthExpired, ConnectorError, NotFound, Rejected, Unsupported
from smm.networks import Can, Hooked, Pushed
from storage import accounts, memos, pushes
from storage.accounts import Account
from storage.unit_of_work import UnitOfWork

PATIENCE: Final = 9.0  # seconds: networks give up after ten
REMEMBERED: Final = timedelta(days=7)


async def take(desk: Desk, network: str, pushed: Pushed) -> Hooked:
    """Take a push; return what to answer. NotFound for an address that is none, Rejected for what the network never sent."""
    meant = await desk.database.read(_meant, network, pushed.token)
    async with asyncio.timeout(PATIENCE):
        hooked = await _understood(desk, meant, pushed)
    if hooked.fetch or hooked.items:
        await desk.database.write(_store, meant, hooked, pushed)
    return hooked


def address(uow: UnitOfWork, account: Account) -> str:
    """Return where an account's network may push to; empty where it cannot, or where the desk has no address yet."""
    base = (memos.get(uow, "address:web") or "").removesuffix("/in/")
    found = declared.find(account.network)
    token = app_token(uow, account.network) if found is not None and found.one_hook else account.hook
    can = declared.allows(account, Can.WEBHOOK) and account.closed_at is None
    return f"{base}/hooks/{account.network}/{token}" if base.startswith("https://") and token and can else ""


def app_token(uow: UnitOfWork, network: str) -> str:
    """Return the secret part of the one address of a network whose app has a single one."""
    return uow.vault.sign(f"hook:{network}")


def _meant(uow: UnitOfWork, network: str, token: str) -> list[Account]:
    """Return the account whose address it is, or all on the network for the address of the app."""
    account = accounts.hooked(uow, network, token)
    found = [account] if account is not None else []
    if not found and uow.vault.signed(f"hook:{network}", token):
        found = accounts.on_network(uow, network)
    if not found:
        raise NotFound(N_("There is nothing here."))
    return found


async def _understood(desk: Desk, meant: Sequence[Account], pushed: Pushed) -> Hooked:
    """Ask the accounts whether the network sent this, until one is whom it is about: that one can look closer.

    They share what it is signed with, so any of them can believe it.
    """
    refusal: ConnectorError | None = None
    believed: Hooked | None = None
    for account in meant:
        try:
            connector = await desk.networks.connector(account.id)
            believed = await connector.webhook(pushed)
            if not believed.accounts or account.remote_id in believed.accounts:
                return believed
        except Rejected as error:
            refusal = error
        except (AuthExpired, NotFound):
            continue  # a dead key proves nothing; another account's may
        except Unsupported as error:
            raise NotFound(N_("There is nothing here.")) from error
    if believed is not None:
        return believed
    raise refusal or NotFound(N_("There is nothing here."))


def _store(uow: UnitOfWork, meant: Sequence[Account], hooked: Hooked, pushed: Pushed) -> None:
    event = hooked.key or hashlib.sha256(pushed.body).hexdigest()
    scope = str(meant[0].id) if len(meant) == 1 else "app"
    name = hashlib.sha256(f"{scope}|{event}".encode()).hexdigest()
    if not pushes.take(uow, meant[0].network, name):
        return
    about = [account for account in meant if account.remote_id in hooked.accounts] if hooked.accounts else meant
    for account in about:
        if hooked.items and len(about) == 1:
            ingest.take(uow, account.id, hooked.items)
        if hooked.fetch:
            health.hurry(uow, account.id)


def tidy(uow: UnitOfWork) -> None:
    """Forget events that nobody repeats any more."""
    pushes.forget(uow, uow.now - REMEMBERED)
