"""Untrusted JSON: nothing is believed until its type is stated, and what is wrong is named exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading import Body, parse
from smm.errors import OutcomeUnknown, Unreadable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
PATHS = ["", "id", "a.b", "items", "account.id", "at"]


def test_what_is_there_is_read() -> None:
    body = Body({"a": {"b": {"c": "x"}}, "list": [{"n": 1}, {"n": 2}], "at": "2026-11-23T10:00:00+01:00", "no": None})
    assert body.read("a.b.c", str) == "x"
    assert [each.read("n", int) for each in body.each("list")] == [1, 2]
    assert body.moment("at") == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert body.maybe("no", str) is None
    assert body.maybe("a.x.y", str) is None
    assert not body.has("no")


@pytest.mark.parametrize(
    ("path", "kind", "named"),
    [("a.b.x", str, "a.b.x"), ("a.b.c.d", str, "a.b.c.d"), ("a.b.c", int, "a.b.c"), ("flag", int, "flag")],
)
def test_the_exact_path_is_named(path: str, kind: Any, named: str) -> None:
    with pytest.raises(Unreadable) as raised:
        Body({"a": {"b": {"c": "x"}}, "flag": True}, "Mastodon").read(path, kind)
    assert raised.value.path == named
    assert raised.value.network == "Mastodon"


def test_the_path_inside_a_list_is_named() -> None:
    with pytest.raises(Unreadable) as raised:
        [
            each.read("account.id", str)
            for each in Body({"items": [{"account": {"id": "1"}}, {"account": 7}]}).each("items")
        ]
    assert raised.value.path == "items[1].account.id"


def test_after_an_effect_what_makes_no_sense_is_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown):
        Body({}, effect=True).id("id")


@pytest.mark.parametrize("value", ["", "x" * 256, True, None, 1.5, [], {}])
def test_identifiers_can_be_kept(value: Any) -> None:
    with pytest.raises(Unreadable):
        Body({"id": value}).id("id")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"NaN", b"[Infinity]", b"[" * 100_000, b"\xff\xfe", b"9" * 10_000, b'{"a":1}x']
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        parse(content)


def test_what_no_database_takes_is_replaced() -> None:
    assert parse(b'{"a\\u0000": ["\\ud800x\\u0000"]}') == {"a\ufffd": ["\ufffdx\ufffd"]}


@given(JSON, st.sampled_from(PATHS), st.sampled_from([str, int, float, bool, list, dict]))
def test_any_json_is_read_or_refused(value: Any, path: str, kind: Any) -> None:
    body = Body(parse(json.dumps(value).encode()))
    reads: list[Callable[[], object]] = [
        lambda: body.read(path, kind),
        lambda: body.maybe(path, kind),
        lambda: body.id(path),
        lambda: body.moment(path),
    ]
    stopped: list[Unreadable] = []
    for read in reads:
        try:
            read()
        except Unreadable as error:
            stopped.append(error)
    assert {error.path for error in stopped} <= {path}
