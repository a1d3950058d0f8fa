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
        return address_here(self.host, self.port)

    async def start(self) -> None:
        """Listen, and return once requests are answered."""
        listening = listen(self.host, self.port)
        self.port = int(listening.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="web")
        opened = asyncio.create_task(self._server.opened.wait())
        await asyncio.wait({opened, self._task}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        """Finish what is being answered, for a moment, and stop listening."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None


def address_here(host: str, port: int) -> str:
    """Return the address on this machine of what listens on a host, also where that is every one."""
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or raise ConfigError with what to set instead."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise ConfigError(
            f"The web chat cannot listen on {host}:{port} ({error.strerror}). "
            "Choose another port with COPYDESK_WEB_PORT, for example: COPYDESK_WEB_PORT=8081"
        ) from error
