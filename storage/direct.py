"""Statements that never change, run on SQLite's driver without the library's ceremony: a fifth of its cost a statement.

A statement that is seen again (a constant of its module, or one that a cache keeps) is compiled once: its words, what is done to
each value on the way in and to each column on the way out. Whatever is not plain (lists in `IN`, defaults made in Python) is left
to SQLAlchemy, and so is everything on PostgreSQL. Types are SQLAlchemy's own, so both ways give equal rows; a test holds them so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from sqlite3 import Cursor
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Delete,
    Dialect,
    Executable,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    insert,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.plain import storable

Process = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Direct:
    """A compiled statement. `places` are its parameters in order: name, the process of its type, and its value if it is fixed."""

    words: str
    places: tuple[tuple[str, Process, bool, Any], ...]
    columns: tuple[Process, ...]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Cursor | None:
        """Run the statement in the open transaction; None where it cannot be: SQLAlchemy then says why, in its own errors."""
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            cursor: Cursor = driver.execute(self.words, [self._value(place, values) for place in self.places])
        except (sqlite3.Error, ValueError, TypeError, KeyError):
            return None
        return cursor

    @staticmethod
    def _value(place: tuple[str, Process, bool, Any], values: Mapping[str, Any]) -> Any:
        name, process, is_fixed, fixed = place
        value = values.get(name, fixed) if is_fixed else values[name]
        if process is not None:
            value = process(value)
        return storable(value) if type(value) is str else value

    def row(self, row: Sequence[Any]) -> list[Any]:
        """Return a row with each column as its type reads it."""
        return [value if process is None else process(value) for value, process in zip(row, self.columns, strict=True)]


_known: WeakKeyDictionary[Executable, Direct | None] = WeakKeyDictionary()
_seen: WeakKeyDictionary[Executable, bool] = WeakKeyDictionary()


def run(statement: Executable, connection: Connection, values: Mapping[str, Any]) -> tuple[Direct, Cursor] | None:
    """Run a statement if it is one that is run directly; None where SQLAlchemy has to."""
    found = _find(statement, connection)
    cursor = found.run(connection, values) if found is not None else None
    return (found, cursor) if found is not None and cursor is not None else None


def _find(statement: Executable, connection: Connection) -> Direct | None:
    if connection.dialect.name != "sqlite":
        return None
    if statement in _known:
        return _known[statement]
    if statement not in _seen:
        _seen[statement] = True  # most likely made for this one call: not worth the work
        return None
    _known[statement] = found = _compile(statement, connection.dialect)
    return found


def add(table: Table, connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Add a row and return its id, 0 where the table has a key of another kind; None where SQLAlchemy has to do it."""
    found = _adding(table, tuple(values), connection.dialect) if connection.dialect.name == "sqlite" else None
    cursor = found.run(connection, values) if found is not None else None
    if cursor is None:
        return None
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return 0
    return int(values.get(keys[0].name) or cursor.lastrowid or 0)


@lru_cache(maxsize=512)
def _adding(table: Table, names: tuple[str, ...], dialect: Dialect) -> Direct | None:
    return _compile(insert(table), dialect, names)


def _compile(statement: Executable, dialect: Dialect, names: Sequence[str] | None = None) -> Direct | None:
    if not isinstance(statement, Select | CompoundSelect | Insert | Update | Delete):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if not isinstance(compiled, SQLCompiler) or not _is_plain(compiled):
        return None
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    places = tuple((str(bind.key), _inward(bind.type, dialect), not bind.required, bind.value) for bind in binds)
    return Direct(compiled.string, places, _outward(statement, dialect))


def _is_plain(compiled: SQLCompiler) -> bool:
    made_later = compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch
    return not made_later and not any(bind.callable for bind in compiled.binds.values())


def _inward(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _outward(statement: Executable, dialect: Dialect) -> tuple[Process, ...]:
    if not isinstance(statement, Select | CompoundSelect):
        return ()
    kinds = [column.type for column in statement.selected_columns]
    return tuple(kind.dialect_impl(dialect).result_processor(dialect, None) for kind in kinds)
