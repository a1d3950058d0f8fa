"""One desk per database: two would poll the same networks and send the same alerts.

On SQLite a lock on a file beside the database, on PostgreSQL an advisory lock held by a connection of its own. Both are let
go by the system when the process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, make_url, text
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = 0x6465736B  # "desk": PostgreSQL's advisory lock of the desk that runs


class DeskRunning(Exception):
    """Another desk works on this database."""


class Lock(Protocol):
    """Held from `take` until `release`."""

    async def take(self) -> None:
        """Take the lock; raise DeskRunning at once where another holds it."""

    async def release(self) -> None:
        """Let it go; harmless where it is not held."""


def lock_of(url: str | URL) -> Lock:
    """Return the lock of a database."""
    url = make_url(url)
    return FileLock(Path(f"{url.database}.lock")) if url.get_backend_name() == "sqlite" else AdvisoryLock(url)


class FileLock:
    """A lock on a file, which keeps the number of the process that holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    async def take(self) -> None:
        """Take the lock; raise DeskRunning at once where another holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 20).decode(errors="replace").strip()
            os.close(file)
            raise DeskRunning(
                f"another desk (process {holder or 'unknown'}) works on {self._path.with_suffix('')}: stop it first"
            ) from error
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file

    async def release(self) -> None:
        """Let it go; harmless where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLock:
    """A lock on a PostgreSQL database, held by a connection that does nothing else."""

    def __init__(self, url: URL) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._connection: AsyncConnection | None = None

    async def take(self) -> None:
        """Take the lock; raise DeskRunning at once where another holds it."""
        connection = await self._engine.connect()
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            await connection.close()
            raise DeskRunning(f"another desk works on the database {self._engine.url.database}: stop it first")
        self._connection = connection

    async def release(self) -> None:
        """Let it go; harmless where it is not held."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._engine.dispose()
