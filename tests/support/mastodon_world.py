"""Mastodon as a world of the networks' journeys: mastodon-mock, a server of its kind that is not ours, with its people.

Its clock is the real one. One server serves a whole run: it is put back to its beginning for each test.
"""

from __future__ import annotations

import atexit
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from clocks import Clock
from network_desk import Seen, Trouble

from connectors.base import Outside
from connectors.mastodon import Mastodon
from connectors.plain_text import from_html
from smm.networks import Pushed

if TYPE_CHECKING:
    from mastodon_mock.testing import MockServer

FAULTS: Mapping[Trouble, Mapping[str, Any]] = {
    "slower": {"type": "ratelimit"},
    "down": {"status": 503, "body": {"error": "Back in a minute"}},
    "refused": {"status": 422, "body": {"error": "Validation failed: Text character limit of 500 exceeded"}},
    "human": {"status": 403, "body": {"error": "Your login is missing a confirmed e-mail address"}},
}


@cache
def _running() -> tuple[MockServer, sqlite3.Connection]:
    """Start the server, and keep its database as it was: its own reset makes sixty tables anew, which takes longer than a test."""
    from mastodon_mock.testing import MockServer  # not at the top: it takes a second, and every worker reads this file

    server, beginning = MockServer(), sqlite3.connect(":memory:", check_same_thread=False)
    server.__enter__()
    atexit.register(server.__exit__, None, None, None)
    _database_of(server).backup(beginning)
    return server, beginning


def _database_of(server: MockServer) -> sqlite3.Connection:
    held: sqlite3.Connection = server._server.config.app.state.engine.raw_connection().driver_connection
    return held


def pristine() -> MockServer:
    """Return the server with nothing but its people."""
    server, beginning = _running()
    beginning.backup(_database_of(server))
    return server


@asynccontextmanager
async def account(url: str, token: str = "bob_token", patience: float = 30.0) -> AsyncIterator[Mastodon]:
    """Open an account of an instance for the length of a block."""
    opened = Mastodon(
        {"address": url, "token": token}, Outside(inner_hosts=frozenset({"127.0.0.1"}), patience=patience)
    )
    try:
        yield opened
    finally:
        await opened.close()


async def say(instance: MockServer, token: str, **parts: Any) -> dict[str, Any]:
    """Let somebody publish a status."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=instance.base_url, headers=headers, trust_env=False, verify=False) as client:
        answer = await client.post("/api/v1/statuses", json=parts)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said


async def statuses(instance: MockServer, token: str = "bob_token") -> list[dict[str, Any]]:
    """Return what somebody has published, as they see it."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=instance.base_url, headers=headers, trust_env=False, verify=False) as client:
        me = (await client.get("/api/v1/accounts/verify_credentials")).json()
        found: list[dict[str, Any]] = (await client.get(f"/api/v1/accounts/{me['id']}/statuses")).json()
        return found


class MastodonWorld:
    """Bob's account; Alice speaks to him."""

    network = "mastodon"

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self._token = "bob_token"
        self._fault: Any = None
        self.outside = Outside(inner_hosts=frozenset({"127.0.0.1"}))

    def _as(self, token: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self._server.base_url, headers=headers, trust_env=False)

    def _own(self) -> list[dict[str, Any]]:
        with self._as("alice_token") as alice:
            bob = alice.get("/api/v1/accounts/lookup", params={"acct": "bob"}).json()["id"]
            told: list[dict[str, Any]] = alice.get(f"/api/v1/accounts/{bob}/statuses").json()
        return told

    def key(self) -> Mapping[str, str]:
        """Return the instance's address and Bob's token."""
        return {"address": self._server.base_url, "token": self._token}

    def comment(self, text: str) -> None:
        """Let Alice mention Bob."""
        with self._as("alice_token") as alice:
            alice.post("/api/v1/statuses", json={"status": f"@bob {text}"}).raise_for_status()

    def pushed(self) -> Pushed:
        """Mastodon pushes to apps on telephones alone."""
        raise NotImplementedError

    def like(self) -> None:
        """Let Alice like what Bob said last."""
        with self._as("alice_token") as alice:
            alice.post(f"/api/v1/statuses/{self._own()[0]['id']}/favourite").raise_for_status()

    def seen(self) -> list[Seen]:
        """Return what Bob has said in public."""
        return [
            Seen(from_html(each["content"]), len(each["media_attachments"]), each["in_reply_to_id"] or "")
            for each in reversed(self._own())
        ]

    def trouble(self, kind: Trouble) -> None:
        """Let the next status go wrong."""
        self._fault = self._server.fault(path="/api/v1/statuses", methods=["POST"], count=1, **FAULTS[kind])
        self._fault.__enter__()

    def revoke(self) -> None:
        """Give Bob another token."""
        known, self._token = self._token, f"{self._token}-new"
        database = _database_of(self._server)
        database.execute("UPDATE oauth_tokens SET access_token = ? WHERE access_token = ?", (self._token, known))
        database.commit()

    def close(self) -> None:
        """Take a trouble away that nobody ran into."""
        if self._fault is not None:
            self._fault.__exit__(None, None, None)


@asynccontextmanager
async def mastodon_world(clock: Clock) -> AsyncIterator[MastodonWorld]:
    """Open the server for the length of a block."""
    world = MastodonWorld(pristine())
    try:
        yield world
    finally:
        world.close()
