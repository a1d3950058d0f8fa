"""The AT Protocol's lexicons as JSON Schema: what is wrong with a request or an answer (https://atproto.com/specs/lexicon)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from specifications import described

ROOT = described("bluesky", "lexicons")
_FORMATS = {
    "at-uri": r"^at://[^/]+/[a-zA-Z0-9.]+/[a-zA-Z0-9._~:-]+$",
    "did": r"^did:[a-z]+:[a-zA-Z0-9._:%-]+$",
    "handle": r"^([a-zA-Z0-9-]+\.)+[a-zA-Z][a-zA-Z0-9-]*$",
    "at-identifier": r"^(did:[a-z]+:[a-zA-Z0-9._:%-]+|([a-zA-Z0-9-]+\.)+[a-zA-Z][a-zA-Z0-9-]*)$",
    "nsid": r"^[a-z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)+$",
    "cid": r"^[a-z0-9]{20,}$",
    "datetime": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
    "record-key": r"^[a-zA-Z0-9._~:-]{1,512}$",
    "tid": r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$",
    "language": r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]+)*$",
    "uri": r"^[a-z][a-z0-9+.-]*:\S+$",
}
# What the lexicon leaves out and the documentation has: https://docs.bsky.app/docs/tutorials/video
TOLD = {"app.bsky.video.uploadVideo": ("did", "name")}
BLOB = {
    "type": "object",
    "required": ["$type", "ref", "mimeType", "size"],
    "properties": {
        "$type": {"const": "blob"},
        "ref": {"type": "object", "required": ["$link"]},
        "mimeType": {"type": "string"},
        "size": {"type": "integer"},
    },
}


@cache
def definitions(document: str) -> dict[str, Any]:
    """Return a lexicon's definitions."""
    found: dict[str, Any] = json.loads((ROOT / f"{document.replace('.', '/')}.json").read_text())["defs"]
    return found


def wrong_with(method: str, params: Iterable[tuple[str, str]], body: Any = None) -> list[str]:
    """Return what is wrong with a request; nothing where the lexicons are not there."""
    if not ROOT.exists():
        return []
    main = definitions(method)["main"]
    known = main.get("parameters", {}).get("properties", {})
    given: dict[str, Any] = {}
    for name, value in params:
        kind = known.get(name, {}).get("type")
        typed = int(value) if kind == "integer" else value
        given[name] = [*given.get(name, []), typed] if kind == "array" else typed
    found = [
        f"{method}: {name} is not known" for name in given if name not in known and name not in TOLD.get(method, ())
    ]
    found += _check(f"{method}?", method, main.get("parameters", {"type": "object"}), given)
    if "schema" in main.get("input", {}):
        found += _check(method, method, main["input"]["schema"], body)
        found += [
            f"{method}: {name} is not known" for name in body if name not in main["input"]["schema"]["properties"]
        ]
    return [*found, *_record(body)]


def wrong_in(method: str, answer: Any) -> list[str]:
    """Return what is wrong with an answer."""
    output = definitions(method)["main"].get("output", {})
    return _check(f"{method}!", method, output["schema"], answer) if "schema" in output else []


def _record(body: Any) -> list[str]:
    if not isinstance(body, Mapping) or "record" not in body:
        return []
    kind, main = body["collection"], definitions(body["collection"])["main"]
    keyed = {"type": "string", "format": main["key"]}
    return _check(kind, kind, main["record"], body["record"]) + _check(f"{kind} key", kind, keyed, body["rkey"])


def _check(where: str, document: str, schema: Mapping[str, Any], value: Any) -> list[str]:
    whole = {**_schema(document, schema), "$defs": _DEFS}
    while missing := [name for name in _wanted if name not in _DEFS]:
        for name in missing:
            other, _, part = name.partition("#")
            _DEFS[name] = _schema(other, definitions(other)[part])
    errors = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)
    return [f"{where} {error.json_path}: {error.message[:200]}" for error in errors]


_DEFS: dict[str, Any] = {}
_wanted: set[str] = set()


def _schema(document: str, told: Mapping[str, Any]) -> dict[str, Any]:
    kind = told["type"]
    if kind in {"object", "params"}:
        properties = {name: _schema(document, each) for name, each in told.get("properties", {}).items()}
        nullable = {name: {"anyOf": [properties[name], {"type": "null"}]} for name in told.get("nullable", [])}
        return {"type": "object", "required": told.get("required", []), "properties": properties | nullable}
    if kind == "array":
        bounds = {"maxItems": told["maxLength"]} if "maxLength" in told else {}
        return {"type": "array", "items": _schema(document, told["items"]), **bounds}
    if kind == "ref":
        return _ref(document, told["ref"])
    if kind == "union":
        return {"oneOf": list(_choices(document, told["refs"]))}
    return _plain(told)


def _choices(document: str, refs: Iterable[str]) -> Iterator[dict[str, Any]]:
    for ref in refs:
        name = (ref if not ref.startswith("#") else f"{document}{ref}").removesuffix("#main")
        yield {"required": ["$type"], "properties": {"$type": {"const": name}}, **_ref(document, ref)}


def _ref(document: str, ref: str) -> dict[str, Any]:
    other, _, part = ref.partition("#")
    name = f"{other or document}#{part or 'main'}"
    _wanted.add(name)
    return {"$ref": f"#/$defs/{name.replace('/', '~1')}"}


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    kind = told["type"]
    if kind == "blob":
        return BLOB
    if kind in {"integer", "boolean"}:
        names = ("minimum", "maximum")
        return {"type": kind, **{name: told[name] for name in names if name in told}}
    if kind == "string":
        pattern = {"pattern": _FORMATS[told["format"]]} if told.get("format") in _FORMATS else {}
        bounds = {"maxLength": told["maxLength"]} if "maxLength" in told else {}
        return {"type": "string", **pattern, **bounds}
    return {}
