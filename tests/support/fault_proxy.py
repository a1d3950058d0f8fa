"""A TCP proxy that spoils connections on their way: refuse, reset, delay, cut after so many bytes, or drop the answer.

"Drop the answer" is the fault that matters most: the server has done what was asked, and the client never learns of it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

Fault = Literal["none", "refuse", "reset", "delay", "cut", "drop_answer"]


@dataclass(slots=True)
class FaultProxy:
    """Forwards to `port` of this machine. `fault` holds for connections opened from now on; `limit` is of cut and delay."""

    target: int
    port: int = 0
    fault: Fault = "none"
    limit: float = 0
    answers: int = 0  # bytes that the server sent and the client did not get

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if fault in {"refuse", "reset"}:
            if fault == "reset":
                await reader.read(1)
            _reset(writer)
            return
        if fault == "delay":
            await asyncio.sleep(self.limit)
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target)
        asking = asyncio.create_task(_forward(reader, onward_writer))
        try:
            await self._bring_back(onward_reader, writer, fault)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            onward_writer.close()
            writer.close()

    async def _bring_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        passed = 0
        while chunk := await reader.read(65536):
            if fault == "drop_answer":
                self.answers += len(chunk)
                _reset(writer)
                return
            if fault == "cut" and passed + len(chunk) > self.limit:
                writer.write(chunk[: int(self.limit) - passed])
                await writer.drain()
                return
            passed += len(chunk)
            writer.write(chunk)
            await writer.drain()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def fault_proxy(target: int) -> AsyncIterator[FaultProxy]:
    """Run a proxy for the length of a block."""
    proxy = FaultProxy(target)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with suppress(asyncio.CancelledError, ConnectionError):
            await proxy.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listening.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
