"""The forms that words are listened for in, against paradigms written by hand."""

from __future__ import annotations

import pytest

from smm.rules.forms import bendable, expand
from smm.rules.query import parse


def test_only_plain_words_bend() -> None:
    assert bendable(parse('coffee !Milka milk* #осень "oat coffee" -чай 4you')) == ["coffee", "oat", "чай"]


@pytest.mark.parametrize(
    ("word", "there", "not_there"),
    [
        ("кофейня", "кофейню кофейней кофеен кофейнях", "кофе"),
        ("копидеск", "копидеску копидеска копидеском", ""),  # a name that no dictionary knows
        ("ждать", "жду ждем ждали ждала", "ждавшему"),
        ("елка", "елки елок елкой", ""),
        ("coffee", "coffees", ""),
        ("wait", "waits waited waiting", ""),
        ("buy", "bought buys", ""),
        ("children", "child children", ""),
        ("northwind", "northwind", ""),
    ],
)
def test_forms(word: str, there: str, not_there: str) -> None:
    found = expand([word])[word]
    assert found[0] == word
    assert set(there.split()) <= set(found)
    assert not set(not_there.split()) & set(found)


def test_other_languages_stand_as_they_are() -> None:
    assert expand(["кафé", "日本", "їжа"]) == {"кафé": ["кафé"], "日本": ["日本"], "їжа": ["їжа"]}
