"""How long a text is, as a network counts it: in characters, by weight or in what people see as one, links at their own length.

How long it may be is the network's to say (`Limits`); what is told where it is longer is smm/preflight.py's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from smm.networks import Limits, Options

URL: Final = re.compile(r"https?://\S+")
_JOINER: Final = "\u200d"
# What the letter before it takes in besides marks: joiners, signs that choose a form, tones of skin, tags of flags.
_TAKEN_IN: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PICTURE: Final = re.compile("[\ufe0f\u20e3\U0001f000-\U0001ffff]")
_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # what weighs one
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of these are one flag


def measure(text: str, limits: Limits) -> int:
    """Return a text's length as the network counts it: in composed form, a link as the network counts links."""
    composed = unicodedata.normalize("NFC", text)
    if limits.grapheme_bytes is not None:
        return max(graphemes(composed), -(-len(text.encode("utf-8", "replace")) // limits.grapheme_bytes))
    length = _weigh if limits.weighed else len
    if limits.url_length is None:
        return length(composed)
    return length(URL.sub("", composed)) + limits.url_length * len(URL.findall(composed))


def used(text: str, options: Options, limits: Limits) -> int:
    """Return how much of a network's room a post takes: its text, and its warning where that counts, too."""
    warning = options.warning if limits.warning_counts else ""
    return measure(text, limits) + len(unicodedata.normalize("NFC", warning))


def graphemes(text: str) -> int:
    """Return how many letters people see: https://www.unicode.org/reports/tr29/, and never fewer than there are.

    What only some scripts take for one letter (Indic conjuncts, Hangul in pieces) counts as its parts.
    """
    return sum(1 for _ in _letters(text))


def _letters(text: str) -> Iterator[str]:
    """Yield a text in what people see as one letter each."""
    letter, flags = "", 0
    for sign in text:
        flags = flags + 1 if _FLAG.match(sign) else 0
        if letter and not _goes_on(letter[0], letter[-1], sign, flags):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def _weigh(text: str) -> int:
    """Return a text's weight: a picture is two, a sign of most scripts one, another two.

    https://docs.x.com/fundamentals/counting-characters
    """
    return sum(
        2 if _PICTURE.search(letter) else sum(2 - _is_light(sign) for sign in letter) for letter in _letters(text)
    )


def _is_light(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _LIGHT)


def _goes_on(first: str, before: str, sign: str, flags: int) -> bool:
    """Say whether a sign belongs to the letter that began with `first` and so far ends with `before`."""
    if unicodedata.category(before) == "Cc":
        return before == "\r" and sign == "\n"
    is_mark = unicodedata.category(sign) in {"Mn", "Me"} or _TAKEN_IN.match(sign) is not None
    is_joined = before == _JOINER and unicodedata.category(first) == unicodedata.category(sign) == "So"
    return is_mark or is_joined or flags % 2 == 0 < flags
