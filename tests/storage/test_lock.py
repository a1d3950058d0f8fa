"""One desk per database: the second start is refused in words, and a dead desk leaves nothing locked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from databases import Postgres
from sqlalchemy import make_url

from storage.lock import DeskRunning, Lock, lock_of

HOLDER = """
import asyncio, sys
from storage.lock import lock_of
async def hold():
    await lock_of(sys.argv[1]).take()
    print("held", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new folder/desk.sqlite3"
    server: Postgres = request.getfixturevalue("postgres")
    return await server.new(empty=True)


async def test_a_second_desk_is_refused_until_the_first_is_closed(url: str) -> None:
    first, second = lock_of(url), lock_of(url)
    await first.take()
    with pytest.raises(DeskRunning, match=r"another desk .*works on .*desk.*: stop it first"):
        await second.take()
    await first.release()
    await second.take()
    await second.release()
    await second.release()


async def test_a_killed_desk_leaves_nothing_locked(url: str) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, url, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    after = lock_of(url)
    with pytest.raises(DeskRunning) as refused:
        await after.take()
    if make_url(url).get_backend_name() == "sqlite":
        assert f"(process {holder.pid})" in str(refused.value)
    holder.kill()
    await holder.wait()
    await taken(after)
    await after.release()


async def taken(lock: Lock) -> None:
    """PostgreSQL needs a moment to see that the other end is gone."""
    async with asyncio.timeout(30):
        while True:
            with suppress(DeskRunning):
                return await lock.take()
            await asyncio.sleep(0.01)
