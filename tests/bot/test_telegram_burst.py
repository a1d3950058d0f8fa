"""A storm of comments in a group, against a server that counts as strictly as Telegram: 20 messages in a minute, one a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from fake_networks import LIMITS, item
from loopback_telegram_limits import Windows
from telegram_desk import TelegramDesk, chat_ref, telegram_desk

from bot.transport import Pace
from handlers.card import Card
from handlers.card_json import pack
from smm import alerts as telling
from smm import declared, ingest
from smm.networks import Can, Page
from storage import accounts, alerts, buttons
from storage.alerts import Alert
from storage.engine import Database

SCALE = 40.0  # a second takes 25 ms; the minute is a whole one, so that no slow machine lets two of them pass
PACE = Pace(overall=30, per_chat=1.0 / SCALE, per_group=20, group_window=60.0)
STORM = 200


@pytest.fixture
async def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramDesk]:
    monkeypatch.setattr(declared, "_networks", {"demo": declared.Declared("demo", "Demo", frozenset(Can), LIMITS)})
    async with telegram_desk(database, tmp_path, pace=PACE) as opened:
        opened.server.windows = Windows(scale=SCALE, group_window=60.0 * SCALE)
        yield opened
        assert opened.server.windows.refused == 0, "the server was asked for more than it gives"


async def storm(desk: TelegramDesk, clock: Clock, accounts_in: int) -> None:
    """Let the comments come to so many accounts of the brand, ten at a time, while delivery stands still."""
    each = STORM // accounts_in
    await desk.delivery.stop()
    for name in range(accounts_in):
        account_id = await desk.database.write(
            lambda uow, name=name: accounts.add(
                uow, desk.world.brand.id, "demo", f"own-{name}", name=f"Northwind {name}"
            )
        )
        for first in range(0, each, 10):
            said = [item(f"r-{name}-{n}", f"Comment {n}", said_at=clock.now) for n in range(first, first + 10)]
            await desk.database.write(ingest.ingest, account_id, Page(tuple(said), f"cursor-{first}"))


async def told(desk: TelegramDesk) -> list[Alert]:
    """Return the rows of the outbox that are about comments."""
    found = await desk.database.read(lambda uow: alerts.get(uow, range(1, 1_000)))
    return [row for row in found if row.view == "mention"]


async def test_a_storm_of_comments_is_kept_within_the_groups_minute_and_loses_none(
    desk: TelegramDesk, clock: Clock
) -> None:
    server, team, anna = desk.server, desk.team, desk.anna
    await storm(desk, clock, 20)
    await desk.delivery.start()
    digest = await server.card(team, "more")
    single = [card for card in team.cards if card is not digest]
    assert 10 <= len(single) < 20, "the first come by themselves"
    assert f"{STORM - len(single)} more" in digest.text
    await desk.delivery.drain()
    rows = await told(desk)
    assert {row.object_id for row in rows} == set(range(1, STORM + 1))
    assert {row.state for row in rows} == {"delivered", "merged"}
    key = next(key for key in digest.keys if key["text"] == "Show them")
    button = await desk.database.read(buttons.get, key["callback_data"])
    assert button is not None
    assert set(map(int, str(button.args["ids"]).split())) == {row.id for row in rows if row.state == "merged"}

    # Whoever asks something is answered in what is left of the same minute.
    before = len(server.calls)
    anna.says(team, "/help")
    await server.card(team, "What you can do")
    assert len([call for call in server.calls[before:] if call.method == "sendMessage"]) == 1


async def test_a_storm_at_one_account_is_one_card_that_counts(desk: TelegramDesk, clock: Clock) -> None:
    await storm(desk, clock, 1)
    await desk.delivery.start()
    await desk.server.until(lambda: any(f"{STORM}" in card.text for card in desk.team.cards))
    counting = next(card for card in desk.team.cards if f"{STORM}" in card.text)
    assert counting.labels, "the inbox is one press away"
    assert len(desk.team.cards) < 20


async def test_an_answer_does_not_wait_behind_a_storm(desk: TelegramDesk, clock: Clock) -> None:
    await storm(desk, clock, 20)
    answer = pack(Card(title="Here you are"))
    await desk.database.write(telling.say, chat_ref(desk.team), answer, "en")
    await desk.delivery.start()
    await desk.server.card(desk.team, "more")
    assert desk.team.cards[0].text == "Here you are"
