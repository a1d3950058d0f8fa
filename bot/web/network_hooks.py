"""Addresses at which networks push to us. Who may, and what it means, is said by smm/hooks.py; a retry is asked for with 503."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from bot.web.guard import FORM_BYTES
from smm import hooks
from smm.desk import Desk
from smm.errors import ConnectorError, NotFound, Rejected
from smm.networks import Pushed

router = APIRouter(prefix="/hooks")


def take_pushes(app: FastAPI, desk: Desk) -> None:
    """Begin to take what networks push: until then they are asked to come again."""
    app.state.pushed_to = desk


def desk_of(request: Request) -> Desk:
    """Return the desk that reaches outside, for pages that need it."""
    desk: Desk | None = getattr(request.app.state, "pushed_to", None)
    if desk is None:
        raise HTTPException(503)
    return desk


@router.api_route("/{network}/{token}", methods=["GET", "POST"])
async def push(request: Request, network: str, token: str) -> Response:
    """Take a push, and answer only once it is stored."""
    desk: Desk | None = getattr(request.app.state, "pushed_to", None)
    body = await request.body()
    if len(body) > FORM_BYTES:
        return PlainTextResponse("Too large.", 413)
    if desk is None:
        return PlainTextResponse("Not yet.", 503)
    pushed = Pushed(request.method, dict(request.query_params), dict(request.headers), body, token)
    try:
        hooked = await hooks.take(desk, network, pushed)
    except NotFound:
        return PlainTextResponse("There is nothing here.", 404)
    except Rejected:
        return PlainTextResponse("This is not from the network.", 403)
    except (ConnectorError, TimeoutError):
        return PlainTextResponse("Not now.", 503)
    return PlainTextResponse(hooked.body, hooked.status)
