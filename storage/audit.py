"""The audit trail: append-only, each entry chained to the one before it by hash.

A change, a removal, an insertion or another order of entries breaks the chain, and `verify` names the entry. The database
itself refuses changes too (storage/migrations). Entries cut off at the end leave no trace here: for that the newest hash
must stand somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Select, String, Table, Text, bindparam, func, or_, select

from storage.base import Id, Json, Moment, metadata
from storage.plain import encode, storable
from storage.unit_of_work import UnitOfWork

BATCH = 1_000
LOCK = 0x61756469  # "audi": PostgreSQL's advisory lock for whoever appends

audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("brand_id", Id, nullable=True),
    Column("actor", String(64), nullable=False),
    Column("identity", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(64), nullable=False),
    Column("facts", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Index(None, "brand_id", "seq"),
    Index(None, "object", "seq"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what. `actor` such as "member:3" or "desk"; `identity` the chat identity that was used."""

    seq: int
    at: datetime
    brand_id: int | None
    actor: str
    identity: str
    action: str
    object: str
    facts: dict[str, Any]
    previous: str
    hash: str
    note: str


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which entries: a brand's, with those of the `desk` as a whole if asked for.

    What is empty narrows nothing; what ends in "." or ":" is a beginning, such as "mention." or "post:".
    """

    brand_id: int
    desk: bool = False
    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the chain is broken. Its words name the entry."""

    seq: int
    words: str

    def __str__(self) -> str:
        return self.words


_NEWEST = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_TURN = select(func.pg_advisory_xact_lock(LOCK))
_AFTER = (
    select(audit).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(bindparam("most", type_=Integer))
)
_ABOUT = select(audit).where(audit.c.object == bindparam("of_object")).order_by(audit.c.seq)


def append(
    uow: UnitOfWork,
    *,
    actor: str,
    action: str,
    object: str,
    brand_id: int | None = None,
    identity: str = "",
    facts: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Write down who did what to what, as the last thing of this transaction: entries are written one after the other."""
    values = {
        "at": uow.now.astimezone(UTC),
        "brand_id": brand_id,
        "actor": storable(actor),
        "identity": storable(identity),
        "action": storable(action),
        "object": storable(object),
        "facts": _settled(facts or {}),
        "note": storable(note),
    }
    uow.before_commit(lambda: _chain(uow, values))


def _chain(uow: UnitOfWork, values: dict[str, Any]) -> None:
    if uow.postgresql:
        uow.scalar(_TURN)
    newest = next(iter(uow.rows(_NEWEST)), (0, ""))
    whole = Entry(seq=newest[0] + 1, previous=newest[1], hash="", **values)
    uow.add(audit, **values, seq=whole.seq, previous=whole.previous, hash=_hash(whole))


def _settled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they will be read again; a float is kept as words, since jsonb writes numbers its own way."""
    settled: dict[str, Any] = json.loads(encode(dict(facts)), parse_float=str)
    return settled


def _hash(entry: Entry) -> str:
    told = [entry.seq, entry.at.isoformat(timespec="microseconds"), entry.brand_id, entry.actor, entry.identity]
    told += [entry.action, entry.object, entry.facts, entry.note, entry.previous]
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def of(uow: UnitOfWork, object: str) -> list[Entry]:
    """Return what happened to an object, oldest first."""
    return uow.many(Entry, _ABOUT, of_object=object)


def listing(uow: UnitOfWork, narrow: Narrow, *, before: int = 0, after: int | None = None, most: int) -> list[Entry]:
    """Return entries before a number, newest first; or, where `after` is given, beyond that and oldest first."""
    wanted = _narrow(narrow)
    if before:
        wanted = wanted.where(audit.c.seq < before)
    if after is None:
        return uow.many(Entry, wanted.order_by(audit.c.seq.desc()).limit(most))
    return uow.many(Entry, wanted.where(audit.c.seq > after).order_by(audit.c.seq).limit(most))


def _narrow(narrow: Narrow) -> Select[Any]:
    brands = audit.c.brand_id == narrow.brand_id
    wanted = select(audit).where(or_(brands, audit.c.brand_id.is_(None)) if narrow.desk else brands)
    for name in ("actor", "action", "object"):
        value, column = getattr(narrow, name), audit.c[name]
        if value:
            begins = value.endswith((".", ":"))
            wanted = wanted.where(column.startswith(value, autoescape=True) if begins else column == value)
    if narrow.since is not None:
        wanted = wanted.where(audit.c.at >= narrow.since)
    return wanted if narrow.until is None else wanted.where(audit.c.at < narrow.until)


def newest(uow: UnitOfWork) -> int:
    """Return the number of the newest entry, 0 where there is none."""
    return int(next(iter(uow.rows(_NEWEST)), (0, ""))[0])


def verify(uow: UnitOfWork, after: int = 0) -> Flaw | None:
    """Return the first place where the trail is not what was written, None where it is whole; beyond an entry, or all of it."""
    last = Entry(0, uow.now, None, "", "", "", "", {}, "", "", "")
    for entry in _all(uow, after - 1 if after > 0 else -(2**62)):
        if after and entry.seq == after:
            last = entry
            continue
        flaw = _flaw(last, entry)
        if flaw:
            return Flaw(entry.seq, flaw)
        last = entry
    return None


def _all(uow: UnitOfWork, after: int) -> Iterator[Entry]:
    while batch := uow.many(Entry, _AFTER, after=after, most=BATCH):
        yield from batch
        after = batch[-1].seq


def _flaw(last: Entry, entry: Entry) -> str:
    name = f"entry {entry.seq} ({entry.at:%Y-%m-%d %H:%M:%S} UTC, {entry.action} of {entry.object} by {entry.actor})"
    if _hash(entry) != entry.hash:
        return f"{name} is not as it was written"
    if entry.seq != last.seq + 1:
        return f"{name} follows entry {last.seq}: what stood between them is gone"
    if entry.previous != last.hash:
        return f"{name} does not follow from entry {last.seq} as it stands"
    return ""
