"""What a newcomer does with `copydesk run` and a Telegram bot, from the one-time code to the receipt.

The whole program runs in this process, as `copydesk run` composes it; Telegram and the network are loopback servers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from demo_server import served
from dialog import UNLIMITED
from loopback_telegram import LoopbackTelegram, loopback_telegram
from loopback_telegram_world import Chat, Standing, User
from newcomer_path import FIRST, KEY, SECOND, Stage, settings_of, walk
from pydantic import SecretStr

from bot.app import App
from bot.telegram import Telegram
from connectors.demo_network import DemoNetwork
from connectors.demo_pictures import draw


@dataclass
class OnTelegram(Stage[User, Chat, Standing]):
    """A stage with a bot; questions are asked one by one."""

    server: LoopbackTelegram = field(kw_only=True)

    def private(self, who: User) -> Chat:
        return self.server.private(who)

    def command(self, who: User, where: Chat, words: str) -> None:
        who.says(where, f"/{words}")

    async def press(self, who: User, card: Standing, label: str) -> None:
        await who.presses(card, label)

    async def asked(self, where: Chat, words: str) -> Standing:
        """Wait for a question that stands last in a chat."""
        await self.until(lambda: where.cards and words in where.cards[-1].text)
        return where.cards[-1]

    async def answer(self, who: User, where: Chat, question: str, **given: str) -> None:
        """Answer as people do: in private by writing, in a group by replying."""
        prompt = await self.asked(where, question)
        (said,) = given.values()
        who.says(where, said, reply_to=prompt if where.group else None)

    async def name_brand(self) -> None:
        await self.answer(self.anna, self.alone, "What is the brand called?", name="Northwind Coffee")
        await self.presses(self.anna, self.alone, "English")
        await self.answer(self.anna, self.alone, "In which time zone", zone="Berlin")

    async def name_guest(self) -> None:
        await self.presses(self.anna, self.alone, "Client", "What will they be?")
        await self.answer(self.anna, self.alone, "What is their name?", name="Clara")

    async def give_key(self) -> None:
        await self.answer(self.anna, self.alone, "Key of the account", key=KEY)
        await self.card(self.alone, "State: works")

    async def write_post(self) -> None:
        await self.answer(self.anna, self.team, "Text", text=FIRST)
        self.anna.shows(self.team, [draw("cup")], reply_to=await self.asked(self.team, "Pictures"))
        await self.answer(self.anna, self.team, "When?", slot="+20 min")
        await self.presses(self.anna, self.team, "Skip", "Link")

    async def rewrite_post(self) -> None:
        await self.answer(self.anna, self.team, "Text", text=SECOND)
        for question in ("Pictures", "When?"):
            await self.presses(self.anna, self.team, "Keep", question)
        await self.presses(self.anna, self.team, "Skip", "Link")

    async def belongs(self, preview: Standing, mention: Standing) -> None:
        await self.until(lambda: not any(one.prompt for one in preview.chat.cards))

    async def pictures(self, card: Standing) -> Sequence[Any]:
        return [self.server.files.contents[card.raw["photo"][-1]["file_id"]]]

    def sent(self, where: Chat) -> list[str]:
        calls = [call.parameters for call in self.server.calls]
        return [str(asked) for asked in calls if str(asked.get("chat_id")) == str(where.id)]


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OnTelegram]:
    monkeypatch.setattr(Telegram, "pace", UNLIMITED)  # when something may be said is tried elsewhere
    network = DemoNetwork()
    async with loopback_telegram() as server, served(network) as url:
        token = SecretStr(server.token)
        app = App(settings_of(tmp_path, url, telegram_token=token, telegram_api=server.url))
        await app.start()
        anna, clara = server.user("Anna"), server.user("Clara")
        team, client = server.group("Northwind team", anna), server.group("Northwind client", anna, clara)
        made = OnTelegram(app, network, anna, clara, team, client, server=server)
        app.database.clock = made.now
        try:
            yield made
        finally:
            await app.stop()
        assert server.breaches == []


async def test_the_newcomers_path(stage: OnTelegram) -> None:
    await walk(stage)
