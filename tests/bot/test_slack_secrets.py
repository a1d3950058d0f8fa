"""Slack's tokens and secrets reach no log, no error, no card and no row, in every way to fail."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
import structlog
from ears import Ears
from leaks import failure_of, rows_of
from loopback_slack import SIGNING_SECRET, loopback_slack
from slack_desk import chat_ref, pushed_slack_on, slack_on

from handlers.card import Card
from storage.engine import Database


async def test_every_way_to_fail_keeps_the_tokens_to_itself(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    with structlog.testing.capture_logs() as structured:
        async with loopback_slack() as server:
            ears = Ears(database)
            slack = slack_on(server, database, tmp_path)
            await slack.start(ears.receive)
            anna = server.user("Anna")
            team = server.channel("team", anna)
            for number, break_it in enumerate((server.fail, server.garble, server.drop)):
                for method in ("apps.connections.open", "download", "users.info", "conversations.info"):
                    break_it(method)
                anna.shows(server.private(anna), b"\xff\xd8\xff", text=f"{number}")
                break_it("chat.postMessage")
                said.append(await failure_of(slack.send(chat_ref(team), Card(title="x"))))
                await server.line.ask_to_reconnect()
                server.line.cut()
            await server.until(lambda: len(ears.heard) == 3)
            server.bot_token = server.app_token = "xoxb-another"
            said.append(await failure_of(slack.send(chat_ref(team), Card(title="x"))))
            server.line.cut()
            await server.until(lambda: slack.trouble)
            said += [slack.trouble, repr(slack)]
            await slack.stop()
            dead = f"{server.url}/api/"
        lost = slack_on(server, database, tmp_path, api=dead)  # nobody listens there any more
        await lost.start(ears.receive)
        await server.until(lambda: lost.trouble)
        said += [lost.trouble, await failure_of(lost.send(chat_ref(team), Card(title="x")))]
        await lost.stop()
        called = pushed_slack_on(server, database, tmp_path, api=dead)
        said += [repr(called), str(await called.webhook({"X-Slack-Signature": SIGNING_SECRET}, b"{}"))]
        await asyncio.sleep(0)
    everything = "\n".join([*said, caplog.text, str(structured), *capsys.readouterr(), await rows_of(database)])
    assert len(said) == 10
    assert "canary" not in everything
