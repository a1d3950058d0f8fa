"""What runs straight on SQLite's driver gives the same rows, the same changes and the same errors as SQLAlchemy does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from databases import Postgres
from rows import brand_with_account, row
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from storage import direct
from storage.engine import Database
from storage.mentions import Mention, mentions
from storage.unit_of_work import UnitOfWork

BY_ID = select(mentions).where(mentions.c.id == bindparam("wanted"))
IN_STATE = select(mentions.c.id).where(mentions.c.state == "new").order_by(mentions.c.id).limit(bindparam("most"))
AMONG = select(mentions.c.id).where(mentions.c.id.in_(bindparam("ids", expanding=True)))
MOVE = update(mentions).where(mentions.c.id == bindparam("wanted")).values(snoozed_until=bindparam("new_until"))
BERLIN = datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=1)))


def add(uow: UnitOfWork) -> int:
    brand, account = brand_with_account(uow)
    told: dict[str, Any] = {
        "text": "Да \0\ud800 нет",
        "media": ["a", "б"],
        "raw": {"n": [1, None, "\0"]},
        "state": "new",
    }
    return uow.add(mentions, **row(mentions, uow.now, brand_id=brand, account_id=account, said_at=BERLIN, **told))


async def test_the_second_run_is_direct_and_reads_the_same(database: Database) -> None:
    added = await database.write(add)

    def read(uow: UnitOfWork) -> list[Mention | None]:
        return [uow.one(Mention, BY_ID, wanted=added) for _ in range(3)]

    first, second, third = await database.read(read)
    assert direct._known[BY_ID] is not None
    assert first == second == third
    assert first is not None
    assert (first.said_at, first.media, first.text) == (BERLIN.astimezone(UTC), ["a", "б"], "Да \ufffd нет")
    assert first.raw == {"n": [1, None, ""]}


async def test_limits_lists_and_changes_do_the_same_every_time(database: Database) -> None:
    added = await database.write(add)

    def work(uow: UnitOfWork) -> None:
        for number in range(3):
            assert uow.scalar(IN_STATE, most=5) == added
            assert uow.scalar(IN_STATE, most=0) is None
            assert uow.scalar(AMONG, ids=[added, 7]) == added
            assert uow.change(MOVE, wanted=added, new_until=BERLIN + timedelta(hours=number)) == 1
            assert uow.change(MOVE, wanted=0, new_until=None) == 0
            found = uow.one(Mention, BY_ID, wanted=added)
            assert found is not None
            assert found.snoozed_until == BERLIN + timedelta(hours=number)

    await database.write(work)


async def test_what_is_wrong_is_said_in_the_librarys_own_errors(database: Database) -> None:
    """A naive moment, a value that is missing, a rule of the table: nobody has to know which way a statement went."""
    added = await database.write(add)

    def again(uow: UnitOfWork) -> None:
        for error, values in (
            (StatementError, {"wanted": added, "new_until": datetime(2026, 3, 2, 9)}),  # noqa: DTZ001
            (StatementError, {"wanted": added}),
        ):
            for _ in range(3):
                with pytest.raises(error):
                    uow.change(MOVE, **values)

    await database.write(again)
    for _ in range(3):
        with pytest.raises(IntegrityError):
            await database.write(
                lambda uow: uow.add(
                    mentions, **row(mentions, uow.now, id=added, brand_id=1, account_id=1, remote_id="x")
                )
            )


@pytest.mark.postgresql
async def test_a_statement_compiled_for_one_database_is_not_run_on_the_other(
    database: Database, postgres: Postgres
) -> None:
    other = Database(await postgres.new(), database.vault, clock=database.clock)
    for opened in (database, other):
        added = await opened.write(add)
        for _ in range(3):
            found = await opened.read(find, added)
            assert found is not None
            assert found.media == ["a", "б"]
    await other.close()


def find(uow: UnitOfWork, mention_id: int) -> Mention | None:
    return uow.one(Mention, BY_ID, wanted=mention_id)
