"""Text from outside, made fit to be kept: no characters that a database refuses, no more than is asked for.

PostgreSQL refuses NUL in text (https://www.postgresql.org/docs/current/datatype-character.html), and no encoder takes
half of a surrogate pair.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 20_000
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SHAPING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")


def clean(text: str, most: int = MOST) -> str:
    """Return text without control characters and broken surrogates, cut to a length."""
    return _REFUSED.sub("\N{REPLACEMENT CHARACTER}", text[: most + 1].replace("\x00", ""))[:most]


def line(text: str, most: int = 120) -> str:
    """Return a name or a title: one line, no invisible or direction-changing characters, cut to a length."""
    visible = _SHAPING.sub("", clean(text, most * 4))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()[:most]
