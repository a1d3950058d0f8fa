"""A Bot API server made for speed, in a process of its own: it hands out updates and counts what is sent.

`GET /control/stats` says what happened, `POST /control/go?n=N&from=M` hands out N updates. It checks nothing: the faithful
server of the tests does that. Usage: bot_api.py PORT TEXT
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHATS = 200
PER_POLL = 100
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_OFFSET = re.compile(rb'offset"?[\s=:]+(\d+)')
_ME = {
    "id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot",
    "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip


class World:
    """Everything that the server knows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.updates: list[bytes] = []
        self.waiting: list[tuple[Connection, int]] = []
        self.sent = 0
        self.calls: dict[str, int] = {}
        self.first_poll = 0.0
        self.went_at = 0.0
        self.last_sent = 0.0
        self.message_id = 0

    def stats(self) -> dict[str, Any]:
        """Return what happened so far."""
        names = ("sent", "calls", "first_poll", "went_at", "last_sent")
        return {name: getattr(self, name) for name in names}

    def go(self, count: int) -> None:
        """Hand out more updates."""
        first = len(self.updates) + 1
        self.updates += [_update(number, self.text) for number in range(first, first + count)]
        self.went_at = time.monotonic()
        waiting, self.waiting = self.waiting, []
        for connection, offset in waiting:
            self.poll(connection, offset)

    def poll(self, connection: Connection, offset: int) -> None:
        """Answer getUpdates now, or when there is something."""
        self.first_poll = self.first_poll or time.monotonic()
        start = max(0, offset - 1)
        found = self.updates[start : start + PER_POLL]
        if found:
            connection.answer(b'{"ok":true,"result":[' + b",".join(found) + b"]}")
        else:
            self.waiting.append((connection, offset))

    def call(self, connection: Connection, method: str, body: bytes) -> None:
        """Answer one call of the Bot API."""
        self.calls[method] = self.calls.get(method, 0) + 1
        if method == "getUpdates":
            offset = _OFFSET.search(body)
            self.poll(connection, int(offset[1]) if offset else 0)
        elif method in {"sendMessage", "editMessageText", "sendPhoto"}:
            self.sent += 1
            self.message_id += 1
            self.last_sent = time.monotonic()
            connection.answer(
                b'{"ok":true,"result":{"message_id":%d,"date":1772442000,"chat":{"id":1001,"type":"private","first_name":"A"},'
                b'"text":"ok"}}' % self.message_id
            )
        else:
            result: Any = (
                _ME if method == "getMe" else {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
            )
            answer = result if method in {"getMe", "getWebhookInfo"} else True
            connection.answer(json.dumps({"ok": True, "result": answer}).encode())


def _update(number: int, text: str) -> bytes:
    person = 1001 + number % CHATS
    words = f"{text} {number}"
    message = {
        "message_id": number, "date": 1772442000, "text": words,
        "chat": {"id": person, "type": "private", "first_name": "Анна", "last_name": "Ш"},
        "from": {"id": person, "is_bot": False, "first_name": "Анна", "last_name": "Ш", "language_code": "ru"},
    }  # fmt: skip
    if words.startswith("/"):
        message["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
    return json.dumps({"update_id": number, "message": message}, ensure_ascii=False).encode()


class Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (head_end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, start = self.buffer[:head_end], head_end + 4
            if b"chunked" in head.lower():
                end = self.buffer.find(b"0\r\n\r\n", start)
                if end < 0:
                    return
                end += 5
            else:
                length = _LENGTH.search(head)
                end = start + (int(length[1]) if length else 0)
                if len(self.buffer) < end:
                    return
            body, self.buffer = self.buffer[start:end], self.buffer[end:]
            self.request(head.split(b" ", 2)[1].decode(), body)

    def request(self, target: str, body: bytes) -> None:
        """Answer one request."""
        address = urlsplit(target)
        if address.path == "/control/stats":
            self.answer(json.dumps(self.world.stats()).encode())
        elif address.path == "/control/go":
            self.world.go(int(parse_qs(address.query)["n"][0]))
            self.answer(b"{}")
        else:
            self.world.call(self, address.path.rpartition("/")[2], address.query.encode() + b"&" + body)

    def answer(self, body: bytes) -> None:
        """Send a JSON answer."""
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )


async def serve(port: int, text: str) -> None:
    """Serve until killed."""
    world = World(text)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(world), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
