"""Which version of its API each network is spoken to in, and when the network lets go of it. Connectors read theirs from here.

A date of None means that none was announced on the page. `copydesk check` and /accounts warn two months ahead
(`smm.declared.ends_soon`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Version:
    """One version: `until` is the last day on which it is answered, `source` the page that says so."""

    version: str
    until: date | None
    source: str


AS_OF: Final = date(2026, 11, 25)  # when these pages were last read
_GRAPH: Final = "https://developers.facebook.com/docs/graph-api/changelog/versions/"

VERSIONS: Final = {
    "bluesky": Version("app.bsky", None, "https://docs.bsky.app/docs/category/http-reference"),
    "facebook": Version("v25.0", date(2028, 7, 29), _GRAPH),
    "instagram": Version("v25.0", date(2028, 7, 29), _GRAPH),
    "mastodon": Version("v1", None, "https://docs.joinmastodon.org/api/guidelines/"),
    "telegram_channel": Version("10.2", None, "https://core.telegram.org/bots/api-changelog"),
    "vk": Version("5.199", None, "https://dev.vk.com/ru/reference/versions"),
    "x": Version("2", None, "https://docs.x.com/x-api/introduction"),
    "youtube": Version("v3", None, "https://developers.google.com/youtube/v3/revision_history"),
}


def version(network: str) -> str:
    """Return the version of a network's API that we speak, empty where the network has none."""
    known = VERSIONS.get(network)
    return known.version if known else ""
