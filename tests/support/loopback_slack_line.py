"""How the loopback Slack's updates reach the app: over sockets that ask for acknowledgements, or signed and pushed over HTTP.

What is not acknowledged is delivered again, as Slack does it: over the next socket, or with X-Slack-Retry-Num.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

Raw = dict[str, Any]
Kind = Literal["events_api", "interactive", "slash_commands"]
RETRIES = 3


@dataclass(slots=True, eq=False)
class Delivery:
    """One update on its way; `acked` is what the app says back."""

    kind: Kind
    payload: Raw
    acked: asyncio.Future[Raw]
    tries: int = 0


def sign(secret: str, body: str, stamp: int) -> dict[str, str]:
    """Return the headers with which Slack signs a request."""
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": f"v0={digest}"}


@dataclass(eq=False)
class Line:
    """Sockets and pushes. With `push_to` updates go there over HTTP."""

    signing_secret: str
    push_to: str = ""
    retry_pause: float = 0.02
    clock: Callable[[], float] = time.time
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    open_ones: dict[str, Delivery] = field(default_factory=dict)
    opened: int = 0
    deaf: bool = False  # acknowledgements are lost
    delivered: int = 0
    pushing: set[asyncio.Task[None]] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def deliver(self, kind: Kind, payload: Raw) -> Delivery:
        """Let an update go out."""
        delivery = Delivery(kind, json.loads(json.dumps(payload)), asyncio.get_running_loop().create_future())
        if self.push_to:
            self._spawn(self._push(delivery))
        else:
            self.open_ones[f"env-{next(self._numbers)}"] = delivery
            self._spawn(self.flush())
        return delivery

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.pushing.add(task)
        task.add_done_callback(self.pushing.discard)

    # ---- sockets

    async def flush(self) -> None:
        """Send what nobody has been sent yet over the newest socket."""
        for envelope_id, delivery in list(self.open_ones.items()):
            if delivery.tries == 0 and self.sockets:
                await self._send(self.sockets[-1], envelope_id, delivery)

    async def again(self) -> None:
        """Send all that was not acknowledged once more."""
        for envelope_id, delivery in list(self.open_ones.items()):
            if self.sockets:
                await self._send(self.sockets[-1], envelope_id, delivery)

    async def _send(self, socket: web.WebSocketResponse, envelope_id: str, delivery: Delivery) -> None:
        envelope = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.tries:
            envelope |= {"retry_attempt": delivery.tries, "retry_reason": "timeout"}
        delivery.tries += 1
        self.delivered += 1
        try:
            await socket.send_json(envelope)
        except ConnectionError:
            return

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one socket: say hello, send what is open, take acknowledgements."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened += 1
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets), "debug_info": {}})
        await self.again()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and not self.deaf:
                    self._acknowledge(json.loads(message.data))
        finally:
            self.sockets.remove(socket)
        return socket

    def _acknowledge(self, said: Raw) -> None:
        delivery = self.open_ones.pop(said["envelope_id"], None)
        if delivery is not None and not delivery.acked.done():
            delivery.acked.set_result(said.get("payload") or {})

    async def ask_to_reconnect(self) -> None:
        """Say that this socket is about to end, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    def cut(self) -> None:
        """Break every socket without a word."""
        for socket in list(self.sockets):
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()

    # ---- pushes

    async def _push(self, delivery: Delivery) -> None:
        async with aiohttp.ClientSession() as session:
            for attempt in range(RETRIES + 1):
                status, said = await self.post(session, delivery, attempt)
                if status == 200:
                    delivery.acked.set_result(json.loads(said) if said.startswith("{") else {})
                    return
                if delivery.kind != "events_api":
                    return
                await asyncio.sleep(self.retry_pause)

    async def post(self, session: aiohttp.ClientSession, delivery: Delivery, attempt: int = 0) -> tuple[int, str]:
        """Post an update once, signed."""
        body, kind = encoded(delivery)
        headers = sign(self.signing_secret, body, int(self.clock())) | {"Content-Type": kind}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        delivery.tries += 1
        self.delivered += 1
        try:
            async with session.post(self.push_to, data=body.encode(), headers=headers) as response:
                self.statuses.append(response.status)
                return response.status, await response.text()
        except aiohttp.ClientError:
            return 0, ""


def encoded(delivery: Delivery) -> tuple[str, str]:
    """Return an update as it is pushed: events as JSON, the rest as forms."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    form = {"payload": json.dumps(delivery.payload)} if delivery.kind == "interactive" else delivery.payload
    return urlencode(form), "application/x-www-form-urlencoded"
