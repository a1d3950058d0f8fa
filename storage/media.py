"""Media: files by content. The bytes lie on disk under their SHA-256, never under a name that somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text, select, update

from storage.base import Id, Moment, metadata
from storage.unit_of_work import UnitOfWork

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
    Column("alt", Text, nullable=False, server_default=""),
    Column("seconds", Integer, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Media:
    """A file: `digest` is the SHA-256 of its bytes in hex, sizes in bytes and pixels, `alt` what its sender said of it.

    `seconds` is how long a video is, rounded up; None where nobody can tell.
    """

    digest: str
    brand_id: int | None
    mime: str
    size: int
    width: int
    height: int
    name: str
    created_at: datetime
    alt: str = ""
    seconds: int | None = None


def keep(
    uow: UnitOfWork,
    digest: str,
    *,
    brand_id: int | None,
    mime: str,
    size: int,
    width: int,
    height: int,
    name: str,
    alt: str = "",
    seconds: int | None = None,
) -> None:
    """Remember a file whose bytes lie on disk; the same file again changes nothing but what is said of it."""
    uow.add_new(
        media,
        on=("digest",),
        digest=digest,
        brand_id=brand_id,
        mime=mime,
        size=size,
        width=width,
        height=height,
        name=name,
        created_at=uow.now,
        alt=alt,
        seconds=seconds,
    )
    if alt:
        uow.change(update(media).where(media.c.digest == digest).values(alt=alt))


def of(uow: UnitOfWork, digests: Sequence[str]) -> dict[str, Media]:
    """Return what is known of files, by digest."""
    if not digests:
        return {}
    found = uow.many(Media, select(media).where(media.c.digest.in_(digests)))
    return {each.digest: each for each in found}
