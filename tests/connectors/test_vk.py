"""What the VKontakte connector makes of errors, keys, addresses and places. Whole calls are in its fixtures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.outcomes import Reply, Who
from connectors.reading import Body
from connectors.vk_errors import SETTINGS, meaning, until_tomorrow
from connectors.vk_keys import community
from connectors.vk_login import pause
from connectors.vk_reading import Cursor, matches, shown
from connectors.vk_spots import SITE, Spot
from smm.errors import (
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unsupported,
)

ERRORS: dict[type[ConnectorError], tuple[int, ...]] = {
    Unavailable: (1, 10, 36),
    AuthExpired: (5, 1117),
    RateLimited: (6, 9, 29, 223),
    NeedsHuman: (7, 14, 15, 17, 20, 24, 203, 3300),
    Unsupported: (27, 28, 1051),
    Rejected: (18, 30, 37, 100, 210, 211, 212, 213, 214, 219, 220, 222, 224, 900, 901, 902, 914, 4711),
}


def refused(code: int, *, effect: bool = False, **more: object) -> ConnectorError:
    body = {"error": {"error_code": code, "error_msg": "No, canary-token", "request_params": [], **more}}
    reply = Reply(200, {}, json.dumps(body).encode(), Who("VKontakte", "northwind", ("canary-token",)), effect)
    error = meaning(reply)
    assert error is not None
    return error


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in ERRORS.items() for code in codes])
def test_every_code_says_what_to_do_next(kind: type[ConnectorError], code: int) -> None:
    error = refused(code)
    assert type(error) is kind
    assert "canary" not in f"{error}{error.facts}"
    # Only VKontakte's own failure leaves open whether something happened before it.
    assert type(refused(code, effect=True)) is (OutcomeUnknown if kind is Unavailable else kind)


def test_how_long_to_wait() -> None:
    second, flood = refused(6), refused(9)
    assert isinstance(second, RateLimited)
    assert isinstance(flood, RateLimited)
    assert second.retry_after == timedelta(seconds=1)
    assert flood.retry_after == timedelta(minutes=15)
    evening = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)  # half past eleven in Moscow
    assert until_tomorrow(evening) == timedelta(minutes=30)


def test_a_person_is_sent_nowhere_but_to_vkontakte() -> None:
    theirs, strange, none = (
        refused(17, redirect_uri="https://id.vk.com/validate?sid=1"),
        refused(17, redirect_uri="https://vk.com.evil.example/"),
        refused(14),
    )
    right = refused(15)
    assert [error.url for error in (theirs, strange, none, right) if isinstance(error, NeedsHuman)] == [
        "https://id.vk.com/validate?sid=1",
        SITE,
        SITE,
        SETTINGS,
    ]
    assert type(refused(15, error_subcode=1133)) is Unsupported


def test_a_field_to_mend_is_named() -> None:
    fields = [refused(100, error_msg=said) for said in ("message is too long", "photo_list is invalid", "owner_id")]
    assert [error.field for error in fields if isinstance(error, Rejected)] == ["text", "media", ""]
    link, person = refused(222), refused(901)
    assert isinstance(link, Rejected)
    assert isinstance(person, Rejected)
    assert (link.field, person.field) == ("link", "target")


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("https://vk.com/northwind", "northwind"),
        ("vk.ru/club1001/", "1001"),
        ("m.vk.com/public1001", "1001"),
        ("@northwind", "northwind"),
        (" 1001 ", "1001"),
        ("https://evil.example/northwind", ""),
        ("north wind", ""),
    ],
)
def test_people_paste_a_community_in_many_ways(pasted: str, read: str) -> None:
    assert community(pasted) == read


def test_words_are_shown_and_compared_as_people_see_them() -> None:
    told = "[id200|Mia], we do &amp; &quot;decaf&quot;, too"
    assert shown(told) == 'Mia, we do & "decaf", too'
    assert matches(Body({"text": told}), 'Mia, we do & "decaf", too')
    assert not matches(Body({"text": told, "attachments": [{"type": "photo"}]}), shown(told), media=0)


@pytest.mark.parametrize("told", ["wall-1_45", "wall-1_45_77", "photo-1_5_77", "topic-1_9_10", "im200_31"])
def test_a_place_survives_being_written_down(told: str) -> None:
    assert str(Spot.read(told)) == told


@pytest.mark.parametrize("told", ["", "wall", "wall-1_x", "story-1_2", "wall-1_45_77_8", "wall-1_45\n"])
def test_a_strange_place_is_none(told: str) -> None:
    assert Spot.read(told) is None


@pytest.mark.parametrize("told", ["", "7", "[]", '{"ts": "1"}', '{"ts":"1","posts":{"4":"x"},"mentioned":0}'])
def test_a_strange_cursor_begins_anew(told: str) -> None:
    assert Cursor.load(told) == Cursor()


def test_no_second_has_more_calls_than_allowed() -> None:
    assert pause([10.0, 10.2], 10.3, 3) == 0
    assert pause([10.0, 10.2, 10.3], 10.4, 3) == pytest.approx(0.6)
    assert pause([10.0, 10.2, 10.3], 11.5, 3) < 0
