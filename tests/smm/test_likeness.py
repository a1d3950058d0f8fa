"""Whether texts say the same."""

from __future__ import annotations

import pytest

from smm.likeness import alike, pairs, sketch

TEXT = "Your coffee made my whole office sick, please look into it at once"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (TEXT.upper() + "!!!", True),
        (f"@northwind {TEXT} https://pic.example/1", True),
        (TEXT.replace("at once", "now"), True),
        (f"RT: {TEXT}", True),
        ("Your coffee is the best in town, my whole office says so every day", False),
        ("", False),
    ],
)
def test_alike(other: str, same: bool) -> None:
    one, two = pairs(TEXT), pairs(other)
    assert alike(one, two) is same
    if same:
        assert set(sketch(one)) & set(sketch(two))


def test_short_words_of_thanks_are_no_story() -> None:
    assert pairs("Thank you so much!") == frozenset()
    assert pairs("❤️ ❤️ ❤️ ❤️ ❤️ ❤️") == frozenset()
    assert not alike(frozenset(), frozenset())
