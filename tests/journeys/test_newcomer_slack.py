"""What a newcomer does with `copydesk run` and a Slack app, from the one-time code to the receipt: by socket, and pushed over HTTP.

The whole program runs in this process, as `copydesk run` composes it; Slack and the network are loopback servers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from demo_server import served
from dialog import UNLIMITED
from loopback_slack import SIGNING_SECRET, LoopbackSlack, loopback_slack
from loopback_slack_world import Channel, Modal, Standing, User
from pydantic import SecretStr
from slack_desk import clock_of
from web_desk import forms

from bot.app import App
from bot.slack import Slack
from bot.slack_manifest import PATH
from config.settings import Settings
from connectors.demo_network import DemoNetwork, Person
from connectors.demo_pictures import draw
from smm import members, tokens

COMMENT = "Do you grind beans for a moka pot?"
ANSWER = "We do, tell us at the counter."
FIRST = "The autumn blend is back, from Friday in all shops."
SECOND = "The autumn blend is back, from Saturday in both shops."
WISH = "Only two shops have it, and from Saturday."
NOTE = "The margin on this one is thin"
PUBLIC = "https://desk.example.org"


@dataclass
class Stage:
    """The program, the two servers, and who is on them."""

    app: App
    server: LoopbackSlack
    network: DemoNetwork
    anna: User
    clara: User
    team: Channel
    client: Channel
    ahead: timedelta = timedelta()

    @property
    def alone(self) -> Channel:
        return self.server.private(self.anna)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def presses(self, who: User, channel: Channel, label: str, words: str = "") -> Standing:
        """Press a button of the newest card that has it."""

        def found() -> list[Standing]:
            return [card for card in channel.cards if label in card.labels and words in card.text]

        await self.server.until(found)
        who.press(found()[-1], label)
        return found()[-1]

    async def asks(self, who: User, words: str) -> Modal:
        """Wait for a modal that asks something."""
        await self.server.until(lambda: who.modals and words in who.modals[-1].text)
        return who.modals[-1]


@pytest.fixture(params=["socket", "pushed"])
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(Slack, "pace", UNLIMITED)  # when something may be said is tried elsewhere
    network = DemoNetwork()
    async with loopback_slack() as server, served(network) as url:
        pushed = {"slack_signing_secret": SecretStr(SIGNING_SECRET), "public_url": PUBLIC}
        settings = Settings(
            data=tmp_path,
            database="",
            web_port=0,
            slack_bot_token=SecretStr(server.bot_token),
            slack_api=f"{server.url}/api/",
            demo_network_url=url,
            log_level="ERROR",
            **(pushed if request.param == "pushed" else {"slack_app_token": SecretStr(server.app_token)}),
        )
        app = App(settings)
        await app.start()
        if request.param == "pushed":
            server.line.push_to = app.url + PATH
        anna, clara = server.user("Anna"), server.user("Clara")
        team = server.channel("northwind-team", anna, closed=True)
        client = server.channel("northwind-client", anna, clara)
        made = Stage(app, server, network, anna, clara, team, client)
        app.database.clock = made.now
        try:
            yield made
        finally:
            await app.stop()
        assert server.breaches == []
        assert bool(server.line.opened) == (request.param == "socket")


async def test_the_newcomers_path(stage: Stage) -> None:
    await the_owner_comes_in(stage)
    await rooms_are_bound(stage)
    await the_client_comes_in(stage)
    await an_account_is_connected(stage)
    await a_comment_is_answered(stage)
    await a_post_is_written(stage)
    await the_client_asks_for_changes(stage)
    await the_second_version_goes_out(stage)
    nothing_internal_reached_the_client(stage)


async def the_owner_comes_in(stage: Stage) -> None:
    code = await stage.app.database.write(tokens.owner_code)
    stage.anna.commands(stage.alone, f"start {code}")
    await stage.presses(stage.anna, stage.alone, "What comes next?")
    await stage.presses(stage.anna, stage.alone, "Make a brand")
    modal = await stage.asks(stage.anna, "A new brand")
    wrong = await modal.submits(name="Northwind Coffee", language="English", zone="Atlantis")
    assert list(wrong) == ["zone"]
    assert await modal.submits(name="Northwind Coffee", language="English", zone="Berlin") == {}
    await stage.server.card(stage.alone, "Northwind Coffee is on the desk")


async def rooms_are_bound(stage: Stage) -> None:
    stage.anna.commands(stage.team, "channels")
    await stage.presses(stage.anna, stage.team, "Team")
    await stage.server.card(stage.team, "The team works here")
    stage.anna.mentions(stage.client, "channels")
    await stage.presses(stage.anna, stage.client, "Client")
    await stage.server.card(stage.client, "The client reads")


async def the_client_comes_in(stage: Stage) -> None:
    stage.anna.says(stage.alone, "members")
    await stage.presses(stage.anna, stage.alone, "Invite somebody", "People of")
    await (await stage.asks(stage.anna, "An invitation")).submits(role="Client", name="Clara")
    invitation = await stage.server.card(stage.alone, "Or write to me")
    token = invitation.text.rpartition("/desk start ")[2].split()[0]
    stage.clara.commands(stage.server.private(stage.clara), f"start {token}")
    await stage.server.card(stage.server.private(stage.clara), "Welcome, Clara")
    await stage.server.card(stage.alone, "Clara has joined")


async def an_account_is_connected(stage: Stage) -> None:
    """A key is never typed where it can be read over a shoulder: the desk leads to the web for it, and back."""
    stage.anna.commands(stage.alone, "accounts")
    await stage.presses(stage.anna, stage.alone, "Connect an account")
    await stage.presses(stage.anna, stage.alone, "Demo network")
    link = re.search(r"https?://\S+", await stage.anna.whispered(stage.alone, "on the web"))
    assert link is not None
    path = link[0].replace(PUBLIC, "").removeprefix(stage.app.url)
    origin = PUBLIC if link[0].startswith(PUBLIC) else stage.app.url
    async with httpx.AsyncClient(base_url=stage.app.url, headers={"Origin": origin}) as browser:
        entered = await browser.post(path)
        browser.headers["Cookie"] = entered.headers["set-cookie"].partition(";")[0]
        await browser.get(entered.headers["location"])
        member = (await stage.app.database.read(lambda uow: members.named(uow, "Anna"))).id
        room = f"/s/me/chat/{members.web_user(member)}"

        def asked(page: str) -> bool:
            return any("/answer" in one.action for one in forms(page))

        page = (await browser.get(room)).text
        while not asked(page):
            page = (await browser.get(room)).text
        form = next(one for one in forms(page) if "/answer" in one.action)
        secret = re.search(r'name="q\.(\w+)"', page)
        assert secret is not None
        await browser.post(form.action, data=form.fields | {f"q.{secret[1]}": "demo-northwind"})
    stage.anna.commands(stage.alone, "accounts")
    await stage.server.card(stage.alone, "Northwind")


async def a_comment_is_answered(stage: Stage) -> None:
    said = stage.network.say(Person("mia", "Mia"), f"@northwind {COMMENT}")
    card = await stage.server.card(stage.team, COMMENT)
    stage.anna.says(stage.alone, "inbox")
    await stage.presses(stage.anna, stage.alone, "1")
    copy = await stage.server.card(stage.alone, "State: New")
    await stage.presses(stage.anna, stage.team, "Reply", COMMENT)
    assert await (await stage.asks(stage.anna, "Your answer")).submits(text=ANSWER) == {}
    preview = await stage.server.card(stage.team, "This will be public as Northwind Coffee on Demo network")
    assert preview.thread == card.ts
    stage.anna.press(preview, "Send")
    await stage.server.until(lambda: "Undo" in preview.labels)
    assert not any(entry.text == ANSWER for entry in stage.network.entries.values())
    stage.ahead += timedelta(seconds=10)
    await stage.server.until(lambda: all("Answered by Anna in" in each.text for each in (card, copy)))
    answer = next(entry for entry in stage.network.entries.values() if entry.text == ANSWER)
    assert answer.parent_id == said.id
    await stage.server.until(lambda: "Public on Demo network" in preview.text)


async def a_post_is_written(stage: Stage) -> None:
    stage.anna.commands(stage.team, "post")
    soon = stage.now() + timedelta(minutes=20)
    modal = await stage.asks(stage.anna, "Text")
    assert await modal.submits(text=FIRST, files=[draw("cup")], **clock_of(soon)) == {}
    draft = await stage.server.card(stage.team, "Draft")
    await stage.server.until(lambda: draft.pictures)
    await stage.presses(stage.anna, stage.team, "Note", FIRST)
    await (await stage.asks(stage.anna, "Remark")).submits(text=NOTE)
    await stage.server.card(stage.team, NOTE)
    assert not any(FIRST in card.text for card in stage.client.cards)
    await stage.presses(stage.anna, stage.team, "Send for approval")
    asked = await stage.server.card(stage.client, FIRST)
    assert asked.pictures == draft.pictures


async def the_client_asks_for_changes(stage: Stage) -> None:
    await stage.presses(stage.clara, stage.client, "Request changes")
    await (await stage.asks(stage.clara, "What should change")).submits(reason=WISH)
    told = await stage.server.card(stage.team, "Clara asked for changes to version 1")
    assert WISH in told.text
    await stage.presses(stage.anna, stage.team, "Edit", WISH)
    await (await stage.asks(stage.anna, "Text")).submits(text=SECOND)
    await stage.server.card(stage.team, "version 2")


async def the_second_version_goes_out(stage: Stage) -> None:
    await stage.presses(stage.anna, stage.team, "Send for approval", SECOND)
    asked = await stage.server.card(stage.client, "Changed since version 1")
    assert sum("Approve" in card.labels for card in stage.client.cards) == 1
    stage.clara.press(asked, "Approve")
    receipt = await stage.server.card(stage.team, "Post 1 · version 2")
    await stage.server.until(lambda: "Scheduled" in receipt.text)
    stage.ahead += timedelta(minutes=21)
    await stage.server.until(lambda: "Live" in receipt.text and "It is live" in asked.text)
    (live,) = (entry for entry in stage.network.entries.values() if entry.text == SECOND)
    assert len(live.pictures) == 1
    assert live.id in str(receipt.raw)


def nothing_internal_reached_the_client(stage: Stage) -> None:
    """Look at every word that was ever sent to the client's channel."""
    sent = [str(call.asked) for call in stage.server.calls if call.asked.get("channel") == stage.client.id]
    assert len(sent) > 3
    for word in (COMMENT, ANSWER, NOTE, "Team only", "History", "Duplicate"):
        assert not any(word in each for each in sent), word
