"""The way to a network's own page, where a person allows the desk to act for an account, and the way back."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.web.front import Seated, front_of, is_id, origin_of
from bot.web.network_hooks import desk_of
from bot.web.pages.acting import actor_of, address
from bot.web.pages.place import Managing, show
from bot.web.pages.stage import set_stage
from bot.web.sign_in import HOME
from handlers.card import Button
from smm import accounts, consents
from storage import brands
from storage.accounts import Account
from storage.consents import Consent
from storage.unit_of_work import UnitOfWork

BACK: Final = f"/s/{HOME}/connected"
LONGEST: Final = 4_000  # characters of what a network sends back
MOST: Final = 50
router = APIRouter()
returning = APIRouter()


@router.get("/accounts/connect/{network}")
async def leave(request: Request, place: Managing, network: str) -> Response:
    """Lead to the network's own page."""
    given = request.query_params.get("instead", "")
    actor = await front_of(request).database.read(actor_of, place)
    redirect = f"{origin_of(request)}{BACK}"
    where = await consents.begin(desk_of(request), actor, network, redirect, int(given) if is_id(given) else 0)
    return RedirectResponse(where, 303)


@returning.get(BACK.replace(HOME, "{seat}"))
async def come_back(request: Request, seat: Seated) -> Response:
    """Take what the network sent somebody back with; one account is connected at once, of several one is chosen."""
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if len(state) + len(code) > LONGEST:
        raise HTTPException(400)
    redirect = f"{origin_of(request)}{BACK}"
    consent, covered = await consents.finish(desk_of(request), seat.member.id, state, code, redirect)
    slug = await front_of(request).database.read(_slug, consent)
    instead = consent.instead or 0
    asked = "&".join(f"of={each.pending_id}" for each in covered)
    return RedirectResponse(f"/s/{seat.name}/b/{slug}/accounts/allowed?{asked}&instead={instead}", 303)


@router.get("/accounts/allowed")
async def choose(request: Request, place: Managing) -> Response:
    """Show the accounts that a consent covers, to be connected one by one."""
    wanted = [int(each) for each in request.query_params.getlist("of")[:MOST] if is_id(each)]
    instead = request.query_params.get("instead", "")
    waiting = await front_of(request).database.read(_waiting, place.brand.id, place.seat.member.id, wanted)
    again = {"instead": instead} if is_id(instead) and instead != "0" else {}
    offers = {f"offer-{one.id}": Button(one.name, "accounts.take_offer", one.id, args=again) for one in waiting}
    if not offers:
        return RedirectResponse(address(place, "accounts"), 303)
    stage = await set_stage(request, place, buttons=offers)
    return await show(request, place, stage, "accounts", "allowed")


def _slug(uow: UnitOfWork, consent: Consent) -> str:
    brand = brands.get(uow, consent.brand_id)
    assert brand is not None
    return brand.slug


def _waiting(uow: UnitOfWork, brand_id: int, member_id: int, wanted: list[int]) -> list[Account]:
    found = [accounts.find(uow, each) for each in wanted]
    return [
        each
        for each in found
        if each and each.brand_id == brand_id and each.connected_by == member_id and each.health == "connecting"
    ]
