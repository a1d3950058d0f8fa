"""What we ask of YouTube, and what our fixtures say it answers, against the API's own description (its discovery document)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

import pytest
from fixtures import fixtures
from specifications import REASON, described

FILE = described("youtube", "youtube.v3.json")
TYPES: Final = {"string": str, "boolean": bool, "integer": int, "number": float, "array": list, "object": dict}

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=REASON)


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def operation(method: str, path: str) -> dict[str, Any]:
    for resource in description()["resources"].values():
        for each in resource.get("methods", {}).values():
            sent = each.get("mediaUpload", {}).get("protocols", {}).get("simple", {}).get("path")
            if each["httpMethod"] == method and path in {f"/{each['path']}", sent}:
                found: dict[str, Any] = each
                return found
    if method == "PUT" and path.startswith("/upload/"):
        pytest.skip("the pieces of an upload are not described")
    if path.startswith("/youtube/"):
        raise AssertionError(f"YouTube has no {method} {path}")
    pytest.skip("not of this API")


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"], id=f"{fixture.name}-{number}")
        for fixture in fixtures("youtube")
        for number, exchange in enumerate(fixture.exchanges)
    ]


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_we_ask_only_what_is_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    known = operation(asked["method"], asked["path"])
    given = dict(asked["params"])
    assert len(given) == len(asked["params"])
    assert {name for name, each in known["parameters"].items() if each.get("required")} <= given.keys()
    for name, value in given.items():
        told = (known["parameters"] | description()["parameters"])[name]
        assert value in told.get("enum", [value])
        assert told["type"] != "integer" or int(told["minimum"]) <= int(value) <= int(told["maximum"])
        assert told["type"] != "boolean" or value in {"true", "false"}
    if "json" in asked:
        assert list(strange(asked["json"], known["request"])) == []


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_what_we_read_is_as_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    known = operation(asked["method"], asked["path"])
    if answered["status"] == 200 and "json" in answered:
        assert list(strange(answered["json"], known["response"])) == []
    else:
        assert answered["status"] == 403 or "response" not in known or "location" in answered["headers"]


def strange(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Return where a value is not as a schema of the discovery document says."""
    told = description()["schemas"][schema["$ref"]] if "$ref" in schema else schema
    if not isinstance(value, TYPES[told["type"]]):
        return [f"{at}: {value!r} is no {told['type']}"]
    if told.get("format") in {"int64", "uint64"} and not re.fullmatch(r"\d+", value):
        return [f"{at}: {value!r} is no {told['format']}"]
    if isinstance(value, list):
        return [found for each in value for found in strange(each, told["items"], f"{at}[]")]
    if isinstance(value, dict):
        known = told["properties"]
        unknown = [f"{at}.{name} is not known" for name in value.keys() - known.keys()]
        return unknown + [
            found for name in value.keys() & known.keys() for found in strange(value[name], known[name], f"{at}.{name}")
        ]
    return []
