"""Media: files by content. The bytes lie on disk under their SHA-256, never under a name that somebody chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from storage.base import Id, Moment, metadata

media = Table(
    "media",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("mime", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Media:
    """A file: `digest` is the SHA-256 of its bytes in hex, sizes in bytes and pixels."""

    digest: str
    brand_id: int | None
    mime: str
    size: int
    width: int
    height: int
    name: str
    created_at: datetime
