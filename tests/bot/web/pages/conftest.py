"""A web desk with an inbox, or with two accounts to plan posts for, for the tests of pages."""

from __future__ import annotations

import pytest
from clocks import Clock
from planned_world import Planned, planned_world
from web_desk import WebDesk
from web_inbox import WebInbox, open_inbox


@pytest.fixture
async def inbox(open_desk: WebDesk) -> WebInbox:
    """The sample brand with an account on a network in memory."""
    return await open_inbox(open_desk)


@pytest.fixture
async def planned(open_desk: WebDesk, clock: Clock) -> Planned:
    """Northwind Coffee on Monday, 2 March 2026, at ten in Berlin."""
    return await planned_world(open_desk, clock)
