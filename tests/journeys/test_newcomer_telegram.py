"""What a newcomer does with `copydesk run` and a Telegram bot, from the one-time code to the receipt.

The whole program runs in this process, as `copydesk run` composes it; Telegram and the network are loopback servers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_server import served
from dialog import UNLIMITED
from loopback_telegram import LoopbackTelegram, loopback_telegram
from loopback_telegram_world import Chat, Standing, User
from pydantic import SecretStr

from bot.app import App
from bot.telegram import Telegram
from config.settings import Settings
from connectors.demo_network import DemoNetwork, Person
from connectors.demo_pictures import draw
from smm import tokens

COMMENT = "Do you grind beans for a moka pot?"
ANSWER = "We do, tell us at the counter."
FIRST = "The autumn blend is back, from Friday in all shops."
SECOND = "The autumn blend is back, from Saturday in both shops."
WISH = "Only two shops have it, and from Saturday."
NOTE = "The margin on this one is thin"


@dataclass
class Stage:
    """The program, the two servers, and who is on them."""

    app: App
    server: LoopbackTelegram
    network: DemoNetwork
    anna: User
    clara: User
    team: Chat
    client: Chat
    ahead: timedelta = timedelta()

    @property
    def alone(self) -> Chat:
        return self.server.private(self.anna)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def asked(self, chat: Chat, words: str) -> Standing:
        """Wait for a question that stands last in a chat."""
        await self.server.until(lambda: chat.cards and words in chat.cards[-1].text)
        return chat.cards[-1]

    async def answers(self, who: User, chat: Chat, question: str, answer: str) -> None:
        """Answer a question as people do: in private by writing, in a group by replying to it."""
        prompt = await self.asked(chat, question)
        who.says(chat, answer, reply_to=prompt if chat.group else None)

    async def presses(self, who: User, chat: Chat, label: str, words: str = "") -> str:
        """Press a button of the newest card that has it."""

        def found() -> list[Standing]:
            return [card for card in chat.cards if label in card.labels and words in card.text]

        await self.server.until(found)
        return await who.presses(found()[-1], label)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(Telegram, "pace", UNLIMITED)  # when something may be said is tried elsewhere
    network = DemoNetwork()
    async with loopback_telegram() as server, served(network) as url:
        settings = Settings(
            data=tmp_path,
            database="",
            web_port=0,
            telegram_token=SecretStr(server.token),
            telegram_api=server.url,
            demo_network_url=url,
            log_level="ERROR",
        )
        app = App(settings)
        await app.start()
        anna, clara = server.user("Anna"), server.user("Clara")
        team, client = server.group("Northwind team", anna), server.group("Northwind client", anna, clara)
        made = Stage(app, server, network, anna, clara, team, client)
        app.database.clock = made.now
        try:
            yield made
        finally:
            await app.stop()
        assert server.breaches == []


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
    stage.anna.says(stage.alone, f"/start {code}")
    await stage.presses(stage.anna, stage.alone, "What comes next?")
    await stage.presses(stage.anna, stage.alone, "Make a brand")
    await stage.answers(stage.anna, stage.alone, "What is the brand called?", "Northwind Coffee")
    await stage.presses(stage.anna, stage.alone, "English")
    await stage.answers(stage.anna, stage.alone, "In which time zone", "Berlin")
    await stage.server.card(stage.alone, "Northwind Coffee is on the desk")


async def rooms_are_bound(stage: Stage) -> None:
    for room, purpose, said in (
        (stage.team, "Team", "The team works here"),
        (stage.client, "Client", "The client reads"),
    ):
        stage.anna.says(room, "/channels")
        await stage.presses(stage.anna, room, purpose)
        await stage.server.card(room, said)


async def the_client_comes_in(stage: Stage) -> None:
    stage.anna.says(stage.alone, "/members")
    await stage.presses(stage.anna, stage.alone, "Invite somebody", "People of")
    await stage.presses(stage.anna, stage.alone, "Client", "What will they be?")
    await stage.answers(stage.anna, stage.alone, "What is their name?", "Clara")
    invitation = await stage.server.card(stage.alone, "Or write to me")
    token = invitation.text.rpartition("/start ")[2].split()[0]
    stage.clara.says(stage.server.private(stage.clara), f"/start {token}")
    await stage.server.card(stage.server.private(stage.clara), "Welcome, Clara")
    await stage.server.card(stage.alone, "Clara has joined")


async def an_account_is_connected(stage: Stage) -> None:
    stage.anna.says(stage.alone, "/accounts")
    await stage.presses(stage.anna, stage.alone, "Connect an account")
    await stage.presses(stage.anna, stage.alone, "Demo network")
    await stage.answers(stage.anna, stage.alone, "Key of the account", "demo-northwind")
    await stage.server.card(stage.alone, "State: works")


async def a_comment_is_answered(stage: Stage) -> None:
    said = stage.network.say(Person("mia", "Mia"), f"@northwind {COMMENT}")
    card = await stage.server.card(stage.team, COMMENT)
    stage.anna.says(stage.alone, "/inbox")
    await stage.presses(stage.anna, stage.alone, "1")
    copy = await stage.server.card(stage.alone, "State: New")
    await stage.presses(stage.anna, stage.team, "Reply", COMMENT)
    await stage.answers(stage.anna, stage.team, "Your answer", ANSWER)
    preview = await stage.server.card(stage.team, "This will be public as Northwind Coffee on Demo network")
    await stage.server.until(lambda: not any(one.prompt for one in stage.team.cards))
    await stage.anna.presses(preview, "Send")
    await stage.server.until(lambda: "Undo" in preview.labels)
    assert not any(entry.text == ANSWER for entry in stage.network.entries.values())
    stage.ahead += timedelta(seconds=10)
    await stage.server.until(lambda: all("Answered by Anna in" in each.text for each in (card, copy)))
    answer = next(entry for entry in stage.network.entries.values() if entry.text == ANSWER)
    assert answer.parent_id == said.id
    await stage.server.until(lambda: "Public on Demo network" in preview.text)


async def a_post_is_written(stage: Stage) -> None:
    stage.anna.says(stage.team, "/post")
    await stage.answers(stage.anna, stage.team, "Text", FIRST)
    prompt = await stage.asked(stage.team, "Pictures")
    stage.anna.shows(stage.team, [draw("cup")], reply_to=prompt)
    await stage.answers(stage.anna, stage.team, "When?", "+20 min")
    await stage.presses(stage.anna, stage.team, "Skip", "Link")
    draft = await stage.server.card(stage.team, "Draft")
    assert "photo" in draft.raw
    await stage.presses(stage.anna, stage.team, "Note", FIRST)
    await stage.answers(stage.anna, stage.team, "Remark", NOTE)
    await stage.server.card(stage.team, NOTE)
    assert stage.client.cards == [] or FIRST not in stage.client.cards[-1].text
    await stage.presses(stage.anna, stage.team, "Send for approval")
    asked = await stage.server.card(stage.client, FIRST)
    assert "photo" in asked.raw


async def the_client_asks_for_changes(stage: Stage) -> None:
    await stage.presses(stage.clara, stage.client, "Request changes")
    await stage.answers(stage.clara, stage.client, "What should change", WISH)
    told = await stage.server.card(stage.team, "Clara asked for changes to version 1")
    assert WISH in told.text
    await stage.presses(stage.anna, stage.team, "Edit", WISH)
    await stage.answers(stage.anna, stage.team, "Text", SECOND)
    for question in ("Pictures", "When?"):
        await stage.presses(stage.anna, stage.team, "Keep", question)
    await stage.presses(stage.anna, stage.team, "Skip", "Link")
    await stage.server.card(stage.team, "version 2")


async def the_second_version_goes_out(stage: Stage) -> None:
    await stage.presses(stage.anna, stage.team, "Send for approval", SECOND)
    asked = await stage.server.card(stage.client, "Changed since version 1")
    assert sum("Approve" in card.labels for card in stage.client.cards) == 1
    await stage.clara.presses(asked, "Approve")
    receipt = await stage.server.card(stage.team, "Post 1 · version 2")
    await stage.server.until(lambda: "Scheduled" in receipt.text)
    stage.ahead += timedelta(minutes=19)
    assert not [entry for entry in stage.network.entries.values() if entry.text == SECOND]
    stage.ahead += timedelta(minutes=1)
    await stage.server.until(lambda: "Live" in receipt.text and "It is live" in asked.text)
    (live,) = (entry for entry in stage.network.entries.values() if entry.text == SECOND)
    assert len(live.pictures) == 1
    assert live.id in str(receipt.raw)


def nothing_internal_reached_the_client(stage: Stage) -> None:
    """Look at every word that was ever sent to the client's group."""
    sent = [
        str(call.parameters)
        for call in stage.server.calls
        if str(call.parameters.get("chat_id")) == str(stage.client.id)
    ]
    assert len(sent) > 3
    for word in (COMMENT, ANSWER, NOTE, "Team only", "History", "Duplicate"):
        assert not any(word in each for each in sent), word
