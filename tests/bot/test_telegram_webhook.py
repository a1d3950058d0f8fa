"""Updates that are pushed to us: only the one who knows the secret is believed, and 200 means that it is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import telegram_alone
from ears import Ears
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback_telegram import LoopbackTelegram
from telegram_desk import telegram_on

from bot.telegram import SECRET_HEADER, WEBHOOK_PATH, Telegram
from bot.web.app import WebOptions, create_app
from bot.web.hooks import add_hook
from bot.web.server import WebServer
from bot.web.transport import Web
from config.words import words
from smm.errors import ConfigError
from storage import updates
from storage.engine import Database

SECRET = "s3cret-canary_Zz"
BODY = json.dumps({"update_id": 1, "edited_message": {"chat": {"id": 1}}}).encode()

server = telegram_alone.server


@pytest.fixture
def telegram(server: LoopbackTelegram, database: Database, tmp_path: Path) -> Telegram:
    return telegram_on(server, database, tmp_path, webhook_secret=SECRET, public_url="https://desk.example.org/")


async def test_updates_come_through_the_webhook_and_none_is_asked_for(
    server: LoopbackTelegram, database: Database, telegram: Telegram, tmp_path: Path
) -> None:
    ears = Ears(database)
    await telegram.start(ears.receive)
    await server.until(lambda: server.webhook)
    assert server.webhook["url"] == "https://desk.example.org/telegram/webhook"

    pages = create_app(database, Web(database), words, WebOptions(public_url="https://desk.example.org"), tmp_path)
    add_hook(pages, WEBHOOK_PATH, telegram.webhook)
    behind = WebServer(pages, "127.0.0.1", 0, behind_proxy=True)
    await behind.start()
    server.webhook["url"] = behind.url + WEBHOOK_PATH
    anna = server.user("Anna")
    anna.says(server.private(anna), "/one")
    again = dict(server.pending[0])
    await server.push()
    server.redeliver(again)
    anna.says(server.private(anna), "/two")
    await server.push()
    await server.until(lambda: ears.texts() == ["/one", "/two"])
    assert server.polls == 0
    await behind.stop()
    await telegram.stop()


async def test_only_the_secret_opens(telegram: Telegram, database: Database) -> None:
    refused = ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "sécret", "\udcff", "\u0000", "💥" * 300]
    assert [await telegram.webhook({SECRET_HEADER: given}, BODY) for given in refused] == [403] * len(refused)
    assert await telegram.webhook({}, BODY) == 403
    assert await telegram.webhook({"Authorization": SECRET}, BODY) == 403
    assert await database.read(updates.open_ones, "telegram") == []
    assert await telegram.webhook({SECRET_HEADER.lower(): SECRET}, BODY) == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_secret=st.text(max_size=40).filter(lambda text: text != SECRET))
async def test_no_other_header_does(telegram: Telegram, given_secret: str) -> None:
    assert await telegram.webhook({SECRET_HEADER: given_secret}, BODY) == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"update_id": "x"}', 400),
        (b'{"update_id": {}}', 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b" " * (1024 * 1024 + 1), 413),
    ],
)
async def test_bodies_that_are_no_update(telegram: Telegram, body: bytes, status: int) -> None:
    assert await telegram.webhook({SECRET_HEADER: SECRET}, body) == status


async def test_what_comes_before_the_start_is_handled_after_it(
    server: LoopbackTelegram, database: Database, telegram: Telegram
) -> None:
    anna = server.user("Anna")
    anna.says(server.private(anna), "/early")
    assert await telegram.webhook({SECRET_HEADER: SECRET}, json.dumps(server.pending.pop()).encode()) == 200
    ears = Ears(database)
    await telegram.start(ears.receive)
    await server.until(lambda: ears.texts() == ["/early"])
    await telegram.stop()


async def test_without_a_secret_nothing_is_taken(server: LoopbackTelegram, database: Database, tmp_path: Path) -> None:
    polling = telegram_on(server, database, tmp_path, public_url="https://desk.example.org")
    assert await polling.webhook({SECRET_HEADER: ""}, BODY) == 403
    with pytest.raises(ConfigError):
        telegram_on(server, database, tmp_path, webhook_secret="пароль", public_url="https://desk.example.org")
