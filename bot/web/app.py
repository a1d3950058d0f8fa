"""The web chat's application: its pages put together, behind the guard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.transport import Outcome
from bot.web import chat, deeds, demo, files, network_hooks, public_media, sign_in
from bot.web.drawing import environment
from bot.web.front import Front, SignedOut, WebOptions, front_of, language_of, page, wants_json
from bot.web.guard import LOOPBACK, Attempts, Guard
from bot.web.pages import accounts, approvals, audit, calendar, consent, home, inbox, live, members, posts
from bot.web.transport import Web
from handlers.card import Notice
from handlers.route import Words
from smm.errors import N_, ChatError, Conflict, DeskError, Forbidden, Invalid, NotFound
from storage.engine import Database

__all__ = ["WebApp", "WebOptions", "create_app"]

WebApp = FastAPI

_STATIC = Path(__file__).parent / "static"
_SAY = {
    404: N_("There is nothing here."),
    429: N_("Too many tries. Wait a few minutes and open the link again."),
}
_NOT_SO = N_("This cannot be done that way.")
_STATUS = {NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, ChatError: 503}


class _Static(StaticFiles):
    """Our own script and style, which a browser may keep: their address changes with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=86400"
        return response


def create_app(
    database: Database, chat_web: Web, words: Callable[[str], Words], options: WebOptions, media: Path
) -> FastAPI:
    """Return the web chat. More pages may be added to it (the demo network's): the guard stands before all of them."""
    app = FastAPI(title="Copydesk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.front = Front(
        database, chat_web, words, options, media, environment(), Attempts(most=20, window=300), _version()
    )
    for part in (public_media, network_hooks, sign_in, chat, deeds, files):
        app.include_router(part.router)
    app.include_router(consent.returning)
    for tab in (home, live, inbox, calendar, posts, approvals, accounts, consent, members, audit):
        app.include_router(tab.router, prefix="/s/{seat}/b/{brand}")
    if options.demo:
        app.include_router(demo.router)
    app.mount("/static", _Static(directory=_STATIC))
    app.add_api_route("/healthz", _health, methods=["GET"])
    app.add_exception_handler(SignedOut, _signed_out)
    app.add_exception_handler(DeskError, _refused)
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(RequestValidationError, _not_there)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_middleware(
        Guard,
        hosts=LOOPBACK if options.demo else frozenset(),
        origin=options.public_url.rstrip("/"),
    )
    return app


def _version() -> str:
    """Return a short digest of the script and style, for their addresses."""
    parts = b"".join(path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.is_file())
    return hashlib.sha256(parts).hexdigest()[:12]


async def _health(request: Request) -> Response:
    ready = front_of(request).options.is_ready()
    return JSONResponse({"status": "ok" if ready else "starting"}, 200 if ready else 503)


async def _signed_out(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignedOut)
    front = front_of(request)
    is_page = request.method == "GET" and not request.url.path.endswith("/events")
    if front.options.demo and error.seat in front.options.seats and is_page:
        return await demo.seat_of_demo(request, front, error.seat)
    t = front.words(language_of(request))
    if wants_json(request) or not is_page:
        say = t("You are signed out. Load this page again to sign in.")
        return JSONResponse({"notice": {"text": say, "alarm": True}, "errors": {}}, 401)
    return page(request, "door.html", t, 401)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    t = front_of(request).words(language_of(request))
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    outcome = Outcome(Notice(error.say(t), alarm=True))
    if wants_json(request):
        assert outcome.notice is not None
        return JSONResponse({"notice": {"text": outcome.notice.text, "alarm": True}, "errors": {}}, status)
    return page(request, "refusal.html", t, status, say=error.say(t))


async def _not_there(request: Request, error: Exception) -> Response:
    t = front_of(request).words(language_of(request))
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "refusal.html", t, status, say=t(_SAY.get(status, _NOT_SO)))


async def _gone(_request: Request, _error: Exception) -> Response:
    """Answer nobody: a page was closed while it was sending, and nothing of it was done."""
    return Response(status_code=400)
