"""The Slack transport against a loopback Slack: acknowledged at once, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import slack_alone
from ears import Ears
from loopback_slack import LoopbackSlack
from slack_desk import pushed, pushed_slack_on, slack_on

from bot.slack import Slack
from bot.slack_updates import key
from bot.transport import Incoming, Outcome
from smm.errors import ConfigError
from storage import updates
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

ACK_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
server, slack = slack_alone.server, slack_alone.slack


async def test_an_update_is_stored_before_it_is_acknowledged(
    server: LoopbackSlack, tmp_path: Path, slack: Slack
) -> None:
    stored: list[int] = []
    real = server.line._acknowledge

    def acknowledge(said: dict[str, Any]) -> None:
        with sqlite3.connect(tmp_path / "desk.sqlite3") as looking:
            stored.append(looking.execute("SELECT count(*) FROM updates").fetchone()[0])
        real(said)

    server.line._acknowledge = acknowledge  # type: ignore[method-assign]
    anna = server.user("Anna")
    anna.says(server.private(anna), "hello")
    await asyncio.wait_for(anna.commands(server.private(anna), "help").acked, ACK_SECONDS)
    await server.until(lambda: len(stored) == 2)
    assert all(stored)


@pytest.mark.parametrize("way", ["socket", "pushed"])
async def test_everything_is_acknowledged_in_time_while_a_handler_is_busy(
    server: LoopbackSlack, database: Database, tmp_path: Path, way: str
) -> None:
    held, waits = asyncio.Event(), asyncio.Event()

    async def receive(incoming: Incoming) -> Outcome:
        waits.set()
        await held.wait()
        return Outcome()

    opened = (slack_on if way == "socket" else pushed_slack_on)(server, database, tmp_path)
    await opened.start(receive)
    async with pushed(server, opened, database, tmp_path):
        if way == "socket":
            server.line.push_to = ""
        anna = server.user("Anna")
        team = server.channel("team", anna)
        card = team.put(bot_id=server.bot_id, blocks=[_actions()])
        sent = [anna.commands(team, "help"), anna.press(card, "Go"), anna.choose(card)]
        sent += [server.event({"type": "app_mention", "user": anna.id, "channel": team.id, "text": "hi", "ts": "1.1"})]
        await asyncio.wait_for(waits.wait(), ACK_SECONDS)
        said = await asyncio.wait_for(asyncio.gather(*(each.acked for each in sent)), ACK_SECONDS)
        assert said == [{}] * 4
        held.set()
        await opened.stop()


def _actions() -> dict[str, Any]:
    button = {"type": "button", "action_id": "press:0", "value": "r1", "text": {"type": "plain_text", "text": "Go"}}
    return {"type": "actions", "elements": [button]}


async def test_what_was_stored_and_not_handled_is_handled_once_at_the_next_start(
    server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears
) -> None:
    died = asyncio.Event()

    async def die(incoming: Incoming) -> Outcome:  # the process is killed: neither an answer nor an end
        died.set()
        await asyncio.Event().wait()
        raise AssertionError

    anna = server.user("Anna")
    chat = server.private(anna)
    first = slack_on(server, database, tmp_path)
    await first.start(die)
    acked = [anna.commands(chat, "approve 1").acked, anna.commands(chat, "approve 2").acked]
    await asyncio.gather(*acked)
    await died.wait()
    await first._intake._running.cancel()
    await first._tasks.cancel()
    await first._requests.shutdown()

    second = slack_on(server, database, tmp_path)
    await second.start(ears.receive)
    await server.until(lambda: len(ears.heard) == 2)
    await second.stop()
    third = slack_on(server, database, tmp_path)
    await third.start(ears.receive)
    anna.commands(chat, "last")
    await server.until(lambda: "/last" in ears.texts())
    await third.stop()
    assert ears.texts() == ["/approve 1", "/approve 2", "/last"]


@pytest.mark.parametrize("way", ["socket", "pushed"])
async def test_the_same_update_delivered_again_is_handled_once(
    server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears, way: str
) -> None:
    opened = (slack_on if way == "socket" else pushed_slack_on)(server, database, tmp_path)
    await opened.start(ears.receive)
    async with pushed(server, opened, database, tmp_path):
        if way == "socket":
            server.line.push_to = ""
        anna = server.user("Anna")
        chat = server.private(anna)
        anna.says(chat, "one")
        command = anna.commands(chat, "two")
        for _ in range(20):
            server.deliver("events_api", server.events[0])
            server.deliver("slash_commands", command.payload)
        await anna.commands(chat, "three").acked
        await server.until(lambda: len(ears.heard) >= 3)
        await server.until(lambda: not server.line.open_ones and not server.line.pushing)
        await opened.stop()
    assert sorted(ears.texts()) == ["/three", "/two", "one"]


async def test_reconnects_lose_and_double_nothing(server: LoopbackSlack, slack: Slack, ears: Ears) -> None:
    people = [server.user(f"P{number}") for number in range(5)]
    await server.until(lambda: server.line.sockets)
    for number in range(200):
        people[number % 5].says(server.private(people[number % 5]), f"word {number}")
        if number % 40 == 10:
            await server.line.ask_to_reconnect()
        if number % 40 == 30:
            server.line.deaf = True  # what was taken is not known to be, and comes again over the next socket
            await asyncio.sleep(0.005)
            server.line.cut()
            server.line.deaf = False
        await asyncio.sleep(0.001)
    await server.until(lambda: not server.line.open_ones)
    await server.until(lambda: len(ears.heard) == 200)
    assert server.line.opened > 5
    assert server.line.delivered > 200
    for person in people:
        mine = [one.text for one in ears.heard if one.sender.user_id.endswith(person.id)]
        assert len(mine) == len(set(mine)) == 40


async def test_one_person_is_handled_in_order_and_nobody_waits_for_another(
    server: LoopbackSlack, database: Database, tmp_path: Path
) -> None:
    anna, boris = server.user("Anna"), server.user("Boris")
    held, heard = asyncio.Event(), Ears(database)

    async def receive(incoming: Incoming) -> Outcome:
        if incoming.text == "/slow":
            await held.wait()
        return await heard.receive(incoming)

    opened = slack_on(server, database, tmp_path)
    await opened.start(receive)
    team = server.channel("team", anna, boris)
    await anna.commands(team, "slow").acked
    await anna.commands(team, "after").acked
    boris.commands(team, "quick")
    await server.until(lambda: heard.texts() == ["/quick"])
    held.set()
    await server.until(lambda: heard.texts() == ["/quick", "/slow", "/after"])
    await opened.stop()


async def test_an_update_that_breaks_is_put_aside_and_the_rest_goes_on(
    server: LoopbackSlack, database: Database, slack: Slack, ears: Ears
) -> None:
    def break_it(incoming: Incoming) -> None:
        if incoming.text == "/broken":
            raise RuntimeError("a bug")

    ears.before = break_it
    anna = server.user("Anna")
    chat = server.private(anna)
    broken = anna.commands(chat, "broken")
    strange = server.event({"type": "message", "user": anna.id, "channel": chat.id, "text": "x", "ts": "1.1"})
    anna.commands(chat, "next")
    await server.until(lambda: ears.texts() == ["/next"])
    states = [await database.read(updates.find, "slack", key(each.payload)) for each in (broken, strange)]
    assert [row and row.state for row in states] == ["poison", "poison"]


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(
    server: LoopbackSlack, database: Database, slack: Slack, ears: Ears
) -> None:
    await server.until(lambda: server.line.sockets)
    await database.write(_rename, "updates", "away")
    anna = server.user("Anna")
    sent = anna.commands(server.private(anna), "x")
    await server.until(lambda: "cannot be stored" in slack.trouble)
    assert not sent.acked.done()
    await database.write(_rename, "away", "updates")
    await server.line.again()
    await server.until(lambda: ears.texts() == ["/x"] and not slack.trouble)


def _rename(uow: UnitOfWork, old: str, new: str) -> None:
    uow.connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


async def test_a_refused_token_stops_the_start_in_words_without_the_token(
    server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears
) -> None:
    slack = slack_on(server, database, tmp_path, bot_token="xoxb-wrong-canary")
    with pytest.raises(ConfigError) as raised:
        await slack.start(ears.receive)
    assert "COPYDESK_SLACK_BOT_TOKEN" in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        ({"bot_token": "xapp-canary"}, "COPYDESK_SLACK_BOT_TOKEN"),
        ({"bot_token": "xoxp-canary"}, "COPYDESK_SLACK_BOT_TOKEN"),
        ({"app_token": ""}, "COPYDESK_SLACK_APP_TOKEN"),
        ({"app_token": "xoxb-canary"}, "COPYDESK_SLACK_APP_TOKEN"),
        ({"app_token": "", "signing_secret": "canary"}, "COPYDESK_SLACK_APP_TOKEN"),  # there is no address to push to
    ],
)
def test_a_token_of_the_wrong_kind_is_told(database: Database, tmp_path: Path, tokens: Any, named: str) -> None:
    with pytest.raises(ConfigError) as raised:
        slack_on(LoopbackSlack(url="http://127.0.0.1:1"), database, tmp_path, **tokens)
    assert named in str(raised.value)
    assert "canary" not in str(raised.value)


async def test_an_app_token_taken_back_is_told_in_words(
    server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears
) -> None:
    server.app_token = "xapp-another"
    slack = slack_on(server, database, tmp_path)
    await slack.start(ears.receive)
    await server.until(lambda: "COPYDESK_SLACK_APP_TOKEN" in slack.trouble)
    server.app_token = "xapp-canary-1-A0DESK-app-token"
    await server.until(lambda: server.line.sockets and not slack.trouble)
    await slack.stop()


async def test_an_app_that_was_taken_out_of_the_workspace_is_told(server: LoopbackSlack, slack: Slack) -> None:
    server.event({"type": "tokens_revoked", "tokens": {"bot": ["U0COPYDESK"]}})
    await server.until(lambda: "refuses the app's token" in slack.trouble)


async def test_the_desk_opens_while_slack_is_down(
    server: LoopbackSlack, database: Database, tmp_path: Path, ears: Ears
) -> None:
    server.fail("auth.test", 502, times=3)
    server.fail("apps.connections.open", 502, times=2)
    slack = slack_on(server, database, tmp_path)
    await slack.start(ears.receive)
    anna = server.user("Anna")
    anna.says(server.private(anna), "x")
    await server.until(lambda: ears.texts() == ["x"])
    await slack.stop()
