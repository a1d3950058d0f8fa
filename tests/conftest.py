"""Fixtures for every test: a database with its schema, and a clock that tests move by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from storage.engine import Database
from storage.schema import metadata
from storage.vault import Vault


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        """Move the clock by a timedelta's parts."""
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> Clock:
    """A clock at Monday 2026-03-02 09:00 UTC."""
    return Clock()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault([Vault.new_key()])


@pytest.fixture
async def database(tmp_path: Path, vault: Vault, clock: Clock) -> AsyncIterator[Database]:
    """An empty SQLite database with today's schema."""
    path = tmp_path / "desk.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    opened = Database(f"sqlite:///{path}", vault, clock=clock, synchronous="NORMAL")
    yield opened
    await opened.close()
