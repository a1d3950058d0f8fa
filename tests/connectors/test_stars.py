"""Ratings in feeds: whatever way they are told, and never one that was not."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.stars import rating, stars


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ("4", 4),
        (" 4.0 ", 4),
        ("4,6", 5),
        ("4.5", 4),
        ("2.5", 2),
        ("0.5", 1),
        ("3/5", 3),
        ("7/10", 3),
        ("9 of 10", 4),
        ("10 из 10", 5),
        ("80%", 4),
        ("★★☆☆☆", 2),
        ("⭐️⭐️⭐️", 3),
        ({"average": "3.5", "max": "10"}, 2),
        ({"average": "4"}, 4),
        ("0", None),
        ("6", None),
        ("12/10", None),
        ("5/0", None),
        ("☆☆☆☆☆", None),
        ("great", None),
        ("", None),
        (None, None),
        (4, None),
        ({"scale": "10"}, None),
    ],
)
def test_a_rating_is_read(told: Any, means: int | None) -> None:
    assert stars(told) == means


def test_what_an_entry_names_comes_before_what_its_title_shows() -> None:
    assert rating({"title": "★★★☆☆ Good enough", "r_rating": "4"}) == 4
    assert rating({"title": "★★★☆☆ Good enough"}) == 3
    assert rating({"title": "5 cups of coffee"}) is None
    assert rating({"title": "Lovely", "rating": {"scale": "10"}, "stars": "2"}) == 2
