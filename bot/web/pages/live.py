"""The stream of a page: cards that change where they stand, what is said to a press, and a sign to look again."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.responses import Response

from bot.web import sight
from bot.web.chat import HEARTBEAT, Revision, event, wait
from bot.web.drawing import draw
from bot.web.front import Front, front_of, is_id
from bot.web.pages.place import Entered, Place
from bot.web.pages.stage import standing_in
from bot.web.seats import COOKIE, Seat
from bot.web.transport import TOPICS
from storage.unit_of_work import UnitOfWork

router = APIRouter()


@router.get("/events")
async def events(request: Request, place: Entered, after: Revision = 0) -> Response:
    """Stream what happens behind a person's pages. A browser that comes back says where it was."""
    last = request.headers.get("last-event-id", "")
    revision = int(last) if is_id(last) else after
    stream = _changes(front_of(request), request.cookies[COOKIE], place, revision)
    return EventSourceResponse(stream, ping=HEARTBEAT, send_timeout=30)


async def _changes(front: Front, token: str, place: Place, revision: int) -> AsyncIterator[ServerSentEvent]:
    seat = place.seat
    counted: dict[str, int] | None = None
    with front.web.watch([*seat.chat_ids, *TOPICS]) as woken:
        while not front.web.closing:
            looks = woken.is_set()
            woken.clear()
            found = await front.database.read(_look, place, token, revision)
            if found is None:
                yield ServerSentEvent(event="over", data="")
                return
            known, (seat, batch, standing) = seat.rooms, found
            if seat.rooms != known:
                front.web.follow(woken, seat.chat_ids)
                yield ServerSentEvent(event="nav", data="")
            for shown in batch.bubbles(place.reader):
                revision = shown.revision
                html = draw(front.templates, shown, place.reader)
                yield event("message", {"id": shown.id, "stands": shown.id in standing, "html": html}, str(revision))
            if dict(batch.unseen) != counted:
                counted = dict(batch.unseen)
                yield event("rooms", counted)
            yield ServerSentEvent(event="look" if looks else "beat", data="")
            if len(batch.messages) < sight.MOST:
                await wait(woken)


def _look(uow: UnitOfWork, place: Place, token: str, revision: int) -> tuple[Seat, sight.Sight, frozenset[int]] | None:
    """Return who sits there now, what changed, and which cards stand on some page: on another they are no answer to anything."""
    found = sight.of_changes(uow, place.seat.name, token, place.chat.chat_id, revision)
    return (*found, standing_in(uow, place.chat)) if found else None
