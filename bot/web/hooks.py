"""Addresses at which other servers push to us: headers and body go on as they came, what is answered is what their taker says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from starlette.responses import Response

Take = Callable[[Mapping[str, str], bytes], Awaitable[int | tuple[int, str]]]  # a status, perhaps with JSON


def add_hook(app: FastAPI, path: str, take: Take) -> None:
    """Let what is posted to a path be taken. Who may post, and whether it was stored, is the taker's to say."""

    async def hook(request: Request) -> Response:
        said = await take(request.headers, await request.body())
        status, body = said if isinstance(said, tuple) else (said, "")
        return Response(body, status, media_type="application/json" if body else None)

    app.add_api_route(path, hook, methods=["POST"], include_in_schema=False)
