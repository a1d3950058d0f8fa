"""What people type as a rule: read as they mean it, or refused with what is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smm.errors import Invalid
from smm.rules.query import Both, Either, Near, Without, Word, parse, stands_alone

COFFEE, LATTE, SOY = Word("coffee"), Word("latte"), Word("soy")


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("Coffee", COFFEE),
        ("coffee latte", Both((COFFEE, LATTE))),
        ("coffee AND latte", Both((COFFEE, LATTE))),
        ("coffee И latte", Both((COFFEE, LATTE))),
        ("coffee and latte", Both((COFFEE, Word("and"), LATTE))),
        ("coffee OR latte soy", Either((COFFEE, Both((LATTE, SOY))))),
        ("(coffee | latte) -soy", Both((Either((COFFEE, LATTE)), Without(SOY)))),
        ("coffee НЕ (latte ИЛИ soy)", Both((COFFEE, Without(Either((LATTE, SOY)))))),
        ('"coffee, latte!"', Near((COFFEE, LATTE))),
        ('"coffee latte"~5', Near((COFFEE, LATTE), 5)),
        ('"coffee"~5', COFFEE),
        ("Ёлка", Word("елка")),
        ("!Milka milk*", Both((Word("milka", exact=True), Word("milk", stem=True)))),
        ("#Осень @northwind", Both((Word("#осень"), Word("@northwind")))),
        ("coffee, latte.", Both((COFFEE, LATTE))),
    ],
)
def test_it_is_read_as_it_is_meant(typed: str, tree: object) -> None:
    assert parse(typed) == tree


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("  ", "Type the words"),
        ("NOT coffee", "must be there"),
        ("coffee OR NOT latte", "must be there"),
        ("(coffee", "bracket is not closed"),
        ("coffee (", "bracket is not closed"),
        ("(coffee OR", "missing after OR"),
        ("coffee ИЛИ ) latte", "missing after ИЛИ"),
        ("()", "nothing between the brackets"),
        (")coffee", "never opened"),
        ("coffee)", "never opened"),
        ('"coffee', "never closed"),
        ('""', "nothing between"),
        ("coffee AND", "missing after AND"),
        ("coffee NOT", "missing after NOT"),
        ("(coffee | | latte)", "missing after |"),
        ("OR coffee", "missing before OR"),
        ("+++", "not a word"),
        ("c++", "quotation marks"),
        ("mi*", "before a *"),
        ("x" * 2_000, "characters"),
        ("word " * 70, "at most 60 words"),
        ("(" * 20 + "coffee" + ")" * 20, "too many brackets"),
    ],
)
def test_what_is_wrong_is_said(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(typed)
    assert said in str(refused.value)
    assert refused.value.field == "query"


@given(st.text(alphabet='ab ОИ"()|&-!*#~5ANDORT\n', max_size=60))
@settings(max_examples=300)
def test_whatever_is_typed_is_a_tree_that_can_be_found_or_a_refusal(typed: str) -> None:
    with suppress(Invalid):
        assert stands_alone(parse(typed))
