"""A loopback HTTP server that answers what a test says, faults included, and keeps what it was asked.

It speaks just enough HTTP/1.1 to be exact about what goes wrong: an answer may be late, torn, garbage, or never come.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Fault = Literal["", "reset", "silent", "torn", "close"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, or the fault that happens instead of it. `after` seconds pass first; `open` keeps the answer endless."""

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault = ""
    open: bool = False

    @classmethod
    def of(cls, body: Any, status: int = 200, **headers: str) -> Said:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(body).encode(), {"content-type": "application/json", **named})


Handler = Callable[[Asked], Said]


class LoopbackHttp:
    """The server. `asked` is every request in order."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[Asked] = []
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                if not await _answer(writer, self.handler(asked)):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readline()
    if not head:
        return None
    method, target, _ = head.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, content)


async def _answer(writer: asyncio.StreamWriter, said: Said) -> bool:
    if said.fault == "reset":
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False
    if said.fault == "close":
        return False
    if said.fault == "silent":
        await asyncio.sleep(30)
        return False
    length = {} if said.open else {"content-length": str(len(said.content))}
    lines = [f"HTTP/1.1 {said.status} Said", *(f"{name}: {value}" for name, value in (length | said.headers).items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    writer.write(said.content[: len(said.content) // 2] if said.fault == "torn" else said.content)
    await writer.drain()
    if said.fault == "torn":
        return False
    if said.open:
        await asyncio.sleep(30)
    return True


@asynccontextmanager
async def loopback(handler: Handler) -> AsyncIterator[LoopbackHttp]:
    """Run a server for the length of a block."""
    server = LoopbackHttp(handler)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with suppress(asyncio.CancelledError):
            await server.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
