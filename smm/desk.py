"""What a use case that reaches outside is handed: the database, the networks, the writer, the folder of media, the transcriber."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from smm.hearing import Nobody

if TYPE_CHECKING:
    from smm.hearing import Transcriber
    from smm.networks import Networks
    from smm.reading import Reader
    from smm.writing import Writer
    from storage.engine import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports of one running desk. Sequences that await something outside take it as their first argument.

    `public_url` is where others reach the desk, without a slash at the end; empty where nobody outside can.
    """

    database: Database
    networks: Networks
    writer: Writer
    media: Path
    transcriber: Transcriber = field(default_factory=Nobody)
    public_url: str = ""
    reader: Reader | None = None  # of language and tone, where its model is installed
