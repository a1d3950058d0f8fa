"""Slack's own description of its Web API, and a check of requests and answers against it.

The description is of 2021; what is newer stands here with its source. Where it is not at hand every check passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from loopback_chat import Breach
from specifications import described

# Methods that came later, with what they take and where that is said.
NEWER: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    # https://docs.slack.dev/reference/methods/apps.connections.open
    "apps.connections.open": {},
    # https://docs.slack.dev/reference/methods/files.getUploadURLExternal
    "files.getUploadURLExternal": {"filename": ("string", True), "length": ("integer", True)},
    # https://docs.slack.dev/reference/methods/files.completeUploadExternal
    "files.completeUploadExternal": {
        "files": ("string", True),
        "channel_id": ("string", False),
        "thread_ts": ("string", False),
    },
}
_TYPES = {
    "string": re.compile(r".*", re.DOTALL),
    "integer": re.compile(r"-?\d+"),
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "boolean": re.compile(r"true|false|0|1"),
}


@cache
def specification() -> Spec | None:
    """Return the Web API's description, None where it is not at hand."""
    path = described("slack", "slack_web_openapi.json")
    return Spec(json.loads(path.read_text())) if path.exists() else None


class Spec:
    """Methods by name."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.paths: Mapping[str, Any] = document["paths"]

    def check_call(self, method: str, asked: Mapping[str, str]) -> None:
        """Raise Breach unless the method exists and takes these parameters."""
        known = self._parameters(method)
        for name, (_, required) in known.items():
            if required and name not in asked:
                raise Breach(f"{method}: {name} is required")
        for name, value in asked.items():
            if name not in known:
                raise Breach(f"{method}: unknown parameter {name}")
            if not _TYPES[known[name][0]].fullmatch(value):
                raise Breach(f"{method}.{name}: {value!r} is no {known[name][0]}")

    def _parameters(self, method: str) -> Mapping[str, tuple[str, bool]]:
        if method in NEWER:
            return NEWER[method]
        if f"/{method}" not in self.paths:
            raise Breach(f"no method {method}")
        (described,) = self.paths[f"/{method}"].values()
        return {
            each["name"]: (each["type"], each.get("required", False))
            for each in described["parameters"]
            if each["name"] != "token"  # it goes in a header
        }

    def check_answer(self, method: str, answer: Mapping[str, Any]) -> None:
        """Raise Breach unless the answer has what it must have."""
        if method in NEWER:
            return
        (described,) = self.paths[f"/{method}"].values()
        schema = described["responses"]["200"]["schema"]
        if missing := set(schema.get("required", ())) - answer.keys() - _LATER.get(method, set()):
            raise Breach(f"{method} -> {sorted(missing)} missing")


# Answers have lost parts since: https://docs.slack.dev/reference/methods/files.info
_LATER: Mapping[str, set[str]] = {"files.info": {"comments"}, "chat.postEphemeral": set()}
