"""Attempts: numbered calls of one subject, closed once."""

from __future__ import annotations

from storage import attempts
from storage.engine import Database
from storage.unit_of_work import UnitOfWork


def _open(uow: UnitOfWork, subject: int) -> attempts.Attempt:
    return attempts.open_attempt(uow, "target", subject, 1, 4, "key", "hash")


async def test_attempts_are_numbered_by_subject(database: Database) -> None:
    first = await database.write(_open, 7)
    second = await database.write(_open, 7)
    other = await database.write(_open, 8)
    assert (first.number, second.number, other.number) == (1, 2, 1)


async def test_an_attempt_closes_once_and_leaves_the_open_ones(database: Database) -> None:
    first = await database.write(_open, 7)
    second = await database.write(_open, 7)
    assert await database.write(attempts.close_attempt, first.id, "ok")
    assert not await database.write(attempts.close_attempt, first.id, "unknown", "too late")
    assert [each.id for each in await database.read(attempts.open_of, "target", 7)] == [second.id]
    assert (await database.read(attempts.all_of, "target", 7))[0].outcome == "ok"
