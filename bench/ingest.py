"""How fast comments come in: our ingest (normalised, stored once, audited, searchable, new ids back) against raw sqlite3.

The limit is `executemany` of the driver alone, 500 rows a transaction, into a table with one unique constraint and one index;
a second one is the same into our own table, with its search index. Usage: ingest.py FOLDER
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measure import Figure, medians, run_json
from world import Prepared, prepare, report

from smm import ingest
from smm.networks import Item, Kind, Page
from storage.mentions import mentions
from storage.unit_of_work import UnitOfWork

BATCH, BATCHES = 500, 20
WORDS = (
    "Скажите, пожалуйста, есть ли у вас овсяное молоко и до скольки вы открыты в воскресенье?"
    " Хотим прийти всей семьёй, заказ номер"
)
NARROW = """CREATE TABLE narrow (id INTEGER PRIMARY KEY, network TEXT, external_id TEXT, author TEXT, text TEXT, said_at TEXT,
            UNIQUE (network, external_id)); CREATE INDEX narrow_said ON narrow (said_at)"""


def measure() -> list[Figure]:
    """Return the ratio to the raw driver, and what it is made of."""
    seen = medians(lambda: run_json("ingest.py"))
    return [
        Figure("ingest.ratio", seen["ours"] / seen["raw"], "x sqlite3", 0.15, "higher"),
        Figure("ingest.replayed_as_new", seen["replayed"], "rows", 0, "lower"),
        Figure("ingest.rate", seen["ours"], "rows/s", None, "higher"),
        Figure("ingest.raw", seen["raw"], "rows/s", None, "higher"),
        Figure("ingest.raw_same_table", seen["raw_same"], "rows/s", None, "higher"),
    ]


def pages() -> list[Page]:
    """Return everything that comes in, as a connector hands it on."""
    now = datetime.now(UTC) - timedelta(days=3)  # a backlog: stored without a word to anybody
    items = [
        Item(
            Kind.COMMENT, f"c{number}", f"u{number % 997}", "Анна Шевченко", f"{WORDS} {number}", now, "anna", "", "p1"
        )
        for number in range(BATCH * BATCHES)
    ]
    return [Page(tuple(items[at : at + BATCH]), str(at)) for at in range(0, len(items), BATCH)]


async def _measure(folder: Path) -> dict[str, float]:
    prepared = await prepare(folder)
    every = pages()
    ours = await _ours(prepared, every)
    replayed = sum([len(await prepared.database.write(ingest.ingest, prepared.account_id, page)) for page in every])
    rows = await prepared.database.read(_rows)
    await prepared.database.close()
    return {
        "ours": ours,
        "replayed": replayed,
        "raw": _raw_narrow(folder / "raw.sqlite3", every),
        "raw_same": _raw_same(folder / "copydesk.sqlite3", rows),
    }


async def _ours(prepared: Prepared, every: Iterable[Page]) -> float:
    first = replace(next(iter(pages())), items=(), cursor="")
    await prepared.database.write(ingest.ingest, prepared.account_id, first)
    began, count = time.perf_counter(), 0
    for page in every:
        count += len(await prepared.database.write(ingest.ingest, prepared.account_id, page))
    assert count == BATCH * BATCHES
    return count / (time.perf_counter() - began)


def _rows(uow: UnitOfWork) -> list[tuple[Any, ...]]:
    names = ", ".join(column.name for column in mentions.c)
    return [tuple(row) for row in uow.connection.exec_driver_sql(f"SELECT {names} FROM mentions")]


def _raw_narrow(path: Path, every: Iterable[Page]) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {NARROW}")
    rows = [
        ("demo", item.remote_id, item.author_name, item.text, item.said_at.isoformat())
        for page in every
        for item in page.items
    ]
    insert = (
        "INSERT INTO narrow (network, external_id, author, text, said_at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
    )
    return _timed(database, lambda batch: database.executemany(insert, batch), rows)


def _raw_same(path: Path, rows: list[tuple[Any, ...]]) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA synchronous=FULL; DELETE FROM mentions")
    insert = f"INSERT INTO mentions VALUES ({','.join('?' * len(rows[0]))}) ON CONFLICT DO NOTHING"
    return _timed(database, lambda batch: database.executemany(insert, batch), rows)


def _timed(database: sqlite3.Connection, put: Callable[[list[Any]], object], rows: list[Any]) -> float:
    began = time.perf_counter()
    for at in range(0, len(rows), BATCH):
        database.execute("BEGIN IMMEDIATE")
        put(rows[at : at + BATCH])
        database.execute("COMMIT")
    rate = len(rows) / (time.perf_counter() - began)
    database.close()
    return rate


if __name__ == "__main__":
    report(_measure)
