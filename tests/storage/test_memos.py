"""A memo is remembered, replaced and forgotten."""

from __future__ import annotations

from storage import memos
from storage.engine import Database


async def test_a_memo_is_remembered_replaced_and_forgotten(any_database: Database) -> None:
    assert await any_database.read(memos.get, "telegram offset") is None
    for value in ("41", "42"):
        await any_database.write(memos.set, "telegram offset", value)
        assert await any_database.read(memos.get, "telegram offset") == value
    await any_database.write(memos.forget, "telegram offset")
    assert await any_database.read(memos.get, "telegram offset") is None
