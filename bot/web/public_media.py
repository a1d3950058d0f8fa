"""Files for networks that fetch what they publish: nobody signs in here, the address itself is the key (smm/public_media.py)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from bot.media import as_jpeg, is_digest
from bot.web.front import front_of
from smm import public_media

_HEADERS = {"cross-origin-resource-policy": "cross-origin", "cache-control": "private, no-store"}
router = APIRouter(prefix="/public-media")


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def file(request: Request, token: str) -> Response:
    """Serve a file while its publication goes out."""
    front = front_of(request)
    found = await front.database.read(public_media.find, token)
    if found is None or not is_digest(found.digest) or not (front.media / found.digest).is_file():
        raise HTTPException(404)
    if found.is_picture:
        path = await as_jpeg(front.media, found.digest)
        return FileResponse(path, media_type="image/jpeg", headers=_HEADERS)
    return FileResponse(front.media / found.digest, media_type="video/mp4", headers=_HEADERS)
