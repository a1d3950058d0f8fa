"""Listening to networks that tell at once: one open stream per account, and a poll each time that something is there.

Streams only wake; what is new always comes by a poll, so that a broken stream loses nothing. While one poll runs, further
calls make exactly one more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from smm.errors import AuthExpired, ConnectorError, NeedsHuman, NotFound, Rejected, Unsupported
from smm.networks import Can, Networks
from storage import accounts
from storage.engine import Database

log = structlog.get_logger(__name__)

LOOK = 60.0  # seconds between looks at which accounts there are; a change of them is told at once
AGAIN = 30.0  # seconds until a stream that gave up is opened again


class Streams:
    """Keeps a stream open for every connected account whose network has one. `poll` fetches an account's news."""

    def __init__(self, database: Database, networks: Networks, poll: Callable[[int], Awaitable[None]]) -> None:
        self._database = database
        self._networks = networks
        self._poll = poll
        self._changed = asyncio.Event()
        self._listening: dict[int, tuple[bytes, asyncio.Task[None]]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._database.listen("accounts", self._changed.set)
        self._loop = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Hang up."""
        tasks = [task for _, task in self._listening.values()] + ([self._loop] if self._loop else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.clear()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            await self._match()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK)

    async def _match(self) -> None:
        """Listen to the accounts that there are, with the credentials they have, and to no others."""
        found = await self._database.read(accounts.open_ones)
        wanted = {
            account.id: account.secret.ciphertext
            for account in found
            if account.secret and account.health != "auth_expired" and self._networks.can(account.network, Can.STREAM)
        }
        for account_id, (ciphertext, task) in list(self._listening.items()):
            if wanted.get(account_id) != ciphertext:
                task.cancel()
                del self._listening[account_id]
        for account_id in wanted.keys() - self._listening.keys():
            task = asyncio.get_running_loop().create_task(self._listen(account_id))
            self._listening[account_id] = (wanted[account_id], task)

    async def _listen(self, account_id: int) -> None:
        woken = asyncio.Event()
        polling = asyncio.get_running_loop().create_task(self._answer(account_id, woken))
        try:
            while await self._follow(account_id, woken):  # noqa: ASYNC110 - a pause between two tries
                await asyncio.sleep(AGAIN)
        finally:
            polling.cancel()

    async def _follow(self, account_id: int, woken: asyncio.Event) -> bool:
        """Wake at each sign until the stream breaks; say whether another try makes sense with these credentials."""
        try:
            connector = await self._networks.connector(account_id)
            async with contextlib.aclosing(connector.stream()) as stream:  # type: ignore[type-var]
                async for _ in stream:
                    woken.set()
        except (AuthExpired, NeedsHuman, NotFound, Rejected, Unsupported):
            return False  # the next poll meets the same and tells a person
        except ConnectorError as error:
            log.info("a stream broke", account=account_id, reason=type(error).__name__)
        return True

    async def _answer(self, account_id: int, woken: asyncio.Event) -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                await self._poll(account_id)
            except Exception:
                # The account's next poll by the clock brings what this one did not.
                log.exception("a poll failed", account=account_id)
