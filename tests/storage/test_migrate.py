"""Migrations bring any database to exactly what the models say, all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text

from storage import migrate
from storage.migrations.objects import compared
from storage.schema import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def empty(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/desk.sqlite3"
    return str(await request.getfixturevalue("postgres").new(empty=True))


async def run(url: str, work: Callable[[Connection], Any]) -> Any:
    return await migrate._run(make_url(url), work)


def differences(connection: Connection) -> list[Any]:
    options = {"include_object": compared, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_an_empty_database_becomes_what_the_models_say(empty: str) -> None:
    assert await migrate.current(empty) == ""
    assert await migrate.migrate(empty) == ""
    assert await migrate.current(empty) == migrate.head()
    assert await run(empty, differences) == []


async def test_migrating_twice_or_at_once_is_harmless(empty: str) -> None:
    befores = await asyncio.gather(migrate.migrate(empty), migrate.migrate(empty))
    assert sorted(befores) == ["", migrate.head()]
    assert await migrate.migrate(empty) == migrate.head()


async def test_a_failed_migration_leaves_nothing(empty: str) -> None:
    await run(empty, lambda connection: connection.execute(text("CREATE TABLE replies (id INTEGER)")))
    with pytest.raises(Exception, match="replies"):
        await migrate.migrate(empty)
    assert await run(empty, tables) == {"replies"}


async def test_a_newer_database_is_refused_in_words(empty: str) -> None:
    await migrate.migrate(empty)
    await run(empty, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(migrate.UnknownSchema, match=r"9999.*install the newer"):
        await migrate.migrate(empty)


def test_the_files_are_named_as_alembic_walks_them() -> None:
    walked = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    assert migrate.revisions() == sorted(walked)
    assert migrate.head() == ScriptDirectory.from_config(migrate.config()).get_current_head()
