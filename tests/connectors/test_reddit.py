"""Reddit over real HTTP: whose token is dead, and how long it asks to wait. Single calls are in the fixtures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from loopback_http import Asked, Said, loopback

from connectors.base import App, Outside
from connectors.reddit import Reddit
from connectors.reddit_reading import quota
from smm.errors import AuthExpired, ConnectorError, RateLimited, Rejected
from smm.networks import Quota

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def check(says: Said, token: Said) -> ConnectorError:
    def network(asked: Asked) -> Said:
        return token if asked.path.endswith("access_token") else says

    async with loopback(network) as server:
        outside = Outside({"reddit": f"{server.url}/"}, apps={"reddit": App("desk", "shh")})
        opened = Reddit({"token": "token-1", "refresh_token": "refresh-1"}, outside, "northwind")
        try:
            with pytest.raises(ConnectorError) as raised:
                await opened.check()
        finally:
            await opened.close()
    return raised.value


@pytest.mark.parametrize(
    ("token", "means"),
    [
        (Said.of({"message": "Bad Request", "error": 400}, 400), AuthExpired),
        (Said.of({"error": "invalid_grant"}, 400), AuthExpired),
        (Said.of({"message": "Unauthorized", "error": 401}, 401), Rejected),
    ],
    ids=["dead", "dead, as the standard says it", "the app is refused"],
)
async def test_a_dead_token_is_told_apart_from_a_refused_app(token: Said, means: type[ConnectorError]) -> None:
    assert type(await check(Said.of({"message": "Unauthorized", "error": 401}, 401), token)) is means


async def test_the_wait_is_in_seconds() -> None:
    error = await check(Said.of({}, 429, x_ratelimit_reset="417"), Said())
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=417)


def test_what_is_left_is_read_and_strange_figures_are_none() -> None:
    told = {"x-ratelimit-remaining": "594.0", "x-ratelimit-used": "6", "x-ratelimit-reset": "300"}
    assert quota(told, NOON) == Quota(594, 600, NOON + timedelta(minutes=5))
    assert quota(told | {"x-ratelimit-used": "many"}, NOON) is None
    assert quota({}, NOON) is None
