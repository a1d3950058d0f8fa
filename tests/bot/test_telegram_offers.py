"""What a Bot API server may not know yet: each reader's own clock, coloured buttons. Where it refuses, the card comes plainly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import telegram_alone
from loopback_telegram import LoopbackTelegram
from telegram_desk import chat_ref

from bot.telegram import Telegram
from handlers.card import PLACE, Button, Card, Field, Span, filled, para

SLOT = datetime(2026, 3, 5, 8, tzinfo=UTC)
SAID = "Thu, 5 Mar 2026, 11:00 (Moscow, UTC+3)"
KEYS = ((Button("Approve", "a", ref="r1", look="good"), Button("Reject", "b", ref="r2", look="bad")),)
CARD = Card(
    title="A post",
    body=(para(*filled(f"It goes out {PLACE}, soon.", Span(SAID, at=SLOT))),),
    fields=(Field("When", SAID, at=SLOT),),
    buttons=KEYS,
    at=SLOT,
)
NO_MOMENTS = 'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 25'
NO_STYLES = "Bad Request: can't parse inline keyboard button: unexpected field"
server, telegram = telegram_alone.server, telegram_alone.telegram


async def test_each_reader_sees_a_moment_on_their_own_clock(server: LoopbackTelegram, telegram: Telegram) -> None:
    team = server.group("Team")
    await telegram.send(chat_ref(team), CARD)
    told = [entity for entity in team.cards[0].entities if entity["type"] == "date_time"]
    assert [entity["unix_time"] for entity in told] == [int(SLOT.timestamp())] * 3
    assert {entity["date_time_format"] for entity in told} == {"wDt"}
    assert team.cards[0].text.count(SAID) == 2  # what an old app shows
    assert [key.get("style") for key in team.cards[0].keys] == ["success", "danger"]


@pytest.mark.parametrize("refusal", [NO_MOMENTS, NO_STYLES])
async def test_a_server_that_does_not_know_it_still_gets_the_card_and_is_not_tried_again(
    server: LoopbackTelegram, telegram: Telegram, refusal: str
) -> None:
    team = server.group("Team")
    server.refuse("sendMessage", 400, refusal)
    message = await telegram.send(chat_ref(team), CARD)
    card = team.cards[0]
    assert SAID in card.text
    assert "bold" in {entity["type"] for entity in card.entities}, "everything else stays as it is"
    assert card.labels == ["Approve", "Reject"]
    shown = {"date_time" in {entity["type"] for entity in card.entities}, any("style" in key for key in card.keys)}
    assert shown == {True, False}, "only what was refused is left out"
    before = len(server.calls)
    await telegram.edit(message, Card(title="Another", fields=CARD.fields, buttons=KEYS))
    assert len([call for call in server.calls[before:] if call.method == "editMessageText"]) == 1
