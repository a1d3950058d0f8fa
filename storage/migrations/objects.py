"""What stands in the database without standing in the models: the full-text index, which each database builds its own way."""

from __future__ import annotations

from typing import Any

SEARCH = "mentions_words"


def compared(_object: Any, name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
    """Say whether Alembic compares an object with the models; the full-text index and its shadow tables are left alone."""
    return name is None or not name.startswith(SEARCH)
