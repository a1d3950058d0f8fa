"""Serving the web chat from our own event loop: no signal handlers taken, no access log (addresses carry sign-in tokens)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from smm.errors import ConfigError

GRACE = 3


class _Server(uvicorn.Server):
    """uvicorn that leaves the process's signals to us, and says when it is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, and say so."""
        await super().startup(sockets)
        self.opened.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


class WebServer:
    """One listening web server. `port` is the real one once it is started, also where 0 was asked for."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, behind_proxy: bool = False) -> None:
        self.host, self.port = host, port
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=behind_proxy,
            timeout_graceful_shutdown=GRACE,
            ws="none",
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Listen, and return once requests are answered."""
        listening = self._listen()
        self.port = int(listening.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="web")
        opened = asyncio.create_task(self._server.opened.wait())
        await asyncio.wait({opened, self._task}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if self._task.done():
            await self._task

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family, backlog=512)
        except OSError as error:
            raise ConfigError(
                f"The web chat cannot listen on {self.host}:{self.port} ({error.strerror}). "
                "Choose another port with COPYDESK_WEB_PORT or --port."
            ) from error

    async def stop(self) -> None:
        """Finish what is being answered, for a moment, and stop listening."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None
