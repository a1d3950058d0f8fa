"""Stars of reviews as feeds tell them: a figure, a fraction, or stars themselves. There is no one way, and no standard for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

MOST: Final = 5
NAMES: Final = ("im_rating", "rating", "review_rating", "r_rating", "g_rating", "media_starrating", "stars", "score")
_FIGURE: Final = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:(?:/|of|из)\s*(\d{1,3})|(%))?\s*")
_DRAWN: Final = re.compile(r"\s*((?:[★⭐]\ufe0f?){0,5})[☆✩]{0,5}")


def rating(entry: Mapping[str, Any]) -> int | None:
    """Return how many of five stars an entry has: where it names them, else by those drawn before its title."""
    named = next((found for name in NAMES if (found := stars(entry.get(name))) is not None), None)
    title = entry.get("title")
    return named if named is not None else _drawn(title) if isinstance(title, str) else None


def stars(told: Any) -> int | None:
    """Return a rating as one to five; a half counts as the lower one, and what is on no known scale as none."""
    if isinstance(told, Mapping):  # https://www.rssboard.org/media-rss#media-community
        return stars(f"{told.get('average', '')}/{told.get('max') or MOST}")
    if not isinstance(told, str):
        return None
    found = _FIGURE.fullmatch(told)
    if found is None:
        return _drawn(told)
    figure, whole = float(found[1].replace(",", ".")), float(found[2] or (100 if found[3] else MOST))
    if not 0 < figure <= whole:
        return None
    return max(1, -int(-(figure * MOST / whole - 0.5) // 1))


def _drawn(text: str) -> int | None:
    found = _DRAWN.match(text)
    count = sum(letter in "★⭐" for letter in found[1]) if found else 0
    return count or None
