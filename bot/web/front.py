"""What every page needs at hand: the ports of the web chat, the seat of a request, and answers in the form it wants."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.transport import Outcome
from bot.web.drawing import Reader, Refused
from bot.web.guard import Attempts
from bot.web.seats import COOKIE, LIFETIME, Seat, is_due, is_name, roll, sit
from bot.web.transport import Web
from handlers.card import Notice
from handlers.route import Words
from smm.errors import N_, Forbidden
from storage.engine import Database

MOST_FILES = 10
MOST_FIELDS = 100
_LONGEST_ID = 15
_LONGEST_ADDRESS = 2_000
_LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the web chat is set up. `seats` are the demo's members by seat; `network_url` is its third pane."""

    public_url: str = ""
    demo: bool = False
    brand: str = "Copydesk"
    seats: Mapping[str, int] = field(default_factory=dict)
    network_url: str = "/network/"
    is_ready: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Front:
    """The ports of the web chat. `notices` and `refused` wait, by session, for the next page of a browser without script."""

    database: Database
    web: Web
    words: Callable[[str], Words]
    options: WebOptions
    media: Path
    templates: Environment
    attempts: Attempts
    version: str
    notices: dict[int, Notice] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)


class SignedOut(Exception):
    """Nobody sits here: no cookie, an old one, or a member who no longer is one."""

    def __init__(self, seat: str) -> None:
        self.seat = seat
        super().__init__("signed out")


def front_of(request: Request) -> Front:
    """Return the ports of the application that a request came to."""
    front: Front = request.app.state.front
    return front


async def seated(request: Request, seat: str) -> Seat:
    """Return the seat of a request, by its cookie."""
    token = request.cookies.get(COOKIE)
    found = await front_of(request).database.read(sit, seat, token) if token and is_name(seat) else None
    if found is None:
        raise SignedOut(seat)
    return found


Seated = Annotated[Seat, Depends(seated)]


async def vouched(request: Request, seat: Seated) -> FormData:
    """Return the form of a request that carries its session's own token."""
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    given = request.headers.get("x-csrf") or str(form.get("csrf", ""))
    if not secrets.compare_digest(given.encode("utf-8", "replace"), seat.session.csrf.encode()):
        raise Forbidden(N_("This page is out of date. Load it again and repeat what you did."))
    return form


Vouched = Annotated[FormData, Depends(vouched)]


def is_id(given: str) -> bool:
    """Say whether a text from outside can be an id of ours."""
    return given.isascii() and given.isdecimal() and len(given) <= _LONGEST_ID


def language_of(request: Request) -> str:
    """Return the first language that a browser wants and that we speak."""
    for wanted in request.headers.get("accept-language", "").split(","):
        language = wanted.split(";")[0].strip()[:2].lower()
        if language in _LANGUAGES:
            return language
    return _LANGUAGES[0]


def origin_of(request: Request) -> str:
    """Return our own origin as the browser sees it."""
    given = front_of(request).options.public_url.rstrip("/")
    return given or f"{request.url.scheme}://{request.url.netloc}"


def reader_of(request: Request, seat: Seat, zone: str, back: str = "") -> Reader:
    """Return for whom messages are drawn, with the zone of their times and the page that their forms lead back to."""
    front = front_of(request)
    return Reader(
        seat=seat.name,
        member_id=seat.member.id,
        csrf=seat.session.csrf,
        t=front.words(seat.member.language),
        zone=zone,
        origin=origin_of(request),
        now=front.database.clock(),
        back=back,
    )


def page(request: Request, template: str, t: Words, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    front = front_of(request)
    html = front.templates.get_template(template).render(
        t=t, nonce=request.state.nonce, version=front.version, options=front.options, **values
    )
    return HTMLResponse(html, status)


def wants_json(request: Request) -> bool:
    """Say whether our script asks, and not a form."""
    return "application/json" in request.headers.get("accept", "")


def answer(request: Request, seat: Seat, back: str, outcome: Outcome, status: int = 200) -> Response:
    """Tell the outcome of a deed: as data to our script, else on the page that comes next."""
    notice = outcome.notice
    if wants_json(request):
        told = {"text": notice.text, "alarm": notice.alarm} if notice else None
        return JSONResponse({"notice": told, "errors": dict(outcome.errors)}, status)
    if notice is not None:
        front_of(request).notices[seat.session.id] = notice
    return RedirectResponse(back, 303)


def back_of(form: FormData, seat: Seat, otherwise: str = "") -> str:
    """Return the page of this seat that a form came from, else another of its addresses."""
    given, home = str(form.get("back", "")), f"/s/{seat.name}/"
    is_ours = given.startswith(home) and given.isascii() and given.isprintable() and len(given) <= _LONGEST_ADDRESS
    return given if is_ours else home + otherwise


def give_cookie(request: Request, response: Response, seat: str, token: str) -> None:
    """Let the browser keep a seat's token, for that seat's pages alone."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        path=f"/s/{seat}",
        secure=origin_of(request).startswith("https:"),
        httponly=True,
        samesite="lax",
    )


async def keep_signed_in(request: Request, response: Response, seat: Seat) -> None:
    """Let a session in use last longer, now and then."""
    front = front_of(request)
    if is_due(seat.session, front.database.clock()):
        await front.database.write(roll, seat.session)
        give_cookie(request, response, seat.name, request.cookies[COOKIE])
