"""Calls of Slack's Web API and transfers of files, over one pool of connections. Every way to fail is one of two errors here.

slack_sdk opens a connection anew for each call unless it is given a session (measured: twice the CPU), and repeats a call by
itself where the line broke, which would say a thing twice: it is given none of its retry handlers. Its errors hold the request
with the token, so none of them leaves this module.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

# At DEBUG the libraries log what is sent and said.
for _name in ("slack_sdk", "slack_bolt"):
    logging.getLogger(_name).setLevel(logging.WARNING)

CONNECTIONS = 64
SECONDS = 20.0
UPLOAD_SECONDS = 120.0
_TOO_MANY = 429
_BROKEN = 500


class Refused(Exception):
    """Slack's answer is no: its error code, what it says about it, and how many seconds it asks to wait."""

    def __init__(self, code: str, about: str = "", wait: float = 0.0) -> None:
        self.code = code
        self.about = about
        self.wait = wait
        super().__init__(f"{code}: {about}" if about else code)


class Unreached(Exception):
    """There was no answer that can be understood. Whatever was asked for may have happened."""


class Requests:
    """The Web API at `base`, for one bot token."""

    def __init__(self, base: str, token: str) -> None:
        self.client = AsyncWebClient(token, base, retry_handlers=[])
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=10),
            )
            self.client.session = self._session

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """Call a method and return its answer; raise Refused or Unreached."""
        form = {name: _said(value) for name, value in parameters.items() if value is not None}
        try:
            answer = await self.client.api_call(method, data=form)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, AttributeError, ValueError) as error:
            raise failure_of(error) from None
        return answer.data if isinstance(answer.data, dict) else {}

    async def fetch(self, url: str, most: int) -> bytes | None:
        """Return a file of the workspace, None if it has more bytes than `most`.

        The token goes along (https://docs.slack.dev/reference/objects/file-object#auth), and is not sent on to another server.
        """
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._token}"}
        content = bytearray()
        try:
            async with self._session.get(url, headers=headers, timeout=_long(), allow_redirects=False) as response:
                if response.status != 200 or response.content_type == "text/html":  # noqa: PLR2004 - a page to sign in
                    raise Refused("file_not_found", f"HTTP {response.status}")
                async for chunk in response.content.iter_any():
                    content += chunk
                    if len(content) > most:
                        return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise failure_of(error) from None
        return bytes(content)

    async def respond(self, url: str, text: str) -> None:
        """Answer the sender alone at the address that came with what they did: five times in half an hour."""
        assert self._session is not None
        said = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            async with self._session.post(url, json=said, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004
                    raise Refused("response_url", f"HTTP {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise failure_of(error) from None

    async def put(self, url: str, content: bytes) -> None:
        """Upload a file to the address that Slack gave for it."""
        assert self._session is not None
        try:
            async with self._session.post(url, data=content, timeout=_long(), allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004
                    raise Unreached(f"HTTP {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise failure_of(error) from None


def _long() -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=UPLOAD_SECONDS, sock_connect=10)


def _said(value: Any) -> str:
    """Return a value as a form carries it: what has parts as JSON, as every method takes it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def failure_of(error: Exception) -> Refused | Unreached:
    """Return a failure without what was asked. Never `from error`: its attributes hold the request, token included."""
    response = getattr(error, "response", None)
    if not isinstance(response, AsyncSlackResponse):
        return Unreached(f"no connection ({type(error).__name__})")
    if response.status_code == _TOO_MANY:
        return Refused("ratelimited", wait=_seconds(response.headers.get("Retry-After", "")))
    if response.status_code >= _BROKEN or not isinstance(response.data, dict):
        return Unreached(f"HTTP {response.status_code}")
    told = response.data.get("response_metadata") or {}
    messages = told.get("messages", []) if isinstance(told, dict) else []
    about = response.data.get("needed") or "; ".join(str(each) for each in messages)
    return Refused(str(response.data.get("error", "unknown")), str(about)[:200])


def _seconds(said: str) -> float:
    return float(said) if said.isdecimal() else 30.0
