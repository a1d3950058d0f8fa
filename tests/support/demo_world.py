"""The demo network as a world of the networks' journeys: the real one, behind its own HTTP door."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from clocks import Clock
from demo_server import served
from network_desk import Seen, Trouble

from connectors import demo_figures
from connectors.base import Outside
from connectors.demo_audience import SIGNATURE
from connectors.demo_network import NORTHWIND, BrandAccount, DemoNetwork, Entry, Person, Refusal
from smm.networks import Pushed


class Moody(DemoNetwork):
    """A demo network whose next publication may go wrong."""

    trouble: Trouble | None = None

    def publish(self, brand: BrandAccount, *parts: Any, **more: Any) -> Entry:
        kind, self.trouble = self.trouble, None
        if kind == "down":
            raise Refusal(503, "back in a minute")
        entry = super().publish(brand, *parts, **more)
        if kind == "lost":
            raise Refusal(502, "the answer got lost")
        return entry


class DemoWorld:
    """One demo network."""

    network = "demo"

    def __init__(self, network: Moody, url: str) -> None:
        self._network = network
        self.outside = Outside({"demo": url})

    def key(self) -> Mapping[str, str]:
        """Return the key of the network's brand."""
        return {"token": self._network.brands[0].token}

    def comment(self, text: str) -> None:
        """Let Mia mention the brand."""
        self._network.say(Person("mia", "Mia"), text)

    def pushed(self) -> Pushed:
        """Return a sign that something happened, signed with the account's key."""
        body = json.dumps({"event": f"e-{len(self._network.entries)}", "items": []}).encode()
        signed = hmac.new(self.key()["token"].encode(), body, hashlib.sha256).hexdigest()
        return Pushed("POST", {}, {SIGNATURE: signed}, body)

    def like(self) -> None:
        """Let Mia like the brand's newest entry."""
        newest = [entry for entry in self._network.entries.values() if entry.brand and not entry.deleted][-1]
        demo_figures.like(self._network, Person("mia", "Mia"), newest.id)

    def seen(self) -> list[Seen]:
        """Return the brand's own entries."""
        own = [entry for entry in self._network.entries.values() if entry.brand and not entry.deleted]
        return [Seen(entry.text, len(entry.pictures), entry.parent_id) for entry in own]

    def trouble(self, kind: Trouble) -> None:
        """Let the next publication go wrong."""
        self._network.trouble = kind

    def revoke(self) -> None:
        """Give the brand another key."""
        (brand,) = self._network.brands
        self._network.brands = (replace(brand, token=f"{brand.token}-new"),)


@asynccontextmanager
async def demo_world(clock: Clock) -> AsyncIterator[DemoWorld]:
    """Serve a demo network for the length of a block."""
    network = Moody((NORTHWIND,), clock=clock)
    async with served(network) as url:
        yield DemoWorld(network, url)
