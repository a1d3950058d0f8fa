"""What a newcomer does with `copydesk run` and a Slack app, from the one-time code to the receipt: by socket, and pushed over HTTP.

The whole program runs in this process, as `copydesk run` composes it; Slack and the network are loopback servers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from demo_server import served
from dialog import UNLIMITED
from loopback_slack import SIGNING_SECRET, LoopbackSlack, loopback_slack
from loopback_slack_world import Channel, Modal, Standing, User
from newcomer_path import FIRST, KEY, SECOND, SLOT, Stage, settings_of, walk
from pydantic import SecretStr
from slack_desk import clock_of
from web_desk import forms

from bot.app import App
from bot.slack import Slack
from bot.slack_manifest import PATH
from connectors.demo_network import DemoNetwork
from connectors.demo_pictures import draw
from smm import members

PUBLIC = "https://desk.example.org"


@dataclass
class OnSlack(Stage[User, Channel, Standing]):
    """A stage with an app; questions are asked in a form."""

    server: LoopbackSlack = field(kw_only=True)

    def private(self, who: User) -> Channel:
        return self.server.private(who)

    def command(self, who: User, where: Channel, words: str) -> None:
        """Give a command in each way that there is: by slash, by naming the app, in private by its name alone."""
        if where is self.client:
            who.mentions(where, words)
        elif words in {"members", "inbox"}:
            who.says(where, words)
        else:
            who.commands(where, words)

    async def press(self, who: User, card: Standing, label: str) -> None:
        who.press(card, label)

    async def asked(self, who: User, words: str) -> Modal:
        """Wait for a modal that asks something."""
        await self.until(lambda: who.modals and words in who.modals[-1].text)
        return who.modals[-1]

    async def answer(self, who: User, where: Channel, question: str, **given: str) -> None:
        assert await (await self.asked(who, question)).submits(**given) == {}

    async def name_brand(self) -> None:
        modal = await self.asked(self.anna, "A new brand")
        wrong = await modal.submits(name="Northwind Coffee", language="English", zone="Atlantis")
        assert list(wrong) == ["zone"]
        assert await modal.submits(name="Northwind Coffee", language="English", zone="Berlin") == {}

    async def name_guest(self) -> None:
        await self.answer(self.anna, self.alone, "An invitation", role="Client", name="Clara")

    async def give_key(self) -> None:
        """A key is never typed where it can be read over a shoulder: the desk leads to the web for it, and back."""
        link = re.search(r"https?://\S+", await self.anna.whispered(self.alone, "on the web"))
        assert link is not None
        path = link[0].replace(PUBLIC, "").removeprefix(self.app.url)
        origin = PUBLIC if link[0].startswith(PUBLIC) else self.app.url
        async with httpx.AsyncClient(base_url=self.app.url, headers={"Origin": origin}) as browser:
            entered = await browser.post(path)
            browser.headers["Cookie"] = entered.headers["set-cookie"].partition(";")[0]
            await browser.get(entered.headers["location"])
            member = (await self.app.database.read(lambda uow: members.named(uow, "Anna"))).id
            await _answer_in(browser, f"/s/me/chat/{members.web_user(member)}")
        self.command(self.anna, self.alone, "accounts")
        await self.card(self.alone, "Northwind")

    async def write_post(self) -> None:
        modal = await self.asked(self.anna, "Text")
        assert await modal.submits(text=FIRST, files=[draw("cup")], **clock_of(self.now() + SLOT)) == {}

    async def rewrite_post(self) -> None:
        await self.answer(self.anna, self.team, "Text", text=SECOND)

    async def belongs(self, preview: Standing, mention: Standing) -> None:
        assert preview.thread == mention.ts

    async def pictures(self, card: Standing) -> Sequence[Any]:
        await self.until(lambda: card.pictures)
        return card.pictures

    def sent(self, where: Channel) -> list[str]:
        return [str(call.asked) for call in self.server.calls if call.asked.get("channel") == where.id]


async def _answer_in(browser: httpx.AsyncClient, room: str) -> None:
    """Wait for the question in a private chat on the web, and give the key there."""

    def asked(page: str) -> bool:
        return any("/answer" in one.action for one in forms(page))

    page = (await browser.get(room)).text
    while not asked(page):
        page = (await browser.get(room)).text
    form = next(one for one in forms(page) if "/answer" in one.action)
    secret = re.search(r'name="q\.(\w+)"', page)
    assert secret is not None
    await browser.post(form.action, data=form.fields | {f"q.{secret[1]}": KEY})


@pytest.fixture(params=["socket", "pushed"])
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OnSlack]:
    monkeypatch.setattr(Slack, "pace", UNLIMITED)  # when something may be said is tried elsewhere
    network = DemoNetwork()
    async with loopback_slack() as server, served(network) as url:
        pushed = {"slack_signing_secret": SecretStr(SIGNING_SECRET), "public_url": PUBLIC}
        line = pushed if request.param == "pushed" else {"slack_app_token": SecretStr(server.app_token)}
        told = {"slack_bot_token": SecretStr(server.bot_token), "slack_api": f"{server.url}/api/", **line}
        app = App(settings_of(tmp_path, url, **told))
        await app.start()
        if request.param == "pushed":
            server.line.push_to = app.url + PATH
        anna, clara = server.user("Anna"), server.user("Clara")
        team = server.channel("northwind-team", anna, closed=True)
        client = server.channel("northwind-client", anna, clara)
        made = OnSlack(app, network, anna, clara, team, client, server=server)
        app.database.clock = made.now
        try:
            yield made
        finally:
            await app.stop()
        assert server.breaches == []
        assert bool(server.line.opened) == (request.param == "socket")


async def test_the_newcomers_path(stage: OnSlack) -> None:
    await walk(stage)
