"""The audit page: who did what to what and when, whether the trail is whole, and a copy of it to take away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from bot.web.front import Front, Vouched, front_of, is_id
from bot.web.pages.audit_copy import FORMS, Copied
from bot.web.pages.inbox import midnight
from bot.web.pages.place import Managing, Place, show
from bot.web.pages.stage import set_stage
from handlers.audit_facts import Reading, told
from handlers.audit_words import ACTIONS, GROUPS, OBJECTS
from handlers.route import Words
from smm import trail
from smm.actors import Actor
from smm.errors import N_, Invalid
from smm.roles import Role
from smm.text import line
from smm.trail import Entry, Narrow

PAGE: Final = 50
FILTERS: Final = ("who", "what", "object", "since", "until")
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address, or the form of a copy, asks for."""

    narrow: Narrow
    given: Mapping[str, str]

    def address(self, place: Place, **changed: str) -> str:
        """Return the address of the trail with other parameters."""
        query = urlencode({name: value for name, value in (dict(self.given) | changed).items() if value})
        return f"/s/{place.seat.name}/b/{place.brand.slug}/audit" + (f"?{query}" if query else "")


@router.get("/audit")
async def audit(request: Request, place: Managing, before: str = "", check: str = "") -> Response:
    """Show the trail."""
    database, asked = front_of(request).database, read(place, request.query_params)
    last = int(before) if is_id(before) else 0
    found = await database.read(trail.of_brand, place.brand, asked.narrow, last, PAGE)
    checked = await database.read(trail.check, whole=True) if check == "all" else found.checked
    stage = await set_stage(request, place)
    return await show(
        request,
        place,
        stage,
        "audit",
        asked=asked,
        trail=found,
        checked=checked,
        before=last,
        rows=[_row(place, entry, found) for entry in found.entries],
        groups=GROUPS,
        forms=FORMS,
    )


@router.post("/audit/copy")
async def copy(request: Request, place: Managing, form: Vouched) -> Response:
    """Give a copy of what the page lists, row by row, and write down who took it."""
    kind = FORMS.get(str(form.get("form", "")))
    if kind is None:
        raise Invalid(N_("Choose CSV or JSON lines."), field="form")
    asked = read(place, {name: value for name, value in form.items() if isinstance(value, str)})
    actor = Actor(
        place.brand.id, place.seat.member.id, place.seat.member.name, place.roles, f"web:{place.seat.user_id}"
    )
    front = front_of(request)
    last = await front.database.write(trail.begin_export, actor, kind.name, asked.given)
    names = await front.database.read(trail.names, place.brand)
    name = f"audit-{place.brand.slug}-{front.database.clock():%Y-%m-%d}.{kind.name}"
    return StreamingResponse(
        _rows(front, asked.narrow, last, Copied(kind, place.brand.zone, names)),
        media_type=kind.mime,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _rows(front: Front, narrow: Narrow, last: int, copied: Copied) -> AsyncIterator[str]:
    yield copied.head()
    after = 0
    while entries := await front.database.read(trail.next_entries, narrow, after, last):
        yield "".join(copied.row(entry) for entry in entries)
        after = entries[-1].seq


def read(place: Place, parameters: Mapping[str, str]) -> Asked:
    """Return what is asked for; what makes no sense narrows nothing. The desk's own entries are for owners."""
    given = {name: line(parameters[name], 64) for name in FILTERS if parameters.get(name)}
    narrow = Narrow(
        place.brand.id,
        desk=Role.OWNER in place.roles,
        actor=given.get("who", ""),
        action=given.get("what", ""),
        object=object_of(given.get("object", ""), place.t),
        since=midnight(given.get("since", ""), place.brand.zone),
        until=midnight(given.get("until", ""), place.brand.zone, days=1),
    )
    return Asked(narrow, given)


def _row(place: Place, entry: Entry, found: trail.Trail) -> dict[str, str]:
    t, names = place.t, {**found.names, **found.things}
    return {
        "who": names.get(entry.actor)
        or {"desk": t("the desk"), "stranger": t("a stranger")}.get(entry.actor, entry.actor),
        "what": t(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action,
        "object": names.get(entry.object) or object_name(entry.object, t),
        "facts": told(entry, Reading(t, place.brand.zone, names)),
    }


def object_of(asked: str, t: Words) -> str:
    """Return what the trail calls a thing that people write as the page shows it ("Post 12"), or as the trail does."""
    if number := re.search(r"\d+", asked):
        for kind, words in OBJECTS.items():
            if t(words, number=number[0]).casefold() == asked.casefold():
                return f"{kind}:{number[0]}"
    return asked.lower()


def object_name(kept: str, t: Words) -> str:
    """Return what an entry is about, for people."""
    kind, _, number = kept.partition(":")
    return t(OBJECTS[kind], number=number) if kind in OBJECTS else kept
