"""How long a text is, as a network counts it: in characters or in what people see as one, with links at a length of their own.

How long it may be is the network's to say (`Limits`); what is told where it is longer is smm/preflight.py's.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from smm.networks import Limits, Options

URL: Final = re.compile(r"https?://\S+")
_JOINER: Final = "\u200d"
# What the letter before it takes in besides marks: joiners, signs that choose a form, tones of skin, tags of flags.
_TAKEN_IN: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of these are one flag


def measure(text: str, limits: Limits) -> int:
    """Return a text's length as the network counts it: in composed form, a link as the network counts links."""
    composed = unicodedata.normalize("NFC", text)
    if limits.grapheme_bytes is not None:
        return max(graphemes(composed), -(-len(text.encode("utf-8", "replace")) // limits.grapheme_bytes))
    if limits.url_length is None:
        return len(composed)
    return len(URL.sub("", composed)) + limits.url_length * len(URL.findall(composed))


def used(text: str, options: Options, limits: Limits) -> int:
    """Return how much of a network's room a post takes: its text, and its warning where that counts, too."""
    warning = options.warning if limits.warning_counts else ""
    return measure(text, limits) + len(unicodedata.normalize("NFC", warning))


def graphemes(text: str) -> int:
    """Return how many letters people see: https://www.unicode.org/reports/tr29/, and never fewer than there are.

    What only some scripts take for one letter (Indic conjuncts, Hangul in pieces) counts as its parts.
    """
    count, first, before, flags = 0, "", "", 0
    for letter in text:
        flags = flags + 1 if _FLAG.match(letter) else 0
        if not _goes_on(first, before, letter, flags):
            count, first = count + 1, letter
        before = letter
    return count


def _goes_on(first: str, before: str, letter: str, flags: int) -> bool:
    """Say whether a sign belongs to the letter that began with `first` and so far ends with `before`."""
    if not before or unicodedata.category(before) == "Cc":
        return before == "\r" and letter == "\n"
    is_mark = unicodedata.category(letter) in {"Mn", "Me"} or _TAKEN_IN.match(letter) is not None
    is_joined = before == _JOINER and unicodedata.category(first) == unicodedata.category(letter) == "So"
    return is_mark or is_joined or flags % 2 == 0 < flags
