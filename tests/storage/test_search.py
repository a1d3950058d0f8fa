"""Search finds what people mean, in either database, whatever they type."""

from __future__ import annotations

import pytest
from rows import brand_with_account, row
from sqlalchemy import delete, update

from storage.engine import Database
from storage.mentions import mentions
from storage.search import search
from storage.unit_of_work import UnitOfWork

SAID = [
    ("Какой тёплый кофе сегодня! Жизнь хороша", "Анна Ёлкина"),
    ("The café on example.com/menu is great", "José"),
    ("кофейня закрыта, где поесть?", "bob_smith"),
    ("nothing about it 👋🏽", "Иван"),
]


ASKED = [
    ("кофе", [2, 0]),
    ("КОФЕ", [2, 0]),
    ("теплый", [0]),
    ("ТЁПЛЫЙ", [0]),
    ("жизнь кофе", [0]),
    ("cafe", [1]),
    ("café", [1]),
    ("example", [1]),
    ("menu", [1]),
    ("example.com/menu", [1]),
    ("jose", [1]),
    ("елкина", [0]),
    ("smith", [2]),
    ("нет такого", []),
    ("", []),
    ("  ?!. ", []),
    ('" OR 1=1 --', []),
    ("кофе' | 'жизнь", [0]),
    ("NOT кофе", []),
    ("text:кофе", []),
    ("nothing*", [3]),
]


def say(uow: UnitOfWork, of: tuple[int, int], said: list[tuple[str, str]]) -> list[int]:
    kept = row(mentions, uow.now, brand_id=of[0], account_id=of[1])
    rows = [kept | {"remote_id": str(n), "text": text, "author_name": name} for n, (text, name) in enumerate(said)]
    return sorted(made for made, *_ in uow.put_new(mentions, rows, on=("account_id", "remote_id")))


async def test_words_find_what_people_mean(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> list[tuple[str, list[int]]]:
        ids = say(uow, brand_with_account(uow), SAID)
        return [(words, [ids.index(each) for each in search(uow, 1, words)]) for words, _ in ASKED]

    assert await any_database.write(work) == ASKED


async def test_the_index_follows_edits_and_deletions(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        ids = say(uow, brand_with_account(uow), SAID)
        uow.change(update(mentions).where(mentions.c.id == ids[0]).values(text="чай"))
        uow.change(delete(mentions).where(mentions.c.id == ids[2]))
        assert search(uow, 1, "кофе") == []
        assert search(uow, 1, "чай") == [ids[0]]
        assert search(uow, 1, "ёлкина") == [ids[0]]

    await any_database.write(work)


async def test_another_brand_is_never_found(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        one, two = brand_with_account(uow), brand_with_account(uow, "two")
        mine, theirs = say(uow, one, SAID), say(uow, two, SAID)
        assert search(uow, one[0], "кофе") == [mine[2], mine[0]]
        assert search(uow, two[0], "кофе") == [theirs[2], theirs[0]]

    await any_database.write(work)


async def test_whole_words_come_before_beginnings(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        ids = say(uow, brand_with_account(uow), SAID)
        assert search(uow, 1, "кофе", limit=1) == [ids[0]]
        assert search(uow, 1, "ко", limit=1) == []

    await any_database.write(work)


async def test_a_common_word_gives_the_newest_of_its_brand(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.search.FEW", 50)

    def work(uow: UnitOfWork) -> None:
        ids = say(uow, brand_with_account(uow), [("кофе", "")] * 60)
        assert search(uow, 1, "кофе", limit=3) == [ids[-1], ids[-2], ids[-3]]

    await any_database.write(work)
