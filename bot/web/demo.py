"""The demo's one page: the team's room, the client's room and the demo network side by side, and what to try."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.web.front import Front, front_of, give_cookie, language_of, page
from bot.web.seats import take
from smm import alerts
from storage import web
from storage.unit_of_work import UnitOfWork

router = APIRouter()


@router.get("/demo")
async def demo(request: Request) -> Response:
    """Show the whole loop at a glance."""
    front = front_of(request)
    language = language_of(request)
    await front.database.write(_speak, list(front.options.seats.values()), language)
    return page(request, "demo.html", front.words(language), language=language)


def _speak(uow: UnitOfWork, member_ids: Sequence[int], language: str) -> None:
    for copy in web.speak(uow, member_ids, language):
        alerts.refresh(uow, copy.view, copy.object_id)


@router.get("/demo/steps")
async def steps(request: Request) -> Response:
    """Count what has been done, so that the guide can tick it off."""
    done = await front_of(request).database.read(web.progress)
    return JSONResponse({"answered": done.answered, "asked": done.asked, "published": done.published})


async def seat_of_demo(request: Request, front: Front, seat: str) -> Response:
    """Give a browser one of the demo's seats, and lead it where it wanted to go."""
    response = RedirectResponse(request.url.path, 303)
    give_cookie(request, response, seat, await front.database.write(take, front.options.seats[seat]))
    return response
