"""The main jobs over Telegram, with the real router, handlers and delivery: coming in, answering a comment, approving."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clocks import Clock
from dialog import UNLIMITED
from fake_networks import LIMITS, FakeNetworks, item
from inbox_world import NoWriter
from loopback_model import loopback_model
from loopback_telegram import loopback_telegram
from recordings import OGG
from telegram_desk import TelegramDesk, chat_ref, telegram_desk, telegram_on

from bot.delivery import Delivery
from bot.router import Router
from config.words import words
from connectors.transcriber import TranscriptionModel
from handlers.route import load
from smm import declared, ingest, replies, tokens
from smm.desk import Desk
from smm.networks import Can, Page
from smm.voices import hear
from storage import accounts, channels, voices
from storage.brands import add_workspace, first_workspace
from storage.engine import Database


@pytest.fixture
async def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramDesk]:
    monkeypatch.setattr(declared, "_networks", {"demo": declared.Declared("demo", "Demo", frozenset(Can), LIMITS)})
    async with telegram_desk(database, tmp_path) as opened:
        yield opened


async def hears(desk: TelegramDesk, clock: Clock, text: str, author: str = "Mia") -> int:
    """Let one comment arrive at the brand's account."""
    brand_id = desk.world.brand.id
    account_id = await desk.database.write(lambda uow: accounts.add(uow, brand_id, "demo", "own-1", name="Northwind"))
    page = Page((item("r-1", text, author_name=author, said_at=clock.now),), "cursor")
    await desk.database.write(ingest.ingest, account_id, page)
    return account_id


async def test_the_first_owner_comes_in_by_a_code_once(database: Database, tmp_path: Path) -> None:
    load()
    async with loopback_telegram() as server:
        telegram = telegram_on(server, database, tmp_path)
        telegram.pace = UNLIMITED
        delivery = Delivery(database, [telegram], words)
        await telegram.start(Router(database, words).receive)
        await delivery.start()
        await database.write(lambda uow: first_workspace(uow) or add_workspace(uow, "Copydesk"))
        code = await database.write(tokens.owner_code)
        anna, eve = server.user("Anna"), server.user("Eve", language="ru")
        anna.says(server.private(anna), f"/start {code}")
        await server.card(server.private(anna), "Welcome, Anna")
        eve.says(server.private(eve), f"/start {code}")
        await server.until(lambda: server.private(eve).cards)
        assert "Eve" not in server.private(eve).cards[0].text
        links = await database.read(tokens.links, "TOKEN")
        assert links == {"telegram": "https://t.me/copydesk_bot?start=TOKEN"}
        await telegram.stop()
        await delivery.stop()
        assert server.breaches == []


async def test_a_comment_is_answered_from_the_teams_group(desk: TelegramDesk, clock: Clock) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Do you have <b>oat</b> milk? @anna_owner /hold")
    card = await server.card(team, "oat")
    assert "mention" not in {entity["type"] for entity in card.entities}
    assert "bot_command" not in {entity["type"] for entity in card.entities}
    assert await anna.presses(card, "Reply") == ""
    await server.until(lambda: any(one.prompt for one in team.cards))
    prompt = next(one for one in team.cards if one.prompt)
    assert [e["user"]["id"] for e in prompt.entities if e["type"] == "text_mention"] == [anna.id]

    anna.says(team, "just talking to the others")
    told = await server.card(team, "it was not taken as the answer")
    assert "“Answer to Mia” is still open" in told.text
    anna.says(team, "Yes, we do!", reply_to=prompt)
    preview = await server.card(team, "Yes, we do!")
    assert {"Send", "Edit", "Discard"} <= set(preview.labels)
    await anna.presses(preview, "Send")
    await server.until(lambda: "Undo" in team.cards[-1].labels)
    clock.advance(seconds=10)
    networks = FakeNetworks(clock)
    ports = Desk(desk.database, networks, NoWriter(), Path())
    for reply_id, _ in await desk.database.read(replies.due, clock.now):
        await replies.send(ports, reply_id)
    await server.until(lambda: "Reply" not in team.cards[0].labels)
    assert "Anna" in team.cards[0].text
    assert len(networks.effects) == 1


async def test_the_team_talks_beside_a_card_and_what_replies_to_it_becomes_a_preview(
    desk: TelegramDesk, clock: Clock
) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Hello")
    card = await server.card(team, "Hello")
    talk = anna.says(team, "Who takes this?")
    anna.says(team, "You do", reply_to=talk)
    anna.says(team, "Good morning!", reply_to=card)
    preview = await server.card(team, "Good morning!")
    assert "Send" in preview.labels
    assert len(team.cards) == 2
    assert await desk.database.read(replies.due, clock.now) == []


async def test_a_client_cannot_press_the_teams_button_nor_anybody_anothers_chat(
    desk: TelegramDesk, clock: Clock
) -> None:
    server = desk.server
    await hears(desk, clock, "Hello")
    card = await server.card(desk.team, "Hello")
    before = card.raw
    assert "role" in await desk.clara.presses(card, "Reply")
    ref = card.keys[0]["callback_data"]
    elsewhere = desk.client.put(
        server.bot, text="x", reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": ref}]]}
    )
    assert "another chat" in await desk.anna.presses(elsewhere, "x")
    forged = desk.anna.press_data(card, "A" * 16)
    answer = await forged.answer
    assert answer["show_alert"] is True
    assert desk.team.cards[0].raw == before


async def test_a_card_in_a_topic_stays_in_its_topic(desk: TelegramDesk, clock: Clock) -> None:
    forum = desk.server.group("All brands", desk.anna, forum=True)
    topic = forum.topic("Northwind")
    await desk.database.write(
        lambda uow: channels.add(uow, desk.world.brand.id, chat_ref(forum, topic), "team", "Northwind", "en")
    )
    await hears(desk, clock, "Hello")
    card = await desk.server.card(forum, "Hello")
    assert card.raw["message_thread_id"] == topic
    await desk.anna.presses(card, "Reply")
    await desk.server.until(lambda: len(forum.cards) == 2)
    assert forum.cards[1].raw["message_thread_id"] == topic


async def test_a_group_that_became_a_supergroup_keeps_its_cards_coming(desk: TelegramDesk, clock: Clock) -> None:
    server = desk.server
    upgraded = server.migrate(desk.team, desk.anna)
    await server.until(lambda: server.confirmed >= 500_002)
    await hears(desk, clock, "Hello")
    await server.card(upgraded, "Hello")
    assert desk.team.cards == []


async def test_a_room_that_is_lost_is_told_and_comes_back(desk: TelegramDesk, clock: Clock) -> None:
    server = desk.server
    server.member(desk.client, desk.clara, "kicked")
    await server.until(lambda: desk.team.cards)
    assert "Northwind client" in desk.team.cards[0].text
    server.member(desk.client, desk.clara, "member")
    await server.until(lambda: desk.client.cards)
    room = await desk.database.read(channels.at, chat_ref(desk.client))
    assert room is not None
    assert room.state == "open"


async def test_after_a_restart_an_old_button_and_an_open_question_still_work(
    desk: TelegramDesk, clock: Clock, tmp_path: Path
) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Hello")
    await anna.presses(await server.card(team, "Hello"), "Reply")
    await server.until(lambda: any(one.prompt for one in team.cards))
    await desk.telegram.stop()
    anna.says(team, "Hello back", reply_to=next(one for one in team.cards if one.prompt))
    again = telegram_on(server, desk.database, tmp_path)
    await again.start(Router(desk.database, words).receive)
    await desk.telegram._requests.initialize()  # delivery still speaks through the first
    await server.card(team, "Hello back")
    await again.stop()


async def test_the_client_says_in_a_voice_note_what_should_change(desk: TelegramDesk, clock: Clock) -> None:
    server, clara = desk.server, desk.clara
    await desk.database.write(lambda uow: accounts.add(uow, desk.world.brand.id, "demo", "own-1", name="Northwind"))
    desk.anna.says(desk.team, "/post Autumn menu")
    draft = await server.card(desk.team, "Autumn menu")
    await desk.anna.presses(draft, "Send for approval")
    await clara.presses(await server.card(desk.client, "for your approval"), "Request changes")
    await server.until(lambda: any(one.prompt for one in desk.client.cards))
    clara.speaks(desk.client, OGG, reply_to=next(one for one in desk.client.cards if one.prompt))
    await server.until(lambda: any("voice" in card.raw for card in desk.team.cards))
    told = next(card for card in desk.team.cards if "voice" in card.raw)
    assert "Clara asked for changes" in told.text
    assert server.files.contents[told.raw["voice"]["file_id"]] == OGG
    assert "Open" in " ".join(told.labels), "the way on stands under the recording"
    voice = await desk.database.read(voices.get, 1)
    assert voice is not None
    async with loopback_model() as model:
        model.spoken = "Make it shorter, and name the price."
        ear = TranscriptionModel(model.url, "key", "loopback-1")
        ports = Desk(desk.database, FakeNetworks(clock), NoWriter(), desk.media, ear)
        await hear(ports, {"voice": voice.id})
        await ear.close()
    await server.until(lambda: "name the price" in told.text)
    assert told.raw["voice"], "the recording stays where it is"


async def test_a_time_that_has_passed_stands_in_peoples_words_and_is_kept(desk: TelegramDesk, clock: Clock) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await desk.database.write(lambda uow: accounts.add(uow, desk.world.brand.id, "demo", "own-1", name="Northwind"))
    anna.says(team, "/post Autumn menu")
    card = await server.card(team, "Autumn menu")
    await anna.presses(card, "Pick a time")
    await server.until(lambda: any(one.prompt for one in team.cards))
    anna.says(team, "+60 min", reply_to=next(one for one in team.cards if one.prompt))
    await server.until(lambda: "11:00" in card.text and "Edit" in card.labels)
    clock.advance(hours=3)
    await anna.presses(card, "Edit")
    await anna.presses(await server.card(team, "Text"), "Keep")
    await anna.presses(await server.card(team, "Pictures"), "Skip")
    asked = await server.card(team, "When?")
    assert "Mon, 2 Mar 2026, 11:00 (Berlin, UTC+1)" in asked.text
    assert "This time has passed." in asked.text
    assert "2026-03" not in asked.text
    await anna.presses(asked, "Keep")
    assert "Saved" in await anna.presses(await server.card(team, "Link"), "Skip")
    await anna.presses(card, "Send for approval")
    told = await server.card(team, "the time of this post has passed")
    assert told.labels == ["Next free slot, and send", "Pick a time", "Send without a time"]
    assert "client has it" in await anna.presses(told, "Send without a time")
    await server.until(lambda: told.labels == ["Open the post"])
    assert "Waits for the client's approval" in told.text
