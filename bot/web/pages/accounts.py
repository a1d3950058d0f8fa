"""The accounts page: every login of the brand with its health, when it was heard of last, and what its network lets us do."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.front import front_of
from bot.web.pages.place import Seeing, show
from bot.web.pages.stage import set_stage
from handlers.account_cards import links_button, words_of
from handlers.card import Button
from smm import account_reading, accounts
from smm.roles import Right

TONES: Final = {"ok": "good", "failing": "warn", "auth_expired": "bad"}
router = APIRouter()


@router.get("/accounts")
async def listing(request: Request, place: Seeing) -> Response:
    """Show the brand's accounts."""
    connected, closed = await front_of(request).database.read(account_reading.of_brand, place.brand.id)
    t, manages = place.t, place.may(Right.MANAGE)
    connect = {"connect": Button(t("Connect an account"), "accounts.connect", look="good")} if manages else {}
    cards = [(accounts.VIEW, login.account.id) for login in [*connected, *closed]] if manages else []
    links = {f"links-{each.account.id}": links_button(t, each.account) for each in connected if not manages}
    buttons = connect | {name: button for name, button in links.items() if button is not None}
    stage = await set_stage(request, place, cards=cards, buttons=buttons)
    return await show(
        request,
        place,
        stage,
        "accounts",
        connected=connected,
        closed=closed,
        manages=manages,
        words_of=words_of,
        tones=TONES,
        view=accounts.VIEW,
    )
