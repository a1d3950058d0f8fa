"""What we ask of Mastodon, and what our fixtures say it answers, against its published API description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fixtures import Fixture, fixtures
from jsonschema import Draft202012Validator
from specifications import REASON, described

FILE = described("mastodon", "mastodon_openapi.json")
# What normalizing reads: what else a server leaves out or sends as null does not concern us.
READ = {
    "id",
    "content",
    "created_at",
    "visibility",
    "account",
    "media_attachments",
    "in_reply_to_id",
    "url",
    "edited_at",
    "acct",
}

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=REASON)


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    for known, methods in description()["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", r"[^/]+", known), path) and method.lower() in methods:
            return known, methods[method.lower()]
    raise AssertionError(f"Mastodon has no {method} {path}")


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"], id=f"{fixture.name}-{number}")
        for fixture in _recorded()
        for number, exchange in enumerate(fixture.exchanges)
    ]


def _recorded() -> list[Fixture]:
    return fixtures("mastodon")


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_we_ask_only_what_is_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    _, described = operation(asked["method"], asked["path"])
    known = {each["name"] for each in described.get("parameters", [])}
    assert {name.removesuffix("[]") for name, _ in asked.get("params", [])} <= {
        name.removesuffix("[]") for name in known
    }
    if "json" in asked:
        assert asked["json"].keys() <= body_fields(described)
    assert {name.lower() for name in asked.get("headers", {})} <= {name.lower() for name in known}


def body_fields(described: dict[str, Any]) -> set[str]:
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    return set(_fields(schema))


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    whole = _followed(schema)
    yield from whole.get("properties", {})
    for part in (*whole.get("oneOf", []), *whole.get("allOf", []), *whole.get("anyOf", [])):
        yield from _fields(part)


def _followed(schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = description()
    for step in schema.get("$ref", "").split("/")[1:]:
        found = found[step]
    return found if "$ref" in schema else schema


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_what_we_read_is_as_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    if answered["status"] != 200 or "json" not in answered:
        pytest.skip("no described answer")
    known, described = operation(asked["method"], asked["path"])
    if "application/json" not in described["responses"]["200"].get("content", {}):
        pytest.skip("the description says nothing of the answer")
    place = (
        f"#/paths/{known.replace('/', '~1')}/{asked['method'].lower()}/responses/200/content/application~1json/schema"
    )
    checked = Draft202012Validator({**description(), "$ref": place})
    wrong = [error for error in checked.iter_errors(answered["json"]) if _is_read(error)]
    assert [f"{error.json_path}: {error.message[:200]}" for error in wrong] == []


def _is_read(error: Any) -> bool:
    last = next((str(step) for step in reversed(error.absolute_path) if isinstance(step, str)), "")
    return last in READ
