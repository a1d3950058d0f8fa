"""Routes: what a person can say or press, who may, and what answers.

A handler is a plain function of a `Context`. It runs inside the transaction that takes the update off the list, so that
what it does and "this press was handled" are one fact: a kill at any moment neither loses a press nor does it twice.
Whatever needs the outside is asked for as a job (storage/jobs.py) and told later as an alert.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from handlers.card import Answer, Card
from smm.actors import Actor
from smm.roles import Right, Role

if TYPE_CHECKING:
    from storage.brands import Brand
    from storage.channels import Channel, ChatRef
    from storage.members import Member
    from storage.unit_of_work import UnitOfWork


class Words(Protocol):
    """Translates and formats for one reader."""

    language: str

    def __call__(self, message: str, /, **facts: object) -> str:
        """Return `message` in the reader's language with its `{named}` places filled."""

    def n(self, one: str, many: str, count: int, /, **facts: object) -> str:
        """Return the right plural form; `{count}` is filled too."""

    def when(self, moment: datetime, zone: str) -> str:
        """Return a moment in a zone, for people, with the zone's name."""

    def day(self, day: date) -> str:
        """Return a date, for people."""

    def ago(self, seconds: float) -> str:
        """Return a length of time such as "40 s" or "3 min"."""


@dataclass(frozen=True, slots=True)
class Context:
    """All that a handler may know: the open unit of work, the reader's words, who, where, and what was said or pressed.

    `brand` is the channel's brand, or the one that the member looks at; for a press it is the brand of the button. `text` is
    what followed the command. `args` are a button's arguments or the answers to an `Ask`. `audience` is client in a client's
    room and team elsewhere: handlers show a client only what is shared with them.
    """

    uow: UnitOfWork
    t: Words
    chat: ChatRef
    member: Member | None = None
    roles: frozenset[Role] = frozenset()
    brand: Brand | None = None
    channel: Channel | None = None
    private: bool = False
    title: str = ""  # of the chat
    text: str = ""
    object_id: int = 0
    version: int = 0
    args: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    message_id: str = ""
    user_id: str = ""
    user_name: str = ""
    identity: str = ""

    @property
    def who(self) -> Member:
        """The member; routes that need a right always have one."""
        assert self.member is not None
        return self.member

    @property
    def actor(self) -> Actor:
        """Who acts, with the roles of this moment, in the brand."""
        return Actor(self.of.id, self.who.id, self.who.name, self.roles, self.identity)

    @property
    def is_for_client(self) -> bool:
        """Whether only what is shared with the client may be shown: in a client's room, and to a client anywhere."""
        in_room = self.channel is not None and self.channel.purpose == "client"
        return in_room or self.actor.is_client

    @property
    def of(self) -> Brand:
        """The brand; the router refuses routes that need one where there is none."""
        assert self.brand is not None
        return self.brand


Handler = Callable[[Context], Answer]
AnyHandler = TypeVar("AnyHandler", bound=Handler)


@dataclass(frozen=True, slots=True)
class Route:
    """A command or an action. `help` says what it does, a line of the catalogue; `brand` says whether it needs one to work on."""

    name: str
    kind: Literal["command", "action"]
    handler: Handler
    needs: Right
    help: str
    brand: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """What a view may know when a card is drawn for one chat.

    `listed`: it becomes one line among others, of what was put together; what needs nobody any more may be left out.
    """

    uow: UnitOfWork
    t: Words
    chat: ChatRef
    object_id: int
    audience: Literal["team", "client"]
    args: Mapping[str, str] = field(default_factory=dict)
    listed: bool = False


View = Callable[[Scene], Card | None]
AnyView = TypeVar("AnyView", bound=View)

_routes: dict[str, Route] = {}
_views: dict[str, View] = {}
_for_client: set[str] = set()


def command(name: str, *, needs: Right, help: str, brand: bool = True) -> Callable[[AnyHandler], AnyHandler]:
    """Make a handler answer `/name`."""
    return _register(Route(name, "command", lambda context: None, needs, help, brand))


def action(name: str, *, needs: Right, help: str, brand: bool = True) -> Callable[[AnyHandler], AnyHandler]:
    """Make a handler answer a button or a finished `Ask`. Names read `noun.verb`."""
    return _register(Route(name, "action", lambda context: None, needs, help, brand))


def _register(route: Route) -> Callable[[AnyHandler], AnyHandler]:
    def keep(handler: AnyHandler) -> AnyHandler:
        if route.name in _routes and _routes[route.name].handler.__module__ != handler.__module__:
            raise ValueError(f"two handlers answer {route.name}")
        _routes[route.name] = Route(route.name, route.kind, handler, route.needs, route.help, route.brand)
        return handler

    return keep


def view(name: str, *, for_client: bool = False) -> Callable[[AnyView], AnyView]:
    """Make a function draw the cards of an object: alerts and edits name it, delivery calls it with the newest state.

    A view returns None when there is nothing left to show. Unless it is made for the client, nothing of it is ever drawn in
    a client's room.
    """

    def keep(draw: AnyView) -> AnyView:
        _views[name] = draw
        if for_client:
            _for_client.add(name)
        return draw

    return keep


def draw(name: str, scene: Scene) -> Card | None:
    """Return a view's card as its readers may see it, None where there is nothing for them."""
    return None if scene.audience == "client" and name not in _for_client else _views[name](scene)


def load() -> None:
    """Import every module of handlers/, so that all routes and views are known."""
    import handlers

    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        importlib.import_module(module.name)


def routes() -> Mapping[str, Route]:
    """Return all routes by name."""
    return _routes


def views() -> Mapping[str, View]:
    """Return all views by name."""
    return _views
