"""What Alembic runs: the migrations over a connection that storage/migrate.py has opened, or a new migration over a new file."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, BigInteger
from sqlalchemy.dialects import sqlite

from storage.base import Moment, Secret
from storage.migrations.objects import compared
from storage.schema import metadata


def written(kind: str, item: Any, _made: AutogenContext) -> str | Literal[False]:
    """Return how a column type is written in a migration: by the names that the template defines, never by our classes."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "MOMENT"
    if isinstance(item, Secret):
        return "sa.LargeBinary()"
    if isinstance(item, JSON):
        return "JSON"
    return "ID" if isinstance(item, BigInteger) and item.compile(dialect=sqlite.dialect()) == "INTEGER" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=compared,
    render_item=written,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
