"""The trail tells whoever touched it: a changed, removed, added or moved entry is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import audit
from storage.audit import Entry, Flaw
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

UNLOCK = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["DROP TRIGGER audit_no_change ON audit"],
}


def write(uow: UnitOfWork, number: int) -> None:
    audit.append(
        uow,
        actor=f"member:{number}",
        action="mention.claim",
        object=f"mention:{number}",
        brand_id=1,
        identity="telegram:7",
        facts={"from": "new", "числа": [1, 2.5, None], "nul": "a\0b", "emoji": "👋🏽"},
        note="почему",
    )


async def filled(database: Database, count: int = 5) -> None:
    for number in range(1, count + 1):
        await database.write(write, number)


async def tampered(database: Database, tamper: Callable[[UnitOfWork], object]) -> Flaw:
    """What the verifier says after somebody took the triggers away and changed rows by hand."""

    def work(uow: UnitOfWork) -> None:
        for statement in UNLOCK["postgresql" if uow.postgresql else "sqlite"]:
            uow.change(text(statement))
        tamper(uow)

    await filled(database)
    await database.write(work)
    flaw = await database.read(audit.verify)
    assert flaw is not None
    return flaw


async def test_an_untouched_trail_is_whole_and_tells_what_happened(any_database: Database) -> None:
    assert await any_database.read(audit.verify) is None
    await filled(any_database)
    assert await any_database.read(audit.verify) is None
    (entry,) = await any_database.read(audit.of, "mention:3")
    assert (entry.seq, entry.actor, entry.note) == (3, "member:3", "почему")
    assert entry.facts == {"from": "new", "числа": [1, "2.5", None], "nul": "ab", "emoji": "👋🏽"}


async def test_the_database_itself_refuses_changes(any_database: Database) -> None:
    await filled(any_database, 1)
    for change in (update(audit.audit).values(note="x"), delete(audit.audit)):
        with pytest.raises(DBAPIError, match="append-only"):
            await any_database.write(lambda uow, change=change: uow.change(change))
    assert await any_database.read(audit.verify) is None


async def test_a_flipped_word_is_named(any_database: Database) -> None:
    flip = update(audit.audit).where(audit.audit.c.seq == 3).values(actor="member:9")
    flaw = await tampered(any_database, lambda uow: uow.change(flip))
    assert flaw.seq == 3
    assert "entry 3 (2026-03-02 09:00:00 UTC, mention.claim of mention:3 by member:9)" in str(flaw)


async def test_a_removed_entry_is_named(any_database: Database) -> None:
    flaw = await tampered(any_database, lambda uow: uow.change(delete(audit.audit).where(audit.audit.c.seq == 2)))
    assert flaw.seq == 3
    assert "follows entry 1" in str(flaw)


async def test_an_inserted_entry_is_named(any_database: Database) -> None:
    def insert_forged(uow: UnitOfWork) -> None:
        last = uow.one(Entry, select(audit.audit).where(audit.audit.c.seq == 5))
        assert last is not None
        row = {name: getattr(last, name) for name in Entry.__dataclass_fields__}
        uow.change(insert(audit.audit).values(**row | {"seq": 6, "actor": "member:9", "previous": last.hash}))

    assert (await tampered(any_database, insert_forged)).seq == 6


async def test_an_entry_forged_with_its_own_hash_breaks_the_next(any_database: Database) -> None:
    def rewrite(uow: UnitOfWork) -> None:
        second = uow.one(Entry, select(audit.audit).where(audit.audit.c.seq == 2))
        assert second is not None
        row = {name: getattr(second, name) for name in Entry.__dataclass_fields__} | {"actor": "member:9"}
        forged = audit._hash(Entry(**row))
        uow.change(update(audit.audit).where(audit.audit.c.seq == 2).values(actor="member:9", hash=forged))

    flaw = await tampered(any_database, rewrite)
    assert flaw.seq == 3
    assert "does not follow from entry 2" in str(flaw)


async def test_moved_entries_are_named(any_database: Database) -> None:
    def swap(uow: UnitOfWork) -> None:
        for source, target in ((2, 99), (3, 2), (99, 3)):
            uow.change(update(audit.audit).where(audit.audit.c.seq == source).values(seq=target))

    assert (await tampered(any_database, swap)).seq == 2


async def test_writers_at_once_make_one_chain(any_database: Database) -> None:
    await asyncio.gather(*(any_database.write(write, number) for number in range(1, 31)))
    assert await any_database.read(audit.verify) is None
    assert len(await any_database.read(lambda uow: uow.rows(select(audit.audit.c.seq)))) == 30


async def test_what_is_undone_leaves_no_entry(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        write(uow, 1)
        raise LookupError

    with pytest.raises(LookupError):
        await any_database.write(work)
    assert await any_database.read(lambda uow: uow.rows(select(audit.audit.c.seq))) == []
