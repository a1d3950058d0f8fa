"""Google Play as a world of the networks' journeys: an app that Mia reviews, with a service account's key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from clocks import Clock
from loopback_google_play import ACCOUNT, PACKAGE, LoopbackGooglePlay
from loopback_http import Said, loopback
from network_desk import Seen, Trouble
from private_keys import rsa_key
from troubles import troubles

from connectors.base import Outside
from smm.networks import Pushed


def _no(status: int, code: str, message: str, **headers: str) -> Said:
    return Said.of({"error": {"code": status, "message": message, "status": code}}, status, **headers)


TROUBLES = troubles(
    slower=_no(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Reply'.", retry_after="30"),
    down=_no(503, "UNAVAILABLE", "The service is currently unavailable."),
    refused=_no(400, "INVALID_ARGUMENT", "The reply text is too long."),
    human=_no(403, "PERMISSION_DENIED", "The caller does not have permission."),
)


class GooglePlayWorld:
    """One app."""

    network = "google_play"

    def __init__(self, store: LoopbackGooglePlay, url: str) -> None:
        self._store = store
        self.outside = Outside({"google_play": f"{url}/"})

    def key(self) -> Mapping[str, str]:
        """Return the key that is good now, as the whole file."""
        told = {"client_email": ACCOUNT, "private_key": rsa_key(), "private_key_id": self._store.key_id}
        return {"package": PACKAGE, "key": json.dumps(told)}

    def comment(self, text: str) -> None:
        """Let Mia review the app."""
        self._store.say("Mia", text, 2)

    def pushed(self) -> Pushed:
        """Nothing is pushed."""
        raise NotImplementedError

    def like(self) -> None:
        """Nothing is published."""
        raise NotImplementedError

    def seen(self) -> list[Seen]:
        """Return the answers to reviews."""
        return [
            Seen(said["developerComment"]["text"], answers=review)
            for review, each in self._store.reviews.items()
            for said in each["comments"]
            if "developerComment" in said
        ]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self._store.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the key be worth nothing; another one is given out."""
        self._store.token, self._store.key_id = "", f"{self._store.key_id}A"


@asynccontextmanager
async def google_play_world(clock: Clock) -> AsyncIterator[GooglePlayWorld]:
    """Serve Google Play for the length of a block."""
    store = LoopbackGooglePlay(clock)
    async with loopback(store) as server:
        yield GooglePlayWorld(store, server.url)
