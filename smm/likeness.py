"""Likeness of texts: whether two people said the same, give or take a few words. Pure.

A text is the set of its pairs of neighbouring words, links and names left out. Two texts are alike when they share most pairs;
the few smallest numbers of a set are enough to find what may be alike without looking at everything (bottom-k sketches:
Broder, "On the resemblance and containment of documents", https://doi.org/10.1109/SEQUEN.1997.666900).
"""

from __future__ import annotations

import re
from heapq import nsmallest
from itertools import pairwise
from typing import Final
from zlib import crc32

from smm.rules.query import fold

SKETCH: Final = 3  # numbers kept of a text
ALIKE: Final = 0.6  # of all pairs of both, how many they share
SHORTEST: Final = 5  # words: "thank you" is said by many who have nothing to do with each other
MOST_TEXT: Final = 2_000
_LEFT_OUT = re.compile(r"https?://\S+|[@#]\w+")
_WORDS = re.compile(r"\w+")


def pairs(text: str) -> frozenset[int]:
    """Return the pairs of neighbouring words of a text as numbers; none of a text that is too short to tell."""
    words = _WORDS.findall(fold(_LEFT_OUT.sub(" ", text[:MOST_TEXT])))
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(crc32(f"{one} {two}".encode("utf-8", "replace")) for one, two in pairwise(words))


def sketch(found: frozenset[int]) -> list[int]:
    """Return the numbers by which texts that may be alike are found: alike texts share at least one, nearly always."""
    return nsmallest(SKETCH, found)


def alike(one: frozenset[int], other: frozenset[int]) -> bool:
    """Say whether two texts say the same."""
    return bool(one) and bool(other) and len(one & other) >= ALIKE * len(one | other)
