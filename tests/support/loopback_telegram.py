"""A Bot API server on 127.0.0.1: real addresses, long polling with confirmed offsets, webhooks, limits, files, faults.

Every request and answer is held against the Bot API's own description where that is at hand; what does not follow it is
collected in `breaches`, and a test's end asks that there are none. An independent client proves in the tests that this
server is a faithful one. The world on it (people, chats, messages) is loopback_telegram_world.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import loopback_telegram_chats  # noqa: F401 - enters its methods
import loopback_telegram_direct  # noqa: F401 - enters its methods
import loopback_telegram_invites  # noqa: F401 - enters its methods
from aiohttp import web
from loopback_chat import Fault, LoopbackChat, serving
from loopback_telegram_limits import Windows
from loopback_telegram_methods import METHODS, Refused
from loopback_telegram_spec import specification
from loopback_telegram_world import Chat, Files, Press, Raw, User

TOKEN = "7000000001:AAHk2-canary-canary-canary-canary-xyz"
# https://core.telegram.org/bots/api#getupdates: these are not sent unless asked for by name.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_TEXTS = frozenset({"text", "caption", "parse_mode", "url", "secret_token", "callback_query_id", "name", "description"})
_COUNTED = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendVoice", "sendMediaGroup", "editMessageText"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came in."""

    method: str
    parameters: Raw
    at: float


@dataclass(eq=False)
class LoopbackTelegram(LoopbackChat):
    """The server and its world. Make one with `loopback_telegram()`."""

    token: str = TOKEN
    chats: dict[int, Chat] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    presses: dict[str, Press] = field(default_factory=dict)
    commands: dict[tuple[tuple[str, ...], str], list[Raw]] = field(default_factory=dict)
    pending: list[Raw] = field(default_factory=list)
    webhook: Raw = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    dead_links: set[str] = field(default_factory=set)
    windows: Windows | None = None
    confirmed: int = 0
    polls: int = 0
    knows_ephemeral: bool = (
        True  # False: a server older than 10.2, which knows no such method and ignores such parameters
    )
    counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    message_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(11))
    bot: Raw = field(
        default_factory=lambda: {"id": 7000000001, "is_bot": True, "first_name": "Copydesk", "username": "copydesk_bot"}
    )
    now: Callable[[], float] = time.time
    _update_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(500_001))
    _allowed: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: int = 0

    # ---- the world

    def user(self, name: str, *, language: str = "en", user_id: int = 0) -> User:
        """Let a person be."""
        number = user_id or 52_000_000_000 + next(self.counter)
        return User({"id": number, "is_bot": False, "first_name": name, "language_code": language}, self)

    def private(self, user: User) -> Chat:
        """Return the chat of a person with the bot."""
        raw = {"id": user.id, "type": "private", "first_name": user.raw["first_name"]}
        return self.chats.get(user.id) or self._chat(raw, user)

    def group(self, title: str, *people: User, kind: str = "supergroup", forum: bool = False) -> Chat:
        """Let there be a group that the bot is in."""
        number = -1_000_000_000_000 - next(self.counter) if kind == "supergroup" else -4_000_000 - next(self.counter)
        return self._chat({"id": number, "type": kind, "title": title} | ({"is_forum": True} if forum else {}), *people)

    def channel(self, title: str, handle: str, group: Chat) -> Chat:
        """Let there be a channel, its discussion group linked to it, with the bot an administrator of both."""
        raw = {"id": -1_000_000_000_000 - next(self.counter), "type": "channel", "title": title, "username": handle}
        channel = self._chat(raw)
        channel.linked, group.linked = group, channel
        channel.bot = group.bot = "administrator"
        return channel

    def direct(self, channel: Chat) -> Chat:
        """Return the chat of a channel's direct messages."""
        known = next((chat for chat in self.chats.values() if chat.parent is channel), None)
        number = -1_000_000_000_000 - next(self.counter)
        raw = {"id": number, "type": "supergroup", "title": channel.raw["title"], "is_direct_messages": True}
        chat = known or self._chat(raw)
        chat.parent, chat.bot = channel, "administrator"
        return chat

    def _chat(self, raw: Raw, *people: User) -> Chat:
        chat = Chat(raw, self, list(people))
        self.chats[chat.id] = chat
        return chat

    def migrate(self, chat: Chat, user: User) -> Chat:
        """Upgrade a group to a supergroup: another id, and both chats say so."""
        upgraded = self.group(chat.raw["title"], *chat.people)
        chat.migrated_to = upgraded.id
        self.emit("message", chat.put(user.raw, migrate_to_chat_id=upgraded.id).raw)
        self.emit("message", upgraded.put(user.raw, migrate_from_chat_id=chat.id).raw)
        return upgraded

    def member(self, chat: Chat, user: User, status: str) -> None:
        """Let a person change the bot's place in a chat: member, left, kicked, administrator."""
        before, chat.bot = chat.bot, status
        change = {"chat": chat.short(), "from": user.raw, "date": int(time.time())}
        states = {"old_chat_member": self._membership(before), "new_chat_member": self._membership(status)}
        self.emit("my_chat_member", change | states)

    def _membership(self, status: str) -> Raw:
        return {"status": status, "user": self.bot} | ({"until_date": 0} if status == "kicked" else {})

    def emit(self, kind: str, body: Raw) -> Raw:
        """Queue an update for the bot, as it is at this moment."""
        update = {"update_id": next(self._update_ids), kind: json.loads(json.dumps(body))}
        self.check(specification(), lambda spec: spec.check(["Update"], update, "Update"))
        if kind in self._allowed if self._allowed else kind not in _ON_REQUEST:
            self.pending.append(update)
            self._wake()
        return update

    def redeliver(self, *updates: Raw) -> None:
        """Deliver updates again, whatever was confirmed, as the real server does now and then."""
        self.pending[:0] = updates
        self._wake()

    def allow(self, asked: Raw) -> None:
        """Remember which kinds of updates were asked for."""
        if "allowed_updates" in asked:
            self._allowed = list(asked["allowed_updates"])

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # ---- faults

    def refuse(self, method: str, code: int, description: str, *, times: int = 1, **parameters: Any) -> None:
        """Answer with a refusal."""
        self.faults.append(Fault(method, "refuse", times, refusal=Refused(code, description, **parameters)))

    # ---- the server

    def refusal(self, refused: Refused) -> web.Response:
        """Return a refusal as the platform answers it."""
        body: Raw = {"ok": False, "error_code": refused.code, "description": refused.description}
        parameters = {"parameters": refused.parameters} if refused.parameters else {}
        return web.json_response(body | parameters, status=refused.code)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call of a method."""
        if request.match_info["token"] != self.token:
            return self.refusal(Refused(401, "Unauthorized"))
        method = request.match_info["method"]
        asked, files = await _read(request)
        self.calls.append(Call(method, asked, time.monotonic()))
        self.check(specification(), lambda spec: spec.check_call(method, asked, files))
        if struck := await self.strike(method, request, late=False):
            return struck
        try:
            result = await self.get_updates(asked) if method == "getUpdates" else self._do(method, asked, files)
        except Refused as refusal:
            return self.refusal(refusal)
        self.check(specification(), lambda spec: spec.check_answer(method, result))
        return await self.strike(method, request, late=True) or web.json_response({"ok": True, "result": result})

    def _do(self, method: str, asked: Raw, files: dict[str, bytes]) -> Any:
        if method not in METHODS or ("Ephemeral" in method and not self.knows_ephemeral):
            raise Refused(404, "Not Found")
        if self.windows is not None and method in _COUNTED:
            chat = self.chats.get(int(asked["chat_id"]))
            wait = self.windows.wait(str(asked["chat_id"]), time.monotonic(), group=chat is not None and chat.group)
            if wait:  # whispers are counted, too: whether the real server does is not documented
                raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        return METHODS[method](self, asked, files)

    async def get_updates(self, asked: Raw) -> list[Raw]:
        """Wait for updates; an offset confirms all that came before it, and a second poller ends the first."""
        self.allow(asked)
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first",
            )
        self._poller += 1
        self._wake()
        mine, deadline = self._poller, time.monotonic() + int(asked.get("timeout", 0))
        self._confirm(int(asked.get("offset", 0)))
        self.polls += 1
        while not self.pending and time.monotonic() < deadline:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), deadline - time.monotonic())
            if self._poller != mine:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return self.pending[: int(asked.get("limit", 100))]

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.confirmed = max(self.confirmed, offset - 1)
            self.pending = [update for update in self.pending if update["update_id"] >= offset]

    async def download(self, request: web.Request) -> web.Response:
        """Hand out a file."""
        content = self.files.contents.get(request.match_info["path"].removeprefix("photos/"))
        if request.match_info["token"] != self.token or content is None:
            return self.refusal(Refused(404, "Not Found"))
        struck = await self.strike("download", request, late=False)
        return struck or web.Response(body=content)

    async def push(self) -> None:
        """Deliver to the webhook what is pending, in order; stop at the first that is not taken."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        async with aiohttp.ClientSession(headers=headers) as session:
            while self.pending:
                async with session.post(self.webhook["url"], json=self.pending[0]) as response:
                    if response.status // 100 != 2:
                        return
                self.pending.pop(0)


async def _read(request: web.Request) -> tuple[Raw, dict[str, bytes]]:
    if request.content_type == "application/json":
        given, files = await request.json(), {}
    else:
        form = await request.post()
        files = {name: part.file.read() for name, part in form.items() if isinstance(part, web.FileField)}
        given = {name: part for name, part in form.items() if isinstance(part, str)} | dict(request.query)
    asked = {name: _value(name, value) for name, value in given.items()}
    return asked | {
        name: f"attach://{name}" for name in files if name in {"photo", "video", "document", "voice", "certificate"}
    }, files


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in _TEXTS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


@asynccontextmanager
async def loopback_telegram() -> AsyncIterator[LoopbackTelegram]:
    """Run a server on a free port of 127.0.0.1."""
    server = LoopbackTelegram()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/bot{token}/{method}", server.handle)
    app.router.add_get("/file/bot{token}/{path:.*}", server.download)
    async with serving(app) as url:
        server.url = url
        yield server
