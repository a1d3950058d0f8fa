r"""Plain text: what both databases can keep. Applied to every value on its way in, so that nobody needs to remember it.

PostgreSQL refuses NUL in text and `\u0000` in jsonb (https://www.postgresql.org/docs/current/datatype-json.html), and half a
surrogate pair cannot be written as UTF-8 anywhere; networks send both. NUL is dropped, a half becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import Engine, event

_HALVES = re.compile("[\ud800-\udfff]")


def storable(words: str) -> str:
    """Return the words without what a database refuses."""
    if "\0" in words:
        words = words.replace("\0", "")
    return words if words.isascii() else _HALVES.sub("\ufffd", words)


def encode(value: Any) -> str:
    """Return a value as JSON that both databases take."""
    encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in encoded:
        encoded = json.dumps(_without_nul(value), ensure_ascii=False, separators=(",", ":"))
    return encoded


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): _without_nul(inner) for name, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list | tuple) else value


def parameters(given: Any) -> Any:
    """Return a statement's parameters, one set or many, with storable words."""
    if isinstance(given, list):
        return [parameters(each) for each in given]
    if isinstance(given, dict):
        return {name: storable(value) if type(value) is str else value for name, value in given.items()}
    return tuple(storable(value) if type(value) is str else value for value in given)


def keep_plain(engine: Engine) -> None:
    """Apply it to the parameters of every statement that an engine runs."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def clean(
        _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return statement, parameters(given)
