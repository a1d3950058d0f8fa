"""The port `Networks`, put together: accounts become open connectors with the credentials of this moment.

Only here do sealed credentials meet the connectors. The connectors' own knowledge of what networks can goes from here to
those who may not ask them (smm/declared.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import connectors
from bot.errands import Errands
from config.settings import Settings
from connectors.base import App, Base, Outside, Status
from connectors.registry import networks
from connectors.versions import VERSIONS
from smm import spending
from smm.declared import Declared, declare
from smm.errors import N_, AuthExpired, NotFound
from smm.networks import Can, Connector, Limits
from storage import accounts
from storage.accounts import Account
from storage.engine import Database
from storage.unit_of_work import UnitOfWork
from storage.vault import SealBroken


def declare_networks(outside: Outside) -> None:
    """Make every network that can be used here known to use cases and handlers."""
    for network in networks():
        if network.usable(outside):
            declare(
                Declared(
                    network.name,
                    network.title,
                    network.can,
                    network.limits,
                    network.credentials,
                    network.looks,
                    one_hook=network.one_hook,
                    consent=network.consents(outside),
                    tried=network.status is not Status.DOCUMENTED,
                    until=VERSIONS[network.name].until if network.name in VERSIONS else None,
                )
            )


def outside_of(settings: Settings) -> Outside:
    """Return what the settings say about the world."""
    demo = {"demo": settings.demo_network_url} if settings.demo_network_url else {}
    apps = {}
    for network, app in settings.apps.items():
        client_id, _, client_secret = app.get_secret_value().partition(":")
        apps[network] = App(client_id, client_secret)
    bases = {**settings.networks, **demo}
    return Outside(bases, frozenset(settings.inner_hosts), apps=apps, own_bots=_own_bots(settings))


def _own_bots(settings: Settings) -> frozenset[str]:
    """Return the id of the desk's own bot, which a token begins with: of a secret no more than that goes on."""
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return frozenset({token.partition(":")[0]}) - {""}


@dataclass(slots=True)
class _Open:
    connector: Base
    ciphertext: bytes  # of the credentials that it has, renewed ones included


class OpenNetworks:
    """Keeps one connector per account open; new credentials open a new one."""

    def __init__(self, database: Database, outside: Outside) -> None:
        self._database = database
        self._outside = outside
        self._open: dict[int, _Open] = {}
        self._closing = Errands()

    async def connector(self, account_id: int) -> Connector:
        """Return the open connector of an account, with its current credentials.

        AuthExpired for an account that waits to be reconnected: nothing is sent with a key known to be dead.
        """
        account = await self._database.read(accounts.get, account_id)
        if account is None or account.secret is None:
            raise NotFound(N_("That account is no longer connected. Connect it again: /accounts"))
        if account.health == "auth_expired":
            raise AuthExpired(
                N_("{network} no longer accepts the key of {account}. Reconnect it: /accounts"),
                network=self.title(account.network),
                account=account.name,
            )
        standing = self._open.get(account_id)
        if standing is not None and standing.ciphertext == account.secret.ciphertext:
            return standing.connector
        return await self._reopen(account, account.secret.ciphertext)

    async def _reopen(self, account: Account, ciphertext: bytes) -> Connector:
        kind = connectors.find(account.network)
        if kind is None:
            raise NotFound(N_("There is no such network here. Choose one: /accounts"))
        await self._close_forgotten()
        given = await self._database.read(_unseal, account)
        standing = self._open.get(account.id)
        if standing is not None and standing.ciphertext == ciphertext:
            return standing.connector  # somebody else opened it meanwhile: two would renew one token twice
        self._let_go(account.id)
        opened = kind(
            given,
            self._outside,
            account.name,
            lambda renewed: self._renew(account.id, opened, renewed),
            lambda pool, ends, cost: self._database.write(spending.count, account.id, pool, ends, cost),
        )
        self._open[account.id] = _Open(opened, ciphertext)
        return opened

    async def _renew(self, account_id: int, connector: Base, renewed: Mapping[str, str]) -> None:
        """Keep renewed credentials in place of those that they came from; newer ones of a person stay."""
        standing = self._open.get(account_id)
        if standing is None or standing.connector is not connector:
            return
        sealed = await self._database.write(_reseal, account_id, standing.ciphertext, renewed)
        if sealed is not None:
            standing.ciphertext = sealed

    async def _close_forgotten(self) -> None:
        if self._open:
            alive = await self._database.read(accounts.keyed)
            for account_id in self._open.keys() - alive:
                self._let_go(account_id)

    def _let_go(self, account_id: int) -> None:
        standing = self._open.pop(account_id, None)
        if standing is not None:
            self._closing.spawn(_close_later(standing.connector))

    async def close(self) -> None:
        """Close every connector."""
        await self._closing.cancel()
        for standing in self._open.values():
            await standing.connector.close()
        self._open.clear()

    def visitor(self, network: str) -> Connector:
        """Return a connector of nobody's account."""
        kind = connectors.find(network)
        if kind is None:
            raise NotFound(N_("There is no such network here. Choose one: /accounts"))
        return kind({}, self._outside)

    def limits(self, network: str) -> Limits | None:
        """Return a network's declared limits, None for an unknown network."""
        found = connectors.find(network)
        return found.limits if found else None

    def can(self, network: str, what: Can) -> bool:
        """Say whether a network declares a capability."""
        found = connectors.find(network)
        return found is not None and what in found.can

    def title(self, network: str) -> str:
        """Return the network's name for people."""
        found = connectors.find(network)
        return found.title if found else network.capitalize()


async def _close_later(connector: Base) -> None:
    """Close once the calls that run with the old credentials had time to end."""
    try:
        await asyncio.sleep(90)
    finally:
        await connector.close()


def _reseal(uow: UnitOfWork, account_id: int, was: bytes, renewed: Mapping[str, str]) -> bytes | None:
    secret = uow.vault.seal(renewed, accounts.owner(account_id))
    return secret.ciphertext if accounts.reseal(uow, account_id, was, secret) else None


def _unseal(uow: UnitOfWork, account: Account) -> dict[str, str]:
    assert account.secret is not None
    try:
        return uow.vault.open(account.secret, account.owner)
    except SealBroken as error:
        raise AuthExpired(
            N_("The key of {account} on {network} cannot be opened with the desk's own key. Reconnect it: /accounts"),
            network=account.network,
            account=account.name,
        ) from error
