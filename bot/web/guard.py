"""The gate of the web chat: which hosts, origins and sizes get in, and the headers that every answer carries.

Knows nothing of members; sessions are seats.py's.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_BYTES = 1024 * 1024
UPLOAD_BYTES = 26 * 1024 * 1024  # one file of 25 MiB and what surrounds it
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_STEADY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # "no-referrer" would send "Origin: null" with our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def policy(nonce: str) -> str:
    """Return the content security policy of a page: nothing but our own, and no script without the page's nonce."""
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self' blob: data:; media-src 'self'; connect-src 'self'; font-src 'self'; "
        "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'; manifest-src 'self'"
    )


class _TooLarge(Exception):
    """The body is longer than it may be."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses what must not come in, and adds the headers to what goes out. `hosts` empty lets every host in."""

    app: ASGIApp
    hosts: frozenset[str] = frozenset()
    origin: str = ""  # our own, as others see it; empty: the one that the browser asked for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        headers = Headers(scope=scope)
        most = UPLOAD_BYTES if headers.get("content-type", "").startswith("multipart/") else FORM_BYTES
        refusal = self._refusal(scope, headers, most)
        answer = _with_headers(send, nonce)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        try:
            await self.app(scope, _bounded(receive, most), answer)
        except _TooLarge:
            await PlainTextResponse("Too large.", 413)(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers, most: int) -> PlainTextResponse | None:
        if self.hosts and _host(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This desk does not answer under that name.", 421)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return PlainTextResponse("Too large.", 413)
        if scope["method"] not in {"GET", "HEAD", "OPTIONS"} and not self._is_ours(scope, headers):
            return PlainTextResponse("This came from another site.", 403)
        return None

    def _is_ours(self, scope: Scope, headers: Headers) -> bool:
        """Say whether a deed comes from one of our own pages; programs that are not browsers send neither header."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        return origin is None or origin in {self.origin, f"{scope['scheme']}://{headers.get('host', '')}"} - {""}


def _host(header: str) -> str:
    return urlsplit(f"//{header}").hostname or ""


def _with_headers(send: Send, nonce: str) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _STEADY.items():
                headers.setdefault(name, value)
            headers.setdefault("content-security-policy", policy(nonce))
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return answer


def _bounded(receive: Receive, most: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise _TooLarge
        return message

    return counted


class Attempts:
    """Counts tries by who makes them, so that nobody guesses for long. Forgets the oldest first."""

    def __init__(self, most: int, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._window, self._clock = most, window, clock
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def allow(self, who: str) -> bool:
        """Count one more try and say whether it is still allowed."""
        now = self._clock()
        recent = [at for at in self._tries.pop(who, ()) if now - at < self._window]
        self._tries[who] = [*recent, now][-self._most - 1 :]
        while len(self._tries) > 10_000:  # noqa: PLR2004
            self._tries.popitem(last=False)
        return len(recent) < self._most
