"""The Telegram transport against a loopback Bot API: nothing lost, nothing twice, every refusal understood."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import telegram_alone
from ears import Ears
from loopback_telegram import LoopbackTelegram
from telegram_desk import chat_ref, telegram_on

from bot.telegram import Telegram
from bot.transport import Incoming
from smm.errors import ConfigError
from storage import updates
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

server, telegram = telegram_alone.server, telegram_alone.telegram


async def test_an_update_is_stored_before_it_is_confirmed(
    server: LoopbackTelegram, database: Database, tmp_path: Path, telegram: Telegram
) -> None:
    stored_at_confirmation: list[bool] = []
    anna = server.user("Anna")
    anna.says(server.private(anna), "/start")
    real = server._confirm

    def confirm(offset: int) -> None:
        with sqlite3.connect(tmp_path / "desk.sqlite3") as looking:
            stored = looking.execute("SELECT count(*) FROM updates").fetchone()[0]
        stored_at_confirmation.append(stored == 1 or offset == 0)
        real(offset)

    server._confirm = confirm  # type: ignore[method-assign]
    await server.until(lambda: server.confirmed)
    assert all(stored_at_confirmation)
    assert await database.read(updates.find, "telegram", f"{server.bot['id']}:{server.confirmed}") is not None


async def test_what_was_stored_and_not_handled_is_handled_once_at_the_next_start(
    server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears
) -> None:
    anna = server.user("Anna")
    chat = server.private(anna)
    died = asyncio.Event()

    async def die(incoming: Incoming) -> None:  # the process is killed: neither an answer nor an end
        died.set()
        await asyncio.Event().wait()

    first = telegram_on(server, database, tmp_path)
    await first.start(die)  # type: ignore[arg-type]
    press_me = anna.says(chat, "/approve 1")
    anna.says(chat, "/approve 2")
    await died.wait()
    await server.until(lambda: server.confirmed >= 500_002)
    await first._intake._running.cancel()
    await first._tasks.cancel()
    await first._requests.shutdown()

    second = telegram_on(server, database, tmp_path)
    await second.start(ears.receive)
    await server.until(lambda: len(ears.heard) == 2)
    await second.stop()
    third = telegram_on(server, database, tmp_path)
    await third.start(ears.receive)
    anna.says(chat, "/last")
    await server.until(lambda: "/last" in ears.texts())
    await third.stop()
    assert ears.texts() == ["/approve 1", "/approve 2", "/last"]
    assert ears.heard[0].message_id == str(press_me.id)


async def test_the_same_update_delivered_again_is_handled_once(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    chat = server.private(anna)
    anna.says(chat, "/one")
    update = server.pending[0]
    await server.until(lambda: ears.heard)
    for _ in range(50):
        server.redeliver(update)
    anna.says(chat, "/two")
    await server.until(lambda: "/two" in ears.texts())
    assert ears.texts() == ["/one", "/two"]


async def test_a_chat_is_handled_in_order_and_chats_do_not_wait_for_each_other(
    server: LoopbackTelegram, database: Database, tmp_path: Path
) -> None:
    anna, boris = server.user("Anna"), server.user("Boris")
    held, heard = asyncio.Event(), Ears(database)

    async def receive(incoming: Incoming) -> object:
        if incoming.text == "/slow":
            await held.wait()
        return await heard.receive(incoming)

    telegram = telegram_on(server, database, tmp_path)
    await telegram.start(receive)  # type: ignore[arg-type]
    anna.says(server.private(anna), "/slow")
    anna.says(server.private(anna), "/after")
    boris.says(server.private(boris), "/quick")
    await server.until(lambda: heard.texts() == ["/quick"])
    held.set()
    await server.until(lambda: heard.texts() == ["/quick", "/slow", "/after"])
    await telegram.stop()


async def test_an_update_that_breaks_is_put_aside_and_the_chat_goes_on(
    server: LoopbackTelegram, database: Database, telegram: Telegram, ears: Ears
) -> None:
    def break_it(incoming: Incoming) -> None:
        if incoming.text == "/broken":
            raise RuntimeError("a bug")

    ears.before = break_it
    anna = server.user("Anna")
    chat = server.private(anna)
    anna.says(chat, "/broken")
    server.pending.append({"update_id": 500_002, "message": {"chat": {"id": chat.id}, "message_id": "?", "text": "x"}})
    server._update_ids = iter(range(500_003, 500_100))  # type: ignore[assignment]
    anna.says(chat, "/next")
    await server.until(lambda: ears.texts() == ["/next"])
    states = [await database.read(updates.find, "telegram", f"{server.bot['id']}:{n}") for n in (500_001, 500_002)]
    assert [row and row.state for row in states] == ["poison", "poison"]
    server.breaches.clear()  # it was we who sent a body that no Bot API sends


async def test_every_press_is_answered_even_one_that_is_too_old(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    chat = server.group("Team", anna)
    card = chat.put(
        server.bot, text="card", reply_markup={"inline_keyboard": [[{"text": "Claim", "callback_data": "r1"}]]}
    )
    assert await anna.presses(card, "Claim") == "pressed r1"
    old = anna.press(card, "Claim")
    server.presses.pop(old.id)  # its time is over
    assert await anna.presses(card, "Claim") == "pressed r1"
    assert [incoming.ref for incoming in ears.heard] == ["r1", "r1", "r1"]
    assert telegram.trouble == ""


async def test_a_network_that_breaks_is_waited_for_and_nothing_is_lost(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    anna = server.user("Anna")
    chat = server.private(anna)
    breaks: list[Callable[[], None]] = [
        lambda: server.fail("getUpdates", 502, times=3),
        lambda: server.garble("getUpdates"),
        lambda: server.drop("getUpdates"),
        lambda: server.drop("getUpdates", late=False),
        lambda: server.refuse("getUpdates", 500, "Internal Server Error"),
    ]
    for number, break_it in enumerate(breaks):
        break_it()
        anna.says(chat, f"/{number}")
        await server.until(partial(ears.has_heard, f"/{number}"))
    await server.until(lambda: telegram.trouble == "")
    assert ears.texts() == ["/0", "/1", "/2", "/3", "/4"]


async def test_a_refused_token_stops_the_start_in_words_without_the_token(
    server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears
) -> None:
    wrong = "7000000002:BBwrong-canary-canary-canary"
    telegram = telegram_on(server, database, tmp_path, token=wrong)
    with pytest.raises(ConfigError) as raised:
        await telegram.start(ears.receive)
    assert "COPYDESK_TELEGRAM_TOKEN" in str(raised.value)
    assert "canary" not in str(raised.value)
    for token in ("", "no token", "12345", "x:y z"):
        with pytest.raises(ConfigError):
            telegram_on(server, database, tmp_path, token=token)


async def test_a_token_taken_back_while_running_gives_up_in_words(server: LoopbackTelegram, telegram: Telegram) -> None:
    await server.until(lambda: server.polls)
    server.token = "7000000001:another"
    anna = server.user("Anna")
    anna.says(server.private(anna), "/x")
    await server.until(lambda: "@BotFather" in telegram.trouble)


async def test_a_second_program_on_the_same_bot_is_told_in_words_and_outlived(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears
) -> None:
    await server.until(lambda: server.polls)
    server.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request", times=2)
    anna = server.user("Anna")
    anna.says(server.private(anna), "/x")
    await server.until(lambda: "Another program" in telegram.trouble)
    await server.until(lambda: ears.texts() == ["/x"] and telegram.trouble == "")


async def test_a_webhook_left_behind_is_taken_down(
    server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears
) -> None:
    server.webhook = {"url": "https://old.example.org"}
    telegram = telegram_on(server, database, tmp_path)
    await telegram.start(ears.receive)
    anna = server.user("Anna")
    anna.says(server.private(anna), "/x")
    await server.until(lambda: ears.texts() == ["/x"])
    await telegram.stop()
    assert server.webhook == {}


async def test_the_desk_opens_while_telegram_is_down(
    server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears
) -> None:
    server.fail("getMe", 502, times=3)
    telegram = telegram_on(server, database, tmp_path)
    await telegram.start(ears.receive)
    anna = server.user("Anna")
    anna.says(server.private(anna), "/x")
    await server.until(lambda: ears.texts() == ["/x"])
    await telegram.stop()


async def test_a_group_that_moved_is_told_once_though_both_a_message_and_a_refusal_say_so(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    old = server.group("Team", anna, kind="group")
    new = server.migrate(old, anna)
    await telegram._reception.note_move(chat_ref(old), str(new.id))
    anna.says(new, "/x")
    await server.until(lambda: "/x" in ears.texts())
    await server.until(lambda: server.confirmed >= 500_003)
    assert [(incoming.kind, incoming.text) for incoming in ears.heard if incoming.kind == "moved"] == [
        ("moved", str(new.id))
    ]


async def test_what_cannot_be_stored_stays_with_telegram(
    server: LoopbackTelegram, database: Database, telegram: Telegram, ears: Ears
) -> None:
    await server.until(lambda: server.polls)
    await database.write(_rename, "updates", "away")
    anna = server.user("Anna")
    anna.says(server.private(anna), "/x")
    await server.until(lambda: "cannot be stored" in telegram.trouble)
    assert server.confirmed == 0
    await database.write(_rename, "away", "updates")
    await server.until(lambda: ears.texts() == ["/x"])


def _rename(uow: UnitOfWork, old: str, new: str) -> None:
    uow.connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
