"""The people around an account on Mastodon: figures, and who favourited, boosted, answered or follows.

An instance knows those that other instances have told it of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from connectors.mastodon_login import MastodonLogin
from connectors.mastodon_reading import figures, person, speaker
from smm.networks import Crowd, Deed, Metrics

TOGETHER: Final = 20  # statuses asked for by their ids (Mastodon's DEFAULT_STATUSES_LIMIT)
CROWD: Final = 80  # people of one call (https://docs.joinmastodon.org/methods/statuses/#favourited_by)
RELATED: Final = 40  # people whose relation to us is asked for at once
_LISTS: Final = {Deed.LIKE: "favourited_by", Deed.REPOST: "reblogged_by"}
_NEXT = re.compile(r'<([^>]*)>;\s*rel="?next\b')


class MastodonAudience(MastodonLogin):
    """The people around an account."""

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the counts that an instance knows of: what happens on others may not be told to it."""
        told: dict[str, Metrics] = {}
        for start in range(0, len(remote_ids), TOGETHER):
            asked = {"id[]": list(remote_ids[start : start + TOGETHER])}
            body = (await self._wire.call("GET", "/api/v1/statuses", params=asked)).body()
            told |= {status.id("id"): figures(status) for status in body.each()}
        return told

    async def insights(self, since: date, until: date) -> Metrics:
        """Return how many follow the account now; Mastodon tells no figures of days."""
        body = (await self._wire.call("GET", "/api/v1/accounts/verify_credentials")).body()
        return Metrics(followers=body.read("followers_count", int))

    async def participants(self, remote_id: str, deed: Deed, cursor: str) -> Crowd:
        """Return who favourited, boosted or answered a status; those who answered come all at once."""
        place = f"/api/v1/statuses/{quote(remote_id, safe='')}"
        if deed == Deed.COMMENT:
            thread = (await self._wire.call("GET", f"{place}/context")).body()
            return Crowd(tuple(map(speaker, thread.each("descendants"))))
        asked: dict[str, Any] = {"limit": CROWD} | ({"max_id": cursor} if cursor else {})
        reply = await self._wire.call("GET", f"{place}/{_LISTS[deed]}", params=asked)
        return Crowd(tuple(map(person, reply.body().each())), _following(reply.headers))

    async def followers(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Return who of these people follows the account."""
        found = set[str]()
        for start in range(0, len(user_ids), RELATED):
            asked = {"id[]": list(user_ids[start : start + RELATED])}
            body = (await self._wire.call("GET", "/api/v1/accounts/relationships", params=asked)).body()
            found |= {each.id("id") for each in body.each() if each.read("followed_by", bool)}
        return frozenset(found)


def _following(headers: Mapping[str, str]) -> str:
    """Return where a list goes on, empty where it ends (https://docs.joinmastodon.org/api/guidelines/#pagination)."""
    found = _NEXT.search(headers.get("link", ""))
    return parse_qs(urlsplit(found[1]).query).get("max_id", [""])[0] if found else ""
