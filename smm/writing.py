"""The port to a language model. It can only fill a draft: it has no tools, sees no secrets, and never publishes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Brief:
    """What to write. `stranger` is untrusted text from outside: it is fenced before a model reads it.

    `examples` are the brand's own past words; `limits` most characters per network name, in the network's unit.
    """

    purpose: str  # "post" or "reply"
    language: str
    brand: str
    tone: str
    topic: str
    limits: dict[str, int]
    stranger: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One variant. `source` says where it came from, for people: a model's name, or the brand's own past words."""

    text: str
    source: str


Progress = Callable[[str], Awaitable[None]]


class Writer(Protocol):
    """Writes drafts. Raises WriterError, nothing else."""

    model: str  # empty without one: suggestions are then built from the brand's own words

    async def suggest(self, brief: Brief, progress: Progress | None = None) -> tuple[Suggestion, ...]:
        """Return three variants; `progress` gets the text so far while it grows."""
