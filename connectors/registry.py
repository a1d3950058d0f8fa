"""Finding the networks: every module of connectors/ that defines a connector under its own name is one.

Nothing is listed by hand, so two new networks never touch the same line. A module is imported when its network is used.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import connectors
from connectors.base import Base


@cache
def find(name: str) -> type[Base] | None:
    """Return the connector of a network, None for an unknown name."""
    if name not in _modules():
        return None
    module = importlib.import_module(f"connectors.{name}")
    found = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, Base)]
    return next((thing for thing in found if thing.__module__ == module.__name__ and thing.name == name), None)


@cache
def _modules() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(connectors.__path__))


def networks() -> tuple[type[Base], ...]:
    """Return every connector, by name. Imports them all: for lists and tests, not for the start."""
    return tuple(found for name in sorted(_modules()) if (found := find(name)) is not None)


def networks_table() -> list[dict[str, Any]]:
    """Return what `copydesk networks --json` prints: name, title, can, limits, status and when that was checked."""
    return [
        {
            "name": network.name,
            "title": network.title,
            "can": sorted(str(what) for what in network.can),
            "limits": _limits(network),
            "status": str(network.status),
            "checked": network.checked.isoformat(),
        }
        for network in networks()
    ]


def _limits(network: type[Base]) -> dict[str, Any]:
    limits = network.limits
    return {name: getattr(limits, name) for name in limits.__dataclass_fields__}
