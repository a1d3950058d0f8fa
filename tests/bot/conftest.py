"""What tests of several platforms share."""

from __future__ import annotations

import pytest
from ears import Ears

from storage.engine import Database


@pytest.fixture
def ears(database: Database) -> Ears:
    """A router that only listens."""
    return Ears(database)
