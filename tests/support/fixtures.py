"""Fixtures of networks: a call, what goes over the wire for it, and what must come out.

One JSON file each, under tests/connectors/fixtures/<network>/: `source` says whether it was recorded or written from a
specification; "{base}" stands for the address of the loopback server that plays it. `expected` is what comes out; what it does
not mention must be empty. Instead of it `raises` names the error that must come. "{hmac-sha256 NAME}" among what is pushed
stands for the signature of its body with the secret NAME; "{ec-key}" for a private key. `apps` names further apps of the desk's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from loopback_http import Asked, LoopbackHttp, Said, loopback
from private_keys import ec_key

from connectors.base import App, Base, Outside
from connectors.registry import find
from smm.networks import Answer, Deed, Grant, MediaFile, Options, Outgoing, Poll, PostKind, Pushed, Visibility

FOLDER = Path(__file__).parents[1] / "connectors" / "fixtures"
ANY = "*"
SECRET = "canary-{}"  # every credential in a fixture has this value, by its name; our app's are app_id and app_secret


@dataclass(frozen=True, slots=True)
class Fixture:
    """One recorded or written conversation."""

    network: str
    name: str
    body: Mapping[str, Any]

    @property
    def call(self) -> str:
        return str(self.body["call"])

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        return list(self.body["exchanges"])

    def __str__(self) -> str:
        return f"{self.network}-{self.name}"


def fixtures(network: str = "") -> list[Fixture]:
    """Return every fixture, or those of one network."""
    paths = sorted(FOLDER.glob(f"{network or '*'}/*.json"))
    return [Fixture(path.parent.name, path.stem, json.loads(path.read_text())) for path in paths]


def given(fixture: Fixture, base: str) -> dict[str, Any]:
    """Return a fixture's arguments as the port's shapes."""
    filled = _filled(fixture.body["given"], base)
    return {name: _shape(fixture.call, name, value) for name, value in filled.items()}


def _shape(call: str, name: str, value: Any) -> Any:
    if call == "insights":
        return date.fromisoformat(value)
    shapes = {
        "post": _outgoing,
        "answer": lambda told: Answer(**told),
        "since": datetime.fromisoformat,
        "until": lambda told: datetime.fromisoformat(told) if told else None,
        "deed": Deed,
        "grant": lambda told: Grant(**told),
        "pushed": _pushed,
    }
    return shapes[name](value) if name in shapes else value


def _outgoing(told: dict[str, Any]) -> Outgoing:
    media = tuple(MediaFile(**each | {"path": FOLDER / each["path"]}) for each in told.get("media", ()))
    options = dict(told.get("options", {}))
    if "poll" in options:
        options["poll"] = Poll(**options["poll"] | {"choices": tuple(options["poll"]["choices"])})
    options |= {"kind": PostKind(options.get("kind", "post")), "keywords": tuple(options.get("keywords", ()))}
    options["visibility"] = Visibility(options.get("visibility", "public"))
    return Outgoing(**told | {"media": media, "options": Options(**options)})


def _pushed(told: dict[str, Any]) -> Pushed:
    body = told.get("text", json.dumps(told["json"]) if "json" in told else "").encode()
    return Pushed(
        told["method"], _signed(told.get("query", {}), body), _signed(told.get("headers", {}), body), body, "token"
    )


def _signed(told: Mapping[str, str], body: bytes) -> dict[str, str]:
    def sign(found: re.Match[str]) -> str:
        return hmac.new(SECRET.format(found[1]).encode(), body, hashlib.sha256).hexdigest()

    return {name: re.sub(r"\{hmac-sha256 (\w+)\}", sign, value) for name, value in told.items()}


def _filled(value: Any, base: str) -> Any:
    filled = json.dumps(value).replace("{base}", base)
    return json.loads(filled.replace('"{ec-key}"', json.dumps(ec_key())) if "{ec-key}" in filled else filled)


class Player:
    """Plays a fixture's answers in order; keeps what did not match what was to be asked."""

    def __init__(self, fixture: Fixture) -> None:
        self.fixture = fixture
        self.base = ""
        self.at = 0
        self.wrong: list[str] = []

    def __call__(self, asked: Asked) -> Said:
        if self.at >= len(self.fixture.exchanges):
            self.wrong.append(f"not expected: {asked.method} {asked.target}")
            return Said(599)
        exchange = self.fixture.exchanges[self.at]
        self.at += 1
        self.wrong += _differences(exchange["request"], asked, self.base)
        return answer(exchange["response"], self.base)


def answer(response: Mapping[str, Any], base: str) -> Said:
    """Return a fixture's answer as the loopback server gives it."""
    headers = dict(_filled(response.get("headers", {}), base))
    if "json" in response:
        return Said(response["status"], json.dumps(_filled(response["json"], base)).encode(), headers)
    return Said(response["status"], response.get("text", "").replace("{base}", base).encode(), headers)


def _differences(wanted: Mapping[str, Any], asked: Asked, base: str) -> list[str]:
    found: dict[str, Any] = {"method": asked.method, "path": asked.path}
    if "params" in wanted:
        found["params"] = [list(pair) for pair in asked.params]
    if "json" in wanted:
        found["json"] = asked.json
    if "fields" in wanted:
        found["fields"] = dict(parse_qsl(asked.content.decode()))
    if "form" in wanted:
        found["form"] = asked.headers.get("content-type", "").partition(";")[0]
    if "headers" in wanted:
        found["headers"] = {name: asked.headers.get(name) for name in wanted["headers"]}
    return [
        f"{name}: {found[name]!r} instead of {_filled(wanted[name], base)!r}"
        for name in found
        if found[name] != (told := _filled(wanted[name], base)) and not (name == "params" and same(found[name], told))
    ]


@asynccontextmanager
async def opened(fixture: Fixture, player: Any, patience: float = 30.0) -> AsyncIterator[tuple[Base, LoopbackHttp]]:
    """Open the fixture's connector on a loopback server that plays it."""
    kind = find(fixture.network)
    assert kind is not None
    async with loopback(player) as server:
        if isinstance(player, Player):
            player.base = server.url
        prefix = "/network/" if fixture.network == "demo" else ""
        bases = {} if "address" in fixture.body.get("secrets", {}) else {fixture.network: server.url + prefix}
        secrets = {asked.name: SECRET.format(asked.name) for asked in kind.credentials}
        secrets |= _filled(fixture.body.get("secrets", {}), server.url)
        names = [fixture.network, *fixture.body.get("apps", [])]
        apps = {name: App(SECRET.format("app_id"), SECRET.format("app_secret")) for name in names}
        connector = kind(secrets, Outside(bases, frozenset({"127.0.0.1"}), patience, apps), "northwind")
        try:
            yield connector, server
        finally:
            await connector.close()


async def run(connector: Base, fixture: Fixture, base: str) -> Any:
    """Make the fixture's call; a stream is listened to for as many signs as are expected."""
    if fixture.call != "stream":
        return await getattr(connector, fixture.call)(**given(fixture, base))
    heard = 0
    async with aclosing(connector.stream()) as stream:  # type: ignore[type-var]
        async for _ in stream:
            heard += 1
            if heard == fixture.body["expected"]:
                break
    return heard


def plain(value: Any) -> Any:
    """Return a result as a fixture states it. The network's own body is left out."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name != "raw"}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    return value.total_seconds() if isinstance(value, timedelta) else value


_BY_ITSELF = {"answerable": True, "fetch": True, "status": 200, "kinds": ["post"], "visibilities": ["public"]}


def same(found: Any, expected: Any) -> bool:
    """Compare; an expected "*" is anything, and what is not mentioned must be as it is by itself: empty."""
    if expected == ANY:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        silent = {name: value for name, value in found.items() if name not in expected}
        told = found.keys() >= expected.keys() and all(same(found[name], expected[name]) for name in expected)
        return told and all(not value or _BY_ITSELF.get(name) == value for name, value in silent.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)
