"""The demo network served over real HTTP on this event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from bot.web.demo_network import network_app
from connectors.base import Outside
from connectors.demo import Demo
from connectors.demo_network import DemoNetwork


@asynccontextmanager
async def served(network: DemoNetwork) -> AsyncIterator[str]:
    """Serve a network for the length of a block; yield its address."""
    server = uvicorn.Server(uvicorn.Config(network_app(network), port=0, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/network/"
    finally:
        server.should_exit = server.force_exit = True
        await running


@asynccontextmanager
async def account(url: str, token: str = "demo-northwind") -> AsyncIterator[Demo]:
    """Open the connector of the network's brand."""
    opened = Demo({"token": token}, Outside({"demo": url}), "northwind")
    try:
        yield opened
    finally:
        await opened.close()
