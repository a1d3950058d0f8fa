"""What every connector keeps, whatever its network: it is found by itself, and its fixtures must be there.

A fixture of a call plays the network; the same conversation is then spoilt at the call that matters, and each fault must come
out as exactly one error that says what to do next.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from fixtures import Fixture, Player, answer, fixtures, given, opened, plain, run, same
from loopback_http import Asked, Said

from connectors.base import Base, Outside, Status
from connectors.registry import find, networks, networks_table
from smm.errors import (
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unreadable,
    Unsupported,
)
from smm.networks import Answer, Can, Deed, Outgoing, Pushed

EFFECTS = frozenset({"accept", "decline", "publish", "edit", "reply", "message", "hide", "remove", "delete"})
SILENT = frozenset({"edit", "hide", "remove", "delete"})  # whose answers say nothing
CALLS = {str(can): can for can in Can}
NAMES = [network.name for network in networks()]
ALL = fixtures()
GOOD = {(fixture.network, fixture.call): fixture for fixture in reversed(ALL) if "raises" not in fixture.body}
# A stream never ends; what a refused exchange means is OAuth's to say: test_renewal.py.
APART = frozenset({"stream", "exchange"})
MATRIX = [fixture for fixture in GOOD.values() if fixture.call not in APART and fixture.exchanges]


def network(name: str) -> type[Base]:
    found = find(name)
    assert found is not None
    return found


def test_networks_are_found_without_a_list() -> None:
    assert {"demo", "mastodon", "rss"} <= set(NAMES)
    assert find("nobody") is None
    assert find("base") is None


def test_the_table_is_json_and_says_how_far_each_was_proven() -> None:
    table = json.loads(json.dumps(networks_table()))
    assert [row["name"] for row in table] == NAMES
    for row in table:
        assert row["status"] in set(Status)
        assert datetime.fromisoformat(row["checked"]).year >= 2026


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_capability_has_a_fixture(name: str) -> None:
    wanted = {"check"} | {str(can) for can in network(name).can}
    assert wanted - {call for known, call in GOOD if known == name} == set()


@pytest.mark.parametrize("name", [name for name in NAMES if Can.WEBHOOK in network(name).can])
def test_a_forged_push_is_among_the_fixtures(name: str) -> None:
    refused = [each for each in fixtures(name) if each.call == "webhook" and each.body.get("raises") == "Rejected"]
    assert refused


@pytest.mark.parametrize("fixture", ALL, ids=str)
def test_every_fixture_says_where_it_comes_from(fixture: Fixture) -> None:
    assert fixture.body["source"].startswith(("recorded", "specification"))
    assert fixture.call in {"check", "exchange"} or CALLS[fixture.call] in network(fixture.network).can


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_positive_and_cite_their_source(name: str) -> None:
    limits = network(name).limits
    assert limits.source.startswith("https://")
    told = [limits.text, limits.media_bytes, limits.text_with_media, limits.url_length, limits.reply]
    told += [limits.video_bytes, limits.video_seconds]
    assert all(figure > 0 for figure in told if figure is not None)
    assert limits.media >= 0
    assert limits.media == 0 or limits.media_types


@pytest.mark.parametrize("name", [name for name in NAMES if Can.PUBLISH in network(name).can])
def test_where_posts_go_out_it_is_declared_how_they_look(name: str) -> None:
    looks = network(name).looks
    assert looks is not None
    assert looks.source.startswith("https://")
    assert looks.grid > 0
    assert looks.alone is None or 0 < looks.alone[0] <= looks.alone[1]
    assert 1 <= looks.most <= network(name).limits.media


@pytest.mark.parametrize("name", NAMES)
def test_it_implements_what_it_declares_and_nothing_else(name: str) -> None:
    ours = [each for each in inspect.getmro(network(name)) if issubclass(each, Base) and each is not Base]
    own = {call for call in (*CALLS, "check") if any(call in vars(each) for each in ours)}
    assert own == {"check"} | {str(can) for can in network(name).can}


@pytest.mark.parametrize(("name", "call"), [(n, c) for n in NAMES for c in CALLS if CALLS[c] not in network(n).can])
async def test_what_is_not_declared_says_so(name: str, call: str) -> None:
    connector = network(name)({}, Outside())
    given: dict[str, tuple[Any, ...]] = {
        "fetch": ("",),
        "publish": (Outgoing("k", "t"),),
        "edit": ("1", Outgoing("k", "t")),
        "find": (Outgoing("k", "t"), datetime.now(UTC)),
        "reply": (Answer("k", "t", "1"),),
        "find_reply": (Answer("k", "t", "1"), datetime.now(UTC)),
        "message": (Answer("k", "t", "1"),),
        "assist": (Outgoing("k", "t"),),
        "search": ("words", ""),
        "webhook": (Pushed("POST", {}, {}, b"{}"),),
        "metrics": (["1"],),
        "insights": (date(2026, 1, 1), date(2026, 1, 7)),
        "participants": ("1", Deed.LIKE, ""),
        "followers": (["1"],),
        "invite": ("Anna's story", None),
        "decline": ("1", ""),
    }
    asked = anext(connector.stream()) if call == "stream" else getattr(connector, call)(*given.get(call, ("1",)))
    with pytest.raises(Unsupported) as raised:
        await asked
    assert raised.value.network == network(name).title


@pytest.mark.parametrize("fixture", ALL, ids=str)
async def test_a_fixture_is_asked_and_normalized_as_stated(fixture: Fixture) -> None:
    player = Player(fixture)
    found, raised = None, ""
    async with opened(fixture, player) as (connector, server):
        try:
            found = plain(await run(connector, fixture, server.url))
        except ConnectorError as error:
            raised = type(error).__name__
    assert player.wrong == []
    assert player.at == len(fixture.exchanges)
    assert raised == fixture.body.get("raises", "")
    told = json.loads(json.dumps(found).replace(server.url, "{base}"))
    assert raised or same(told, fixture.body["expected"]), json.dumps(told, ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, and the error of a reading call and of one that changes something in public."""

    name: str
    said: Said
    reading: type[ConnectorError] | tuple[type[ConnectorError], ...]
    effect: type[ConnectorError] | tuple[type[ConnectorError], ...]


HTML = {"content-type": "text/html"}
ERROR = {"error": "This is not allowed"}
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=59)
CASES = [
    Case("401", Said.of({"error": "The access token is invalid"}, 401), AuthExpired, AuthExpired),
    Case("403", Said.of(ERROR, 403), (Rejected, NeedsHuman), (Rejected, NeedsHuman)),
    Case("404", Said.of({"error": "Record not found"}, 404), Rejected, Rejected),
    Case("400", Said.of(ERROR, 400), Rejected, Rejected),
    Case("422", Said.of(ERROR, 422), Rejected, Rejected),
    Case("413 without words", Said(413, b"<html>too large</html>", HTML), Rejected, Rejected),
    Case("429", Said.of({}, 429, retry_after="7"), RateLimited, RateLimited),
    Case("429 with a date", Said.of({}, 429, retry_after=format_datetime(SOON, usegmt=True)), RateLimited, RateLimited),
    Case("429 without a time", Said(429, b"slow down"), RateLimited, RateLimited),
    Case("408", Said(408), Unavailable, OutcomeUnknown),
    Case("500", Said.of({"error": "oops"}, 500), Unavailable, OutcomeUnknown),
    Case("502 in HTML", Said(502, b"<html>Bad gateway</html>", HTML), Unavailable, OutcomeUnknown),
    Case("503", Said(503, b"", {"retry-after": "5"}), Unavailable, OutcomeUnknown),
    Case("moved for good", Said(308, b"", {"location": "/elsewhere"}), Rejected, Rejected),
    Case("reset", Said(fault="reset"), Unavailable, OutcomeUnknown),
    Case("hung up", Said(fault="close"), Unavailable, OutcomeUnknown),
    Case("torn", Said(200, b"{" * 4000, fault="torn"), Unavailable, OutcomeUnknown),
    Case("no answer", Said(fault="silent"), Unavailable, OutcomeUnknown),
]
STRANGE = [
    Case("HTML", Said(200, b"<html><p>Hello</p></html>", HTML), Unreadable, OutcomeUnknown),
    Case("half of JSON", Said(200, b'{"id": "1", "na'), Unreadable, OutcomeUnknown),
    Case("another shape", Said.of({"ok": True}), Unreadable, OutcomeUnknown),
    Case("a number", Said.of(7), Unreadable, OutcomeUnknown),
    Case("nested without end", Said(200, b"[" * 200_000), Unreadable, OutcomeUnknown),
    Case("not a number", Said(200, b'{"id": NaN}'), Unreadable, OutcomeUnknown),
    Case("nothing", Said(200), Unreadable, OutcomeUnknown),
    Case("packed", Said(200, b"\x1f\x8b\x08", {"content-encoding": "gzip"}), Unreadable, OutcomeUnknown),
    Case("endless", Said(200, b"[" + b" " * 5_000_000 + b"]"), Unreadable, OutcomeUnknown),
]


class Spoiler:
    """Plays a fixture up to the call that matters, then does what a case says."""

    def __init__(self, fixture: Fixture, case: Case) -> None:
        self.fixture = fixture
        self.case = case
        self.base = ""
        self.at = 0
        self.spoilt = False

    def __call__(self, asked: Asked) -> Said:
        here = self.at
        self.at += 1
        if here == _heart(self.fixture) or (self.spoilt and 300 <= self.case.said.status < 400):
            self.spoilt = True
            return self.case.said
        return answer(self.fixture.exchanges[min(here, len(self.fixture.exchanges) - 1)]["response"], self.base)


def _heart(fixture: Fixture) -> int:
    """Return which exchange changes something; of a reading call, the first."""
    if fixture.call not in EFFECTS:
        return 0
    writing = [n for n, each in enumerate(fixture.exchanges) if each["request"]["method"] != "GET"]
    return writing[-1]


async def fail(fixture: Fixture, case: Case) -> tuple[ConnectorError, Spoiler]:
    for patience in (0.1, 1.0, 10.0) if case.said.fault == "silent" else (30.0,):
        spoiler = Spoiler(fixture, case)
        async with opened(fixture, spoiler, patience) as (connector, server):
            spoiler.base = server.url
            with pytest.raises(ConnectorError) as raised:
                await run(connector, fixture, server.url)
        if spoiler.spoilt:  # else a busy machine took longer than that to come so far
            break
    assert spoiler.spoilt
    return raised.value, spoiler


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("fixture", MATRIX, ids=lambda fixture: f"{fixture.network}-{fixture.call}")
async def test_a_fault_is_exactly_one_error(fixture: Fixture, case: Case) -> None:
    error, _ = await fail(fixture, case)
    assert isinstance(error, case.effect if fixture.call in EFFECTS else case.reading)
    assert error.network == network(fixture.network).title
    assert "canary" not in f"{error}{error.facts}{error.__cause__!r}"


READERS = [fixture for fixture in MATRIX if fixture.call not in SILENT]


@pytest.mark.parametrize("case", STRANGE, ids=lambda case: case.name)
@pytest.mark.parametrize("fixture", READERS, ids=lambda fixture: f"{fixture.network}-{fixture.call}")
async def test_a_strange_answer_is_exactly_one_error(fixture: Fixture, case: Case) -> None:
    error, _ = await fail(fixture, case)
    assert isinstance(error, case.effect if fixture.call in EFFECTS else case.reading), repr(error)


@pytest.mark.parametrize("fixture", [f for f in MATRIX if f.call in EFFECTS], ids=str)
async def test_nobody_listening_is_surely_not_sent(fixture: Fixture) -> None:
    async with opened(fixture, Player(fixture)) as (connector, server):
        url = server.url
    with pytest.raises(Unavailable):
        await run(connector, fixture, url)


@pytest.mark.parametrize("fixture", [f for f in MATRIX if f.call == "check"], ids=str)
async def test_how_long_to_wait_is_read(fixture: Fixture) -> None:
    waits = {}
    for case in CASES:
        if case.name.startswith("429"):
            error, _ = await fail(fixture, case)
            assert isinstance(error, RateLimited)
            waits[case.name] = error.retry_after
    assert waits["429"] == timedelta(seconds=7)
    asked = SOON - datetime.now(UTC)
    assert asked - timedelta(seconds=5) < waits["429 with a date"] <= asked + timedelta(seconds=30)
    assert waits["429 without a time"] == timedelta(minutes=1)


@pytest.mark.parametrize("name", NAMES)
async def test_secrets_stand_in_no_repr(name: str) -> None:
    connector = network(name)({asked.name: "canary-value" for asked in network(name).credentials}, Outside())
    assert "canary" not in f"{connector!r}{connector}"


def _given_of(items: Iterable[Fixture]) -> list[dict[str, Any]]:
    return [given(fixture, "http://x") for fixture in items]


def test_given_arguments_can_be_read() -> None:
    assert len(_given_of(ALL)) == len(ALL)
