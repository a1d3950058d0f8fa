"""The demo network's page: the brand's profile, its posts, what people say, and a place to join in. Live by server-sent events.

It is shown inside the demo's third pane and alone; it knows nothing of the desk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from connectors.demo_network import DemoNetwork, Entry, Person, Refusal
from connectors.demo_pictures import kind

FILES: Final = Path(__file__).with_name("network")
STREAMS: Final = Path(__file__).with_name("static") / "streams.js"  # every page of a browser shares its connections
TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
PARTS: Final = {part.name: part for part in (FILES / "page.css", FILES / "page.js", STREAMS)}
THREADS: Final = 40
SECURITY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

# A play network speaks for itself: these words are its own, not the desk's, and so stand beside its page.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Demo network",
        "tagline": "A make-believe social network. Nothing here leaves this computer.",
        "posts": "Posts",
        "mentions": "Mentions",
        "all": "Everything",
        "pause": "Pause people",
        "resume": "Let people talk",
        "name": "Your name",
        "visitor": "Visitor",
        "mention": "Write a post that mentions the brand…",
        "comment": "Write a comment…",
        "send": "Post",
        "answer": "Answer of the brand",
        "edited": "edited",
        "deleted": "deleted by its author",
        "hidden": "hidden by the brand",
        "withdrawn": "This post was taken down.",
        "now": "now",
        "minutes": "{n} min",
        "hours": "{n} h",
        "days": "{n} d",
        "live": "live",
        "lost": "connecting…",
        "empty": "Nobody has said anything yet. Write the first mention.",
        "more": "{n} earlier comments",
        "about": "Coffee roasted by the river since 2011.",
        "failed": "That did not work: ",
    },
    "ru": {
        "title": "Демо-сеть",
        "tagline": "Игрушечная социальная сеть. Ничто отсюда не уходит с этого компьютера.",
        "posts": "Посты",
        "mentions": "Упоминания",
        "all": "Всё",
        "pause": "Пауза",
        "resume": "Пусть говорят",
        "name": "Ваше имя",
        "visitor": "Гость",
        "mention": "Напишите пост с упоминанием бренда…",
        "comment": "Напишите комментарий…",
        "send": "Отправить",
        "answer": "Ответ бренда",
        "edited": "изменено",
        "deleted": "удалено автором",
        "hidden": "скрыто брендом",
        "withdrawn": "Этот пост снят с публикации.",
        "now": "сейчас",
        "minutes": "{n} мин",
        "hours": "{n} ч",
        "days": "{n} дн",
        "live": "онлайн",
        "lost": "подключение…",
        "empty": "Пока никто ничего не сказал. Напишите первое упоминание.",
        "more": "Ещё комментарии: {n}",
        "about": "Обжариваем кофе у реки с 2011 года.",
        "failed": "Не получилось: ",
    },
}


router = APIRouter()


async def _network(request: Request) -> DemoNetwork:
    network: DemoNetwork = request.app.state.demo_network
    return network


Network = Annotated[DemoNetwork, Depends(_network)]


class _Said(BaseModel):
    name: str = Field("", max_length=40)
    text: str = Field(max_length=100_000)
    parent_id: str = Field("", max_length=64)


class _Pause(BaseModel):
    paused: bool


@router.get("", include_in_schema=False)
async def bare(request: Request) -> Response:
    """Lead to the page."""
    return RedirectResponse(f"{request.url.path}/")


@router.get("/")
async def page(request: Request) -> HTMLResponse:
    """Show the page."""
    language = speaks(request.headers.get("accept-language", ""))
    drawn = _template().render(words=WORDS[language], language=language)
    return HTMLResponse(drawn, headers={"content-security-policy": SECURITY, "vary": "accept-language"})


@router.get("/@{handle}")
async def profile(request: Request, handle: str) -> Response:
    """Lead from a profile's link to the page."""
    return RedirectResponse("./")


@router.get("/feed")
async def everything(network: Network) -> dict[str, Any]:
    """Return all that the page shows."""
    return feed(network)


@router.get("/events")
async def events(network: Network) -> EventSourceResponse:
    """Tell the page that something changed."""
    return EventSourceResponse(signs(network), ping=15)


@router.get("/media/{digest}")
async def picture(network: Network, digest: str) -> Response:
    """Show a picture."""
    content = network.pictures.find(digest)
    if content is None:
        raise Refusal(404, "there is no such picture")
    steady = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(content, media_type=kind(content) or "application/octet-stream", headers=steady)


@router.get("/page/{name}")
async def file(name: str) -> Response:
    """Serve the page's script and style."""
    part = PARTS.get(name)
    if part is None:
        raise Refusal(404, "there is no such file")
    return Response(part.read_bytes(), media_type=TYPES[part.suffix], headers={"cache-control": "no-cache"})


# JSON bodies only: no form of another site can send one without being asked first (CORS preflight).
@router.post("/say")
async def say(request: Request, network: Network, said: _Said) -> dict[str, str]:
    """Take in what a visitor says."""
    _must_be_json(request)
    words = WORDS[speaks(request.headers.get("accept-language", ""))]
    name = " ".join(said.name.split()) or words["visitor"]
    entry = network.say(Person("visitor", name), said.text, said.parent_id, mood="visitor")
    return {"id": entry.id}


@router.post("/pause")
async def pause(request: Request, network: Network, wanted: _Pause) -> dict[str, bool]:
    """Let people be quiet, or talk on."""
    _must_be_json(request)
    network.pause(paused=wanted.paused)
    return {"paused": network.paused}


async def signs(network: DemoNetwork) -> AsyncIterator[dict[str, str]]:
    """Yield the number of the newest change, at once and after each change."""
    seq = network.seq
    while not network.closed:
        yield {"data": str(seq)}
        seq = await network.changed(seq)


def _must_be_json(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refusal(415, "send JSON")


@cache
def _template() -> Any:
    environment = Environment(loader=FileSystemLoader(FILES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")


def speaks(accepted: str) -> str:
    """Return en or ru, whichever a browser wants first."""
    wanted = (part.partition(";")[0].strip().lower()[:2] for part in accepted.split(","))
    return next((language for language in wanted if language in WORDS), "en")


def feed(network: DemoNetwork) -> dict[str, Any]:
    """Return what the page shows: the newest threads, each with its comments."""
    comments: dict[str, list[Entry]] = {}
    for entry in network.entries.values():
        if entry.kind == "comment":
            comments.setdefault(entry.thread_id, []).append(entry)
    roots = [entry for entry in network.entries.values() if entry.kind not in {"comment", "message"}]
    # The thread where something was said last stands first: whoever watches sees what happens.
    roots.sort(
        key=lambda root: max((entry.at, entry.seq) for entry in [root, *comments.get(root.id, [])]), reverse=True
    )
    brand = network.brands[0]
    return {
        "seq": network.seq,
        "paused": network.paused,
        "brand": {"name": brand.name, "handle": brand.handle},
        "threads": [
            {"root": _plain(root), "comments": [_plain(entry) for entry in comments.get(root.id, [])]}
            for root in roots[:THREADS]
        ],
    }


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "seq": entry.seq,
        "kind": entry.kind,
        "name": entry.name,
        "handle": entry.handle,
        "brand": entry.brand,
        "text": "" if entry.hidden or entry.deleted else entry.text,
        "at": entry.at.isoformat(),
        "parent_id": entry.parent_id,
        "edited": entry.edited_at is not None,
        "deleted": entry.deleted,
        "hidden": entry.hidden,
        "pictures": [{"url": f"media/{shown.digest}", "alt": shown.alt} for shown in entry.pictures],
    }
