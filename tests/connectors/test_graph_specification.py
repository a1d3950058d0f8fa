"""What we ask of Meta's Graph API, and what our fixtures say it answers, against Meta's own description of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from fixtures import Fixture, fixtures
from specifications import REASON, described

ROOT = described("meta", "api_specs", "specs")
# What every call may have: which fields are shown, how paging goes, and that it is our app that asks.
COMMON = {"fields", "limit", "after", "appsecret_proof"}
# Of which kind a node is, by its id in our fixtures; a container is told from a medium by its first digits.
NODES = (
    (r"me|1001|1002", "Page"),
    (r"178\d+", "IGUser"),
    (r"170\d+", "ShadowIGMediaBuilder"),
    (r"179\d+", "IGComment"),
    (r"18\d+", "IGMedia"),
    (r"1001_\d+", "PagePost"),
    (r"(?:45|21|60)_\d+", "Comment"),
    (r"9\d{3}", "AdVideo"),
    (r"50", "Stories"),
)
# An account's own key speaks with another host, which has descriptions of its own.
OWN_NODES = (
    (r"me|178\d+", "IGUserForIGOnlyAPI"),
    ("refresh_access_token", "IGRefreshAccessTokenForIGOnlyAPI"),
    ("access_token", "IGAccessTokenForIGOnlyAPI"),
)
OWN_KINDS = {
    "User": "IGUserForIGOnlyAPI",
    "Media": "IGMediaForIGOnlyAPI",
    "RefreshAccessToken": "IGRefreshAccessTokenForIGOnlyAPI",
    "AccessToken": "IGAccessTokenForIGOnlyAPI",
}
# Meta takes these keys in no other place than the address.
ADDRESSED = {"/debug_token", "/refresh_access_token", "/access_token"}
# Described by words alone (https://developers.facebook.com/docs/graph-api/reference/): they stand in no file.
KINDS = {
    "string": str,
    "bool": bool,
    "int": int,
    "unsigned int": int,
    "datetime": str,
    "float": float,
}

pytestmark = pytest.mark.skipif(not (ROOT / "Page.json").exists(), reason=REASON)


@cache
def kind(name: str) -> dict[str, Any]:
    path = ROOT / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"apis": [], "fields": []}
    return found


@cache
def enums() -> dict[str, list[str]]:
    return {each["name"]: each["values"] for each in json.loads((ROOT / "enum_types.json").read_text())}


def fields_of(name: str) -> dict[str, str]:
    return {each["name"]: each["type"] for each in kind(name)["fields"]}


def node_of(node: str, *, own: bool = False) -> str:
    return next(name for pattern, name in (OWN_NODES if own else NODES) if re.fullmatch(pattern, node))


def is_own(asked: dict[str, Any]) -> bool:
    return "form" not in asked and "appsecret_proof" not in given_of(asked)


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"], id=f"{fixture}-{number}")
        for network in ("facebook", "instagram")
        for fixture in fixtures(network)
        for number, exchange in enumerate(fixture.exchanges)
        if not exchange["request"]["path"].startswith(("/oauth/", "/me/accounts", "/debug_token", "/video-upload/"))
    ]


def call_of(asked: dict[str, Any]) -> dict[str, Any]:
    node, _, edge = asked["path"].strip("/").partition("/")
    found = [
        each
        for each in kind(node_of(node, own=is_own(asked)))["apis"]
        if each["method"] == asked["method"] and (each.get("endpoint") or "") == edge
    ]
    assert found, f"{asked['method']} {asked['path']} is not described"
    told: dict[str, Any] = found[0]
    return told | {"return": OWN_KINDS.get(told["return"], told["return"])} if is_own(asked) else told


def given_of(asked: dict[str, Any]) -> dict[str, str]:
    return dict(asked["params"]) if "params" in asked else dict(asked.get("fields", {}))


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_we_ask_only_what_is_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    described, given = call_of(asked), given_of(asked)
    known = {each["name"]: each for each in described["params"]}
    assert given.keys() - COMMON <= known.keys()
    if "form" not in asked:
        assert {name for name, each in known.items() if each["required"]} - {"period"} <= given.keys()
    assert [name for name, value in given.items() if name in known and not _fits(value, known[name]["type"])] == []
    assert list(_unknown(given.get("fields", ""), described["return"])) == []


def _fits(value: str, described: str) -> bool:
    whole = re.sub(r"^list<(.*)>$", r"\1", described)
    if whole in enums():  # guides write some in small letters
        known = {each.casefold() for each in enums()[whole]}
        return {each.casefold() for each in (value.split(",") if whole != described else [value])} <= known
    if described in {"int", "unsigned int"}:
        return value.isdigit()
    if described == "bool":
        return value in {"true", "false"}
    if described in {"Object", "map"}:
        return isinstance(json.loads(value), dict)
    return True


def _unknown(shown: str, name: str) -> Iterator[str]:
    """Yield the fields that are asked for and not described: a field, or an edge with fields of its own in braces."""
    edges = {each.get("endpoint"): each["return"] for each in kind(name)["apis"] if each["method"] == "GET"}
    known = fields_of(name) | {edge: kind_of for edge, kind_of in edges.items() if edge}
    for field, inner in _split(shown):
        if field not in known:
            yield f"{name}.{field}"
        elif inner and kind(known[field])["fields"]:
            yield from _unknown(inner, known[field])


def _split(shown: str) -> Iterator[tuple[str, str]]:
    depth, start = 0, 0
    for at, letter in enumerate(f"{shown},"):
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and depth == 0:
            part = shown[start:at]
            start = at + 1
            if part:
                inner = part[part.index("{") + 1 : -1] if "{" in part else ""
                yield re.split(r"[.{(]", part)[0], inner


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_what_we_read_is_as_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    if "error" in answered["json"]:
        assert answered["status"] >= 400
        return
    name = call_of(asked)["return"]
    rows = answered["json"].get("data", [answered["json"]])
    if asked["method"] == "GET":
        assert [wrong for row in rows for wrong in _wrong(row, name)] == []


def _wrong(row: dict[str, Any], name: str) -> Iterator[str]:
    edges = {each.get("endpoint"): each["return"] for each in kind(name)["apis"] if each["method"] == "GET"}
    known = fields_of(name)
    for field, value in row.items():
        described = known.get(field) or edges.get(field)
        if described is None:
            yield f"{name}.{field} is not described"
        elif described in KINDS and not (isinstance(value, KINDS[described]) and _is_moment(value, described)):
            yield f"{name}.{field}: {value!r} is no {described}"
        elif isinstance(value, dict) and kind(described)["fields"]:
            parts = value.get("data", [value])
            yield from (wrong for part in parts for wrong in _wrong(part, described))


def _is_moment(value: Any, described: str) -> bool:
    return described != "datetime" or datetime.fromisoformat(value).tzinfo is not None


@pytest.mark.parametrize("fixture", [each for name in ("facebook", "instagram") for each in fixtures(name)], ids=str)
def test_no_key_stands_in_an_address(fixture: Fixture) -> None:
    for exchange in fixture.exchanges:
        if exchange["request"]["path"] in ADDRESSED:
            continue
        shown = json.dumps(exchange["request"].get("params", "")) + exchange["request"]["path"]
        assert "canary" not in shown
        assert "access_token=" not in shown
