"""One transaction, as the functions of storage/ and smm/ see it.

A unit of work is handed to a plain function that runs from begin to commit without ever giving way: nothing outside can
be awaited while it is open, because there is nothing to await. On SQLite the whole function runs on the writer's thread
(one hop a transaction), on PostgreSQL inside SQLAlchemy's greenlet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table, insert
from sqlalchemy.engine import CursorResult

from storage.vault import Vault

Noun = TypeVar("Noun")


class UnitOfWork:
    """An open transaction: queries, the moment it began, and the topics to wake once it is committed."""

    def __init__(self, connection: Connection, now: datetime, vault: Vault) -> None:
        self.connection = connection
        self.now = now
        self.vault = vault
        self.woken: set[str] = set()

    @property
    def postgresql(self) -> bool:
        """Whether this is PostgreSQL; else it is SQLite."""
        return self.connection.dialect.name == "postgresql"

    def one(self, noun: type[Noun], statement: Executable, **values: Any) -> Noun | None:
        """Return the first row as a noun, None if there is none. Columns must come in the noun's order."""
        row = self.connection.execute(statement, values).first()
        return None if row is None else noun(*row)

    def many(self, noun: type[Noun], statement: Executable, **values: Any) -> list[Noun]:
        """Return every row as a noun."""
        return [noun(*row) for row in self.connection.execute(statement, values)]

    def scalar(self, statement: Executable, **values: Any) -> Any:
        """Return the first column of the first row, None if there is none."""
        return self.connection.execute(statement, values).scalar()

    def rows(self, statement: Executable, **values: Any) -> Sequence[Any]:
        """Return plain rows."""
        return self.connection.execute(statement, values).all()

    def add(self, table: Table, **values: Any) -> int:
        """Insert one row and return its id."""
        result: CursorResult[Any] = self.connection.execute(insert(table), values)
        primary = result.inserted_primary_key
        return int(primary[0]) if primary else 0

    def put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows at once."""
        if rows:
            self.connection.execute(insert(table), list(rows))

    def change(self, statement: Executable, **values: Any) -> int:
        """Run an update or delete and return how many rows it touched: zero means that somebody was first."""
        result: CursorResult[Any] = self.connection.execute(statement, values)
        return result.rowcount

    def wake(self, topic: str) -> None:
        """After commit, wake whoever listens to the topic (see `Database.listen`)."""
        self.woken.add(topic)
