"""Bluesky as a world of the networks' journeys: one account, logged in with an app password."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from clocks import Clock
from loopback_bluesky import GATES, HANDLES, HOME, LoopbackBluesky, Refusal
from loopback_http import Said, loopback
from network_desk import Seen, Trouble

from connectors.base import Outside
from smm.networks import Pushed


def _lost(do: Callable[[], Said]) -> Said:
    do()
    return Said(fault="reset")


TROUBLES: Mapping[Trouble, Callable[[Callable[[], Said]], Said]] = {
    "slower": lambda do: Said.of(
        {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, 429, retry_after="60"
    ),
    "down": lambda do: Refusal(502, "UpstreamFailure", "Upstream server failure").said,
    "refused": lambda do: Refusal(400, "InvalidRequest", "Record/text must not be longer than 300 graphemes").said,
    "garbage": lambda do: Said(200, b"<html>We will be back soon</html>", {"content-type": "text/html"}),
    "lost": _lost,
}


class BlueskyWorld:
    """One account."""

    network = "bluesky"

    def __init__(self, network: LoopbackBluesky, url: str) -> None:
        self.bluesky = network
        self.outside = Outside({"bluesky": url})

    def key(self) -> Mapping[str, str]:
        """Return the account's handle and its app password."""
        return {"identifier": HANDLES[HOME], "password": self.bluesky.password}

    def comment(self, text: str) -> None:
        """Let Mia mention the brand."""
        self.bluesky.say(text)

    def pushed(self) -> Pushed:
        """Bluesky pushes nothing."""
        raise NotImplementedError

    def like(self) -> None:
        """Let somebody like what the brand published last."""
        newest = [uri for uri in self.bluesky.records if HOME in uri][-1]
        self.bluesky.likes[newest] = self.bluesky.likes.get(newest, 0) + 1

    def seen(self) -> list[Seen]:
        """Return the brand's posts and answers."""
        ours = [record for uri, record in self.bluesky.records.items() if HOME in uri and GATES not in uri]
        assert self.bluesky.wrong == []
        return [_seen(record) for record in ours]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self.bluesky.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let go of the app password, and of the sessions that it began."""
        self.bluesky.password += "-new"
        self.bluesky.sessions.clear()
        self.bluesky.refreshes.clear()


def _seen(record: dict[str, Any]) -> Seen:
    embed = record.get("embed", {})
    return Seen(
        record["text"],
        len(embed.get("images", ())) or int("video" in embed),
        record["reply"]["parent"]["uri"] if "reply" in record else "",
    )


@asynccontextmanager
async def bluesky_world(clock: Clock) -> AsyncIterator[BlueskyWorld]:
    """Serve an account for the length of a block."""
    network = LoopbackBluesky(clock, works=0)
    async with loopback(network) as server:
        yield BlueskyWorld(network, server.url)
