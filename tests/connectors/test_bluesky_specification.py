"""What we ask of Bluesky, and what our fixtures say it answers, against the AT Protocol's lexicons (bluesky-social/atproto)."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures import ANY, fixtures
from lexicons import ROOT, definitions, wrong_in, wrong_with
from loopback_bluesky import HOME, POSTS
from specifications import REASON

pytestmark = pytest.mark.skipif(not ROOT.exists(), reason=REASON)


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"], id=f"{fixture.name}-{number}")
        for fixture in fixtures("bluesky")
        for number, exchange in enumerate(fixture.exchanges)
    ]


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_what_is_asked_and_answered_is_described(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    method = asked["path"].removeprefix("/xrpc/")
    kind = definitions(method)["main"]["type"]
    assert asked["method"] == {"query": "GET", "procedure": "POST"}[kind]
    if "json" in asked or kind == "query":
        given = [(name, "1" if value == ANY else value) for name, value in asked.get("params", [])]
        assert wrong_with(method, given, asked.get("json")) == []
    if answered["status"] == 200:
        assert wrong_in(method, answered["json"]) == []


def test_what_is_wrong_is_seen() -> None:
    record = {"$type": POSTS, "text": "x" * 3001, "createdAt": "today", "embed": {"$type": "app.bsky.embed.images"}}
    sent = {"repo": HOME, "collection": POSTS, "rkey": "not-a-tid", "record": record}
    wrong = "\n".join(wrong_with("com.atproto.repo.putRecord", [("never", "heard")], sent))
    assert all(word in wrong for word in ("never", "$.text", "$.createdAt", "$.embed", "key"))
