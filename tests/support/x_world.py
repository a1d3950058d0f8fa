"""X as a world of the networks' journeys: an account that Mia mentions, with a refresh token and a budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from clocks import Clock
from loopback_http import Said, loopback
from loopback_x import ME, MIA, LoopbackX
from network_desk import Seen, Trouble
from troubles import troubles

from connectors import x_files
from connectors.base import App, Outside
from smm.networks import Pushed

TROUBLES = troubles(
    slower=Said.of({"title": "Too Many Requests", "status": 429}, 429, retry_after="30"),
    down=Said.of({"title": "Service Unavailable", "status": 503}, 503),
    refused=Said.of({"title": "Forbidden", "status": 403, "detail": "No duplicate content"}, 403),
    human=Said.of({"title": "CreditsDepleted", "status": 402, "detail": "No credits"}, 402),
)


class XWorld:
    """One account."""

    network = "x"

    def __init__(self, network: LoopbackX, url: str) -> None:
        self._x = network
        self.outside = Outside({"x": f"{url}/"}, apps={"x": App("desk", "app-secret")})

    def key(self) -> Mapping[str, str]:
        """Return the refresh token that is good now."""
        return {"refresh_token": self._x.refresh_token, "budget": "50"}

    def comment(self, text: str) -> None:
        """Let Mia mention the account."""
        self._x.say(MIA, f"@northwind {text}")

    def pushed(self) -> Pushed:
        """Nothing is pushed."""
        raise NotImplementedError

    def like(self) -> None:
        """Let somebody like the account's newest post."""
        newest = [post["id"] for post in self._x.posts.values() if post["author_id"] == ME][-1]
        self._x.likes[newest] = self._x.likes.get(newest, 0) + 1

    def seen(self) -> list[Seen]:
        """Return the account's posts and answers."""
        own = [post for post in self._x.posts.values() if post["author_id"] == ME]
        return [Seen(post["text"], *_what(post)) for post in own]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self._x.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the tokens be worth nothing; another refresh token is given out."""
        self._x.token, self._x.refresh_token = "", f"again-{self._x.renewals}"


def _what(post: Mapping[str, object]) -> tuple[int, str]:
    attached, references = post.get("attachments"), post.get("referenced_tweets")
    pictures = len(attached["media_keys"]) if isinstance(attached, dict) else 0
    return pictures, str(references[0]["id"]) if isinstance(references, list) else ""


@asynccontextmanager
async def x_world(clock: Clock) -> AsyncIterator[XWorld]:
    """Serve X for the length of a block."""
    network = LoopbackX(clock)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(x_files, "PAUSES", [0.0, 0.0])
        async with loopback(network) as server:
            yield XWorld(network, server.url)
