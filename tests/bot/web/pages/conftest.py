"""A web desk with an inbox, for the tests of pages."""

from __future__ import annotations

import pytest
from web_desk import WebDesk
from web_inbox import WebInbox, open_inbox


@pytest.fixture
async def inbox(open_desk: WebDesk) -> WebInbox:
    """The sample brand with an account on a network in memory."""
    return await open_inbox(open_desk)
