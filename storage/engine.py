"""Opening the database and running units of work: SQLite on threads of our own (sqlite.py), PostgreSQL through asyncpg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError

from storage import plain
from storage.sqlite import Sqlite
from storage.unit_of_work import UnitOfWork
from storage.vault import Vault

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

Args = ParamSpec("Args")
Result = TypeVar("Result")
CONNECTIONS = 8
RETRIES = 3
LOST_RACES = {"40001", "40P01"}  # https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html


def utc_now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


class _Runner(Protocol):
    async def run(self, work: Callable[[Connection], Result], *, writes: bool) -> Result: ...

    async def close(self) -> None: ...


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
        plain.keep_plain(self._engine.sync_engine)
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
            Sqlite(parsed, synchronous) if parsed.get_backend_name() == "sqlite" else _Postgres(parsed)
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
