"""A service account's key becomes tokens, over real HTTP. Single calls are in the fixtures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

import pytest
from loopback_http import Asked, Said, loopback
from private_keys import rsa_key

from connectors.base import Outside
from connectors.google_play import GRANT, GooglePlay
from smm.errors import AuthExpired, ConnectorError, Rejected

KEY = {"client_email": "desk@northwind.example", "private_key": rsa_key(), "private_key_id": "K1"}


class Play:
    """Google Play, whose tokens must be asked for."""

    def __init__(self, says: Said | None = None) -> None:
        self.says = says
        self.claims = 0

    def __call__(self, asked: Asked) -> Said:
        if asked.path != "/token":
            good = asked.headers.get("authorization") == f"Bearer t-{self.claims}"
            return Said.of({}) if self.claims and good else Said.of({"error": {"status": "UNAUTHENTICATED"}}, 401)
        if self.says is not None:
            return self.says
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        assert form["grant_type"] == GRANT
        assert form["assertion"].count(".") == 2
        self.claims += 1
        return Said.of({"access_token": f"t-{self.claims}", "expires_in": 3599, "token_type": "Bearer"})


async def check(network: Play, key: str, calls: int = 1) -> list[Mapping[str, str]]:
    kept: list[Mapping[str, str]] = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.append(renewed)

    async with loopback(network) as server:
        secrets = {"package": "com.northwind.coffee", "key": key}
        opened = GooglePlay(secrets, Outside({"google_play": f"{server.url}/"}), "northwind", keep)
        try:
            for _ in range(calls):
                assert (await opened.check()).name == "com.northwind.coffee"
        finally:
            await opened.close()
    return kept


async def test_a_token_is_asked_for_once_and_kept() -> None:
    network = Play()
    (kept,) = await check(network, json.dumps(KEY), calls=3)
    assert kept["token"] == "t-1"
    assert network.claims == 1


@pytest.mark.parametrize(
    ("key", "says", "means"),
    [
        ("hello", None, Rejected),
        (json.dumps(KEY | {"private_key": "hello"}), None, Rejected),
        (
            json.dumps(KEY),
            Said.of({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400),
            AuthExpired,
        ),
    ],
    ids=["no file", "no key in it", "withdrawn"],
)
async def test_a_wrong_or_withdrawn_key_is_told(key: str, says: Said | None, means: type[ConnectorError]) -> None:
    with pytest.raises(means) as raised:
        await check(Play(says), key)
    assert "PRIVATE" not in f"{raised.value!r}{raised.value.facts}"
