"""The members page: who works for the brand as what, where they are known, and who is invited."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.front import front_of
from bot.web.pages.place import Place, Seeing, show
from bot.web.pages.stage import set_stage
from handlers.card import Button
from handlers.members import role_names
from smm import invitations, people
from smm.people import Person
from smm.roles import Right

PLATFORMS = {"telegram": "Telegram", "slack": "Slack", "web": "Web"}
router = APIRouter()


@router.get("/members")
async def members(request: Request, place: Seeing) -> Response:
    """Show who works for the brand."""
    found = await front_of(request).database.read(people.of_brand, place.brand)
    manages = place.may(Right.MANAGE)
    stage = await set_stage(request, place, buttons=_buttons(place, found) if manages else {})
    invited = await front_of(request).database.read(invitations.still_open, place.brand) if manages else ()
    return await show(
        request,
        place,
        stage,
        "members",
        people=found,
        invitations=invited,
        roles=role_names(place.t),
        platforms=PLATFORMS,
        manages=manages,
    )


def _buttons(place: Place, found: list[Person]) -> dict[str, Button]:
    t = place.t
    each = {f"member-{one.member.id}": Button(t("Change"), "members.show", one.member.id) for one in found}
    return {"invite": Button(t("Invite somebody"), "members.invite", look="good"), **each}
