"""The loopback Bot API is a faithful one: aiogram, an independent client with strict typed models, drives it through the
scenario that our transport is tested with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import telegram_alone
from loopback_telegram import LoopbackTelegram
from loopback_telegram_limits import Windows
from loopback_telegram_spec import Breach, specification
from specifications import REASON

if TYPE_CHECKING:
    from aiogram import Bot

pytestmark = pytest.mark.xdist_group("aiogram")

server = telegram_alone.server


@pytest.fixture
async def bot(server: LoopbackTelegram) -> AsyncIterator[Bot]:
    # Not at the top: it takes seconds, and this file is read by every worker.
    pytest.importorskip("aiogram", reason="aiogram comes with the development requirements: make dev")
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    opened = Bot(server.token, session=AiohttpSession(api=TelegramAPIServer.from_base(server.url)))
    yield opened
    await opened.session.close()


async def test_aiogram_polls_answers_presses_edits_and_fetches(server: LoopbackTelegram, bot: Bot) -> None:
    from aiogram import Dispatcher, F, types

    dispatcher = Dispatcher()
    files: list[bytes] = []
    seen: dict[str, object] = {}

    @dispatcher.message(F.text.startswith("/claim"))
    async def offer(message: types.Message) -> None:
        keys = [[types.InlineKeyboardButton(text="Claim", callback_data="ref-1")]]
        keyboard = types.InlineKeyboardMarkup(inline_keyboard=keys)
        await message.answer("<b>A comment</b>", parse_mode="HTML", reply_markup=keyboard)

    @dispatcher.callback_query()
    async def claim(press: types.CallbackQuery) -> None:
        await press.answer("Yours")
        assert isinstance(press.message, types.Message)
        await press.message.edit_text("Claimed by Anna")

    @dispatcher.message(F.photo)
    async def fetch(message: types.Message) -> None:
        content = await bot.download(message.photo[-1]) if message.photo else None
        files.append(content.read() if content else b"")

    @dispatcher.my_chat_member()
    async def moved(change: types.ChatMemberUpdated) -> None:
        seen["membership"] = change.new_chat_member.status

    @dispatcher.message(F.migrate_to_chat_id)
    async def migrated(message: types.Message) -> None:
        seen["migrated"] = message.migrate_to_chat_id

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1))
    anna = server.user("Anna")
    team = server.group("Team", anna, forum=True)
    topic = team.topic("Northwind")
    anna.says(team, "/claim@copydesk_bot now", topic=topic)
    card = await server.card(team, "A comment")
    assert card.raw["message_thread_id"] == topic
    assert [entity["type"] for entity in card.entities] == ["bold"]
    assert await anna.presses(card, "Claim") == "Yours"
    await server.until(lambda: team.cards[0].text == "Claimed by Anna")
    anna.shows(team, [b"one", b"two"], "an album")
    await server.until(lambda: len(files) == 2)
    assert files == [b"one", b"two"]
    server.migrate(server.group("Old", anna, kind="group"), anna)
    server.member(team, anna, "kicked")
    await server.until(lambda: "membership" in seen)
    assert seen["membership"] == "kicked"
    await dispatcher.stop_polling()
    await polling


async def test_aiogram_sends_pictures_menus_and_understands_refusals(server: LoopbackTelegram, bot: Bot) -> None:
    from aiogram import exceptions, types

    me = await bot.get_me()
    assert me.username == "copydesk_bot"
    anna = server.user("Anna")
    chat = server.private(anna)
    photo = types.BufferedInputFile(b"\xff\xd8\xff", "a.jpg")
    sent = await bot.send_photo(chat.id, photo, caption="one")
    assert sent.photo
    again = await bot.send_photo(chat.id, sent.photo[-1].file_id)
    assert again.photo
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    await bot.edit_message_caption(chat_id=chat.id, message_id=sent.message_id, caption="two")
    media = types.InputMediaPhoto(media=types.BufferedInputFile(b"\xff\xd8\xfftwo", "b.jpg"), caption="three")
    await bot.edit_message_media(media, chat_id=chat.id, message_id=sent.message_id)
    album: list[types.MediaUnion] = [
        types.InputMediaPhoto(media=types.BufferedInputFile(bytes([n]), "c.jpg")) for n in range(3)
    ]
    assert len(await bot.send_media_group(chat.id, album)) == 3
    document = await bot.send_document(chat.id, types.BufferedInputFile(b"%PDF-", "a.pdf"))
    assert document.document
    assert (chat.cards[0].text, len(chat.cards)) == ("three", 6)
    await bot.set_my_commands(
        [types.BotCommand(command="inbox", description="Open")], types.BotCommandScopeChat(chat_id=chat.id)
    )
    assert [c["command"] for c in server.commands[("chat", str(chat.id)), ""]] == ["inbox"]
    await bot.delete_message(chat.id, document.message_id)
    with pytest.raises(exceptions.TelegramBadRequest, match="not modified"):
        await bot.edit_message_caption(chat_id=chat.id, message_id=sent.message_id, caption="three")
    with pytest.raises(exceptions.TelegramBadRequest, match="can't parse entities"):
        await bot.send_message(chat.id, "<b>x</i>", parse_mode="HTML")
    with pytest.raises(exceptions.TelegramBadRequest, match="too long"):
        await bot.send_message(chat.id, "x" * 4097)
    with pytest.raises(exceptions.TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "x")
    old = server.group("Old", anna, kind="group")
    server.migrate(old, anna)
    with pytest.raises(exceptions.TelegramMigrateToChat) as migrated:
        await bot.send_message(old.id, "x")
    assert migrated.value.migrate_to_chat_id == old.migrated_to
    server.windows = Windows()
    await bot.send_message(chat.id, "x")
    with pytest.raises(exceptions.TelegramRetryAfter) as busy:
        await bot.send_message(chat.id, "y")
    assert busy.value.retry_after == 1
    server.windows, chat.bot = None, "kicked"
    with pytest.raises(exceptions.TelegramForbiddenError):
        await bot.send_message(chat.id, "x")


async def test_what_does_not_follow_the_description_is_noticed(server: LoopbackTelegram) -> None:
    spec = specification()
    if spec is None:
        pytest.skip(REASON)
    spec.check_call("sendMessage", {"chat_id": 1, "text": "x"}, {})
    for method, parameters in (
        ("sendMessages", {}),
        ("sendMessage", {"chat_id": 1}),
        ("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": [], "text": "x"}),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"label": "x"}]]}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "nowhere"}}),
        ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "photo"}]}),
    ):
        with pytest.raises(Breach):
            spec.check_call(method, parameters, {})
    with pytest.raises(Breach):
        spec.check(["Update"], {"update_id": 1, "message": {"message_id": 1}}, "Update")


async def test_aiogram_says_something_to_one_person_in_a_group(server: LoopbackTelegram, bot: Bot) -> None:
    from aiogram import exceptions, types

    anna = server.user("Anna")
    team = server.group("Team", anna)
    whom = types.EphemeralMessageParameters(receiver_user_id=anna.id)
    with pytest.raises(exceptions.TelegramBadRequest):
        await bot.send_message(team.id, "psst", ephemeral_message_parameters=whom)
    team.bot = "administrator"
    sent = await bot.send_message(team.id, "psst", ephemeral_message_parameters=whom)
    assert (sent.message_id, team.cards, team.whispers) == (0, [], [(anna.id, "psst")])
    assert sent.ephemeral_message_id
    await bot.delete_ephemeral_message(
        chat_id=team.id, receiver_user_id=anna.id, ephemeral_message_id=sent.ephemeral_message_id
    )
    assert team.whispers == []
