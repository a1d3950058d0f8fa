"""What each network declares: its title, what it can and its limits, for those who decide inside a transaction.

Filled once when the desk is put together (the connectors know, handlers and use cases may not ask them there). A network that
nobody declared is taken to be able to do everything: its connector will say if it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from smm.networks import Can, Credential, Limits, Looks, PostKind, Visibility

if TYPE_CHECKING:
    from storage.accounts import Account


@dataclass(frozen=True, slots=True)
class Declared:
    """One network as its connector declares it.

    `one_hook`: the network pushes all accounts' news to one address of ours. `consent`: a person can allow the desk to act
    there (OAuth), for the desk has an app. Not `tried`: its connector was written from the documentation alone. `until` is the
    last day on which the network answers the version of its API that we speak.
    """

    name: str
    title: str
    can: frozenset[Can]
    limits: Limits
    credentials: tuple[Credential, ...] = ()  # what to ask for when an account is connected
    looks: Looks | None = None
    consent: bool = False
    one_hook: bool = False
    tried: bool = True
    until: date | None = None


ENDING = timedelta(days=60)  # so long before the last day of an API's version it is told
_networks: dict[str, Declared] = {}


def declare(network: Declared) -> None:
    """Make a network known to use cases and handlers."""
    _networks[network.name] = network


def known() -> tuple[Declared, ...]:
    """Return every declared network, by title."""
    return tuple(sorted(_networks.values(), key=lambda network: network.title.casefold()))


def find(network: str) -> Declared | None:
    """Return what a network declares, None where nobody declared it."""
    return _networks.get(network)


def can(network: str, what: Can) -> bool:
    """Say whether a network declares a capability."""
    declared = _networks.get(network)
    return declared is None or what in declared.can


def allows(account: Account, what: Can) -> bool:
    """Say whether the network has a capability and the account's credentials allow it."""
    return can(account.network, what) and (account.can is None or what in account.can)


def why_not(account: Account, what: Can) -> str:
    """Return why the credentials do not allow something, in words of the catalogue; empty where nobody told."""
    return (account.cannot or {}).get(what, "")


def by_hand(account: Account) -> bool:
    """Say whether a person publishes on this account what the desk prepares."""
    return allows(account, Can.ASSIST) and (account.by_hand or not allows(account, Can.PUBLISH))


def publishes(account: Account) -> bool:
    """Say whether something can be published there, by the desk or by hand."""
    return allows(account, Can.PUBLISH) or by_hand(account)


def ends_soon(until: date | None, today: date) -> bool:
    """Say whether the last day of an API's version is near, or past."""
    return until is not None and until - today <= ENDING


def title(network: str) -> str:
    """Return the network's name for people."""
    declared = _networks.get(network)
    return declared.title if declared else network.capitalize()


def looks(network: str) -> Looks | None:
    """Return how a network shows posts, None where it does not say."""
    declared = _networks.get(network)
    return declared.looks if declared else None


def limits(account: Account) -> Limits | None:
    """Return the limits that hold for an account: the network's, replaced where the account's own were read.

    What a key may not do, a person may: by hand the network's own limits hold.
    """
    declared = _networks.get(account.network)
    if declared is None:
        return None
    names = {each.name for each in fields(Limits)}
    told = {} if by_hand(account) else account.limits or {}
    own = {name: value for name, value in told.items() if name in names}
    own |= {name: tuple(own[name]) for name in ("media_types", "ratios") if own.get(name) is not None}
    if "kinds" in own:
        own["kinds"] = tuple(PostKind(kind) for kind in own["kinds"])
    if "visibilities" in own:
        own["visibilities"] = tuple(Visibility(each) for each in own["visibilities"])
    return replace(declared.limits, **own)
