"""What each network declares: its title, what it can and its limits, for those who decide inside a transaction.

Filled once when the desk is put together (the connectors know, handlers and use cases may not ask them there). A network that
nobody declared is taken to be able to do everything: its connector will say if it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from smm.networks import Can, Limits

if TYPE_CHECKING:
    from storage.accounts import Account


@dataclass(frozen=True, slots=True)
class Declared:
    """One network as its connector declares it."""

    name: str
    title: str
    can: frozenset[Can]
    limits: Limits


_networks: dict[str, Declared] = {}


def declare(network: Declared) -> None:
    """Make a network known to use cases and handlers."""
    _networks[network.name] = network


def can(network: str, what: Can) -> bool:
    """Say whether a network declares a capability."""
    known = _networks.get(network)
    return known is None or what in known.can


def title(network: str) -> str:
    """Return the network's name for people."""
    known = _networks.get(network)
    return known.title if known else network.capitalize()


def limits(account: Account) -> Limits | None:
    """Return the limits that hold for an account: the network's, replaced where the account's own were read."""
    known = _networks.get(account.network)
    if known is None:
        return None
    names = {each.name for each in fields(Limits)}
    own = {name: value for name, value in (account.limits or {}).items() if name in names}
    if "media_types" in own:
        own["media_types"] = tuple(own["media_types"])
    return replace(known.limits, **own)
