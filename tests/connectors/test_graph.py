"""What both of Meta's networks make of errors, keys that end, pushes and cursors. Whole calls are in their fixtures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clocks import Clock
from loopback_graph import APP_ID, APP_SECRET, LoopbackGraph
from loopback_http import Asked, Said, loopback

from connectors.base import App, Outside
from connectors.facebook import Facebook
from connectors.graph_errors import meaning
from connectors.graph_older import Memory, fresh, grown, remembered
from connectors.graph_usage import pace, quota, regained, used
from connectors.outcomes import Reply, Who
from smm.errors import (
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from smm.networks import Item, Kind

# Code and sub-code; of Instagram's own those that its page of errors names.
ERRORS: dict[type[ConnectorError], tuple[tuple[int, int], ...]] = {
    AuthExpired: ((190, 0), (190, 460), (190, 463), (102, 0)),
    NeedsHuman: ((10, 0), (200, 0), (299, 0), (368, 0), (190, 459), (4, 2_207_051), (25, 2_207_050), (200, 1_404_078)),
    RateLimited: ((4, 0), (17, 0), (32, 0), (613, 0), (80_001, 0), (9, 2_207_042), (1, 1_390_008)),
    Rejected: (
        *((100, 0), (100, 33), (803, 0), (10_900, 0), (4711, 0), (324, 1_366_046), (100, 1_609_008)),
        *((9004, 2_207_052), (-2, 2_207_003), (36_000, 2_207_004), (36_003, 2_207_009), (36_004, 2_207_010)),
        *((352, 2_207_026), (100, 2_207_028), (10, 2_534_022), (10, 2_018_278)),
    ),
    Unavailable: ((1, 0), (2, 0), (-1, 2_207_001), (-1, 2_207_032), (2, 1_363_047)),
}


def refused(
    code: int, sub: int = 0, *, effect: bool = False, said: str = "No, canary-token", **more: object
) -> ConnectorError:
    error = {"message": said, "type": "OAuthException", "code": code, **more} | ({"error_subcode": sub} if sub else {})
    reply = Reply(
        400, {}, json.dumps({"error": error}).encode(), Who("Facebook", "northwind", ("canary-token",)), effect
    )
    found = meaning(reply)
    assert found is not None
    return found


@pytest.mark.parametrize(("kind", "codes"), [(kind, each) for kind, some in ERRORS.items() for each in some])
def test_every_code_says_what_to_do_next(kind: type[ConnectorError], codes: tuple[int, int]) -> None:
    error = refused(*codes)
    assert type(error) is kind
    assert "canary" not in f"{error}{error.facts}"
    # Only Meta's own failure leaves open whether something happened before it.
    assert type(refused(*codes, effect=True)) is (OutcomeUnknown if kind is Unavailable else kind)


def test_a_container_that_ended_was_surely_not_published() -> None:
    assert type(refused(24, 2_207_008, effect=True)) is Unavailable
    assert type(refused(9007, 2_207_027, effect=True)) is Unavailable


def test_what_was_published_just_now_may_have_been_ours() -> None:
    assert type(refused(506, effect=True)) is OutcomeUnknown


def test_few_viewers_are_no_missing_right() -> None:
    assert type(refused(10, said="(#10) Not enough viewers for the media to show insights")) is Rejected


def test_the_words_of_metas_own_for_people_are_told() -> None:
    error = refused(100, said="Invalid parameter", error_user_msg="The link is not allowed here.")
    assert "The link is not allowed here." in str(error)


def test_how_long_to_wait_is_told_in_a_header() -> None:
    usage = {"1001": [{"type": "pages", "estimated_time_to_regain_access": 7}, {"estimated_time_to_regain_access": 19}]}
    assert regained({"x-business-use-case-usage": json.dumps(usage)}) == timedelta(minutes=19)
    assert regained({}) is None


def test_what_is_used_up_is_told_in_headers_and_slows_the_looks_down() -> None:
    app = {"x-app-usage": json.dumps({"call_count": 28, "total_time": 81, "total_cputime": 3})}
    case = {"x-business-use-case-usage": json.dumps({"1001": [{"type": "pages", "call_count": 120}, "?"]})}
    assert (used(app), used(case), used(app | case)) == (81, 120, 120)
    assert used({"x-app-usage": "[" * 9000, "x-page-usage": "7"}) is None
    left = quota(120)
    assert left is not None
    assert (left.left, left.limit) == (0, 100)
    assert pace(81) > pace(20) == pace(None)


@asynccontextmanager
async def page(
    secrets: Mapping[str, str], graph: LoopbackGraph, kept: list[Mapping[str, str]]
) -> AsyncIterator[Facebook]:
    async def keep(secrets: Mapping[str, str]) -> None:
        kept.append(dict(secrets))

    async with loopback(graph) as server:
        outside = Outside(
            {"facebook": server.url}, frozenset({"127.0.0.1"}), apps={"facebook": App(APP_ID, APP_SECRET)}
        )
        connector = Facebook(secrets, outside, "northwind", keep)
        try:
            yield connector
        finally:
            await connector.close()


async def test_a_key_is_made_to_last_once_and_again_before_it_ends(clock: Clock) -> None:
    graph, kept = LoopbackGraph(clock), list[Mapping[str, str]]()
    async with page({"token": graph.token}, graph, kept) as connector:
        first = await connector.check()
        assert first.expires_at is not None
        assert first.expires_at > datetime.now(UTC) + timedelta(days=59)
        assert kept[-1]["token"] == "page-key-lasting"
        await connector.check()
        assert len(kept) == 1
    soon = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    async with page({**kept[-1], "expires_at": soon}, graph, kept) as connector:
        again = await connector.check()
        assert again.expires_at is not None
        assert again.expires_at > datetime.now(UTC) + timedelta(days=59)


async def test_another_key_typed_later_is_not_taken_for_the_one_that_lasts(clock: Clock) -> None:
    graph, kept = LoopbackGraph(clock), list[Mapping[str, str]]()
    never = {"token": graph.token, "extended": "of-another-key", "expires_at": "2030-01-01T00:00:00+00:00"}
    async with page(never, graph, kept) as connector:
        await connector.check()
    assert kept[-1]["token"] == "page-key-lasting"


async def test_the_first_of_two_ends_is_told(clock: Clock) -> None:
    graph = LoopbackGraph(clock, sees_until=int((datetime.now(UTC) + timedelta(days=12)).timestamp()))
    async with page({"token": graph.token}, graph, []) as connector:
        told = (await connector.check()).expires_at
    assert told is not None
    assert timedelta(days=11) < told - datetime.now(UTC) < timedelta(days=13)


async def test_an_id_from_outside_cannot_lead_elsewhere(clock: Clock) -> None:
    graph, asked = LoopbackGraph(clock), list[str]()

    def noted(call: Asked) -> Said:
        asked.append(call.target)
        return graph(call)

    async with loopback(noted) as server:
        outside = Outside({"facebook": server.url}, frozenset({"127.0.0.1"}))
        connector = Facebook({"token": graph.token}, outside)
        with pytest.raises(Rejected):
            await connector.remove("45_77/../1001?published=false#")
        await connector.close()
    assert asked == ["/45_77%2F..%2F1001%3Fpublished%3Dfalse%23"]


def item(number: int, minute: int, text: str = "Hello") -> Item:
    said = datetime(2026, 11, 25, 9, minute, tzinfo=UTC)
    return Item(Kind.COMMENT, str(number), "200", "Mia", text, said)


@pytest.mark.parametrize("strange", ["", "not a moment", "2026-11-25T09:00:00 {}", "{}", "[]", "x" * 5000, "[" * 9000])
def test_a_strange_cursor_begins_anew(strange: str) -> None:
    told, memory = fresh([item(1, 1), item(2, 2)], remembered(strange))
    assert [each.remote_id for each in told] == ["1", "2"]
    assert fresh([item(1, 1), item(2, 2)], remembered(str(memory)))[0] == ()


def test_history_is_never_told_and_an_edit_is() -> None:
    _, memory = fresh([item(number, 1) for number in range(5)], Memory())
    told: tuple[Any, ...] = fresh([item(9, 0), item(3, 1, "Hello again"), item(7, 2)], memory)[0]
    assert {each.remote_id for each in told} == {"3", "7"}


def test_older_posts_with_more_comments_come_up_and_those_that_are_too_many_come_up_again() -> None:
    _, memory = grown(Memory(), {"a": 1, "b": 2, "c": 0}, 1)  # the first time nothing is known, and nothing is new
    found, memory = grown(memory, {"a": 2, "b": 2, "c": 5}, 1)
    assert found == ["a"]
    found, memory = grown(remembered(str(memory)), {"a": 2, "b": 1, "c": 5}, 1)
    assert found == ["c"]
    assert grown(memory, {"a": 2, "b": 1, "c": 5}, 1)[0] == []


def test_older_posts_are_gone_through_round_by_round() -> None:
    memory, places = Memory(), list[str]()
    for number in range(12):
        memory = memory.gone_on(f"after-{number}")
        places.append(memory.after)
    assert places[9] == ""
    assert places[10] == "after-10"
    assert memory.gone_on("").pages == 0
