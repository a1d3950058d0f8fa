"""YouTube as a world of the networks' journeys: a channel under whose videos Mia comments, of a project that Google has audited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from clocks import Clock
from loopback_http import Said, loopback
from loopback_youtube import CHANNEL, LoopbackYoutube
from network_desk import Seen, Trouble
from troubles import troubles

from connectors.base import App, Outside
from smm.networks import Pushed


def _no(status: int, reason: str, message: str) -> Said:
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return Said.of({"error": {"code": status, "message": message, "errors": errors}}, status)


TROUBLES = troubles(
    slower=_no(403, "rateLimitExceeded", "Too many requests"),
    down=_no(503, "backendError", "Service unavailable"),
    refused=_no(400, "invalidTitle", "The video title is not valid"),
    human=_no(403, "accessNotConfigured", "The API is switched off"),
)


class YoutubeWorld:
    """One channel."""

    network = "youtube"

    def __init__(self, network: LoopbackYoutube, url: str) -> None:
        self._youtube = network
        self.outside = Outside({"youtube": f"{url}/"}, apps={"youtube": App("desk", "app-secret")})

    def key(self) -> Mapping[str, str]:
        """Return the refresh token that is good now."""
        return {"refresh_token": self._youtube.refresh_token, "units": "", "uploads": "desk"}

    def comment(self, text: str) -> None:
        """Let Mia comment a video."""
        self._youtube.say("mia", text)

    def pushed(self) -> Pushed:
        """Nothing is pushed."""
        raise NotImplementedError

    def like(self) -> None:
        """Let somebody like the newest video."""
        newest = [*self._youtube.videos][-1]
        self._youtube.likes[newest] = self._youtube.likes.get(newest, 0) + 1

    def seen(self) -> list[Seen]:
        """Return the channel's public videos and its comments."""
        own = [each["snippet"] for each in self._youtube.comments.values()]
        said = [
            Seen(each["textDisplay"], answers=each.get("parentId", ""))
            for each in own
            if each["authorChannelId"]["value"] == CHANNEL
        ]
        films = [each for each in self._youtube.videos.values() if each["status"]["privacyStatus"] == "public"]
        return [*(Seen(each["snippet"]["description"], 1) for each in films), *said]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self._youtube.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the tokens be worth nothing; another refresh token is given out."""
        self._youtube.token, self._youtube.refresh_token = "ya29.revoked", f"{self._youtube.refresh_token}+"


@asynccontextmanager
async def youtube_world(clock: Clock) -> AsyncIterator[YoutubeWorld]:
    """Serve YouTube for the length of a block."""
    network = LoopbackYoutube(token="ya29.0", clock=clock)
    async with loopback(network) as server:
        yield YoutubeWorld(network, server.url)
