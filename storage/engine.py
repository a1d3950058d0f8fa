"""Opening the database and running units of work: SQLite on threads of our own, PostgreSQL through asyncpg.

SQLite has one writer thread and a few reader threads; a transaction is one hop to a thread and back (measured: 0.03 ms
against 0.8 ms for a hop per statement). Writes begin IMMEDIATE: a deferred BEGIN that reads and then writes fails with
"database is locked" under contention whatever the busy timeout says (https://www.sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from storage import plain
from storage.unit_of_work import UnitOfWork
from storage.vault import Vault

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

Args = ParamSpec("Args")
Result = TypeVar("Result")
READERS = 2
CONNECTIONS = 8
RETRIES = 3
LOST_RACES = {"40001", "40P01"}  # https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html


def utc_now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


class _Runner(Protocol):
    async def run(self, work: Callable[[Connection], Result], *, writes: bool) -> Result: ...

    async def close(self) -> None: ...


class _Sqlite:
    """SQLite in WAL mode: one writer thread, a few readers."""

    def __init__(self, url: URL, synchronous: str) -> None:
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            poolclass=QueuePool,
            pool_size=READERS + 1,
            connect_args={"check_same_thread": False, "timeout": 30},
            json_serializer=plain.encode,
            hide_parameters=True,
        )
        _keep_plain(self._engine)
        _tune_sqlite(self._engine, synchronous)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")

    async def run(self, work: Callable[[Connection], Result], *, writes: bool) -> Result:
        pool = self._writer if writes else self._readers
        return await asyncio.get_running_loop().run_in_executor(pool, self._transact, work, writes)

    def _transact(self, work: Callable[[Connection], Result], writes: bool) -> Result:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
            try:
                result = work(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            return result

    async def close(self) -> None:
        for pool in (self._writer, self._readers):
            await asyncio.to_thread(pool.shutdown)
        self._engine.dispose()


def _keep_plain(engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def clean(
        _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return statement, plain.parameters(given)


def _tune_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")


class _LostRace(Exception):
    """PostgreSQL chose this transaction to give way in a deadlock. It changed nothing, so it may run again."""


class _Postgres:
    """PostgreSQL through asyncpg; the same functions run inside SQLAlchemy's greenlet."""

    def __init__(self, url: URL) -> None:
        # Only here: it brings the whole ORM along, a third of a second that a desk on SQLite need not wait.
        from sqlalchemy.ext.asyncio import create_async_engine

        self._engine: AsyncEngine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            json_serializer=plain.encode,
            hide_parameters=True,
        )
        _keep_plain(self._engine.sync_engine)
        self._turns = asyncio.Semaphore(
            CONNECTIONS
        )  # a thousand presses at once wait here: the pool would give up on them

    async def run(self, work: Callable[[Connection], Result], *, writes: bool) -> Result:
        async with self._turns:
            return await self._run(work)

    async def _run(self, work: Callable[[Connection], Result]) -> Result:
        for _ in range(RETRIES):
            with suppress(_LostRace):
                return await self._transact(work)
        return await self._transact(work)

    async def _transact(self, work: Callable[[Connection], Result]) -> Result:
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") in LOST_RACES:
                raise _LostRace from error
            raise

    async def close(self) -> None:
        await self._engine.dispose()


class Database:
    """The open database. `write` and `read` run a function of a unit of work from begin to commit."""

    def __init__(
        self,
        url: str,
        vault: Vault,
        *,
        clock: Callable[[], datetime] = utc_now,
        synchronous: str = "FULL",
    ) -> None:
        parsed = make_url(url)
        self.clock = clock
        self.vault = vault
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._runner: _Runner = (
            _Sqlite(parsed, synchronous) if parsed.get_backend_name() == "sqlite" else _Postgres(parsed)
        )

    async def write(
        self, work: Callable[Concatenate[UnitOfWork, Args], Result], *args: Args.args, **values: Args.kwargs
    ) -> Result:
        """Run `work` in a transaction that may change things; whatever it raises undoes all of it."""
        woken: set[str] = set()

        def body(connection: Connection) -> Result:
            uow = UnitOfWork(connection, self.clock(), self.vault)
            result = work(uow, *args, **values)
            for each in uow.last:
                each()
            woken.update(uow.woken)
            return result

        result = await self._runner.run(body, writes=True)
        for topic in woken:
            for listener in self._listeners.get(topic, ()):
                listener()
        return result

    async def read(
        self, work: Callable[Concatenate[UnitOfWork, Args], Result], *args: Args.args, **values: Args.kwargs
    ) -> Result:
        """Run `work` in a transaction that only looks."""
        return await self._runner.run(partial(self._look, work, args, values), writes=False)

    def _look(self, work: Callable[..., Result], args: Any, values: Any, connection: Connection) -> Result:
        return work(UnitOfWork(connection, self.clock(), self.vault), *args, **values)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call `wake` on the event loop after each commit that woke `topic`."""
        self._listeners.setdefault(topic, []).append(wake)

    async def close(self) -> None:
        """Finish what runs and let go of the files and connections."""
        await self._runner.close()
