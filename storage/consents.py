"""Consents on their way: somebody was sent to a network to allow the desk something, and has not come back yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, delete, select

from storage.base import Id, Moment, Secret, key, metadata
from storage.unit_of_work import UnitOfWork
from storage.vault import Sealed

consents = Table(
    "consents",
    metadata,
    key(),
    Column("state", String(64), nullable=False, unique=True),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("network", String(32), nullable=False),
    Column("instead", Id, nullable=True),
    Column("verifier", Secret, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Consent:
    """A question put to a member: `state` is the digest of what comes back, `verifier` opens for it."""

    id: int
    state: str
    brand_id: int
    member_id: int
    network: str
    instead: int | None
    verifier: Sealed
    created_at: datetime


_GET = select(consents).where(consents.c.state == bindparam("of_state"))
_GONE = delete(consents).where(consents.c.id == bindparam("wanted"))
_OLD = delete(consents).where(consents.c.created_at < bindparam("before"))


def ask(
    uow: UnitOfWork, state: str, brand_id: int, member_id: int, network: str, instead: int | None, verifier: Sealed
) -> None:
    """Remember whom a network is asked for, and forget who never came back."""
    uow.add(
        consents,
        state=state,
        brand_id=brand_id,
        member_id=member_id,
        network=network,
        instead=instead,
        verifier=verifier,
        created_at=uow.now,
    )


def take(uow: UnitOfWork, state: str) -> Consent | None:
    """Return what was asked under this state and forget it: it is good for one use."""
    found = uow.one(Consent, _GET, of_state=state)
    return found if found is not None and uow.change(_GONE, wanted=found.id) == 1 else None


def forget(uow: UnitOfWork, before: datetime) -> None:
    """Forget who never came back."""
    uow.change(_OLD, before=before)
