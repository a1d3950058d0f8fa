"""Tables about the desk itself, for programs and for the docs: everything that can be said or pressed."""

from __future__ import annotations

from typing import Any

from config.words import words
from handlers.route import load, routes


def routes_table() -> list[dict[str, Any]]:
    """Return every route: `name`, `kind` (command or action), `help` in each language, `needs` (a right of smm/roles.py)."""
    load()
    english, russian = words("en"), words("ru")
    return [
        {
            "name": route.name,
            "kind": route.kind,
            "help": {"en": english(route.help), "ru": russian(route.help)},
            "needs": str(route.needs),
        }
        for route in sorted(routes().values(), key=lambda route: (route.kind != "command", route.name))
    ]
