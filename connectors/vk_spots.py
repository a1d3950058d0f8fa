"""Where something stands on VKontakte: one id for posts, for comments under anything, and for messages; with its address.

    wall-1_45   wall-1_45_77   photo-1_5_77   video-1_6_77   market-1_3_77   topic-1_9_77   im200_31

The number after the word is the owner (communities have negative ones; of a message: whom it is exchanged with), then the
thing, then the comment under it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

Place = Literal["wall", "photo", "video", "market", "topic", "im"]

SITE: Final = "https://vk.com"
_SPOT = re.compile(r"(wall|photo|video|market|topic|im)(-?\d{1,18})_(\d{1,18})(?:_(\d{1,18}))?")
_LINKS: Final = {
    "wall": ("wall{owner}_{thing}", "?reply={comment}"),
    "photo": ("photo{owner}_{thing}", "?reply={comment}"),
    "video": ("video{owner}_{thing}", "?reply={comment}"),
    "market": ("market{owner}?w=product{owner}_{thing}", ""),
    "topic": ("topic{owner}_{thing}", "?post={comment}"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """One place; `comment` 0 is the thing itself."""

    place: Place
    owner: int
    thing: int
    comment: int = 0

    @classmethod
    def read(cls, remote_id: str) -> Spot | None:
        """Return a place from its id, None for anything strange."""
        found = _SPOT.fullmatch(remote_id)
        if found is None:
            return None
        return cls(cast("Place", found[1]), int(found[2]), int(found[3]), int(found[4] or 0))

    def __str__(self) -> str:
        return f"{self.place}{self.owner}_{self.thing}" + (f"_{self.comment}" if self.comment else "")

    @property
    def root(self) -> Spot:
        """The post, photo or topic that a comment is under."""
        return Spot(self.place, self.owner, self.thing)

    def link(self, group_id: int) -> str:
        """Return the address that a person opens."""
        if self.place == "im":
            return f"{SITE}/gim{group_id}?sel={self.owner}"
        thing, comment = _LINKS[self.place]
        told = thing + (comment if self.comment else "")
        return f"{SITE}/{told.format(owner=self.owner, thing=self.thing, comment=self.comment)}"
