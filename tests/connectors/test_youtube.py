"""YouTube over real HTTP: what is counted and kept, whose token runs out, and which comments come. Single calls: its fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from loopback_http import loopback
from loopback_youtube import CHANNEL, LoopbackYoutube

from connectors.allowance import Pocket
from connectors.base import App, Outside
from connectors.youtube import Youtube
from connectors.youtube_reading import Cursor, midnight
from smm.errors import AuthExpired, ConnectorError, NeedsHuman, RateLimited, Rejected
from smm.networks import Answer

KEYS = {"token": "ya29.1", "refresh_token": "1//r"}
Kept = list[Mapping[str, str]]


@asynccontextmanager
async def channel(
    network: LoopbackYoutube, keys: Mapping[str, str] = KEYS, pocket: Pocket | None = None
) -> AsyncIterator[tuple[Youtube, Kept]]:
    kept: Kept = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.append(renewed)

    async with loopback(network) as server:
        outside = Outside({"youtube": f"{server.url}/"}, apps={"youtube": App("desk", "shh")})
        opened = Youtube(keys, outside, "northwind", keep, (pocket or Pocket()).spend)
        try:
            yield opened, kept
        finally:
            await opened.close()


async def test_what_calls_cost_is_counted_for_all_channels_of_a_project() -> None:
    network, pocket = LoopbackYoutube(), Pocket()
    asked = network.say("mia", "Oat milk?")
    async with channel(network, pocket=pocket) as (opened, _):
        await opened.fetch("")
        await opened.reply(Answer("k", "We do.", asked))
        assert opened.quota is not None
        assert opened.quota.limit - opened.quota.left == network.units == 53
        assert opened.quota.resets_at == midnight(datetime.now(UTC))
    async with channel(network, KEYS | {"units": "20000"}, pocket) as (another, _):
        profile = await another.check()
    assert profile.quota is not None
    assert (profile.quota.left, profile.quota.limit) == (20_000 - 54, 20_000)


async def test_a_renewed_token_is_kept_with_the_old_refresh_token() -> None:
    network = LoopbackYoutube(token="ya29.2")
    async with channel(network) as (opened, kept):
        await opened.check()
    assert kept[-1]["token"] == network.token
    assert kept[-1]["refresh_token"] == "1//r"
    network.refresh_token, network.token = "another", "dead"
    async with channel(network) as (opened, _):
        with pytest.raises(AuthExpired):
            await opened.check()


async def test_looking_is_rarer_when_little_is_left() -> None:
    pocket, waits = Pocket(), []
    for spent in (0, 8000):
        await pocket.spend("app desk", midnight(datetime.now(UTC)), spent)
        async with channel(LoopbackYoutube(), KEYS, pocket) as (opened, _):
            waits.append((await opened.fetch("")).wait)
    assert waits[0] < waits[1]


async def test_new_edited_and_hidden_answers_come_once_and_history_never() -> None:
    network = LoopbackYoutube()
    top = network.say("mia", "Oat milk?")
    for number in range(9):
        network.say("ben", f"Me too {number}", top)
    async with channel(network) as (opened, _):
        first = await opened.fetch("")
        again = await opened.fetch(first.cursor)
        late = network.say("zoe", "And soy?", top)
        network.edit(top, "Oat milk, please?")
        more = await opened.fetch(again.cursor)
        twice = await opened.fetch(again.cursor)
        quiet = await opened.fetch(more.cursor)
    assert len(first.items) == 10
    assert again.items == quiet.items == ()
    assert {item.remote_id: item.text for item in more.items} == {late: "And soy?", top: "Oat milk, please?"}
    assert twice.items == more.items


async def test_our_own_answer_is_found_once_it_is_there() -> None:
    network = LoopbackYoutube()
    top = network.say("mia", "Oat milk?")
    answer = Answer("k", "We do.", network.say("leo", "In both shops?", top))
    since = datetime(2026, 11, 25, 10, tzinfo=UTC)
    async with channel(network) as (opened, _):
        assert await opened.find_reply(answer, since) is None
        said = await opened.reply(answer)
        assert await opened.find_reply(answer, since) == said
        assert await opened.find_reply(answer, since + timedelta(hours=1)) is None
    assert network.comments[said.remote_id]["snippet"]["textDisplay"] == "@leo We do."
    assert network.comments[said.remote_id]["snippet"]["authorChannelId"] == {"value": CHANNEL}


@pytest.mark.parametrize(
    ("reason", "means"),
    [
        ("quotaExceeded", RateLimited),
        ("rateLimitExceeded", RateLimited),
        ("commentsDisabled", Rejected),
        ("accessNotConfigured", NeedsHuman),
        ("insufficientPermissions", NeedsHuman),
        ("forbidden", Rejected),
    ],
)
async def test_each_403_says_what_to_do_next(reason: str, means: type[ConnectorError]) -> None:
    async with channel(LoopbackYoutube(refuse=reason)) as (opened, _):
        with pytest.raises(ConnectorError) as raised:
            await opened.check()
    assert type(raised.value) is means
    if isinstance(raised.value, RateLimited):
        assert (raised.value.retry_after > timedelta(minutes=1)) == (reason == "quotaExceeded")


def test_the_day_ends_at_midnight_in_california_also_when_clocks_change() -> None:
    assert midnight(datetime(2026, 11, 25, 7, 59, tzinfo=UTC)) == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert midnight(datetime(2026, 11, 1, 8, tzinfo=UTC)) == datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["", "null", "[]", '{"newest": 1}', '{"newest": "", "began": "", "seen": {}, "answers": {}}']
)
def test_a_strange_cursor_begins_anew(told: str) -> None:
    assert Cursor.load(told) == Cursor()
