"""The way into a brand: its first tab for the team, its room for the client."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.web.pages.place import Entered
from bot.web.shell import shell_of

router = APIRouter()


@router.get("/")
async def home(place: Entered) -> Response:
    """Lead to what a person works with first."""
    shell = shell_of(place.seat, place.t, place.brand, "", place.unseen)
    if shell.tabs:
        return RedirectResponse(shell.address(shell.tabs[0].name), 303)
    room = next((one for one in place.seat.rooms if one.brand_id == place.brand.id), place.seat.rooms[0])
    return RedirectResponse(f"/s/{place.seat.name}/chat/{room.chat_id}", 303)
