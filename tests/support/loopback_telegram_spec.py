"""The Bot API's own description, and a check of requests and answers against it.

Where the specification is not at hand every check passes: `specification()` is None and the tests that are about it skip.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from loopback_chat import Breach
from loopback_telegram_newer import extended
from specifications import described


@cache
def specification() -> Spec | None:
    """Return the Bot API's description, None where it is not at hand."""
    path = described("telegram", "telegram_bot_api.json")
    return Spec(extended(json.loads(path.read_text()))) if path.exists() else None


class Spec:
    """Methods and types by name."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.methods: Mapping[str, Any] = document["methods"]
        self.types: Mapping[str, Any] = document["types"]

    def check_call(self, method: str, parameters: Mapping[str, Any], files: Mapping[str, Any]) -> None:
        """Raise Breach unless the method exists and takes these parameters."""
        if method not in self.methods:
            raise Breach(f"no method {method}")
        fields = {field["name"]: field for field in self.methods[method].get("fields", [])}
        for name, field in fields.items():
            if field["required"] and name not in parameters and name not in files:
                raise Breach(f"{method}: {name} is required")
        for name, value in parameters.items():
            if name not in fields:
                raise Breach(f"{method}: unknown parameter {name}")
            self.check(fields[name]["types"], value, f"{method}.{name}")

    def check_answer(self, method: str, result: Any) -> None:
        """Raise Breach unless the method may answer so."""
        self.check(self.methods[method]["returns"], result, f"{method} ->")

    def check(self, types: list[str], value: Any, path: str) -> None:
        """Raise Breach unless the value is of one of the types."""
        failures = []
        for kind in types:
            try:
                self._check_one(kind, value, path)
            except Breach as breach:
                failures.append(str(breach))
            else:
                return
        raise Breach(" | ".join(failures))

    def _check_one(self, kind: str, value: Any, path: str) -> None:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise Breach(f"{path}: not a list")
            for number, item in enumerate(value):
                self._check_one(kind.removeprefix("Array of "), item, f"{path}[{number}]")
        elif kind in _PLAIN:
            if not _PLAIN[kind](value):
                raise Breach(f"{path}: {value!r} is no {kind}")
        elif kind == "InputFile":
            if not (isinstance(value, str) and value.startswith("attach://")):
                raise Breach(f"{path}: not an attached file")
        elif "subtypes" in self.types[kind]:
            self.check(self.types[kind]["subtypes"], value, path)
        else:
            self._check_fields(kind, value, path)

    def _check_fields(self, kind: str, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Breach(f"{path}: not a {kind}")
        fields = {field["name"]: field for field in self.types[kind].get("fields", [])}
        for name, field in fields.items():
            if name in value:
                self.check(field["types"], value[name], f"{path}.{name}")
                _check_constant(field, value[name], f"{path}.{name}")
            elif field["required"]:
                raise Breach(f"{path}.{name} is missing")
        if unknown := value.keys() - fields.keys():
            raise Breach(f"{path}: unknown {sorted(unknown)}")


def _check_constant(field: Mapping[str, Any], value: Any, path: str) -> None:
    """Types of one family are told apart by a field whose description ends in the only value it may have."""
    if field["name"] not in {"type", "status", "source"}:
        return
    for mark in (", must be ", ", always "):
        _, found, constant = field["description"].partition(mark)
        if found and constant.strip(".“”'\"* ") != str(value):
            raise Breach(f"{path} is not {constant}")


_PLAIN = {
    "String": lambda value: isinstance(value, str),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
}
