"""Updates that are pushed to us: only what Slack signed within five minutes is believed, and 200 means that it is stored."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
import slack_alone
from clocks import Clock
from ears import Ears
from loopback_slack import SIGNING_SECRET, LoopbackSlack
from loopback_slack_line import sign
from slack_desk import pushed, pushed_slack_on, slack_on

from bot.slack import Slack
from bot.slack_signature import Signature
from storage import updates
from storage.engine import Database

BODY = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "pin_added"}})
JSON = {"Content-Type": "application/json"}
server = slack_alone.server


@pytest.fixture
def slack(server: LoopbackSlack, database: Database, tmp_path: Path) -> Slack:
    return pushed_slack_on(server, database, tmp_path)


@pytest.fixture
def stamp(clock: Clock) -> int:
    return int(clock().timestamp())


def signed(body: str, at: int, secret: str = SIGNING_SECRET) -> Mapping[str, str]:
    return JSON | sign(secret, body, at)


async def test_five_minutes_are_believed_and_not_a_second_more(slack: Slack, stamp: int) -> None:
    said = [(await slack.webhook(signed(BODY, stamp + away), BODY.encode()))[0] for away in (-301, -300, 0, 300, 301)]
    assert said == [403, 200, 200, 200, 403]


async def test_only_slacks_signature_opens(slack: Slack, database: Database, stamp: int) -> None:
    good = signed(BODY, stamp)
    forged = [
        {},
        JSON,
        signed(BODY, stamp, "another secret"),
        good | {"X-Slack-Signature": ""},
        good | {"X-Slack-Signature": good["X-Slack-Signature"][3:]},
        good | {"X-Slack-Signature": good["X-Slack-Signature"].upper()},
        good | {"X-Slack-Signature": "v0=пароль"},
        good | {"X-Slack-Request-Timestamp": str(stamp + 1)},
        good | {"X-Slack-Request-Timestamp": f" {stamp}"},
        good | {"X-Slack-Request-Timestamp": "٣"},
        good | {"X-Slack-Request-Timestamp": "9" * 5000},
        {name: value for name, value in good.items() if name != "X-Slack-Request-Timestamp"},
    ]
    assert {(await slack.webhook(headers, BODY.encode()))[0] for headers in forged} == {403}
    assert (await slack.webhook(good, json.dumps(json.loads(BODY), indent=1).encode()))[0] == 403  # written anew
    assert (await slack.webhook(good, b"\xff\xfe"))[0] == 403
    assert await database.read(updates.open_ones, "slack") == []
    lower = {name.lower(): value for name, value in good.items()}
    assert (await slack.webhook(lower, BODY.encode()))[0] == 200


def test_ten_thousand_changed_requests_are_all_refused(clock: Clock, stamp: int) -> None:
    signature, chance = Signature(SIGNING_SECRET, clock), random.Random(7)
    good, body = signed(BODY, stamp), BODY.encode()
    assert signature.holds(good, body)
    for _ in range(10_000):
        changed, headers = bytearray(body), dict(good)
        part = chance.choice(["body", "X-Slack-Signature", "X-Slack-Request-Timestamp"])
        if part == "body":
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        else:
            at, value = chance.randrange(len(headers[part])), headers[part]
            headers[part] = value[:at] + chr(ord(value[at]) ^ 1 << chance.randrange(7)) + value[at + 1 :]
        assert not signature.holds(headers, bytes(changed))


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("null", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("payload=%7B", "application/x-www-form-urlencoded", 400),
        (" " * (1024 * 1024 + 1), "application/json", 413),
    ],
)
async def test_bodies_that_are_no_update(slack: Slack, stamp: int, body: str, kind: str, status: int) -> None:
    headers = {**signed(body, stamp), "Content-Type": kind}
    assert (await slack.webhook(headers, body.encode()))[0] == status


async def test_slack_is_told_that_the_address_is_ours(slack: Slack, stamp: int) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
    status, said = await slack.webhook(signed(body, stamp), body.encode())
    assert (status, json.loads(said)) == (200, {"challenge": "3eZbrw1a"})


async def test_what_cannot_be_stored_is_pushed_again(
    server: LoopbackSlack, database: Database, tmp_path: Path, slack: Slack
) -> None:
    ears = Ears(database)
    await slack.start(ears.receive)
    rename = "ALTER TABLE {} RENAME TO {}"
    async with pushed(server, slack, database, tmp_path):
        await database.write(lambda uow: uow.connection.exec_driver_sql(rename.format("updates", "away")) and None)
        anna = server.user("Anna")
        anna.says(server.private(anna), "x")
        await server.until(lambda: server.line.statuses)
        await database.write(lambda uow: uow.connection.exec_driver_sql(rename.format("away", "updates")) and None)
        await server.until(lambda: ears.texts() == ["x"])
        await slack.stop()
    assert server.line.statuses[0] == 503
    assert server.line.statuses[-1] == 200


async def test_without_a_secret_nothing_is_taken(
    server: LoopbackSlack, database: Database, tmp_path: Path, stamp: int
) -> None:
    by_socket = slack_on(server, database, tmp_path, public_url="https://desk.example.org")
    assert await by_socket.webhook(signed(BODY, stamp, ""), BODY.encode()) == (403, "")
