"""Incidents: the same said by many, kept together; and the sketches by which alike texts are found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)

from storage.base import Id, Moment, key, metadata
from storage.mentions import Mention, mentions
from storage.unit_of_work import UnitOfWork

incidents = Table(
    "incidents",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("state", String(8), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)

incident_mentions = Table(
    "incident_mentions",
    metadata,
    key(),
    Column("incident_id", Id, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False),
    UniqueConstraint("mention_id"),
)

sketches = Table(
    "sketches",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "brand_id", "number"),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """One story. `state`: open; muted (it goes on growing without a word); settled (nothing joins it any more)."""

    id: int
    brand_id: int
    state: str
    revision: int
    opened_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class IncidentMention:
    """A mention that tells a story too; one mention belongs to one story."""

    id: int
    incident_id: int
    mention_id: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """One of the numbers by which a mention's text may be found alike."""

    id: int
    brand_id: int
    number: int
    mention_id: int
    at: datetime


_GET = select(incidents).where(incidents.c.id == bindparam("wanted"))
_OF_MENTION = (
    select(incidents)
    .join(incident_mentions, incident_mentions.c.incident_id == incidents.c.id)
    .where(incident_mentions.c.mention_id == bindparam("of_mention"))
)
_MENTIONS = (
    select(mentions)
    .join(incident_mentions, incident_mentions.c.mention_id == mentions.c.id)
    .where(incident_mentions.c.incident_id == bindparam("of_incident"))
    .order_by(mentions.c.id)
)
_COUNT = select(func.count()).where(incident_mentions.c.incident_id == bindparam("of_incident"))
_SKETCHED = (
    select(mentions)
    .where(
        mentions.c.id.in_(
            select(sketches.c.mention_id).where(
                sketches.c.brand_id == bindparam("of_brand"),
                sketches.c.number.in_(bindparam("numbers", expanding=True)),
                sketches.c.at >= bindparam("since"),
            )
        ),
        mentions.c.id != bindparam("but"),
    )
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
)


def get(uow: UnitOfWork, incident_id: int) -> Incident | None:
    """Return an incident."""
    return uow.one(Incident, _GET, wanted=incident_id)


def of_mention(uow: UnitOfWork, mention_id: int) -> Incident | None:
    """Return the incident that a mention belongs to."""
    return uow.one(Incident, _OF_MENTION, of_mention=mention_id)


def members(uow: UnitOfWork, incident_id: int) -> list[Mention]:
    """Return the mentions of an incident, oldest first."""
    return uow.many(Mention, _MENTIONS, of_incident=incident_id)


def count(uow: UnitOfWork, incident_id: int) -> int:
    """Count the mentions of an incident."""
    return int(uow.scalar(_COUNT, of_incident=incident_id))


def open_one(uow: UnitOfWork, brand_id: int) -> int:
    """Begin an incident."""
    return uow.add(incidents, brand_id=brand_id, state="open", revision=1, opened_at=uow.now, last_at=uow.now)


def join(uow: UnitOfWork, incident_id: int, mention_id: int) -> bool:
    """Let a mention belong to an incident, unless it belongs to one; say whether it was new."""
    joined = uow.add_new(incident_mentions, on=("mention_id",), incident_id=incident_id, mention_id=mention_id)
    if joined is not None:
        uow.change(update(incidents).where(incidents.c.id == incident_id).values(last_at=uow.now))
    return joined is not None


def change(uow: UnitOfWork, incident: Incident, **values: Any) -> bool:
    """Set columns of an incident that nobody has changed since; say whether it was still so."""
    still = update(incidents).where(incidents.c.id == incident.id, incidents.c.revision == incident.revision)
    return uow.change(still.values(revision=incident.revision + 1, **values)) == 1


def keep_sketch(uow: UnitOfWork, brand_id: int, mention_id: int, numbers: Iterable[int]) -> None:
    """Remember the numbers by which a mention is found alike."""
    uow.put(
        sketches,
        [{"brand_id": brand_id, "number": number, "mention_id": mention_id, "at": uow.now} for number in numbers],
    )


def maybe_alike(
    uow: UnitOfWork, brand_id: int, numbers: Collection[int], since: datetime, but: int, most: int
) -> list[Mention]:
    """Return the newest mentions that share a number, other than one."""
    asked = {"of_brand": brand_id, "numbers": list(numbers), "since": since, "but": but, "most": most}
    return uow.many(Mention, _SKETCHED, **asked)


def forget_sketches(uow: UnitOfWork, before: datetime) -> int:
    """Forget the numbers of what is too old to be alike."""
    return uow.change(delete(sketches).where(sketches.c.at < before))
