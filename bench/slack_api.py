"""A Slack made for speed, in a process of its own: Socket Mode with a hundred events in flight, and what is said counted.

`GET /control/stats` says what happened, `POST /control/go?n=N` lets N people write. It checks nothing: the faithful server of the
tests does that. Usage: slack_api.py PORT TEXT
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiohttp import WSMsgType, web

PEOPLE = 200
IN_FLIGHT = 100


class World:
    """Everything that the server knows."""

    def __init__(self, port: int, text: str) -> None:
        self.port, self.text = port, text
        self.socket: web.WebSocketResponse | None = None
        self.left = self.number = self.sent = 0
        self.went_at = self.last_sent = self.opened = 0.0
        self.flying: dict[str, float] = {}
        self.acks: list[float] = []

    async def stats(self, request: web.Request) -> web.Response:
        """Return what happened so far."""
        names = ("sent", "went_at", "last_sent", "opened", "acks")
        return web.json_response({name: getattr(self, name) for name in names})

    async def go(self, request: web.Request) -> web.Response:
        """Let people write."""
        self.left += int(request.query["n"])
        self.acks, self.went_at = [], time.monotonic()
        await self.fill()
        return web.json_response({})

    async def fill(self) -> None:
        """Keep as many events in flight as Slack does."""
        while self.socket is not None and self.left > 0 and len(self.flying) < IN_FLIGHT:
            self.left, self.number = self.left - 1, self.number + 1
            name = f"env-{self.number}"
            self.flying[name] = time.monotonic()
            await self.socket.send_str(_envelope(name, self.number, f"{self.text} {self.number}"))

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """Hold the socket and take acknowledgements."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type": "hello"}')
        self.socket, self.opened = socket, time.monotonic()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acks.append(time.monotonic() - self.flying.pop(json.loads(message.data)["envelope_id"]))
                await self.fill()
        return socket

    async def call(self, request: web.Request) -> web.Response:
        """Answer one call of the Web API."""
        method = request.match_info["method"]
        body = await request.read()
        if method == "chat.postMessage":
            self.sent += 1
            self.last_sent = time.monotonic()
        return web.json_response({"ok": True, **self.said(method, body)})

    def said(self, method: str, body: bytes) -> dict[str, Any]:
        """Return an answer without `ok`."""
        if method == "auth.test":
            return {
                "user_id": "U0BOT",
                "bot_id": "B0BOT",
                "team_id": "T1",
                "user": "bench",
                "team": "Bench",
                "url": "x",
            }
        if method == "apps.connections.open":
            return {"url": f"ws://127.0.0.1:{self.port}/link"}
        if method == "conversations.open":
            return {"channel": {"id": "D" + body.decode().partition("users=U")[2].partition("&")[0]}}
        if method == "users.info":
            return {"user": {"id": "U", "name": "anna", "locale": "ru-RU"}}
        return {"ts": f"1780000000.{self.sent:06}", "channel": "D1"}


def _envelope(name: str, number: int, text: str) -> str:
    person = 1001 + number % PEOPLE
    event = {
        "type": "message", "channel_type": "im", "user": f"U{person}", "channel": f"D{person}", "team": "T1", "text": text,
        "ts": f"1770000000.{number:06}",
    }  # fmt: skip
    payload = {"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T1", "api_app_id": "A1", "event": event}
    return json.dumps({"type": "events_api", "envelope_id": name, "payload": payload})


async def serve(port: int, text: str) -> None:
    """Serve until killed."""
    world = World(port, text)
    app = web.Application()
    app.router.add_get("/control/stats", world.stats)
    app.router.add_post("/control/go", world.go)
    app.router.add_get("/link", world.link)
    app.router.add_post("/api/{method}", world.call)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
