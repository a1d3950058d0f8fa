"""The token stands in every address of the Bot API. It reaches no log, no error, no card and no row."""

from __future__ import annotations

import logging
import traceback
from functools import partial
from pathlib import Path

import pytest
import structlog
from ears import Ears
from leaks import failure_of, rows_of
from loopback_telegram import loopback_telegram
from telegram_desk import chat_ref, telegram_on

from handlers.card import Button, Card, Picture
from smm.errors import ConfigError
from storage.engine import Database

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


async def test_every_way_to_fail_keeps_the_token_to_itself(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    with structlog.testing.capture_logs() as structured:
        async with loopback_telegram() as server:
            ears = Ears(database)
            telegram = telegram_on(server, database, tmp_path)
            await telegram.start(ears.receive)
            anna = server.user("Anna")
            chat = server.private(anna)
            for number, break_it in enumerate((server.fail, server.garble, server.drop)):
                break_it("getUpdates")
                break_it("getFile")
                break_it("download")
                break_it("answerCallbackQuery")
                anna.shows(chat, [b"\xff\xd8\xff"])
                anna.says(chat, f"/{number}")
                await server.until(partial(ears.has_heard, f"/{number}"))
                for method, card in (
                    ("sendMessage", Card(title="x", buttons=((Button("Claim", "a", ref="r"),),))),
                    ("sendPhoto", Card(title="x", pictures=(Picture(url="https://example.org/x.jpg"),))),
                ):
                    break_it(method)
                    said.append(await failure_of(telegram.send(chat_ref(chat), card)))
            server.refuse("sendMessage", 401, "Unauthorized")
            said.append(await failure_of(telegram.send(chat_ref(chat), Card(title="x"))))
            said.append(repr(telegram))
            await telegram.stop()
            dead = server.url
        lost = telegram_on(server, database, tmp_path, api=dead)  # nobody listens there any more
        await lost.start(ears.receive)
        await server.until(lambda: lost.trouble)
        said += [lost.trouble, await failure_of(lost.send(chat_ref(chat), Card(title="x")))]
        await lost.stop()
        with pytest.raises(ConfigError) as wrong:
            telegram_on(server, database, tmp_path, token=server.token + " ")
        said.append("".join(traceback.format_exception(wrong.value)))
    everything = "\n".join([*said, caplog.text, str(structured), *capsys.readouterr(), await rows_of(database)])
    assert len(said) == 11
    assert "canary" not in everything
