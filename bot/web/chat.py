"""The chat's pages: a room with its messages, and the stream that keeps it up to date."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.responses import RedirectResponse, Response

from bot.web import sight
from bot.web.drawing import Reader, Refused, draw
from bot.web.front import Front, Seated, Vouched, front_of, is_id, keep_signed_in, page, reader_of
from bot.web.seats import COOKIE, Seat, is_page
from bot.web.shell import brand_of, shell_of, title_of
from bot.web.sight import NEWEST, Sight
from bot.web.transport import ROOMS
from handlers.route import Words, routes
from smm.errors import N_, NotFound
from smm.roles import Right, Role, allows, in_client_room
from storage import web

HEARTBEAT = 10.0  # seconds; a page that hears nothing for two of them says that the connection is lost
RETRY_MS = 2000
Id = Annotated[int, Query(ge=1, le=NEWEST)]
Revision = Annotated[int, Query(ge=0, le=2**31)]
router = APIRouter(prefix="/s/{seat}")


@router.get("/")
async def lobby(seat: Seated) -> Response:
    """Lead to the first room."""
    return RedirectResponse(f"/s/{seat.name}/chat/{seat.rooms[0].chat_id}", 303)


@router.get("/chat/{chat_id}")
async def chat(request: Request, seat: Seated, chat_id: str, before: Id = NEWEST) -> Response:
    """Show a room."""
    room = room_of(seat, chat_id)
    front = front_of(request)
    seen = await front.database.read(sight.of_page, seat, chat_id, before)
    if seen.messages and before == NEWEST:
        await front.database.write(web.mark_seen, seat.member.id, chat_id, seen.messages[-1].id)
    response = show(request, seat, room, seen)
    await keep_signed_in(request, response, seat)
    return response


@router.get("/chat/{chat_id}/events")
async def events(request: Request, seat: Seated, chat_id: str, after: Revision = 0) -> Response:
    """Stream what changes in a room. A browser that comes back says where it was."""
    room = room_of(seat, chat_id)
    last = request.headers.get("last-event-id", "")
    revision = int(last) if is_id(last) else after
    stream = _changes(
        front_of(request), request.cookies[COOKIE], seat, reader_of(request, seat, room.zone), chat_id, revision
    )
    return EventSourceResponse(stream, ping=HEARTBEAT, send_timeout=30)


@router.post("/chat/{chat_id}/seen")
async def seen(request: Request, seat: Seated, form: Vouched, chat_id: str) -> Response:
    """Remember up to which message the reader has seen a room."""
    room_of(seat, chat_id)
    given = str(form.get("message", ""))
    if is_id(given):
        await front_of(request).database.write(web.mark_seen, seat.member.id, chat_id, int(given))
    return Response(status_code=204)


def room_of(seat: Seat, chat_id: str) -> web.Room:
    """Return a room that the seat may enter; any other is not there for it."""
    room = seat.room(chat_id)
    if room is None or is_page(room):
        raise NotFound(N_("There is no such room, or you are not invited. Choose one of yours."))
    return room


def show(
    request: Request, seat: Seat, room: web.Room, seen: Sight, refused: Refused | None = None, status: int = 200
) -> Response:
    """Return a room's page."""
    front, reader = front_of(request), reader_of(request, seat, room.zone)
    return page(
        request,
        "chat.html",
        reader.t,
        status,
        shell=shell_of(seat, reader.t, brand_of(seat, room), "chat", seen.unseen),
        seat=seat,
        room=room,
        reader=reader,
        sight=seen,
        bubbles=seen.bubbles(reader),
        refused=refused,
        title=title_of(room, reader.t),
        commands=commands_for(room, seat.roles(room), reader.t),
        is_client=not allows(seat.roles(room), Right.SEE),
        notice=front.notices.pop(seat.session.id, None),
    )


def commands_for(room: web.Room, roles: frozenset[Role], t: Words) -> list[dict[str, str]]:
    """Return the commands that a person with these roles can say in a room."""
    return [
        {"name": f"/{route.name}", "help": t(route.help)}
        for route in sorted(routes().values(), key=lambda route: route.name)
        if route.kind == "command"
        and allows(roles, route.needs)
        and (room.purpose != "client" or in_client_room(route.needs))
    ]


async def _changes(
    front: Front, token: str, seat: Seat, reader: Reader, chat_id: str, revision: int
) -> AsyncIterator[ServerSentEvent]:
    counted: dict[str, int] | None = None
    with front.web.watch([*seat.chat_ids, ROOMS]) as woken:
        while not front.web.closing:
            woken.clear()
            found = await front.database.read(sight.of_changes, seat.name, token, chat_id, revision)
            if found is None:
                yield ServerSentEvent(event="over", data="")
                return
            known, (seat, batch) = seat.rooms, found
            if seat.rooms != known:
                front.web.follow(woken, seat.chat_ids)
                yield ServerSentEvent(event="nav", data="")
            for shown in batch.bubbles(reader):
                revision = shown.revision
                html = draw(front.templates, shown, reader)
                yield event("message", {"id": shown.id, "mine": shown.mine, "html": html}, str(revision))
            if dict(batch.unseen) != counted:
                counted = dict(batch.unseen)
                yield event("rooms", counted)
            if len(batch.messages) < sight.MOST:
                yield ServerSentEvent(event="beat", data="")
                await wait(woken)


def event(name: str, data: Any, revision: str | None = None) -> ServerSentEvent:
    """Return one event of a stream; `revision` is what a browser that comes back says to have seen."""
    return ServerSentEvent(event=name, data=json.dumps(data), id=revision, retry=RETRY_MS)


async def wait(woken: asyncio.Event) -> None:
    """Wait for a change; look now and then all the same, for another process may have made one."""
    try:
        await asyncio.wait_for(woken.wait(), HEARTBEAT)
    except TimeoutError:
        return
