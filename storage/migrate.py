"""Bringing a database to today's schema, all or nothing: run at every start and by `copydesk migrate`.

Alembic is loaded only where there is something to bring: most starts find the newest revision standing already.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
Result = TypeVar("Result")
LOCK = 0x636F7079  # "copy": PostgreSQL's advisory lock for whoever migrates


class UnknownSchema(Exception):
    """The database was made by a newer Copydesk than this one."""


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration: the migrations that lie beside this file, over a connection."""
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made


def revisions() -> list[str]:
    """Return the revisions that this Copydesk knows, oldest first, as the names of their files begin."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def head() -> str:
    """Return the newest revision that this Copydesk knows."""
    return revisions()[-1]


async def current(url: str) -> str:
    """Return the revision that a database is at; "" for an empty one."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(parsed.database or "").is_file):
        return ""
    return await _run(parsed, _revision)


async def migrate(url: str) -> str:
    """Bring a database to `head()`, in one transaction; return the revision that it was at before."""
    return await _run(make_url(url), upgrade)


def upgrade(connection: Connection) -> str:
    """Bring the database behind an open transaction to `head()`; return the revision that it was at before."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = _revision(connection)
    if before and before not in revisions():
        raise UnknownSchema(
            f"this database is at revision {before}, which this version does not know: install the newer one"
        )
    if before != head():
        from alembic import command

        command.upgrade(config(connection), "head")
        _check_references(connection)
    return before


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _check_references(connection: Connection) -> None:
    """Refuse a migration that leaves rows pointing at nothing: SQLite does not look while tables are rebuilt."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration would leave {len(broken)} rows pointing at nothing")


async def _run(url: URL, work: Callable[[Connection], Result]) -> Result:
    if url.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_run_sqlite, url, work)
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _run_sqlite(url: URL, work: Callable[[Connection], Result]) -> Result:
    """Run in one IMMEDIATE transaction with foreign keys off: Alembic changes a table by building it anew."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), poolclass=NullPool, connect_args={"timeout": 30})
    try:
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.isolation_level = None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                result = work(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            return result
    finally:
        engine.dispose()


def write_new(message: str) -> None:
    """Write a migration from what the models say and the newest schema does not; it wants reading before it is committed."""
    from alembic import command

    def compare(connection: Connection) -> None:
        upgrade(connection)
        command.revision(config(connection), message, autogenerate=True, rev_id=f"{int(head()) + 1:04}")

    with tempfile.TemporaryDirectory() as folder:
        _run_sqlite(make_url(f"sqlite:///{folder}/new.sqlite3"), compare)


if __name__ == "__main__":
    write_new(sys.argv[1])
