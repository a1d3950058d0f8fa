"""SQLite's one writer: what waits together is committed together, and each unit of work still stands alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage import jobs
from storage.engine import Database
from storage.sqlite import TOGETHER
from storage.unit_of_work import UnitOfWork


def ask(uow: UnitOfWork, key: str, size: int = 0) -> None:
    jobs.queue(uow, "draft", key, {"text": "x" * size})


def refuse(uow: UnitOfWork, key: str) -> None:
    ask(uow, key)
    raise LookupError(key)


def kept(uow: UnitOfWork) -> set[str]:
    return {row[0] for row in uow.rows(select(jobs.jobs.c.key))}


def driver(uow: UnitOfWork) -> Any:
    return uow.connection.connection.driver_connection


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[None]:
    """Hold the writer: what comes meanwhile waits together, and is written before this ends."""
    begun, go = threading.Event(), threading.Event()

    def hold(_: UnitOfWork) -> None:
        begun.set()
        go.wait(5)

    held = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(begun.wait, 5)
    yield
    await asyncio.sleep(0)  # whoever was started has come to wait by now
    go.set()
    await held


async def together(database: Database, *works: Any) -> list[Any]:
    """Write what waits together, and return what each is told."""
    async with busy(database):
        waiting = [asyncio.ensure_future(database.write(work, *given)) for work, *given in works]
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_waits_together_is_one_commit(database: Database) -> None:
    said: list[str] = []
    await database.write(lambda uow: driver(uow).set_trace_callback(said.append))
    await together(database, *((ask, f"k{number}") for number in range(20)))
    assert said.count("COMMIT") == 3  # that which set the trace, that which was waited for, and all the others
    assert len(await database.read(kept)) == 20


async def test_no_more_than_a_few_wait_for_each_other(database: Database) -> None:
    said: list[str] = []
    await database.write(lambda uow: driver(uow).set_trace_callback(said.append))
    await together(database, *((ask, f"k{number}") for number in range(TOGETHER + 1)))
    assert said.count("COMMIT") == 4


async def test_what_one_raises_undoes_nothing_of_the_others(database: Database) -> None:
    told = await together(database, (ask, "a"), (refuse, "b"), (ask, "c"), (refuse, "d"))
    assert [type(each) for each in told] == [type(None), LookupError, type(None), LookupError]
    assert await database.read(kept) == {"a", "c"}


async def test_nobody_is_told_that_it_is_done_when_the_commit_failed(database: Database) -> None:
    woken: list[str] = []
    database.listen("jobs", lambda: woken.append("jobs"))
    told = await together(database, (ask, "a"), (orphan,), (ask, "b"))
    assert [type(each) for each in told] == [sqlite3.IntegrityError] * 3
    assert await database.read(kept) == set()
    assert woken == []
    await database.write(ask, "a")
    assert await database.read(kept) == {"a"}


def orphan(uow: UnitOfWork) -> None:
    """Leave behind what only the commit refuses."""
    connection = driver(uow)
    connection.execute("PRAGMA defer_foreign_keys=ON")
    connection.execute("CREATE TABLE of_somebody (brand_id INTEGER REFERENCES brands (id))")
    connection.execute("INSERT INTO of_somebody VALUES (999999)")


async def test_all_are_told_when_the_database_gives_up_the_whole_transaction(database: Database) -> None:
    def give_up(uow: UnitOfWork) -> None:
        driver(uow).execute("CREATE TABLE once (id INTEGER PRIMARY KEY)")
        for _ in range(2):
            driver(uow).execute("INSERT OR ROLLBACK INTO once VALUES (1)")

    told = await together(database, (ask, "a"), (give_up,), (ask, "b"))
    assert [type(each) for each in told] == [sqlite3.IntegrityError] * 3
    assert await database.read(kept) == set()


async def test_on_a_full_disk_what_was_told_is_what_is_kept(database: Database) -> None:
    await database.write(lambda uow: driver(uow).execute("PRAGMA max_page_count=1"))  # no more than there are now
    works = [(ask, f"k{number}", 3_000_000 if number == 2 else 0) for number in range(5)]
    told = await together(database, *works)
    assert isinstance(told[2], OperationalError)
    assert await database.read(kept) == {f"k{number}" for number in range(5) if told[number] is None}
    await database.write(lambda uow: driver(uow).execute("PRAGMA max_page_count=1073741823"))
    await database.write(ask, "after")
    assert "after" in await database.read(kept)


async def test_who_gave_up_waiting_changes_nothing(database: Database) -> None:
    async with busy(database):
        waiting = asyncio.ensure_future(database.write(ask, "a"))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    await database.write(ask, "b")
    assert await database.read(kept) == {"b"}


@pytest.mark.parametrize("count", [1, 40])
async def test_each_sees_what_those_before_it_did(database: Database, count: int) -> None:
    def ask_and_count(uow: UnitOfWork, key: str) -> int:
        ask(uow, key)
        return len(kept(uow))

    seen = await together(database, *((ask_and_count, f"k{number}") for number in range(count)))
    assert seen == list(range(1, count + 1))
