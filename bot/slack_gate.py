"""The way in: slack-bolt takes requests off the socket or off HTTP, and says back how each is acknowledged.

Nothing is handled here: a request is stored and then acknowledged (https://docs.slack.dev/interactivity/handling-user-interaction).
What cannot be stored is not acknowledged, and Slack sends it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.line import Line, outcome
from bot.slack_request import Requests, failure_of

Body = dict[str, Any]
Take = Callable[[Body], Awaitable[Body]]  # what was taken, to what is said back

BEAT = 5.0  # seconds between pings, and after which a line that broke is opened anew
_UNTAKEN = 503
_MARKS = frozenset({"type", "command", "ssl_check"})  # one of which every request of Slack's has

# The library tells every try to connect, with the address that the ticket stands in; the line tells what changes.
_quiet = logging.getLogger("slack_bolt.socket")
_quiet.setLevel(logging.CRITICAL + 1)


class Gate:
    """Acknowledges what `take` has taken."""

    def __init__(self, requests: Requests, take: Take, line: Line) -> None:
        self._take = take
        self._line = line
        self._stumbled = False
        self._app = AsyncApp(
            client=requests.client,
            logger=_quiet,
            request_verification_enabled=False,  # bot/slack_signature.py has looked at it, by the desk's clock
            before_authorize=self._keep,
        )

    async def _keep(self, req: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if req.body.get("type") == "url_verification":
            return await next_()
        body = {name: value for name, value in req.body.items() if name != "token"}  # proves nothing any more
        (said,) = await asyncio.gather(self._take(body), return_exceptions=True)
        if isinstance(said, BaseException):
            self._line.down(said)
            self._stumbled = True
            return BoltResponse(status=_UNTAKEN)
        if self._stumbled:
            self._line.up()
            self._stumbled = False
        return BoltResponse(status=200, body=said or "")

    async def push(self, headers: Mapping[str, str], body: str) -> tuple[int, str]:
        """Take one pushed request; return the status and what is said back. Raises ValueError on what is none."""
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode="http")
        if not request.body.keys() & _MARKS:
            raise ValueError("no update")
        said = await self._app.async_dispatch(request)
        return said.status, said.body

    def socket(self, app_token: str, beat: float) -> Socket:
        """Return a socket, from which everything is taken from when it is opened until it is closed."""
        return Socket(self._app, _Client(app_token, self._app, self._line, beat))


class Socket(AsyncBaseSocketModeHandler):
    """The open line in Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

    def __init__(self, app: AsyncApp, client: _Client) -> None:
        self.app: AsyncApp = app
        self.client = self._client = client
        client.socket_mode_request_listeners.append(self.handle)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """Take one request and acknowledge it, on whichever line is open by then."""
        said = await run_async_bolt_app(self.app, req)
        await outcome(send_async_response(client, req, said, 0.0))

    async def open(self) -> None:
        """Open the line, however long that takes; one that breaks is opened again."""
        await self._client.connect()

    async def close(self) -> None:
        """Close the line and wait until nothing of it runs any more."""
        running = (self._client.message_processor, self._client.current_session_monitor, self._client.message_receiver)
        await self._client.close()
        await asyncio.gather(*(each for each in running if each is not None), return_exceptions=True)


class _Client(SocketModeClient):
    """The library's client, that tells the line how it goes."""

    def __init__(self, app_token: str, app: AsyncApp, line: Line, beat: float) -> None:
        super().__init__(app_token, logger=_quiet, web_client=app.client, ping_interval=beat)
        self._line = line

    async def connect(self) -> None:
        """Connect, trying until it goes through."""
        await super().connect()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Disconnect for good."""
        await super().close()  # type: ignore[no-untyped-call]

    async def issue_new_wss_url(self) -> str:
        """Ask for the address of the next line."""
        try:
            answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        except Exception as error:
            # Once in a row it is tried again at the next beat; a limit is waited for.
            await asyncio.sleep(min(self._line.down(failure_of(error)), 60.0))
            raise
        self._line.up()
        return str(answer["url"])
