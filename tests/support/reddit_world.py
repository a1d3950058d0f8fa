"""Reddit as a world of the networks' journeys: an account whose post Mia comments; people publish there by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from clocks import Clock
from loopback_http import Said, loopback
from loopback_reddit import ME, LoopbackReddit
from network_desk import Seen, Trouble
from troubles import troubles

from connectors.base import App, Outside
from smm.networks import Pushed

TROUBLES = troubles(
    slower=Said.of({"message": "Too Many Requests", "error": 429}, 429, x_ratelimit_reset="30"),
    down=Said.of({"message": "Service Unavailable", "error": 503}, 503),
    refused=Said.of({"json": {"errors": [["THREAD_LOCKED", "Comments are locked.", "parent"]]}}),
    human=None,
)


class RedditWorld:
    """One account."""

    network = "reddit"

    def __init__(self, network: LoopbackReddit, url: str) -> None:
        self._reddit = network
        self.outside = Outside({"reddit": f"{url}/"}, apps={"reddit": App("desk", "app-secret")})

    def key(self) -> Mapping[str, str]:
        """Return the refresh token that is good now."""
        return {"refresh_token": self._reddit.refresh_token}

    def comment(self, text: str) -> None:
        """Let Mia comment the account's post."""
        self._reddit.say("mia", text)

    def pushed(self) -> Pushed:
        """Nothing is pushed."""
        raise NotImplementedError

    def like(self) -> None:
        """Figures are not read."""
        raise NotImplementedError

    def seen(self) -> list[Seen]:
        """Return the account's comments."""
        said = [each["data"] for each in self._reddit.comments.values() if each["data"]["author"] == ME]
        return [Seen(each["body"], answers=each["parent_id"]) for each in said]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self._reddit.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the tokens be worth nothing; another refresh token is given out."""
        self._reddit.token, self._reddit.refresh_token = "", f"{self._reddit.refresh_token}+"


@asynccontextmanager
async def reddit_world(clock: Clock) -> AsyncIterator[RedditWorld]:
    """Serve Reddit for the length of a block."""
    network = LoopbackReddit(clock)
    async with loopback(network) as server:
        yield RedditWorld(network, server.url)
