"""Fixtures of networks: a call, what goes over the wire for it, and what must come out.

One JSON file each, under tests/connectors/fixtures/<network>/: `source` says whether it was recorded or written from a
specification; "{base}" stands for the address of the loopback server that plays it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from loopback_http import Asked, LoopbackHttp, Said, loopback

from connectors.base import Base, Outside
from connectors.registry import find
from smm.networks import Answer, MediaFile, Outgoing

FOLDER = Path(__file__).parents[1] / "connectors" / "fixtures"
ANY = "*"


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
    return {name: _shape(name, value) for name, value in _filled(fixture.body["given"], base).items()}


def _shape(name: str, value: Any) -> Any:
    if name == "post":
        media = tuple(MediaFile(**each | {"path": FOLDER / each["path"]}) for each in value.get("media", ()))
        return Outgoing(**value | {"media": media})
    if name == "answer":
        return Answer(**value)
    return datetime.fromisoformat(value) if name == "since" else value


def _filled(value: Any, base: str) -> Any:
    return json.loads(json.dumps(value).replace("{base}", base))


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
    headers = dict(response.get("headers", {}))
    if "json" in response:
        return Said(response["status"], json.dumps(_filled(response["json"], base)).encode(), headers)
    return Said(response["status"], response.get("text", "").replace("{base}", base).encode(), headers)


def _differences(wanted: Mapping[str, Any], asked: Asked, base: str) -> list[str]:
    found: dict[str, Any] = {"method": asked.method, "path": asked.path}
    if "params" in wanted:
        found["params"] = [list(pair) for pair in asked.params]
    if "json" in wanted:
        found["json"] = asked.json
    if "form" in wanted:
        found["form"] = asked.headers.get("content-type", "").partition(";")[0]
    if "headers" in wanted:
        found["headers"] = {name: asked.headers.get(name) for name in wanted["headers"]}
    return [
        f"{name}: {found[name]!r} instead of {_filled(wanted[name], base)!r}"
        for name in found
        if found[name] != _filled(wanted[name], base)
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
        bases = {} if "secrets" in fixture.body else {fixture.network: server.url + prefix}
        secrets = {asked.name: f"canary-{asked.name}" for asked in kind.credentials}
        secrets |= _filled(fixture.body.get("secrets", {}), server.url)
        connector = kind(secrets, Outside(bases, frozenset({"127.0.0.1"}), patience), "northwind")
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
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def same(found: Any, expected: Any) -> bool:
    """Compare; an expected "*" is anything."""
    if expected == ANY:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)
