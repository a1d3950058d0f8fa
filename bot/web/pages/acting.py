"""Deeds of a page's own forms: a use case run once for each key, with the roles that the person holds at that moment.

Presses go through the chat behind the page (stage.py). A form that a page draws itself, such as the editor, comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.web.deeds import key_of
from bot.web.front import front_of, wants_json
from bot.web.pages.place import Place
from bot.web.seats import roles_in
from handlers.card import Notice
from smm.actors import Actor
from smm.errors import Forbidden
from storage import audit, members, updates
from storage.unit_of_work import UnitOfWork

Result = TypeVar("Result")


async def act(
    request: Request, place: Place, form: FormData, work: Callable[[UnitOfWork, Actor], Result]
) -> Result | None:
    """Run a use case for whoever sits there; None where the same form was taken before. A refusal is kept in the audit trail."""
    key = f"{place.seat.member.id}:{key_of(form)}"
    database = front_of(request).database

    def once(uow: UnitOfWork) -> Result | None:
        return work(uow, actor_of(uow, place)) if updates.take(uow, "web", key) else None

    try:
        return await database.write(once)
    except Forbidden as error:
        await database.write(_note, place, error, request.url.path.rpartition("/")[2])
        raise


def actor_of(uow: UnitOfWork, place: Place) -> Actor:
    """Return who acts, with the roles of this transaction."""
    member = place.seat.member
    roles = roles_in(members.roles_of(uow, member.id), place.brand.id)
    return Actor(place.brand.id, member.id, member.name, roles, f"web:{place.seat.user_id}")


def _note(uow: UnitOfWork, place: Place, error: Forbidden, what: str) -> None:
    audit.append(
        uow,
        action="page.refused",
        actor=f"member:{place.seat.member.id}",
        object=f"brand:{place.brand.id}",
        brand_id=place.brand.id,
        identity=f"web:{place.seat.user_id}"[:128],
        facts={"reason": error.words[:200], "what": what[:40]},
    )


def told(request: Request, place: Place, back: str, words: str, **facts: object) -> Response:
    """Tell what came of a form: as data to our script, else on the page that comes next."""
    if wants_json(request):
        return JSONResponse({"notice": {"text": words, "alarm": False}, "errors": {}, **facts})
    front_of(request).notices[place.seat.session.id] = Notice(words)
    return RedirectResponse(back, 303)


def address(place: Place, *parts: object) -> str:
    """Return the address of a page of the brand at this seat."""
    return "/".join([f"/s/{place.seat.name}/b/{place.brand.slug}", *(str(part) for part in parts)])
