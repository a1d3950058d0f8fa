"""What every database promises: the same suite runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from clocks import Clock
from rows import brand_with_account, row
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from storage import jobs, memos
from storage.accounts import accounts
from storage.engine import Database
from storage.mentions import Mention, mentions
from storage.unit_of_work import UnitOfWork
from storage.vault import SealBroken, Vault


def ask(uow: UnitOfWork, key: str = "k") -> None:
    jobs.queue(uow, "draft", key, {"id": 1})


def asked(uow: UnitOfWork) -> int:
    return int(uow.scalar(select(func.count()).select_from(jobs.jobs)))


def say(uow: UnitOfWork, words: str, **given: Any) -> Mention:
    brand, account = brand_with_account(uow)
    made = uow.add(mentions, **row(mentions, uow.now, brand_id=brand, account_id=account, text=words, **given))
    found = uow.one(Mention, select(mentions).where(mentions.c.id == made))
    assert found is not None
    return found


def read_back(uow: UnitOfWork) -> Mention:
    found = uow.one(Mention, select(mentions).order_by(mentions.c.id.desc()))
    assert found is not None
    return found


async def test_what_is_written_is_read_by_the_next(any_database: Database) -> None:
    await any_database.write(ask)
    assert await any_database.read(asked) == 1


async def test_a_transaction_reads_its_own_writes(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> int:
        ask(uow)
        return asked(uow)

    assert await any_database.write(work) == 1


class Stopped(BaseException):
    """Not an Exception: such as a task being cancelled."""


@pytest.mark.parametrize("error", [LookupError, Stopped])
async def test_whatever_is_raised_undoes_all_of_it(any_database: Database, error: type[BaseException]) -> None:
    woken: list[str] = []
    any_database.listen("jobs", lambda: woken.append("jobs"))

    def work(uow: UnitOfWork) -> None:
        ask(uow)
        raise error

    with pytest.raises(error):
        await any_database.write(work)
    assert await any_database.read(asked) == 0
    assert woken == []
    await any_database.write(ask)
    assert await any_database.read(asked) == 1
    assert woken == ["jobs"]


async def test_a_broken_rule_undoes_all_of_it(any_database: Database) -> None:
    def twice(uow: UnitOfWork) -> None:
        ask(uow)
        for _ in range(2):
            uow.add(memos.memos, name="n", value="v", changed_at=uow.now)

    def orphan(uow: UnitOfWork) -> None:
        uow.add(mentions, **row(mentions, uow.now, brand_id=7, account_id=7))

    for work in (twice, orphan):
        with pytest.raises(IntegrityError):
            await any_database.write(work)
    assert await any_database.read(asked) == 0
    assert await any_database.read(memos.get, "n") is None


async def test_listeners_wake_after_the_commit_and_see_it(any_database: Database) -> None:
    seen: list[asyncio.Task[int]] = []
    any_database.listen("jobs", lambda: seen.append(asyncio.ensure_future(any_database.read(asked))))
    await any_database.write(ask)
    await any_database.write(ask)  # the same key: nothing new, nobody woken
    assert await asyncio.gather(*seen) == [1]


async def test_what_is_put_last_comes_last_and_is_undone_with_the_rest(any_database: Database) -> None:
    order: list[str] = []

    def work(uow: UnitOfWork) -> None:
        uow.before_commit(lambda: order.append("last"))
        uow.before_commit(lambda: uow.add(memos.memos, name="n", value="v", changed_at=uow.now) and None)
        uow.before_commit(lambda: uow.add(memos.memos, name="n", value="v", changed_at=uow.now) and None)
        order.append("first")

    with pytest.raises(IntegrityError):
        await any_database.write(work)
    assert order == ["first", "last"]
    assert await any_database.read(memos.get, "n") is None


async def test_of_many_who_take_the_same_exactly_one_wins(any_database: Database) -> None:
    for number in range(10):
        await any_database.write(ask, f"job {number}")
    presses = [(number, who) for who in range(10) for number in range(1, 11)]
    won = await asyncio.gather(*(any_database.write(jobs.claim, number) for number, _ in presses))
    assert sum(won) == 10
    assert {number for (number, _), mine in zip(presses, won, strict=True) if mine} == set(range(1, 11))


async def test_of_many_who_count_none_is_lost(any_database: Database) -> None:
    await any_database.write(memos.set, "n", "0")

    def count(uow: UnitOfWork) -> bool:
        before = memos.get(uow, "n") or ""
        changed = update(memos.memos).where(memos.memos.c.name == "n", memos.memos.c.value == before)
        return uow.change(changed.values(value=str(int(before) + 1))) == 1

    wins = sum(await asyncio.gather(*(any_database.write(count) for _ in range(40))))
    assert await any_database.read(memos.get, "n") == str(wins)


async def test_who_loses_a_deadlock_runs_again(any_database: Database) -> None:
    for name in "ab":
        await any_database.write(memos.set, name, "0")

    def touch(uow: UnitOfWork, names: str) -> None:
        for name in names:
            uow.change(update(memos.memos).where(memos.memos.c.name == name).values(value=names))
            if uow.postgresql:
                uow.scalar(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(any_database.write(touch, "ab"), any_database.write(touch, "ba"))
    assert await any_database.read(memos.get, "a") == await any_database.read(memos.get, "b")


MOMENTS = [
    datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


async def test_a_moment_comes_back_as_the_same_moment_in_utc(any_database: Database) -> None:
    for moment in MOMENTS:
        await any_database.write(say, "", said_at=moment)
        kept = (await any_database.read(read_back)).said_at
        assert kept == moment.astimezone(UTC)
        assert kept.tzinfo is UTC


async def test_moments_compare_across_zones(any_database: Database) -> None:
    await any_database.write(say, "", said_at=datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo")))
    noon = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    for limit, found in ((noon, 1), (noon - timedelta(microseconds=1), 0)):
        earlier = select(func.count()).select_from(mentions).where(mentions.c.said_at <= limit)
        assert await any_database.read(lambda uow, earlier=earlier: uow.scalar(earlier)) == found


async def test_a_naive_moment_is_refused(any_database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        await any_database.write(say, "", said_at=datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


async def test_the_time_of_a_transaction_is_the_clock(any_database: Database, clock: Clock) -> None:
    clock.advance(days=1)
    assert await any_database.read(lambda uow: uow.now) == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


WORDS = [
    "Привет, как дела? Ёж",
    "👋🏽 👨‍👩‍👧‍👦 🇩🇪",
    "e\u0301 \u200b\u202e\ufeff",
    "'; DROP TABLE mentions; -- \" %s :name $1 ?",
    "\\u0000 is not NUL, \\ neither",
    "line\nbreak\r\n\ttab \x01\x7f",
    "",
]


async def test_words_come_back_as_they_were(any_database: Database) -> None:
    for words in WORDS:
        raw = {"words": words, words: [words, None, 1, 1.5, True]}
        await any_database.write(say, words, raw=raw)
        kept = await any_database.read(read_back)
        assert (kept.text, kept.raw) == (words, raw)


async def test_what_no_database_takes_is_taken_out(any_database: Database) -> None:
    bad, good = "a\0b \ud83d c", "ab \ufffd c"
    await any_database.write(say, bad, raw={bad: [bad, {"deep": (bad,)}]})
    kept = await any_database.read(read_back)
    assert kept.text == good
    assert kept.raw == {good: [good, {"deep": [good]}]}


async def test_a_megabyte_comes_back(any_database: Database) -> None:
    words = "жизнь 👋 " * 60_000
    await any_database.write(say, words, raw={"text": words})
    kept = await any_database.read(read_back)
    assert (kept.text, kept.raw) == (words, {"text": words})


async def test_a_secret_is_stored_sealed_and_opens_for_its_owner_alone(any_database: Database, vault: Vault) -> None:
    def connect(uow: UnitOfWork) -> int:
        _, account = brand_with_account(uow)
        sealed = uow.vault.seal({"token": "canary"}, f"account:{account}")
        return uow.change(update(accounts).where(accounts.c.id == account).values(secret=sealed))

    assert await any_database.write(connect) == 1
    sealed = await any_database.read(lambda uow: uow.scalar(select(accounts.c.secret)))
    assert "canary" not in repr(sealed)
    assert b"canary" not in sealed.ciphertext
    assert vault.open(sealed, "account:1") == {"token": "canary"}
    with pytest.raises(SealBroken):
        vault.open(sealed, "account:2")


async def test_a_plain_secret_is_refused(any_database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        brand_with_account(uow)
        uow.change(update(accounts).values(secret=b"canary"))

    with pytest.raises(StatementError, match="unsealed") as refused:
        await any_database.write(work)
    assert "canary" not in str(refused.value)


async def test_reading_cannot_wait_for_writing(database: Database) -> None:
    """On SQLite readers have threads of their own: a long write keeps nobody from looking."""
    order: list[str] = []
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def long(uow: UnitOfWork) -> None:
        ask(uow)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)

    writing = asyncio.create_task(database.write(long))
    await asyncio.sleep(0.01)
    order.append(f"read {await database.read(asked)}")
    release.set()
    await writing
    assert order == ["read 0"]
