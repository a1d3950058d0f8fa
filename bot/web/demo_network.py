"""The demo network over HTTP: an API for connectors under `api/`, and a page where people watch it and join in.

The network itself lives in connectors/demo_network.py; here is only its door. Alone it is a process of its own:
`python -m bot.web.demo_network --port 9090 --journal network.jsonl`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from bot.web import demo_consent, demo_page
from bot.web.demo_page import Network, signs
from connectors import demo_figures, demo_pictures
from connectors.demo_network import NORTHWIND, PAGE, BrandAccount, DemoNetwork, Entry, Refusal, Shown
from connectors.demo_people import People

PREFIX: Final = "/network"
PRIVATELY: Final = timedelta(days=7)  # for so long what was said in public may be answered in private
_ID: Final = 64
_TEXT: Final = 100_000  # the network says no long before; this only bounds the work

api = APIRouter()


class _Picture(BaseModel):
    id: str = Field(max_length=_ID)
    alt: str = Field("", max_length=1500)


class _Post(BaseModel):
    text: str = Field("", max_length=_TEXT)
    media: list[_Picture] = Field(default_factory=list, max_length=20)
    key: str = Field("", max_length=128)
    warning: str = Field("", max_length=200)
    choices: list[str] = Field(default_factory=list, max_length=4)


class _Reply(BaseModel):
    text: str = Field(max_length=_TEXT)
    key: str = Field("", max_length=128)
    private: bool = False


class _Words(BaseModel):
    text: str = Field(max_length=_TEXT)


class _Hiding(BaseModel):
    hidden: bool = True


def add_network(app: FastAPI, network: DemoNetwork, prefix: str = PREFIX) -> None:
    """Put the network's API and page into an application."""
    app.state.demo_network = network
    app.include_router(api, prefix=f"{prefix}/api")
    app.include_router(demo_consent.router, prefix=prefix)
    app.include_router(demo_page.router, prefix=prefix)
    app.add_exception_handler(Refusal, _refuse)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.words}, error.status)


def network_app(network: DemoNetwork, people: People | None = None, prefix: str = PREFIX) -> FastAPI:
    """Return the network as an application of its own; `people` talk as long as it runs."""

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncIterator[None]:
        talking = asyncio.get_running_loop().create_task(people.run()) if people else None
        yield
        if talking is not None:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    app = FastAPI(lifespan=alive, docs_url=None, redoc_url=None, openapi_url=None)
    add_network(app, network, prefix)
    return app


async def _holder(request: Request, network: Network) -> BrandAccount:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    brand = network.account(token.strip()) if scheme.lower() == "bearer" else None
    if brand is None:
        raise Refusal(401, "the key is not valid")
    return brand


Holder = Annotated[BrandAccount, Depends(_holder)]


@api.get("/me")
async def me(request: Request, who: Holder) -> dict[str, str]:
    """Say whose key it is."""
    return {"id": who.handle, "name": who.name, "handle": who.handle, "link": _link(request, f"@{who.handle}")}


@api.get("/changes")
async def changes(request: Request, who: Holder, network: Network, since: int = 0) -> dict[str, Any]:
    """Return what was said, edited and deleted after a change's number."""
    fresh, more = network.changes(since, PAGE)
    cursor = fresh[-1].seq if more else network.seq
    return {"items": [plain(request, entry, who) for entry in fresh], "cursor": cursor, "more": more}


@api.get("/entries")
async def by_key(request: Request, who: Holder, network: Network, key: str) -> dict[str, Any]:
    """Return what stands under a key: nothing or one entry."""
    found = network.find(who, key)
    return {"items": [] if found is None or found.deleted else [plain(request, found, who)]}


@api.get("/stream")
async def stream(who: Holder, network: Network) -> EventSourceResponse:
    """Tell the number of the newest change, at once and after each change."""
    return EventSourceResponse(signs(network), ping=15)


@api.post("/media")
async def media(who: Holder, network: Network, file: UploadFile) -> dict[str, str]:
    """Take a picture in."""
    content = await file.read(demo_pictures.LARGEST + 1)
    if len(content) > demo_pictures.LARGEST or not demo_pictures.kind(content):
        raise Refusal(422, "not a JPEG, PNG, GIF or WebP picture of at most 8 MiB")
    return {"id": network.pictures.keep(content)}


@api.post("/posts")
async def publish(request: Request, who: Holder, network: Network, post: _Post) -> dict[str, Any]:
    """Publish a post under its key."""
    shown = tuple(Shown(picture.id, picture.alt) for picture in post.media)
    choices = tuple(post.choices)
    made = network.publish(who, post.text, shown, post.key, warning=post.warning, choices=choices)
    return plain(request, made, who)


@api.post("/entries/{entry_id}/replies")
async def answer(request: Request, who: Holder, network: Network, entry_id: str, reply: _Reply) -> dict[str, Any]:
    """Answer under a key."""
    return plain(request, network.answer(who, entry_id, reply.text, reply.key, private=reply.private), who)


@api.post("/entries/{entry_id}/edit")
async def edit(request: Request, who: Holder, network: Network, entry_id: str, words: _Words) -> dict[str, Any]:
    """Change the words of one's own entry."""
    return plain(request, network.edit(entry_id, words.text, who.handle), who)


@api.post("/entries/{entry_id}/hide")
async def hide(
    request: Request, who: Holder, network: Network, entry_id: str, wanted: _Hiding | None = None
) -> dict[str, Any]:
    """Hide somebody's entry, or show it again."""
    return plain(request, network.hide(entry_id, hidden=wanted is None or wanted.hidden), who)


@api.post("/entries/{entry_id}/remove")
async def remove(request: Request, who: Holder, network: Network, entry_id: str) -> dict[str, Any]:
    """Take somebody's entry down, as the brand under whose post it stands."""
    return plain(request, network.delete(entry_id), who)


@api.delete("/entries/{entry_id}")
async def delete(request: Request, who: Holder, network: Network, entry_id: str) -> dict[str, Any]:
    """Take down one's own entry."""
    return plain(request, network.delete(entry_id, who.handle), who)


@api.get("/search")
async def search(request: Request, who: Holder, network: Network, q: str, since: int = 0) -> dict[str, Any]:
    """Return what others said with these words."""
    found, more = demo_figures.search(network, q, since, who.handle)
    cursor = found[-1].seq if more else network.seq
    return {"items": [plain(request, entry, who) for entry in found], "cursor": cursor, "more": more}


@api.get("/metrics")
async def metrics(who: Holder, network: Network, ids: Annotated[list[str], Query(max_length=100)]) -> dict[str, Any]:
    """Count likes and comments of one's own posts."""
    own = [each for each in ids if (entry := network.entries.get(each)) and entry.handle == who.handle]
    return {"items": [{"id": each, **_figures(network, each)} for each in own]}


@api.get("/insights")
async def insights(who: Holder, network: Network, since: date, until: date) -> dict[str, int]:
    """Count what happened on some days, and who follows now."""
    likes, said = demo_figures.of_days(network, who.handle, since, until)
    return {"likes": likes, "comments": said, "followers": len(network.followers)}


@api.get("/entries/{entry_id}/people")
async def people(who: Holder, network: Network, entry_id: str, deed: str, after: int = 0) -> dict[str, Any]:
    """Return who liked or commented, some at a time."""
    done = [{"id": person.handle, "name": person.name} for person in network.likes.get(entry_id, ())]
    if deed == "comments":
        said = demo_figures.comments(network, entry_id)
        done = [{"id": e.handle, "name": e.name, "text": e.text, "at": e.at.isoformat()} for e in said]
    elif deed != "likes":
        done = []
    further = after + PAGE < len(done)
    return {"people": done[after : after + PAGE], "after": str(after + PAGE) if further else None}


@api.get("/followers")
async def followers(who: Holder, network: Network, ids: Annotated[list[str], Query(max_length=100)]) -> dict[str, Any]:
    """Return which of these people follow the brand."""
    return {"ids": demo_figures.following(network, ids)}


def _figures(network: DemoNetwork, entry_id: str) -> dict[str, int]:
    return {"likes": len(network.likes.get(entry_id, ())), "comments": len(demo_figures.comments(network, entry_id))}


def plain(request: Request, entry: Entry, who: BrandAccount) -> dict[str, Any]:
    """Return an entry as the API shows it to a brand."""
    private = entry.at + PRIVATELY if entry.kind in {"comment", "mention"} and not entry.brand else None
    pictures = [{"url": _link(request, f"media/{shown.digest}"), "alt": shown.alt} for shown in entry.pictures]
    return {
        "id": entry.id,
        "kind": entry.kind,
        "author": {"id": entry.handle, "name": entry.name, "handle": entry.handle},
        "text": entry.text,
        "at": entry.at.isoformat(),
        "edited_at": entry.edited_at.isoformat() if entry.edited_at else None,
        "deleted": entry.deleted,
        "hidden": entry.hidden,
        "own": entry.handle == who.handle,
        "thread_id": entry.thread_id,
        "parent_id": entry.parent_id or None,
        "language": entry.language or None,
        "media": pictures,
        "private_until": private.isoformat() if private else None,
        "link": _link(request, f"#e{entry.id}"),
    }


def _link(request: Request, path: str) -> str:
    base, _, _ = str(request.url).partition("/api/")
    return f"{base}/{path}"


def alone(
    port: int = 9090,
    journal: Path | None = None,
    talk: bool = True,
    language: str = "en",
    token: str = NORTHWIND.token,
) -> None:
    """Run the demo network as a process of its own until it is stopped."""
    import uvicorn

    network = DemoNetwork((replace(NORTHWIND, token=token),), journal)
    people = People(network, language) if talk else None
    uvicorn.run(network_app(network, people), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    import typer

    typer.run(alone)
