"""One transaction, as the functions of storage/ and smm/ see it.

A unit of work is handed to a plain function that runs from begin to commit without ever giving way: nothing outside can
be awaited while it is open, because there is nothing to await. On SQLite the whole function runs on the writer's thread
(one hop a transaction), on PostgreSQL inside SQLAlchemy's greenlet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

from storage import direct
from storage.vault import Vault

Noun = TypeVar("Noun")


@lru_cache(maxsize=256)
def _new_only(table: Table, on: tuple[str, ...], dialect: str) -> Executable:
    """Return the insert that leaves standing rows alone and answers with the keys of the new ones, made once a table."""
    new = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    asked = dict.fromkeys([*table.primary_key.columns, *(table.c[name] for name in on)])
    statement: Executable = new.on_conflict_do_nothing(index_elements=on).returning(*asked)
    return statement


class UnitOfWork:
    """An open transaction: queries, the moment it began, and the topics to wake once it is committed."""

    def __init__(self, connection: Connection, now: datetime, vault: Vault) -> None:
        self.connection = connection
        self.now = now
        self.vault = vault
        self.woken: set[str] = set()
        self.last: list[Callable[[], None]] = []

    @property
    def postgresql(self) -> bool:
        """Whether this is PostgreSQL; else it is SQLite."""
        return self.connection.dialect.name == "postgresql"

    def one(self, noun: type[Noun], statement: Executable, **values: Any) -> Noun | None:
        """Return the first row as a noun, None if there is none. Columns must come in the noun's order."""
        done = direct.run(statement, self.connection, values)
        if done is None:
            row = self.connection.execute(statement, values).first()
            return None if row is None else noun(*row)
        found = done[1].fetchone()
        return None if found is None else noun(*done[0].row(found))

    def many(self, noun: type[Noun], statement: Executable, **values: Any) -> list[Noun]:
        """Return every row as a noun."""
        done = direct.run(statement, self.connection, values)
        if done is None:
            return [noun(*row) for row in self.connection.execute(statement, values)]
        return [noun(*done[0].row(row)) for row in done[1]]

    def scalar(self, statement: Executable, **values: Any) -> Any:
        """Return the first column of the first row, None if there is none."""
        done = direct.run(statement, self.connection, values)
        if done is None:
            return self.connection.execute(statement, values).scalar()
        found = done[1].fetchone()
        return None if found is None else done[0].row(found)[0]

    def rows(self, statement: Executable, **values: Any) -> Sequence[Any]:
        """Return plain rows."""
        done = direct.run(statement, self.connection, values)
        if done is None:
            return self.connection.execute(statement, values).all()
        return [done[0].row(row) for row in done[1]]

    def add(self, table: Table, **values: Any) -> int:
        """Insert one row and return its id; 0 where the table has a key of another kind."""
        added = direct.add(table, self.connection, values)
        if added is not None:
            return added
        result: CursorResult[Any] = self.connection.execute(insert(table), values)
        primary = result.inserted_primary_key
        return primary[0] if primary and isinstance(primary[0], int) else 0

    def add_new(self, table: Table, *, on: Sequence[str], **values: Any) -> int | None:
        """Insert one row unless one with the same `on` columns stands; return its id (0 as in `add`), None if one stood.

        One statement, so that two who add the same at once do not both believe to be first.
        """
        row = self.connection.execute(_new_only(table, tuple(on), self.connection.dialect.name), values).first()
        if row is None:
            return None
        return row[0] if isinstance(row[0], int) else 0

    def put_new(self, table: Table, rows: Sequence[Mapping[str, Any]], *, on: Sequence[str]) -> list[tuple[Any, ...]]:
        """Insert the rows of which none with the same `on` columns stands; return `(id, *on)` of each new one, in any order.

        Match them to what you gave by the `on` values. Rows given twice are inserted once, and a replay inserts nothing and
        returns []. Every mapping must have the same keys. Hundreds of rows make one statement: 8 times faster than one by one.
        """
        if not rows:
            return []
        statement = _new_only(table, tuple(on), self.connection.dialect.name)
        return [tuple(row) for row in self.connection.execute(statement, list(rows))]

    def put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows at once."""
        if rows:
            self.connection.execute(insert(table), list(rows))

    def change(self, statement: Executable, **values: Any) -> int:
        """Run an update or delete and return how many rows it touched: zero means that somebody was first."""
        done = direct.run(statement, self.connection, values)
        if done is not None:
            return done[1].rowcount
        result: CursorResult[Any] = self.connection.execute(statement, values)
        return result.rowcount

    def before_commit(self, work: Callable[[], None]) -> None:
        """Do this last of all: what every transaction must take its turn for is then held for a moment only."""
        self.last.append(work)

    def wake(self, topic: str) -> None:
        """After commit, wake whoever listens to the topic (see `Database.listen`)."""
        self.woken.add(topic)
