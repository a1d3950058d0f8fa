"""What is for one person in a group: an ephemeral message where the server knows them, else an alert, private chat, or the room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import telegram_alone
from loopback_telegram import LoopbackTelegram
from loopback_telegram_world import Chat, Standing
from telegram_desk import TelegramDesk, chat_ref, telegram_desk, telegram_on
from waiting import until

from bot.telegram import Telegram
from bot.telegram_check import Answer, ask
from bot.transport import Incoming, Outcome
from handlers.card import Card, Notice, para
from storage import alerts, updates
from storage.engine import Database

LONG = "Approved, but too late for its time. " * 12
FORBIDDEN = "I do not know you yet"
server = telegram_alone.server


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[TelegramDesk]:
    async with telegram_desk(database, tmp_path) as opened:
        yield opened


async def opened(server: LoopbackTelegram, database: Database, folder: Path) -> Telegram:
    """A transport whose every press is answered at length."""

    async def receive(incoming: Incoming) -> Outcome:
        await database.write(updates.take, incoming.platform, incoming.key)
        return Outcome(Notice(LONG, alarm=True))

    telegram = telegram_on(server, database, folder)
    await telegram.start(receive)
    return telegram


async def test_an_answer_too_long_for_an_alert_reaches_its_presser_alone_and_whole(
    server: LoopbackTelegram, database: Database, tmp_path: Path
) -> None:
    telegram = await opened(server, database, tmp_path)
    anna = server.user("Anna")
    team = server.group("Team", anna)
    for _ in range(2):
        assert await anna.presses(_card(server, team), "Go") == ""
    await telegram.stop()
    assert team.whispers == [(anna.id, LONG.strip())] * 2
    assert len([call for call in server.calls if call.method == "deleteEphemeralMessage"]) == 1, "it is asked once"


async def test_an_older_server_is_never_told_to_whisper_so_nobody_else_reads_it(
    server: LoopbackTelegram, database: Database, tmp_path: Path
) -> None:
    server.knows_ephemeral = False
    telegram = await opened(server, database, tmp_path)
    anna = server.user("Anna")
    team = server.group("Team", anna)
    assert (await anna.presses(_card(server, team), "Go")).endswith("…")
    await telegram.stop()
    assert [card.text for card in team.cards] == ["A card"]
    queued = await database.read(alerts.of_chat, chat_ref(server.private(anna)))
    assert [row.card for row in queued] == [{"body": [{"spans": [{"text": LONG}]}]}]


async def test_what_was_said_to_everybody_after_all_is_taken_back(
    server: LoopbackTelegram, database: Database, tmp_path: Path
) -> None:
    telegram = await opened(server, database, tmp_path)
    anna = server.user("Anna")
    team = server.group("Team", anna)
    team.bot = "administrator"
    assert await telegram.whisper(chat_ref(team), str(anna.id), Card(body=(para("one"),)))
    server.knows_ephemeral = False  # as a server that knows the method and forgot the parameters
    assert not await telegram.whisper(chat_ref(team), str(anna.id), Card(body=(para("two"),)))
    await telegram.stop()
    assert (team.cards, team.whispers) == ([], [(anna.id, "one")])


async def test_who_may_not_do_something_is_told_alone(desk: TelegramDesk) -> None:
    server, team = desk.server, desk.team
    eve = server.user("Eve")
    team.people.append(eve)
    team.bot = "administrator"
    eve.says(team, "/inbox")
    await until(lambda: team.whispers)
    team.bot = "member"
    private = server.private(eve)
    eve.says(team, "/inbox")
    await server.card(private, FORBIDDEN)
    private.bot = "kicked"  # she never wrote to us, or does not want to hear from us
    eve.says(team, "/inbox")
    await server.card(team, FORBIDDEN)
    assert [whom for whom, said in team.whispers if FORBIDDEN in said] == [eve.id]
    assert (len(private.cards), len(team.cards)) == (1, 1)


async def test_a_slip_of_somebody_who_belongs_here_is_not_taken_to_their_private_chat(desk: TelegramDesk) -> None:
    desk.anna.says(desk.team, "/inbpx")
    await desk.server.card(desk.team, "Did you mean")
    desk.team.bot = "administrator"
    desk.anna.says(desk.team, "/inbpx")
    await until(lambda: desk.team.whispers)
    assert len(desk.team.cards) == 1


def _card(server: LoopbackTelegram, team: Chat) -> Standing:
    keys = {"inline_keyboard": [[{"text": "Go", "callback_data": "ref"}]]}
    return next(iter(team.cards), None) or team.put(server.bot, text="A card", reply_markup=keys)


@pytest.mark.parametrize("knows", [True, False])
async def test_the_operator_is_told_what_the_server_offers(server: LoopbackTelegram, *, knows: bool) -> None:
    server.knows_ephemeral = knows
    assert await ask(server.token, server.url) == Answer("copydesk_bot", whispers=knows)
