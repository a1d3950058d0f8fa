"""What we ask of VKontakte, and what our fixtures say it answers, against the schema of its API (VKCOM/vk-api-schema)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from fixtures import fixtures
from jsonschema import Draft7Validator
from specifications import REASON, described

from connectors.outcomes import Reply, Who
from connectors.vk_errors import meaning
from smm.errors import ConnectorError

ROOT = described("vk")

pytestmark = pytest.mark.skipif(not (ROOT / "errors.json").exists(), reason=REASON)


@cache
def methods() -> dict[str, dict[str, Any]]:
    found = [json.loads(path.read_text())["methods"] for path in sorted(ROOT.glob("*/methods.json"))]
    return {method["name"]: method for section in found for method in section}


@cache
def definitions() -> dict[str, Any]:
    """Return every object and answer under one roof; "required" of a property becomes a list, as JSON Schema has it now."""
    found: dict[str, Any] = {}
    for path in sorted([*ROOT.glob("*/objects.json"), *ROOT.glob("*/responses.json")]):
        found |= json.loads(path.read_text())["definitions"]
    return {name: _today(schema) for name, schema in found.items()}


def _today(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_today(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # Where one schema builds upon another, it means by additionalProperties something else than JSON Schema does.
    left_out = {"additionalProperties"} | (set() if isinstance(schema.get("required"), list) else {"required"})
    changed = {name: _today(value) for name, value in schema.items() if name not in left_out}
    if "$ref" in changed and isinstance(changed["$ref"], str):
        return {"$ref": f"#/definitions/{changed['$ref'].rpartition('/')[2]}"}
    needed = [name for name, each in schema.get("properties", {}).items() if _is_needed(each)]
    return changed | ({"required": needed} if needed else {})


def _is_needed(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("required") is True


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"], id=f"{fixture.name}-{number}")
        for fixture in fixtures("vk")
        for number, exchange in enumerate(fixture.exchanges)
        if re.fullmatch(r"/\w+\.\w+", exchange["request"]["path"])
    ]


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_we_ask_only_what_is_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    method = methods()[asked["path"][1:]]
    known = {each["name"]: each for each in method["parameters"]} if "parameters" in method else {}
    given = {name: value for name, value in asked.get("fields", {}).items() if name not in {"access_token", "v"}}
    assert given.keys() <= known.keys()
    if "fields" in asked:
        assert {name for name, each in known.items() if each.get("required")} <= given.keys()
        assert asked["fields"]["v"] == json.loads((ROOT / "errors.json").read_text())["version"]
    assert [name for name, value in given.items() if not _fits(value, known[name])] == []


def _fits(value: str, described: dict[str, Any]) -> bool:
    kinds = described.get("type", "string")
    number = re.fullmatch(r"-?\d+", value) is not None
    if kinds == "integer" and not number:
        return False
    if number and kinds in ("integer", "boolean"):
        least, most = described.get("minimum", int(value)), described.get("maximum", int(value))
        return int(least) <= int(value) <= int(most) and (kinds != "boolean" or value in {"0", "1"})
    if kinds == "array":
        return len(value.split(",")) <= int(described.get("maxItems", 1000))
    return value in described["enum"] if "enum" in described else True


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_what_we_read_is_as_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    if "error" in answered["json"]:
        errors = json.loads((ROOT / "errors.json").read_text())["errors"].values()
        known = {each["code"] for each in errors} | {1051}  # told of in VKCOM/vk-api-schema#242 and dev.vk.com
        assert answered["json"]["error"]["error_code"] in known
        return
    schemas = [each["$ref"].rpartition("/")[2] for each in methods()[asked["path"][1:]]["responses"].values()]
    checked = [Draft7Validator({"definitions": definitions(), "$ref": f"#/definitions/{name}"}) for name in schemas]
    wrong = [
        [f"{error.json_path}: {error.message[:200]}" for error in each.iter_errors(answered["json"])]
        for each in checked
    ]
    assert [] in wrong, wrong


def test_every_error_that_a_method_of_ours_may_give_is_one_of_the_desks() -> None:
    codes = [each["code"] for each in json.loads((ROOT / "errors.json").read_text())["errors"].values()]
    for code in codes:
        content = json.dumps({"error": {"error_code": code, "error_msg": "said"}}).encode()
        for effect in (True, False):
            assert isinstance(meaning(Reply(200, {}, content, Who("VKontakte"), effect)), ConnectorError), code


@pytest.mark.parametrize("fixture", [f for f in fixtures("vk") if f.call == "fetch"], ids=str)
def test_events_are_of_types_that_the_schema_knows(fixture: Any) -> None:
    known = set(definitions()["callback_type"].get("enum", ()))
    told = [each for exchange in fixture.exchanges for each in exchange["response"]["json"].get("updates", ())]
    assert {each["type"] for each in told} <= known


@pytest.mark.parametrize("fixture", fixtures("vk"), ids=str)
def test_each_key_calls_what_keys_of_its_kind_may(fixture: Any) -> None:
    """A community's key posts all the same: the schema does not know it, VKontakte's answers do (postiz-app#1408)."""
    kinds: dict[str, str] = {}
    for exchange in fixture.exchanges:
        method, fields = exchange["request"]["path"][1:], exchange["request"].get("fields", {})
        token, answered = fields.get("access_token", ""), exchange["response"]["json"]
        if method == "groups.getTokenPermissions":
            kinds[token] = "group" if "response" in answered else "service"
        elif method == "users.get" and "user_ids" not in fields:
            kinds[token] = "user" if answered.get("response") else kinds[token]
        elif token and "response" in answered and method != "wall.post":
            assert kinds[token] in methods()[method]["access_token_type"], method
