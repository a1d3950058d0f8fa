"""Where a secret could leak from a transport: its errors, and the rows of what came in and what goes out."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable

import pytest

from smm.errors import ChatError
from storage.alerts import alerts
from storage.engine import Database
from storage.updates import updates


async def failure_of(sending: Awaitable[object]) -> str:
    """Return all that is told of a sending that fails."""
    with pytest.raises(ChatError) as raised:
        await sending
    return "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))


async def rows_of(database: Database) -> str:
    """Return every update and every alert as it is kept."""
    return await database.read(lambda uow: str([uow.rows(table.select()) for table in (alerts, updates)]))
