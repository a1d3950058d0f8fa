"""Signing in by a one-time link, and out; and the language of whoever sits there.

Looking at a link does not use it up: previewers look at every link.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.transport import ChatRef, Incoming, Sender
from bot.web.front import Seated, Vouched, back_of, front_of, give_cookie, language_of, page
from bot.web.seats import COOKIE, digest, take
from smm.errors import N_, DeskError, Invalid
from smm.members import speak, web_user
from smm.text import line
from smm.tokens import redeem
from storage import web
from storage.members import Member
from storage.unit_of_work import UnitOfWork

HOME = "me"
PLATFORM = "web"
router = APIRouter()


@router.get("/")
async def door(request: Request) -> Response:
    """Lead to the demo, or to the reader's own seat."""
    return RedirectResponse("/demo" if front_of(request).options.demo else f"/s/{HOME}/", 303)


@router.get("/in/{token}")
async def ask(request: Request, token: str) -> Response:
    """Ask whether to sign in, without using the link up."""
    _count(request)
    front = front_of(request)
    invited = await front.database.read(web.invitation, digest(token))
    t = front.words(language_of(request))
    return page(request, "sign_in.html", t, 200 if invited else 404, invited=invited, token=token, wrong="")


@router.post("/in/{token}")
async def sign_in(request: Request, token: str) -> Response:
    """Use the link up and give this browser a seat."""
    _count(request)
    front = front_of(request)
    t = front.words(language_of(request))
    form = await request.form(max_files=0, max_fields=5)
    try:
        member, cookie, joined = await front.database.write(_enter, token, line(str(form.get("name", ""))), t.language)
    except DeskError as error:
        invited = await front.database.read(web.invitation, digest(token))
        return page(request, "sign_in.html", t, 409, invited=invited, token=token, wrong=error.say(t))
    if joined:
        await front.web.hand_on(_greeting(member, digest(token)))
    response = RedirectResponse(f"/s/{HOME}/", 303)
    give_cookie(request, response, HOME, cookie)
    return response


@router.post("/s/{seat}/out")
async def sign_out(request: Request, seat: Seated, form: Vouched) -> Response:
    """End the session of this browser."""
    await front_of(request).database.write(web.close_session, seat.session.id)
    response = RedirectResponse(f"/s/{seat.name}/", 303)
    response.delete_cookie(COOKIE, path=f"/s/{seat.name}")
    return response


@router.post("/s/{seat}/speak")
async def choose_language(request: Request, seat: Seated, form: Vouched) -> Response:
    """Speak another language to whoever sits there, from now on and in every chat."""
    await front_of(request).database.write(speak, seat.member, str(form.get("language", "")))
    return RedirectResponse(back_of(form, seat), 303)


def _greeting(member: Member, key: str) -> Incoming:
    """Let the desk say what comes first, as if the newcomer had asked; once for each link."""
    room = ChatRef(PLATFORM, web_user(member.id))
    who = Sender(web_user(member.id), member.name, member.language)
    return Incoming(PLATFORM, f"entered:{key}", room, who, "words", text="/start", private=True)


def _enter(uow: UnitOfWork, token: str, name: str, language: str) -> tuple[Member, str, bool]:
    invited = web.invitation(uow, digest(token))
    if invited is not None and invited.member is None and not (name or invited.name):
        raise Invalid(N_("Say what to call you."), field="name")
    member = redeem(uow, token, platform=PLATFORM, user_id="", name=name, language=language)
    return member, take(uow, member.id), invited is not None and invited.member is None


def _count(request: Request) -> None:
    who = request.client.host if request.client else ""
    if not front_of(request).attempts.allow(who):
        raise HTTPException(429)
