"""Versions: the hash covers everything that goes out; differences are told word by word."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm import versions
from smm.networks import Options, Poll, PostKind
from smm.versions import Content, Media, Piece

BASE = Content("Autumn menu", (1, 2), media=(Media("a", "A pie"),))
OTHER: dict[str, Any] = {
    "text": "Winter menu",
    "accounts": (1,),
    "overrides": {1: "Mine"},
    "media": (Media("a", "A cake"),),
    "link": "https://example.org",
    "tags": ("menu",),
    "ad": {"erid": "x"},
    "slot": "2026-03-02T10:00:00+00:00",
    "options": Options(PostKind.REEL, "Coffee", "en", Poll(("Light", "Dark"), 60, several=True), "First!"),
}


@pytest.mark.parametrize("field", [field.name for field in fields(Content)])
def test_every_field_is_in_the_hash(field: str) -> None:
    assert versions.fingerprint(replace(BASE, **{field: OTHER[field]})) != versions.fingerprint(BASE)


def test_the_order_of_accounts_is_no_change_and_storing_changes_nothing() -> None:
    assert versions.fingerprint(replace(BASE, accounts=(2, 1))) == versions.fingerprint(BASE)
    whole = replace(BASE, **OTHER)
    assert versions.unpack(versions.pack(whole)) == whole


def test_what_was_stored_before_there_were_options_reads_as_without_any() -> None:
    packed = versions.pack(BASE)
    del packed["options"]
    assert versions.unpack(packed) == BASE


def test_half_a_surrogate_pair_can_be_hashed() -> None:
    assert len(versions.fingerprint(replace(BASE, text="\ud83d"))) == 64


def test_the_text_of_an_account_has_its_tags_and_its_marking() -> None:
    content = replace(
        BASE, overrides={2: "Mine"}, tags=("autumn", "menu"), ad={"advertiser": "Ad. Northwind", "erid": "2Vt"}
    )
    assert versions.words_for(content, 1) == "Autumn menu\n\n#autumn #menu\n\nAd. Northwind erid: 2Vt"
    assert versions.words_for(content, 2).startswith("Mine\n\n")


def test_a_difference_names_the_words() -> None:
    assert versions.compare("Open from nine", "Open from ten!") == (
        Piece("same", "Open from "),
        Piece("delete", "nine"),
        Piece("insert", "ten!"),
    )


def test_long_unchanged_runs_are_folded() -> None:
    long = "word " * 100
    pieces = versions.shorten(versions.compare(f"{long}old {long}", f"{long}new {long}"))
    assert [piece.kind for piece in pieces] == ["same", "delete", "insert", "same"]
    assert all(len(piece.text) < 70 for piece in pieces)


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    pieces = versions.compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "insert") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "delete") == new
