"""Which texts meet a rule, by which words; and that the index never loses what looking at every rule would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smm.rules.matching import Matcher, Rule
from smm.rules.query import Both, Either, Near, Node, Without, Word, parse, stands_alone


def met(typed: str, text: str, **forms: str) -> tuple[str, ...] | None:
    """Return by which words a text meets a rule, None if it does not."""
    known = {word: frozenset(listed.split()) for word, listed in forms.items()}
    found = Matcher([Rule(1, parse(typed), known)]).match(text)
    return found[0].words if found else None


@pytest.mark.parametrize(
    ("typed", "text", "words"),
    [
        ("coffee", "COFFEE!", ("coffee",)),
        ("coffee", "coffeehouse", None),
        ("елка", "Ёлка у входа", ("елка",)),
        ("coffee -starbucks", "coffee at Starbucks", None),
        ("coffee -starbucks", "coffee at home", ("coffee",)),
        ("coffee (cold OR iced)", "Iced coffee", ("iced", "coffee")),
        ("coffee (cold OR iced)", "hot coffee", None),
        ("coffee (extraordinary OR -soy)", "coffee", ("coffee",)),
        ('"oat milk"', "with oat milk", ("oat", "milk")),
        ('"oat milk"', "milk, oat", None),
        ('"oat milk"', "oat and milk", None),
        ('"oat milk"~1', "milk with oat", ("milk", "oat")),
        ('"oat milk"~1', "milk with some oat", None),
        ('"oat milk"~1', "oat one two oat x milk", ("oat", "milk")),
        ("milk*", "a milkshake", ("milkshake",)),
        ("#autumn", "autumn", None),
        ("#autumn", "our #Autumn menu", ("autumn",)),
        ("autumn", "our #autumn menu", ("autumn",)),
        ("@northwind", "mail northwind@example.com or @Northwind", ("northwind",)),
        ("@northwind", "northwind", None),
        ('"#autumn menu"', "#autumn menu", ("autumn", "menu")),
        ('"#autumn menu"', "autumn menu", None),
    ],
)
def test_a_text_meets_a_rule_by_its_words(typed: str, text: str, words: tuple[str, ...] | None) -> None:
    assert met(typed, text) == words


def test_forms_count_unless_a_word_is_meant_just_so() -> None:
    forms = "кофейня кофейню кофейне"
    assert met("кофейня", "В вашу кофейню!", кофейня=forms) == ("кофейню",)
    assert met("!кофейня", "В вашу кофейню!", кофейня=forms) is None
    assert met('"ваша кофейня"', "ваша кофейне", кофейня=forms) == ("ваша", "кофейне")


WORDS = st.sampled_from(["oat", "milk", "soy", "#oat"])
LEAVES = st.one_of(
    st.builds(Word, WORDS, st.booleans()),
    st.builds(Word, st.just("mil"), st.just(False), st.just(True)),
    st.builds(Near, st.tuples(st.builds(Word, WORDS), st.builds(Word, WORDS)), st.sampled_from([None, 0, 1, 3])),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Without, inner),
        st.builds(Both, st.tuples(inner, inner)),
        st.builds(Either, st.tuples(inner, inner)),
    ),
    max_leaves=6,
)
TEXTS = st.lists(st.sampled_from(["oat", "milk", "soy", "milky", "#oat", "and"]), max_size=8).map(" ".join)


@given(tree=TREES, text=TEXTS)
@settings(max_examples=500)
def test_a_rule_meets_a_text_exactly_when_read_word_by_word_it_does(tree: Node, text: str) -> None:
    if stands_alone(tree):
        found = bool(Matcher([Rule(1, tree, {})]).match(text))
        assert found == _true(tree, text.split())


def _true(node: Node, said: list[str]) -> bool:
    """Judge a tree slowly and plainly."""
    match node:
        case Word():
            return any(_is(node, word) for word in said)
        case Near():
            return _is_near(node, said)
        case Without():
            return not _true(node.part, said)
        case Both():
            return all(_true(part, said) for part in node.parts)
        case Either():
            return any(_true(part, said) for part in node.parts)


def _is(word: Word, said: str) -> bool:
    if word.stem:
        return said.lstrip("#").startswith(word.text)
    return said == word.text or said.lstrip("#") == word.text


def _is_near(node: Near, said: list[str]) -> bool:
    first, second = node.words
    for at, one in enumerate(said):
        for to, other in enumerate(said):
            if _is(first, one) and _is(second, other):
                if node.between is None and to == at + 1:
                    return True
                if node.between is not None and abs(at - to) <= node.between + 1:
                    return True
    return False


def test_strange_texts_and_many_rules() -> None:
    many = Matcher([Rule(number, parse(f"word{number} OR coffee"), {}) for number in range(500)])
    assert len(many.match("coffee")) == 500
    assert [found.rule_id for found in many.match("word7 " * 100_000)] == [7]
    assert many.match("\x00\u200b\ud800 ") == []
