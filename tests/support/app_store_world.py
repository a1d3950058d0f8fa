"""The App Store as a world of the networks' journeys: an app that Mia reviews, with a key of App Store Connect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from clocks import Clock
from loopback_app_store import APP, ISSUER, LoopbackAppStore
from loopback_http import Said, loopback
from network_desk import Seen, Trouble
from private_keys import ec_key
from troubles import troubles

from connectors.base import Outside
from smm.networks import Pushed


def _no(status: int, code: str, detail: str, **headers: str) -> Said:
    error = {"status": str(status), "code": code, "title": code, "detail": detail}
    return Said.of({"errors": [error]}, status, **headers)


TROUBLES = troubles(
    slower=_no(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.", retry_after="30"),
    down=_no(503, "SERVICE_UNAVAILABLE", "Try again later."),
    refused=_no(409, "ENTITY_ERROR", "The response contains words that are not allowed."),
    human=_no(403, "FORBIDDEN_ERROR", "The API key in use does not allow this request."),
)


class AppStoreWorld:
    """One app."""

    network = "app_store"

    def __init__(self, store: LoopbackAppStore, url: str) -> None:
        self._store = store
        self.outside = Outside({"app_store": f"{url}/"})

    def key(self) -> Mapping[str, str]:
        """Return the key that is good now."""
        return {"app": APP, "issuer": ISSUER, "key_id": self._store.key_id, "key": ec_key()}

    def comment(self, text: str) -> None:
        """Let Mia review the app."""
        self._store.say("mia77", text, 2)

    def pushed(self) -> Pushed:
        """Nothing is pushed."""
        raise NotImplementedError

    def like(self) -> None:
        """Nothing is published."""
        raise NotImplementedError

    def seen(self) -> list[Seen]:
        """Return the answers to reviews."""
        said = self._store.answers.items()
        return [Seen(each["attributes"]["responseBody"], answers=review) for review, each in said]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self._store.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the key be worth nothing; another one is given out."""
        self._store.key_id = f"{self._store.key_id}A"


@asynccontextmanager
async def app_store_world(clock: Clock) -> AsyncIterator[AppStoreWorld]:
    """Serve App Store Connect for the length of a block."""
    store = LoopbackAppStore(clock)
    async with loopback(store) as server:
        yield AppStoreWorld(store, server.url)
