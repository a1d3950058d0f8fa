"""The conversation with one network: a client behind the guard, with limits on time, size and redirects.

Every call ends in a whole `Reply` or in exactly one ConnectorError; which one is decided in outcomes.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from connectors.base import Outside
from connectors.guard import Barred, Guarded, bar, inner, place
from connectors.outcomes import EXPIRED, MOVED, Reply, Who, failed, judge, strange
from smm.errors import AuthExpired, ConnectorError, Rejected

__all__ = ["Reply", "Wire"]

REDIRECTS: Final = 3
LARGEST: Final = 4 * 1024 * 1024  # bytes of an answer
LONGEST_LINE: Final = 1024 * 1024  # of a stream
SILENCE: Final = 90.0  # seconds: networks send a sign of life at least every half minute
_AGENT: Final = "Copydesk/0.1"


class Wire:
    """One network's HTTP conversation. `effect` marks calls that change something in public."""

    def __init__(
        self,
        base: str,
        outside: Outside,
        *,
        network: str,
        account: str = "",
        headers: Mapping[str, str] | None = None,
        hidden: Sequence[str] = (),
        meaning: Callable[[Reply], ConnectorError | None] = lambda reply: None,
    ) -> None:
        self._who = Who(network, account, tuple(hidden))
        self._hosts = outside.inner_hosts | _places(outside.bases)
        self._meaning = meaning
        self._is_sound = _sound(headers or {})
        self._patience = outside.patience
        self._client = httpx.AsyncClient(
            base_url=base,
            transport=Guarded(self._hosts),
            trust_env=False,
            timeout=httpx.Timeout(outside.patience, connect=min(10.0, outside.patience)),
            headers={"user-agent": _AGENT, "accept-encoding": "identity", **(headers or {} if self._is_sound else {})},
        )

    def renew(self, headers: Mapping[str, str], hidden: Sequence[str]) -> None:
        """Go on with other credentials; what was sent with the old ones stays hidden, too."""
        self._who = Who(self._who.network, self._who.account, tuple(dict.fromkeys((*self._who.hidden, *hidden))))
        self._is_sound = _sound(headers)
        if self._is_sound:
            self._client.headers.update(headers)

    async def call(
        self,
        method: str,
        path: str,
        *,
        effect: bool = False,
        largest: int = LARGEST,
        meaning: Callable[[Reply], ConnectorError | None] | None = None,
        resumes: bool = False,
        **parts: Any,
    ) -> Reply:
        """Make one call; `parts` are httpx's params, json, files, data, content and headers.

        `meaning` judges the answer to this call instead of the network's own. With `resumes` a redirection that leads nowhere is
        an answer: so upload sessions ask for more.
        """
        self._must_be_sound()
        try:
            async with asyncio.timeout(self._patience):
                reply = await self._exchange(method, path, effect, largest, parts)
        except (httpx.HTTPError, httpx.InvalidURL, Barred, TimeoutError, UnicodeError) as error:
            raise failed(error, self._who, effect=effect) from error
        if resumes and reply.status == HTTPStatus.PERMANENT_REDIRECT and "location" not in reply.headers:
            return reply
        # Some networks say no with a status that says yes: what an answer means is asked of each.
        wrong = (meaning or self._meaning)(reply) or judge(reply, datetime.now(UTC))
        if wrong is not None:
            raise wrong
        return reply

    def _must_be_sound(self) -> None:
        if not self._is_sound:
            raise AuthExpired(EXPIRED, **self._who.facts)

    async def _exchange(self, method: str, path: str, effect: bool, largest: int, parts: dict[str, Any]) -> Reply:
        async with self._opened(self._client.build_request(method, path, **parts), follow=not effect) as response:
            content = await self._content(response, largest, effect)
            return Reply(response.status_code, response.headers, content, self._who, effect)

    @asynccontextmanager
    async def _opened(self, request: httpx.Request, *, follow: bool) -> AsyncIterator[httpx.Response]:
        bar(request.url, self._hosts)
        inside = self._inside(request.url)
        for _ in range(REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            try:
                if not (follow and response.next_request is not None):
                    yield response
                    return
            finally:
                await response.aclose()
            request = response.next_request
            bar(request.url, self._hosts)
            if self._inside(request.url) and not inside:
                raise Barred("a public address leads inside")
        raise Rejected(MOVED, field="address", **self._who.facts)

    def _inside(self, url: httpx.URL) -> bool:
        return inner(url.host, url.port or (443 if url.scheme == "https" else 80), self._hosts)

    async def _content(self, response: httpx.Response, largest: int, effect: bool) -> bytes:
        # Packed answers were not asked for; unpacking one could fill the memory.
        if response.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
            raise strange(self._who, effect=effect, path="content-encoding")
        whole = bytearray()
        async for chunk in response.aiter_raw():
            whole += chunk
            if len(whole) > largest:
                raise strange(self._who, effect=effect, path="size")
        return bytes(whole)

    async def lines(self, path: str, **parts: Any) -> AsyncIterator[str]:
        """Yield the lines of an endless answer; ends when the network ends it, raises when it breaks."""
        self._must_be_sound()
        calm = httpx.Timeout(SILENCE, connect=10.0)
        request = self._client.build_request("GET", path, timeout=calm, **parts)
        try:
            async with self._opened(request, follow=False) as response:
                await self._expect(response)
                async for line in _lines(response):
                    yield line
        except (httpx.HTTPError, httpx.InvalidURL, Barred, ValueError) as error:
            raise failed(error, self._who, effect=False) from error

    async def _expect(self, response: httpx.Response) -> None:
        if response.status_code != httpx.codes.OK:
            async with asyncio.timeout(self._patience):
                content = await self._content(response, LARGEST, effect=False)
            reply = Reply(response.status_code, response.headers, content, self._who)
            raise self._meaning(reply) or judge(reply, datetime.now(UTC)) or strange(self._who, effect=False)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()


def _sound(headers: Mapping[str, str]) -> bool:
    """Say whether headers can be sent. A key with other letters was copied wrongly; httpx would fall over it elsewhere."""
    return all(value.isascii() and value.isprintable() for value in headers.values())


async def _lines(response: httpx.Response) -> AsyncIterator[str]:
    waiting = b""
    async for chunk in response.aiter_raw():
        *whole, waiting = (waiting + chunk).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(waiting) > LONGEST_LINE:
            raise ValueError("a line without an end")


def _places(bases: Mapping[str, str]) -> frozenset[str]:
    found = set()
    for base in bases.values():
        with suppress(ValueError):
            host, port = place(base)
            found.add(f"{host}:{port}")
    return frozenset(found)
