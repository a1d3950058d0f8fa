"""The way into a brand: its first tab for the team, its room for the client, or what waits for them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.web.pages.place import Entered
from bot.web.shell import shell_of
from smm.roles import Right

router = APIRouter()


@router.get("/")
async def home(place: Entered) -> Response:
    """Lead to what a person works with first."""
    shell = shell_of(place.seat, place.t, place.brand, "", place.unseen)
    if place.may(Right.SEE):
        return RedirectResponse(shell.address(shell.tabs[0].name), 303)
    rooms = (one for one in place.seat.rooms if one.brand_id == place.brand.id and one.purpose == "client")
    room = next(rooms, None)
    return RedirectResponse(f"/s/{place.seat.name}/chat/{room.chat_id}" if room else shell.address("approvals"), 303)
