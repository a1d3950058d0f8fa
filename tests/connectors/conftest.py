"""What all tests of connectors share: no loopback server counts calls, so nothing waits for the next second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from vk_world import unpaced


@pytest.fixture(autouse=True)
def _unpaced() -> Iterator[None]:
    with unpaced():
        yield
