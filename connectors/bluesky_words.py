"""Writing for Bluesky: the key of a record, what in a text is a link, a handle or a tag, and pictures as they are embedded.

Pure functions; the conversation is bluesky.py's. Shapes: https://github.com/bluesky-social/atproto/tree/main/lexicons
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"  # sorts as the number does (https://atproto.com/specs/tid)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FROM: Final = (datetime(2025, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_YEAR: Final = timedelta(days=365) // timedelta(microseconds=1)
_TAG: Final = 64  # characters of a tag (app.bsky.richtext.facet)
# As https://github.com/bluesky-social/atproto/blob/main/packages/api/src/rich-text/util.ts finds them; of links, whole ones alone.
_LINK = re.compile(r"(?:(?<=^)|(?<=[\s(]))https?://[^\s]+", re.IGNORECASE)
_HANDLE = re.compile(r"(?:(?<=^)|(?<=[\s(]))@([a-z0-9](?:[a-z0-9-]*\.)+[a-z][a-z0-9-]*)", re.IGNORECASE)
_WORD = re.compile(r"(?:(?<=^)|(?<=\s))[#\uff03](?!\ufe0f)([^\s#\u00ad\u2060\u200a-\u200d\u20e2]+)")
_ENDS: Final = ".,;:!?'\"”’»…"


@dataclass(frozen=True, slots=True)
class Found:
    """A link, a handle or a tag: where it stands among the characters, and what it is."""

    start: int
    end: int
    kind: str  # of the lexicon's features: link, mention, tag
    value: str


def record_key(key: str) -> str:
    """Return the record's key for a publication's: the same always, and of the form that posts must have, a TID.

    A TID is made of a moment. Ours lie in 2025, at a microsecond that the key decides: none is ever in the future.
    """
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:10])
    number = (_FROM + (drawn >> 10) % _YEAR) << 10 | (drawn & 1023)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def found_in(text: str) -> list[Found]:
    """Return what in a text can be pressed, in order and without overlaps."""
    found: list[Found] = []
    for each in sorted([*_links(text), *_handles(text), *_tags(text)], key=lambda each: each.start):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _links(text: str) -> Iterator[Found]:
    for match in _LINK.finditer(text):
        link = match.group().rstrip(_ENDS)
        while link.endswith(")") and link.count(")") > link.count("("):
            link = link[:-1].rstrip(_ENDS)
        with suppress(ValueError):
            if urlsplit(link).hostname:
                yield Found(match.start(), match.start() + len(link), "link", link)


def _handles(text: str) -> Iterator[Found]:
    for match in _HANDLE.finditer(text):
        yield Found(match.start(), match.end(), "mention", match[1].lower())


def _tags(text: str) -> Iterator[Found]:
    for match in _WORD.finditer(text):
        tag = match[1].rstrip(_ENDS)
        if tag and not tag.isdigit() and len(tag) <= _TAG:
            yield Found(match.start(), match.start() + 1 + len(tag), "tag", tag)


def facets(text: str, found: list[Found], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the facets of a text: where in its UTF-8 bytes what stands. `people` are DIDs by handle; who is not there is text."""
    named = {"link": "uri", "mention": "did", "tag": "tag"}
    told = []
    for each in found:
        value = people.get(each.value, "") if each.kind == "mention" else each.value
        if value:
            feature = {"$type": f"app.bsky.richtext.facet#{each.kind}", named[each.kind]: value}
            index = {"byteStart": _bytes(text[: each.start]), "byteEnd": _bytes(text[: each.end])}
            told.append({"index": index, "features": [feature]})
    return told


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def card(link: str) -> dict[str, Any]:
    """Return a link as the card below a text. Its title is the site's name: what the page says may be another's by tomorrow."""
    external = {"uri": link, "title": urlsplit(link).hostname or link, "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def image(blob: Mapping[str, Any], alt: str, content: bytes) -> dict[str, Any]:
    """Return an uploaded picture as it is embedded, with its shape, so that nothing jumps while it loads."""
    from PIL import Image, UnidentifiedImageError

    told: dict[str, Any] = {"image": blob, "alt": alt}
    try:
        with Image.open(BytesIO(content)) as opened:
            told["aspectRatio"] = {"width": opened.width, "height": opened.height}
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        pass  # the shape is a courtesy: Bluesky measures for itself
    return told


def video(blob: Mapping[str, Any], alt: str, content: bytes) -> dict[str, Any]:
    """Return a video as it is embedded, with its shape where the file tells it."""
    told: dict[str, Any] = {"$type": "app.bsky.embed.video", "video": blob}
    if alt:
        told["alt"] = alt
    if shape := _shape(content):
        told["aspectRatio"] = {"width": shape[0], "height": shape[1]}
    return told


def _shape(content: bytes) -> tuple[int, int] | None:
    """Return width and height of an MP4 as it is shown, by the header of its first track that is seen (ISO/IEC 14496-12, 8.3.2)."""
    at = content.find(b"tkhd")
    while at >= 0:
        matrix = at + (56 if content[at + 4 : at + 5] == b"\x01" else 44)
        turn, width, height = (content[start : start + 4] for start in (matrix, matrix + 36, matrix + 40))
        found = int.from_bytes(width) >> 16, int.from_bytes(height) >> 16
        if len(height) == 4 and all(found):  # noqa: PLR2004 - bytes of a number
            return found if any(turn) else (found[1], found[0])  # a telephone held upright films lying down
        at = content.find(b"tkhd", at + 4)
    return None


def stamp(moment: datetime) -> str:
    """Return a moment as records have it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
