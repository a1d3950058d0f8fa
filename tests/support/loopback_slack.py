"""A Slack on 127.0.0.1: the Web API, Socket Mode and pushes, limits, files, faults.

Every request is held against Slack's own description where that is at hand, and blocks against its limits; what does not follow
is collected in `breaches`, and a test's end asks that there are none. The world on it is loopback_slack_world.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from loopback_chat import Fault, LoopbackChat, serving
from loopback_slack_files import Files
from loopback_slack_line import Delivery, Kind, Line
from loopback_slack_methods import METHODS, Refused
from loopback_slack_spec import specification
from loopback_slack_world import Channel, Raw, User
from loopback_telegram_limits import Windows

BOT_TOKEN = "xoxb-canary-1111-bot-token"
APP_TOKEN = "xapp-canary-1-A0DESK-app-token"
SIGNING_SECRET = "canary0signing0secret0of0the0app"
HOME, ELSEWHERE = "T0NORTHWIND", "T0OTHERS"
TRIGGER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came in."""

    method: str
    asked: Raw
    at: float


@dataclass(eq=False)
class LoopbackSlack(LoopbackChat):
    """The server and its world. Make one with `loopback_slack()`."""

    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    team: str = HOME
    bot_user: str = "U0COPYDESK"
    bot_id: str = "B0COPYDESK"
    line: Line = field(default_factory=lambda: Line(SIGNING_SECRET))
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    calls: list[Call] = field(default_factory=list)
    windows: Windows | None = None
    triggers: dict[str, tuple[User, float]] = field(default_factory=dict)
    answers: dict[str, tuple[User, Channel]] = field(default_factory=dict)
    tickets: int = 0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    events: list[Raw] = field(default_factory=list)

    # ---- the world

    def user(self, name: str, *, team: str = "", locale: str = "en-US") -> User:
        """Let a person be, of another company's workspace if it is named."""
        user = User(f"U0{name.upper()}{next(self.numbers)}", name, team or self.team, self, locale)
        self.users[user.id] = user
        return user

    def channel(self, name: str, *people: User, closed: bool = False, bot: bool = True) -> Channel:
        """Let there be a channel."""
        kind, number = ("group" if closed else "channel"), next(self.numbers)
        channel = Channel(f"C0{number:06}", name, kind, self, list(people), bot=bot)
        self.channels[channel.id] = channel
        return channel

    def private(self, user: User) -> Channel:
        """Return the channel of a person with the app."""
        known = next((c for c in self.channels.values() if c.kind == "im" and c.people == [user]), None)
        if known is None:
            known = Channel(f"D0{next(self.numbers):06}", user.name, "im", self, [user])
            self.channels[known.id] = known
        return known

    def stamp(self) -> str:
        """Return the next message's timestamp, which is its id."""
        return f"1780000000.{next(self.numbers):06}"

    def trigger(self, user: User) -> str:
        """Return what opens one modal within three seconds."""
        name = f"{next(self.numbers)}.trigger"
        self.triggers[name] = (user, time.monotonic())
        return name

    def redeem(self, name: str) -> User:
        """Use a trigger up."""
        if name not in self.triggers:
            raise Refused("exchanged_trigger_id")
        user, at = self.triggers.pop(name)
        if time.monotonic() - at > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        return user

    def age_triggers(self) -> None:
        """Let every trigger be too old."""
        self.triggers = {name: (user, at - 60) for name, (user, at) in self.triggers.items()}

    def answer_address(self, user: User, channel: Channel) -> str:
        """Return an address at which one person can be answered."""
        name = f"answer-{next(self.numbers)}"
        self.answers[name] = (user, channel)
        return f"{self.url}/respond/{name}"

    def wait(self, channel: Channel) -> int:
        """Return how long a message to a channel has to wait."""
        return self.windows.wait(channel.id, time.monotonic(), group=False) if self.windows is not None else 0

    # ---- updates

    def event(self, event: Raw, **parts: Any) -> Delivery:
        """Let something happen that the app hears of."""
        number = next(self.numbers)
        body = {
            "token": "verification-token-canary",
            "team_id": self.team,
            "api_app_id": "A0DESK",
            "type": "event_callback",
            "event_id": f"Ev{number:08}",
            "event_time": 1780000000,
            "event": event,
        }
        self.events.append(body | parts)
        return self.deliver("events_api", body | parts)

    def deliver(self, kind: Kind, payload: Raw) -> Delivery:
        """Send an update to the app."""
        return self.line.deliver(kind, payload)

    def happens(self, kind: str, channel: Channel, **parts: Any) -> Delivery:
        """Let something happen to a channel."""
        return self.event({"type": kind, "channel": channel.id, **parts})

    # ---- faults

    def refuse(self, method: str, code: str, *messages: str, times: int = 1, **parts: Any) -> None:
        """Answer with a refusal."""
        self.faults.append(Fault(method, "refuse", times, refusal=Refused(code, *messages, **parts)))

    # ---- the server

    def refusal(self, refused: Refused) -> web.Response:
        """Return a refusal as the platform answers it."""
        body: Raw = {"ok": False, "error": refused.code}
        if refused.messages:
            body["response_metadata"] = {"messages": list(refused.messages)}
        headers = {"Retry-After": str(refused.wait)} if refused.wait else {}
        return web.json_response(body, status=refused.status, headers=headers)

    async def call(self, request: web.Request) -> web.Response:
        """Answer one call of a method."""
        method = request.match_info["method"]
        token = self.app_token if method == "apps.connections.open" else self.bot_token
        asked = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append(Call(method, asked, time.monotonic()))
        if request.headers.get("Authorization") != f"Bearer {token}":
            return self.refusal(Refused("invalid_auth"))
        self.check(specification(), lambda spec: spec.check_call(method, asked))
        if struck := await self.strike(method, request, late=False):
            return struck
        try:
            answer = {"ok": True, **METHODS[method](self, asked)}
        except Refused as refusal:
            if refusal.code == "invalid_blocks" and "slack_file" not in str(refusal.messages):
                self.breaches.append(f"{method}: {refusal.messages}")
            return self.refusal(refusal)
        self.check(specification(), lambda spec: spec.check_answer(method, answer))
        return await self.strike(method, request, late=True) or web.json_response(answer)

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file's content."""
        self.files.known[request.match_info["file"]].content = await request.read()
        return await self.strike("upload", request, late=True) or web.Response(text="OK")

    async def download(self, request: web.Request) -> web.Response:
        """Hand out a file, to who has the token; to others a page to sign in, as Slack does."""
        file = self.files.known.get(request.match_info["file"])
        if struck := await self.strike("download", request, late=False):
            return struck
        if file is None or request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def respond(self, request: web.Request) -> web.Response:
        """Take an answer to one person."""
        user, channel = self.answers[request.match_info["name"]]
        channel.whispers.append((user.id, (await request.json())["text"]))
        return web.Response(text="ok")

    def called(self, method: str) -> list[Raw]:
        """Return what a method was asked."""
        return [call.asked for call in self.calls if call.method == method]


@asynccontextmanager
async def loopback_slack() -> AsyncIterator[LoopbackSlack]:
    """Run a server on a free port of 127.0.0.1."""
    server = LoopbackSlack()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", server.call)
    app.router.add_post("/upload/{file}", server.upload)
    app.router.add_get("/files/{file}/{name}", server.download)
    app.router.add_post("/respond/{name}", server.respond)
    app.router.add_get("/link/", server.line.attend)
    async with serving(app) as url:
        server.url = server.files.url = url
        try:
            yield server
        finally:
            for task in set(server.line.pushing):
                task.cancel()
