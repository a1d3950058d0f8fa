"""The port to whatever reads language and tone of a text. It runs on this machine: nothing that strangers wrote leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

TONES: Final = ("good", "plain", "bad")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text reads to a machine: a two-letter `language`, a `tone`; empty where it cannot tell. `sure` of the tone: 0 to 1."""

    language: str
    tone: str
    sure: float


class Reader(Protocol):
    """Reads texts."""

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Return how each text reads, in order."""
