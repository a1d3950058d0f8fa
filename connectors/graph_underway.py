"""What is on its way to the public: which thing of Meta's, uploaded and seen by nobody yet, holds a publication of ours.

It is kept before it is published: the same thing goes out once at most, and what became of it is asked of Meta, not guessed.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.graph import Graph
from connectors.outcomes import GOES_ON, UNREACHABLE
from connectors.underway import Underway, read, written
from smm.errors import N_, Rejected, Unavailable
from smm.networks import Outgoing, PostKind

LASTS: Final = timedelta(
    hours=24
)  # https://developers.facebook.com/documentation/instagram-platform/content-publishing
PAUSE: Final = [2.0]  # seconds between looks at it
LOOKS: Final = 5
CONTAINERS: Final = "containers"  # the name beside the key; nobody is asked for it

ONE_FILE = N_("A story or reel on {network} is one picture or video. Leave one.")
NO_VIDEO = N_("A reel on {network} is a video. Attach one, or choose another kind.")


class GraphUnderway(Graph):
    """What one account has under way, by the keys of its publications."""

    def _underway(self, key: str) -> Underway | None:
        return self._all_underway().get(key)

    def _all_underway(self) -> dict[str, Underway]:
        return read(self._secrets.get(CONTAINERS, ""), datetime.now(UTC), LASTS)

    async def _remember(self, key: str, thing: str) -> None:
        made = Underway(thing, datetime.now(UTC))
        await self._keep_beside(lambda: {CONTAINERS: written(self._all_underway() | {key: made})})

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE[0])

    def _must_fit(self, post: Outgoing) -> None:
        """Refuse what is no story and no reel; the desk says so while it is written, too."""
        kind, videos = post.options.kind, [file for file in post.media if file.mime.startswith("video/")]
        if kind != PostKind.POST and len(post.media) != 1:
            raise Rejected(ONE_FILE, field="media", network=self.title, account=self._account)
        if kind == PostKind.REEL and not videos:
            raise Rejected(NO_VIDEO, field="media", network=self.title, account=self._account)

    def _unsure(self) -> Unavailable:
        """Say that not everything was read: only who has read everything may say that something is not there."""
        return Unavailable(UNREACHABLE, network=self.title, account=self._account)

    def _goes_on(self) -> Unavailable:
        return Unavailable(GOES_ON, network=self.title, account=self._account)
