"""The menu of commands that Telegram offers: by role and language, in private chats and in the rooms of brands.

Only what has changed is told to the server. A menu is an offer: what somebody may do is looked up when they do it.
Scopes and limits: https://core.telegram.org/bots/api#botcommandscope, https://core.telegram.org/bots/api#botcommand
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from telegram.error import BadRequest, Forbidden

from bot.chat_text import line, shorten
from bot.telegram_request import Requests
from bot.telegram_updates import PLATFORM
from handlers.route import Route, Words
from smm.roles import Right, Role, allows
from storage import channels, members
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

COMMANDS_LIMIT = 100
DESCRIPTION_LIMIT = 256
LANGUAGES = ("en", "ru")
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_TEAM = frozenset(Role) - {Role.CLIENT}

Menu = tuple[tuple[str, str], ...]
Scope = tuple[tuple[str, Any], ...]


class Menus:
    """What each chat's menu was told to be; `refresh` tells the difference."""

    def __init__(
        self, requests: Requests, database: Database, words: Callable[[str], Words], routes: Mapping[str, Route]
    ) -> None:
        self._requests = requests
        self._database = database
        self._words = words
        self._routes = routes
        self._told: dict[tuple[Scope, str], Menu] = {}

    async def refresh(self) -> None:
        """Bring every menu up to date."""
        wanted = await self._database.read(self._wanted)
        for (scope, language), menu in wanted.items():
            if self._told.get((scope, language)) != menu:
                await self._tell("setMyCommands", scope, language, menu)
                self._told[scope, language] = menu
        for scope, language in [place for place in self._told if place not in wanted]:
            await self._tell("deleteMyCommands", scope, language)
            del self._told[scope, language]

    def _wanted(self, uow: UnitOfWork) -> dict[tuple[Scope, str], Menu]:
        """Return every menu there should be, by scope and language; an empty language is for all others."""
        menus: dict[tuple[Scope, str], Menu] = {}
        for language in LANGUAGES:
            code = "" if language == LANGUAGES[0] else language
            menus[(("type", "default"),), code] = self._menu(frozenset(), language)
        for user_id, language, roles in members.on_platform(uow, PLATFORM):
            menus[_chat(user_id), ""] = self._menu(frozenset(Role(role) for role in roles), language)
        for room in channels.on_platform(uow, PLATFORM):
            audience = frozenset({Role.CLIENT}) if room.purpose == "client" else _TEAM
            menus[_chat(room.chat_id), ""] = self._menu(audience, room.language)
        return menus

    def _menu(self, roles: frozenset[Role], language: str) -> Menu:
        t = self._words(language)
        known = sorted(_offered(self._routes.values(), roles), key=lambda route: route.name)
        told = ((route.name, shorten(line(t(route.help)), DESCRIPTION_LIMIT)) for route in known)
        return tuple(told)[:COMMANDS_LIMIT]

    async def _tell(self, method: str, scope: Scope, language: str, menu: Menu | None = None) -> None:
        commands = None if menu is None else [{"command": name, "description": about} for name, about in menu]
        try:
            await self._requests.call(method, commands=commands, scope=dict(scope), language_code=language or None)
        except (BadRequest, Forbidden) as error:
            # Somebody who never wrote to us, or a room that is lost: it has no use for a menu.
            log.debug("a menu could not be set", reason=error.message[:200])


def _offered(routes: Iterable[Route], roles: frozenset[Role]) -> list[Route]:
    return [
        route
        for route in routes
        if route.kind == "command"
        and _NAME.fullmatch(route.name)
        and (route.needs is Right.ANYONE or allows(roles, route.needs))
    ]


def _chat(chat_id: str) -> Scope:
    return (("type", "chat"), ("chat_id", int(chat_id)))
