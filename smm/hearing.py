"""The port to a transcription model. It hears voice notes of members, and what it makes of them is only ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Transcriber(Protocol):
    """Writes down what is said in a file. Raises WriterError, nothing else."""

    model: str  # empty without one: a voice note is then listened to

    async def transcribe(self, file: Path, mime: str, language: str) -> str:
        """Return what is said; `language` (a code such as "ru") is what to expect."""


class Nobody:
    """No transcription model is set."""

    model = ""

    async def transcribe(self, file: Path, mime: str, language: str) -> str:
        """Hear nothing."""
        return ""
