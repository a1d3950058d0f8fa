"""A desk with a web chat, opened for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_desk import WebDesk, open_web, routes_for_tests

from handlers.route import Context
from storage.engine import Database


@pytest.fixture
def handed() -> Iterator[list[Context]]:
    """What the handlers of `/tryout` were handed."""
    with routes_for_tests() as contexts:
        yield contexts


@pytest.fixture
async def open_desk(database: Database, tmp_path: Path, handed: list[Context]) -> WebDesk:
    """The sample world with a web chat and the routes of `/tryout`."""
    return await open_web(database, tmp_path / "media")
