"""Facebook and Instagram as worlds of the networks' journeys: a Page, and the account that belongs to it, behind one Graph API."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from clocks import Clock
from loopback_graph import ACCOUNT, APP_ID, APP_SECRET, FIRST_MEDIA, FIRST_POST, PAGE, LoopbackGraph, Refusal
from loopback_graph_videos import LoopbackVideos
from loopback_http import Said, loopback
from network_desk import Seen, Trouble

from connectors.base import App, Outside
from connectors.instagram_login import OWN_APP
from smm.networks import Pushed

USAGE = json.dumps({PAGE: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 1}]})


def _lost(do: Callable[[], Said]) -> Said:
    do()
    return Said(fault="reset")


def _slower(do: Callable[[], Said]) -> Said:
    refused = Refusal(80001, "(#80001) There have been too many calls to this Page account.").said
    return Said(refused.status, refused.content, refused.headers | {"x-business-use-case-usage": USAGE})


TROUBLES: Mapping[Trouble, Callable[[Callable[[], Said]], Said]] = {
    "slower": _slower,
    "down": lambda do: Refusal(2, "An unexpected error has occurred. Please retry.", 500, is_transient=True).said,
    "refused": lambda do: Refusal(100, "Invalid parameter", error_user_msg="The link is not allowed here.").said,
    "human": lambda do: Refusal(368, "The action attempted has been deemed abusive or is otherwise disallowed").said,
    "garbage": lambda do: Said(200, b"<html>We will be back soon</html>", {"content-type": "text/html"}),
    "lost": _lost,
}


class GraphWorld:
    """One account. `network` is which of the two; an account with a login of its own has an app of its own."""

    def __init__(self, network: str, graph: LoopbackGraph, url: str) -> None:
        self.network = network
        self.graph = graph
        self.outside = Outside({network: url}, apps={OWN_APP if graph.own else network: App(APP_ID, APP_SECRET)})

    @property
    def _is_page(self) -> bool:
        return self.network == "facebook"

    def key(self) -> Mapping[str, str]:
        """Return the Page's key."""
        return {"token": self.graph.token}

    def comment(self, text: str) -> None:
        """Let Mia comment the post that stood there before."""
        self.graph.say(text, FIRST_POST if self._is_page else FIRST_MEDIA)

    def pushed(self) -> Pushed:
        """Return the push about the newest comment, signed with the app's secret."""
        comment, said = list(self.graph.comments.items())[-1]
        value = {"item": "comment", "verb": "add", "comment_id": comment, "post_id": said["under"]}
        field, value = ("feed", value) if self._is_page else ("comments", {"id": comment, "text": said["text"]})
        entry = {"id": PAGE if self._is_page else ACCOUNT, "time": 1, "changes": [{"field": field, "value": value}]}
        body = json.dumps({"object": "page" if self._is_page else "instagram", "entry": [entry]}).encode()
        signed = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return Pushed("POST", {}, {"x-hub-signature-256": f"sha256={signed}"}, body)

    def like(self) -> None:
        """Let somebody like what was published last."""
        newest = list(self.graph.posts if self._is_page else self.graph.media)[-1]
        self.graph.likes[newest] = self.graph.likes.get(newest, 0) + 1

    def seen(self) -> list[Seen]:
        """Return the account's posts and answers."""
        assert self.graph.wrong == []
        ours = [each for each in self.graph.comments.values() if each["author"]["id"] in {PAGE, ACCOUNT}]
        answers = [Seen(each["text"], 0, each["parent"]) for each in ours]
        if self._is_page:
            posts = [post for number, post in self.graph.posts.items() if number != FIRST_POST]
            return [*(Seen(post["message"], post["photos"]) for post in posts), *answers]
        media = [each for number, each in self.graph.media.items() if number != FIRST_MEDIA]
        return [*(Seen(each["caption"], each["files"]) for each in media), *answers]

    def trouble(self, kind: Trouble) -> None:
        """Let the next publication go wrong."""
        self.graph.next_public = TROUBLES[kind]

    def revoke(self) -> None:
        """Let the Page have another key."""
        self.graph.token += "-new"


def graph_world(network: str, *, own: bool = False) -> Callable[[Clock], AbstractAsyncContextManager[GraphWorld]]:
    """Return how one of the two is opened; `own`: without a Page."""

    @asynccontextmanager
    async def opened(clock: Clock) -> AsyncIterator[GraphWorld]:
        graph = LoopbackVideos(clock, "own-key" if own else "page-key", own)
        async with loopback(graph) as server:
            yield GraphWorld(network, graph, server.url)

    return opened
