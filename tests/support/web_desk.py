"""The web chat for tests: the real pages, router and delivery over a real database, and routes that are there for tests alone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bot.delivery import Delivery
from bot.router import Router
from bot.web.app import WebOptions, create_app
from bot.web.seats import COOKIE, take
from bot.web.transport import Web
from config.words import words
from handlers import route
from handlers.card import Answer, Ask, Button, Card, Notice, Question, para
from handlers.route import Context, action, command
from smm.errors import N_
from smm.roles import Right
from smm.sample import World, build_world
from storage import web as rows
from storage.channels import ChatRef
from storage.engine import Database
from storage.members import Member

ORIGIN = "http://127.0.0.1"


@dataclass
class WebDesk:
    """An open desk with a web chat."""

    database: Database
    world: World
    web: Web
    router: Router
    delivery: Delivery
    app: FastAPI
    media: Path

    async def browser(self, member: Member, seat: str = "me") -> Browser:
        """Return a browser with a member signed in."""
        token = await self.database.write(take, member.id)
        opened = Browser(self, seat)
        opened.http.cookies.set(COOKIE, token, domain="127.0.0.1", path=f"/s/{seat}")
        return opened

    async def shows(self, chat_id: str, card: Card) -> str:
        """Let the desk send a card; return the message's id."""
        return (await self.web.send(ChatRef("web", chat_id), card)).message_id

    async def messages(self, chat_id: str) -> list[rows.Message]:
        """Return what stands in a chat."""
        return await self.database.read(rows.latest, chat_id, 2**62, 1000)


class Browser:
    """A browser at one seat, without script: it loads pages and sends their forms."""

    def __init__(self, desk: WebDesk, seat: str = "me", origin: str = ORIGIN) -> None:
        self.desk, self.seat = desk, seat
        transport = httpx.ASGITransport(desk.app, raise_app_exceptions=True)
        self.http = httpx.AsyncClient(transport=transport, base_url=origin)
        self._csrf = ""

    async def opens(self, path: str = "/chat/team", **options: Any) -> httpx.Response:
        """Load a page of the seat."""
        return await self.http.get(f"/s/{self.seat}{path}", **options)

    async def csrf(self, chat_id: str = "team") -> str:
        """Return the token that the pages' forms carry."""
        if not self._csrf:
            found = re.search(r'data-csrf="([^"]+)"', (await self.opens(f"/chat/{chat_id}")).text)
            assert found, "the page has no token"
            self._csrf = found[1]
        return self._csrf

    async def sends(self, path: str, chat_id: str = "team", **fields: Any) -> httpx.Response:
        """Send a form, with its token and key unless others are given; with `script=True` as our script would."""
        script = fields.pop("script", False)
        files = fields.pop("files", None)
        data = {"csrf": await self.csrf(chat_id), "key": "key-for-tests", **fields}
        headers = {"Origin": ORIGIN} | ({"Accept": "application/json"} if script else {})
        sent = await self.http.post(f"/s/{self.seat}{path}", data=data, files=files, headers=headers)
        await self.desk.delivery.drain()
        return sent

    async def presses(self, page: httpx.Response | str, label: str, number: int = 0) -> httpx.Response:
        """Press the button of a page that says so, the first or another one, and return what is seen then."""
        shown = page if isinstance(page, httpx.Response) else await self.opens(page)
        form, button = found(shown.text, label)[number]
        return await self._submits(form, {button["name"]: button["value"]} if "name" in button else {})

    async def answers(self, page: httpx.Response, **given: str) -> httpx.Response:
        """Fill in the questions of a page and send them; return what is seen then."""
        form = next(one for one in forms(page.text) if "/answer" in one.action)
        return await self._submits(form, {f"q.{name}": value for name, value in given.items()})

    async def _submits(self, form: Form, more: dict[str, str]) -> httpx.Response:
        sent = await self.http.post(form.action, data=form.fields | more, headers={"Origin": ORIGIN})
        await self.desk.delivery.drain()
        return await self.http.get(sent.headers["location"]) if sent.status_code == 303 else sent


@dataclass
class Form:
    """A form of a page: where it leads, what it carries, and its buttons."""

    action: str
    fields: dict[str, str]
    buttons: list[dict[str, str]]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._label: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), {}, []))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(given)
            self._label = []

    def handle_data(self, data: str) -> None:
        if self._label is not None:
            self._label.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._label is not None and self.forms:
            self.forms[-1].buttons[-1]["label"] = "".join(self._label).strip()
            self._label = None


def forms(page: str) -> list[Form]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


def found(page: str, label: str) -> list[tuple[Form, dict[str, str]]]:
    """Return the buttons of a page that say so, each with its form."""
    return [(form, one) for form in forms(page) for one in form.buttons if one.get("label") == label]


async def open_web(database: Database, media: Path, **options: Any) -> WebDesk:
    """Open the sample world with a web chat."""
    world = await database.write(build_world)
    web = Web(database)
    router = Router(database, words)
    delivery = Delivery(database, [web], words)
    await web.start(router.receive)
    if options.get("demo"):
        options["seats"] = {"anna": world.anna.id, "clara": world.clara.id}
    app = create_app(database, web, words, WebOptions(**options), media)
    return WebDesk(database, world, web, router, delivery, app, media)


def _questions() -> tuple[Question, ...]:
    return (
        Question("title", "Title", kind="line", limit=20, hint="What it is about"),
        Question("body", "Text", kind="text", required=False, limit=60),
        Question("where", "Where", kind="choice", options=(("all", "Everywhere"), ("one", "One network"))),
        Question("at", "When", kind="moment", required=False),
        Question("pictures", "Pictures", kind="files", required=False),
    )


@contextmanager
def routes_for_tests() -> Iterator[list[Context]]:
    """Register `/tryout` with a press and a form; yield what their handlers were handed."""
    route.load()
    handed: list[Context] = []
    before, presses = dict(route._routes), itertools.count(1)

    @command("tryout", needs=Right.SEE, help=N_("Try out"))
    def tryout(context: Context) -> Answer:
        handed.append(context)
        buttons = (Button("Count", "tryout.count"), Button("Ask", "tryout.ask"))
        return Card(title="Try me", body=(para("Press something."),), buttons=(buttons,))

    @action("tryout.count", needs=Right.SEE, help=N_("Count"))
    def count(context: Context) -> Answer:
        handed.append(context)
        return Notice(f"Pressed {next(presses)}")

    @action("tryout.ask", needs=Right.SEE, help=N_("Ask"))
    def ask(context: Context) -> Answer:
        return Card(title="Tell me", ask=Ask("tryout.told", _questions(), "Tell"))

    @action("tryout.told", needs=Right.SEE, help=N_("Keep the answers"))
    def told(context: Context) -> Answer:
        handed.append(context)
        return Card(title=f"Told: {context.args['title']}", tone="good")

    try:
        yield handed
    finally:
        route._routes.clear()
        route._routes.update(before)
