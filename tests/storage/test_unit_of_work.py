"""Adding what is new: replays, races and rows given twice insert nothing, on both databases."""

from __future__ import annotations

from typing import Any

from rows import row as filled
from sqlalchemy import func, select

from storage.buttons import buttons
from storage.engine import Database
from storage.jobs import jobs, queue
from storage.unit_of_work import UnitOfWork
from storage.updates import updates


def row(uow: UnitOfWork, key: str, platform: str = "web") -> dict[str, Any]:
    return {
        "platform": platform,
        "key": key,
        "body": {"text": "Привет 👋"},
        "state": "new",
        "error": "",
        "received_at": uow.now,
        "done_at": None,
    }


def put(uow: UnitOfWork, keys: list[str]) -> list[tuple[Any, ...]]:
    return uow.put_new(updates, [row(uow, key) for key in keys], on=("platform", "key"))


def add(uow: UnitOfWork, key: str) -> int | None:
    return uow.add_new(updates, on=("platform", "key"), **row(uow, key))


def count(uow: UnitOfWork) -> int:
    return int(uow.scalar(select(func.count()).select_from(updates)))


async def test_a_new_row_gets_an_id_and_the_same_row_none(any_database: Database) -> None:
    first = await any_database.write(add, "7")
    assert first is not None
    assert first > 0
    assert await any_database.write(add, "7") is None
    assert await any_database.write(add, "8") not in {None, first}


async def test_of_many_rows_only_the_new_ones_come_back(any_database: Database) -> None:
    new = await any_database.write(put, ["1", "2", "2", "3"])
    assert sorted(key for _, _, key in new) == ["1", "2", "3"]
    assert len({made for made, _, _ in new}) == 3
    assert await any_database.write(put, ["1", "2", "3"]) == []
    assert [key for _, _, key in await any_database.write(put, ["3", "4"])] == ["4"]
    assert await any_database.write(put, []) == []
    assert await any_database.read(count) == 4


async def test_thousands_of_rows_go_in_at_once(any_database: Database) -> None:
    keys = [str(number) for number in range(5_000)]
    assert len(await any_database.write(put, keys)) == 5_000
    assert await any_database.write(put, keys) == []


async def test_a_table_with_a_key_of_words_answers_zero(any_database: Database) -> None:
    def seal(uow: UnitOfWork) -> int:
        return uow.add(buttons, **filled(buttons, uow.now, ref="luI_SUO65HHH8hSd"))

    assert await any_database.write(seal) == 0


async def test_a_job_is_asked_once_for_ever(any_database: Database) -> None:
    assert await any_database.write(queue, "draft", "draft:1", {"id": 1})
    assert not await any_database.write(queue, "draft", "draft:1", {"id": 2})
    stored = await any_database.read(lambda uow: uow.rows(select(jobs.c.args)))
    assert [args for (args,) in stored] == [{"id": 1}]
