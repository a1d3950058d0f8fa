"""Files on the loopback Slack, either way: uploaded in three steps, looked at for a while, downloaded with the token."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

Raw = dict[str, Any]


@dataclass(slots=True)
class File:
    """A file; it can be shown once it was looked at (`looks` counts down to it)."""

    raw: Raw
    content: bytes = b""
    complete: bool = False
    looks: int = 0


@dataclass(slots=True)
class Files:
    """All files by id."""

    url: str = ""
    known: dict[str, File] = field(default_factory=dict)
    looks: int = 1  # how often one has to ask before an upload has a type
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, content: bytes, name: str, *, size: int = 0) -> File:
        """Let somebody's file be there; `size` pretends that it is larger."""
        file_id = f"F0FILE{next(self.numbers):05}"
        address = f"{self.url}/files/{file_id}/{name}"
        raw = {
            "id": file_id,
            "name": name,
            "mimetype": "image/jpeg",
            "size": size or len(content),
            "url_private": address,
            "url_private_download": address,
        }
        self.known[file_id] = File(raw, content, complete=True)
        return self.known[file_id]

    def expect(self, name: str, length: int) -> File:
        """Let a file be uploaded."""
        file = self.add(b"", name, size=length)
        file.complete, file.looks = False, self.looks
        file.raw["mimetype"] = ""
        return file

    def look(self, file: File) -> Raw:
        """Return what is known of a file now."""
        if file.complete and file.looks > 0:
            file.looks -= 1
        if file.complete and not file.looks:
            file.raw["mimetype"] = file.raw["mimetype"] or "image/jpeg"
        return file.raw

    def showable(self, file_id: str) -> bool:
        """Say whether a message may show a file."""
        file = self.known.get(file_id)
        return file is not None and file.complete and bool(file.raw["mimetype"])
