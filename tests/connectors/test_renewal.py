"""Credentials that run out: renewed once for all who wait, kept before they are used, never emptied, and dead only when told so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from loopback_http import Asked, Said, loopback

from connectors.base import App, Outside
from connectors.demo import Demo
from smm.errors import AuthExpired, ConnectorError, Rejected, Unavailable
from smm.networks import Grant

ME = {"id": "northwind", "name": "Northwind", "handle": "northwind", "link": "https://demo.example/northwind"}


class Network:
    """A network whose tokens run out: each refresh token is good for one use."""

    def __init__(self) -> None:
        self.good = "t-2"
        self.refresh = "r-1"
        self.renewals = 0
        self.says: Said | None = None
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if not asked.path.endswith("oauth/token"):
            good = asked.headers.get("authorization") == f"Bearer {self.good}"
            return Said.of(ME) if good else Said.of({"error": "the token has run out"}, 401)
        if self.says is not None:
            return self.says
        if f"refresh_token={self.refresh}" not in asked.content.decode():
            return Said.of({"error": "invalid_grant"}, 400)
        self.renewals += 1
        self.refresh = f"r-{self.renewals + 1}"
        return Said.of({"access_token": self.good, "refresh_token": self.refresh, "expires_in": 3600})


async def call(
    network: Network, secrets: Mapping[str, str], calls: int = 1
) -> tuple[list[Mapping[str, str]], list[object]]:
    kept: list[Mapping[str, str]] = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.append(renewed)

    async with loopback(network) as server:
        outside = Outside({"demo": f"{server.url}/network/"}, apps={"demo": App("desk", "shh")})
        connector = Demo(secrets, outside, "northwind", keep)
        try:
            ended = await asyncio.gather(*(connector.check() for _ in range(calls)), return_exceptions=True)
        finally:
            await connector.close()
    return kept, list(ended)


async def test_many_who_wait_are_one_renewal_and_all_go_on() -> None:
    network = Network()
    kept, ended = await call(network, {"token": "t-1", "refresh_token": "r-1"}, calls=5)
    assert [getattr(each, "name", each) for each in ended] == ["Northwind"] * 5
    assert network.renewals == 1
    (renewed,) = kept
    assert (renewed["token"], renewed["refresh_token"]) == ("t-2", "r-2")
    assert datetime.fromisoformat(renewed["expires_at"]) > datetime.now(UTC)


async def test_an_empty_token_never_replaces_one() -> None:
    network = Network()
    network.says = Said.of({"access_token": "t-2", "refresh_token": ""})
    (renewed,), _ = await call(network, {"token": "t-1", "refresh_token": "r-1"})
    assert renewed["refresh_token"] == "r-1"


@pytest.mark.parametrize(
    ("says", "means"),
    [
        (Said.of({"error": "invalid_grant", "error_description": "revoked"}, 400), AuthExpired),
        (Said.of({"error": "invalid_client"}, 401), Rejected),
        (Said(503), Unavailable),
    ],
)
async def test_only_a_dead_grant_means_that_a_person_must_come(says: Said, means: type[ConnectorError]) -> None:
    network = Network()
    network.says = says
    kept, (error,) = await call(network, {"token": "t-1", "refresh_token": "r-1"})
    assert type(error) is means
    assert kept == []
    assert "shh" not in f"{error!r}{error}"


async def test_who_is_cancelled_does_not_lose_the_new_token() -> None:
    kept: list[Mapping[str, str]] = []
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def keep(renewed: Mapping[str, str]) -> None:
        entered.set()
        await go_on.wait()
        kept.append(renewed)

    async with loopback(Network()) as server:
        connector = Demo(
            {"token": "t-1", "refresh_token": "r-1"}, Outside({"demo": f"{server.url}/network/"}), "n", keep
        )
        first = asyncio.create_task(connector.check())
        await entered.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        go_on.set()
        assert (await connector.check()).name == "Northwind"
        await connector.close()
    assert [renewed["token"] for renewed in kept] == ["t-2"]


async def test_a_consent_becomes_credentials() -> None:
    network = Network()
    network.says = Said.of({"access_token": "t-9", "refresh_token": "r-9", "expires_in": 60})
    async with loopback(network) as server:
        connector = Demo({}, Outside({"demo": f"{server.url}/network/"}, apps={"demo": App("desk", "shh")}))
        (offer,) = await connector.exchange(Grant("code-1", "verifier-1", "https://desk.example/connected"))
        await connector.close()
    assert {"token": "t-9", "refresh_token": "r-9"}.items() <= offer.secrets.items()
    sent = network.asked[0].content.decode()
    assert "code=code-1" in sent
    assert "code_verifier=verifier-1" in sent
    assert "t-9" not in repr(offer)
