"""Serving kept files: only to those who may enter a room where the file stands, and only as what it is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from bot.media import is_digest, thumbnail
from bot.web.front import Seated, front_of
from bot.web.seats import Seat
from smm.errors import N_, NotFound
from storage import media, web
from storage.media import Media
from storage.unit_of_work import UnitOfWork

_HEADERS = {
    "cache-control": "private, max-age=31536000, immutable",  # a digest names these bytes for ever
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
router = APIRouter(prefix="/s/{seat}/media")


@router.get("/{digest}")
async def file(request: Request, seat: Seated, digest: str) -> Response:
    """Serve a file."""
    found = await _find(request, seat, digest)
    way = "attachment" if found.mime == "application/pdf" else "inline"
    path = front_of(request).media / digest
    return FileResponse(
        path, media_type=found.mime, headers=_HEADERS, filename=found.name or digest[:12], content_disposition_type=way
    )


@router.get("/{digest}/small")
async def small(request: Request, seat: Seated, digest: str) -> Response:
    """Serve a small picture of a picture."""
    found = await _find(request, seat, digest)
    if not found.mime.startswith("image/"):
        raise NotFound(N_("There is no such picture."))
    path = await thumbnail(front_of(request).media, digest)
    return FileResponse(path, media_type="image/webp", headers=_HEADERS)


async def _find(request: Request, seat: Seat, digest: str) -> Media:
    front = front_of(request)
    found = await front.database.read(_visible, seat, digest) if is_digest(digest) else None
    if found is None or not (front.media / digest).is_file():
        raise NotFound(N_("There is no such file."))
    return found


def _visible(uow: UnitOfWork, seat: Seat, digest: str) -> Media | None:
    return media.of(uow, [digest]).get(digest) if web.is_shown(uow, digest, seat.chat_ids) else None
