"""Cards survive being kept."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from handlers.card import Ask, Button, Card, Field, Frame, Link, Para, Picture, Question, Quote, Span
from handlers.card_json import pack, unpack
from smm.previews import Box, Preview, Tile

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
small = st.integers(0, 10**6)
maps = st.dictionaries(words, words, max_size=2)


def several(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=3).map(tuple)


buttons = st.builds(Button, words, words, small, small, maps, st.sampled_from(["plain", "good"]), words, words, words)
kinds = st.sampled_from(["line", "text", "choice", "moment", "files"])
questions = st.builds(
    Question, words, words, kinds, st.booleans(), words, words, several(st.tuples(words, words)), small
)
boxes = st.builds(Box, *[st.floats(0, 1)] * 4)
tiles = st.builds(Tile, words, words, words, st.floats(0.1, 9), boxes, boxes)
previews = st.builds(Preview, *[words] * 5, small, small, several(tiles), st.floats(0.1, 9), small, words)
cards = st.builds(
    Card,
    title=words,
    body=several(
        st.one_of(
            st.builds(Para, several(st.builds(Span, words, st.sampled_from(["plain", "bold"]), words))),
            st.builds(Quote, words, words),
            st.builds(Frame, words, words, previews),
        )
    ),
    fields=several(st.builds(Field, words, words)),
    pictures=several(st.builds(Picture, words, words, words, words, small)),
    link=st.none() | st.builds(Link, words, words),
    buttons=several(several(buttons)),
    ask=st.none() | st.builds(Ask, words, several(questions), words, small, small, maps, words),
    footer=words,
    tone=st.sampled_from(["plain", "bad"]),
    at=st.none() | st.datetimes(timezones=st.timezones()).filter(lambda at: at.utcoffset() is not None),
)


@given(cards)
def test_a_card_comes_back_as_it_was(card: Card) -> None:
    kept = unpack(json.loads(json.dumps(pack(card))))
    assert kept == card


def test_an_empty_card_takes_no_room() -> None:
    assert pack(Card()) == {}
