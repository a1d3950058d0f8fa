"""Lengths: what people see as one letter is one, what a network counts besides is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm.lengths import graphemes, measure, used
from smm.networks import Limits, Options

LIMITS = Limits(text=300, media=4, media_bytes=1, source="https://example.org", grapheme_bytes=10)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", 0),
        ("Осень", 5),
        ("e\u0301te\u0301", 3),
        ("☕👨‍👩‍👧‍👦👍🏽", 3),
        ("❤\ufe0f1\ufe0f\u20e3", 2),
        ("🇩🇪🇫🇷🇺", 3),
        ("🏴\U000e0067\U000e0062\U000e007f", 1),
        ("a\r\nb\n\u0301", 5),
        ("a\u200d☕", 2),
        ("क्षि", 3),  # one to newer rules: never fewer than there are
    ],
)
def test_what_people_see_as_one_letter_counts_once(text: str, seen: int) -> None:
    assert graphemes(text) == seen


def test_letters_of_many_bytes_fill_the_room_sooner() -> None:
    family = "👨‍👩‍👧‍👦"  # 25 bytes
    assert measure(family * 100, LIMITS) == 250
    assert measure("ж" * 300, LIMITS) == 300
    assert measure("https://example.org/x", LIMITS) == 21


def test_a_warning_counts_where_the_network_counts_it() -> None:
    options = Options(warning="Spoilers")
    plain = replace(LIMITS, grapheme_bytes=None, url_length=5)
    assert used("Look: https://example.org/autumn", options, plain) == 11
    assert used("Look: https://example.org/autumn", options, replace(plain, warning_counts=True)) == 19


@pytest.mark.parametrize(
    ("text", "weight"),
    [("Осень", 5), ("秋", 2), ("👨‍👩‍👧‍👦", 2), ("❤\ufe0f!", 3), ("“a” — b…", 9), ("5 € https://example.org/a", 28)],
)
def test_pictures_and_some_scripts_weigh_twice(text: str, weight: int) -> None:
    assert measure(text, replace(LIMITS, grapheme_bytes=None, url_length=23, weighed=True)) == weight
