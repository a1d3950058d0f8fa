"""VKontakte as a world of the networks' journeys: a community whose key speaks, and a user's beside it for pictures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from clocks import Clock
from loopback_http import Said, loopback
from loopback_vk import FIRST, WALL, LoopbackVk
from network_desk import Seen, Trouble

from connectors.base import Outside
from connectors.vk_login import PER_SECOND
from smm.networks import Pushed

SECRET = "callback-secret"


def _error(code: int, said: str, **more: object) -> Said:
    return Said.of({"error": {"error_code": code, "error_msg": said, "request_params": [], **more}})


def _lost(do: Callable[[], Said]) -> Said:
    do()
    return Said(fault="reset")


TROUBLES: Mapping[Trouble, Callable[[Callable[[], Said]], Said]] = {
    "slower": lambda do: _error(6, "Too many requests per second"),
    "down": lambda do: _error(10, "Internal server error: could not post"),
    "refused": lambda do: _error(214, "Access to adding post denied: you can only add 50 posts a day"),
    "human": lambda do: _error(14, "Captcha needed", captcha_sid="1", captcha_img="https://api.vk.com/captcha.php"),
    "garbage": lambda do: Said(200, b"<html>We will be back soon</html>", {"content-type": "text/html"}),
    "lost": _lost,
}


class VkWorld:
    """One community."""

    network = "vk"

    def __init__(self, network: LoopbackVk) -> None:
        self.vk = network
        self.outside = Outside({"vk": f"{network.url}/method/"})
        self._number = 0

    def key(self) -> Mapping[str, str]:
        """Return the community's key, and a user's to read and to upload."""
        kinds = {kind: token for token, kind in self.vk.keys.items()}
        return {"token": kinds["community"], "reader": kinds.get("user", ""), "secret": SECRET}

    def comment(self, text: str) -> None:
        """Let Mia comment a post."""
        self.vk.say(text)

    def pushed(self) -> Pushed:
        """Return the newest event as the Callback API pushes it: the same that Long Poll tells, with the secret."""
        body = json.dumps(self.vk.events[-1] | {"secret": SECRET}).encode()
        return Pushed("POST", {}, {"content-type": "application/json"}, body)

    def like(self) -> None:
        """Let somebody like the newest post."""
        newest = max(self.vk.posts)
        self.vk.likes[newest] = self.vk.likes.get(newest, 0) + 1

    def seen(self) -> list[Seen]:
        """Return the community's posts and comments."""
        posts = [Seen(post["text"], _pictures(post)) for number, post in self.vk.posts.items() if number > FIRST]
        ours = [each for each in self.vk.comments.values() if each["from_id"] == WALL]
        return [*posts, *(Seen(each["text"], 0, str(each.get("reply_to_comment", ""))) for each in ours)]

    def trouble(self, kind: Trouble) -> None:
        """Let the next public call go wrong."""
        self.vk.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Give out other keys."""
        self._number += 1
        self.vk.keys = {f"{kind}-key-{self._number}": kind for kind in self.vk.keys.values()}


def _pictures(post: dict[str, Any]) -> int:
    return sum(each["type"] == "photo" for each in post["attachments"])


@contextmanager
def unpaced() -> Iterator[None]:
    """Let calls go out as fast as they can: a loopback server counts none."""
    with pytest.MonkeyPatch.context() as changed:
        for kind in PER_SECOND:
            changed.setitem(PER_SECOND, kind, 10_000)
        yield


@asynccontextmanager
async def vk_world(clock: Clock, *kinds: str) -> AsyncIterator[VkWorld]:
    """Serve a community for the length of a block; there are keys of these kinds."""
    network = LoopbackVk(clock, {f"{kind}-key": kind for kind in kinds or ("community", "user")})
    async with loopback(network) as server:
        network.url = server.url
        with unpaced():
            yield VkWorld(network)
