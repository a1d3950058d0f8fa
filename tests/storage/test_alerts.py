"""The outbox: what waits is found without a look at what was told, and what was told long ago is forgotten bit by bit."""

from __future__ import annotations

from typing import Any

import pytest
from clocks import Clock
from sqlalchemy import Executable

from smm import alerts as telling
from storage import alerts
from storage.channels import ChatRef
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

CHAT = ChatRef("web", "team")


def told(uow: UnitOfWork, count: int) -> list[int]:
    """Tell so much, and be done with it."""
    ids = [alerts.queue(uow, CHAT, language="en", card={}) for _ in range(count)]
    alerts.close(uow, ids, "delivered")
    return ids


def left(uow: UnitOfWork, *ids: int) -> list[int]:
    return [row.id for row in alerts.get(uow, ids)]


async def test_what_was_told_long_ago_is_forgotten_a_part_at_a_time(
    any_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    old = await any_database.write(told, 3)
    waiting = await any_database.write(lambda uow: alerts.queue(uow, CHAT, language="en", card={}))
    clock.advance(days=1)
    younger = await any_database.write(told, 2)
    clock.advance(seconds=telling.KEPT.total_seconds() - 3600)
    everything = [*old, waiting, *younger]
    assert [await any_database.write(telling.tidy) for _ in range(3)] == [2, 1, 0]
    assert await any_database.read(left, *everything) == [waiting, *younger]
    assert [row.id for row in await any_database.read(alerts.due, 0, 9)] == [waiting]


async def test_a_number_is_never_given_twice(any_database: Database, clock: Clock) -> None:
    """Delivery looks beyond the numbers that it has seen: a lower one would wait for ever."""
    *_, newest = await any_database.write(told, 3)
    clock.advance(days=99)
    assert await any_database.write(telling.tidy) == 2
    assert min(await any_database.write(told, 1)) > newest


def plan(uow: UnitOfWork, statement: Executable) -> str:
    """Return how SQLite goes about a query."""
    compiled: Any = statement.compile(uow.connection.engine)  # type: ignore[attr-defined]
    given = tuple("1" for _ in compiled.positiontup)
    return str(uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", given).all())


@pytest.mark.parametrize(
    ("statement", "index"),
    [(alerts._DUE, "ix_alerts_open"), (alerts._NEXT, "ix_alerts_open"), (alerts._OLD, "ix_alerts_done_at")],
    ids=["due", "next", "old"],
)
async def test_what_is_asked_for_all_the_time_is_found_by_an_index(
    database: Database, clock: Clock, statement: Executable, index: str
) -> None:
    assert index in await database.read(plan, statement)
