"""Previews: what of a post is seen on its networks, and what is folded or cropped away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm import declared, previews
from smm.declared import Declared
from smm.networks import Can, Limits, Looks, Options, PostKind
from smm.previews import WHOLE, Box, Preview, Tile
from smm.versions import Content
from smm.versions import Media as Picture
from storage.accounts import Account
from storage.media import Media

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ACCOUNT = Account(
    1, 1, "wide", "r", "Northwind", "@north", "", None, None, "", "ok", "", 0, None, None, None, NOW, None
)
LIMITS = Limits(text=100, media=6, media_bytes=10**6, source="https://example.org", url_length=10)
LOOKS = Looks(source="https://example.org", fold=20, fold_lines=3, alone=(0.8, 1.91), grid=1.5)


@pytest.fixture(autouse=True)
def networks() -> None:
    """A network with looks of its own, and one that does not say."""
    declared.declare(Declared("wide", "Wide", frozenset({Can.PUBLISH}), LIMITS, looks=LOOKS))
    declared.declare(Declared("plain", "Plain", frozenset({Can.PUBLISH}), replace(LIMITS, url_length=None)))


def shown(text: str = "Hello", *sizes: tuple[int, int], network: str = "wide", **parts: Any) -> Preview:
    """Return how pictures of some sizes and a text are shown."""
    files = {
        str(number): Media(str(number), None, "image/png", 10, width, height, f"{number}.png", NOW)
        for number, (width, height) in enumerate(sizes)
    }
    content = Content(text, (1,), media=tuple(Picture(digest, f"alt {digest}") for digest in files), **parts)
    return previews.of(replace(ACCOUNT, network=network), content, files)


def test_it_says_whose_it_is_and_how_much_room_is_left() -> None:
    found = shown("Ab", link="https://example.org/a-long-address")
    assert (found.network, found.name, found.handle) == ("Wide", "Northwind", "@north")
    assert (found.used, found.limit) == (2 + 2 + 10, 100), "a link counts as the network counts links"
    assert shown("Ab", network="plain").used == 2


def test_a_long_text_is_folded_between_words() -> None:
    assert (shown("One two three four five").text, shown("One two three four five").rest) == (
        "One two three four",
        "five",
    )
    assert shown("1\n2\n3\n4").text == "1\n2\n3"
    assert shown("1\n2\n3\n4").rest == "\n4"
    assert shown("x" * 30).text == "x" * 20
    assert shown("One two three four five", network="plain").rest == ""


@given(st.text(st.sampled_from("ab \n"), max_size=60))
def test_folding_loses_no_word(text: str) -> None:
    seen, rest = previews.fold(text, LOOKS)
    assert (seen + rest).split() == text.split() or (seen + " " + rest).split() == text.split()
    assert len(seen) <= LOOKS.fold or not rest


def test_a_picture_alone_is_cropped_only_beyond_what_the_network_shows_whole() -> None:
    assert shown("", (1000, 1000)).tiles[0].crop == WHOLE
    tall = shown("", (1000, 2000)).tiles[0]
    assert (tall.ratio, tall.crop) == (0.8, Box(0.0, 0.1875, 1.0, 0.625))
    wide = shown("", (3820, 1000)).tiles[0]
    assert (wide.ratio, wide.crop) == (1.91, Box(0.25, 0.0, 0.5, 1.0))
    assert shown("", (1000, 2000), network="plain").tiles[0].crop == WHOLE


def test_several_pictures_share_a_field_and_what_does_not_fit_is_counted() -> None:
    halves = shown("", (900, 1200), (1000, 1000))
    assert [tile.ratio for tile in halves.tiles] == [0.75, 0.75]
    assert [tile.crop for tile in halves.tiles] == [WHOLE, Box(0.125, 0.0, 0.75, 1.0)]
    assert [tile.place for tile in shown("", *[(3, 2)] * 3).tiles] == [
        Box(0.0, 0.0, 0.5, 1.0),
        Box(0.5, 0.0, 0.5, 0.5),
        Box(0.5, 0.5, 0.5, 0.5),
    ]
    six = shown("", *[(3, 2)] * 6)
    assert (len(six.tiles), six.more, six.shape) == (4, 2, 1.5)
    assert {tile.crop for tile in six.tiles} == {WHOLE}


@given(st.lists(st.floats(0.05, 20), min_size=1, max_size=7))
def test_whatever_is_cropped_stays_inside_the_picture_and_fills_the_field(ratios: list[float]) -> None:
    shape, tiles = previews.field(
        [Tile(str(number), "", "image/png", ratio) for number, ratio in enumerate(ratios)], LOOKS
    )
    assert sum(tile.place.w * tile.place.h for tile in tiles) == pytest.approx(1)
    for tile, ratio in zip(tiles, ratios, strict=False):
        assert 0 <= tile.crop.x <= 1 - tile.crop.w + 1e-3
        assert 0 <= tile.crop.y <= 1 - tile.crop.h + 1e-3
        assert ratio * tile.crop.w / tile.crop.h == pytest.approx(tile.ratio, rel=0.02)
        assert shape * tile.place.w / tile.place.h == pytest.approx(tile.ratio, rel=0.01)


def test_a_picture_of_which_much_is_lost_is_warned_of() -> None:
    found = [each for each in shown("", (3000, 1000)).warnings if not each.blocks]
    assert [each.words.format(**each.facts) for each in found] == [
        "Wide shows only the middle of 0.png, 64% of it. Look whether all that matters is there."
    ]
    assert shown("", (1000, 1000)).warnings == ()


def test_a_story_is_its_picture_alone_and_whole() -> None:
    kinds = replace(LIMITS, kinds=tuple(PostKind), first_comment=True)
    declared.declare(Declared("wide", "Wide", frozenset({Can.PUBLISH, Can.REPLY}), kinds, looks=LOOKS))
    story = shown("Hello", (1080, 1920), options=Options(PostKind.STORY, first_comment="First!"))
    (tile,) = story.tiles
    assert (tile.crop, round(story.shape, 2)) == (previews.WHOLE, 0.56)
    assert (story.text, story.options.first_comment) == ("", "")
    reel = shown("Hello", (1080, 1920), options=Options(PostKind.REEL, first_comment="First!"))
    assert (reel.tiles[0].crop, reel.text, reel.options.first_comment) == (previews.WHOLE, "Hello", "First!")


def test_where_a_shape_is_refused_nothing_is_said_of_cropping() -> None:
    declared.declare(
        Declared("wide", "Wide", frozenset({Can.PUBLISH}), replace(LIMITS, ratios=(0.8, 1.91)), looks=LOOKS)
    )
    told = [each.words.format(**each.facts) for each in shown("", (3000, 1000)).warnings]
    assert told == [
        "Wide refuses 0.png: it is too wide. A picture there is at most 1.91 times as wide as high; crop it."
    ]
    assert "too narrow" in shown("", (1080, 1920)).warnings[0].words
    assert shown("", (1080, 1350)).warnings == shown("", (1080, 566)).warnings == ()


def test_only_what_can_be_pressed_there_looks_so() -> None:
    text = "See https://example.org/a and #latte, not a#b"
    assert [part for part, pressed in previews.pieces(text, shown()) if pressed] == ["https://example.org/a", "#latte"]
    assert previews.pieces(text, shown(network="plain")) == [(text, False)]
    assert shown(text).card == "https://example.org/a"
    assert shown(text, (1, 1)).card == "", "pictures stand where the link's card would"


def test_accounts_that_look_the_same_are_told_apart_only_by_whose_they_are() -> None:
    other = replace(shown(), name="Southwind", used=1)
    assert shown() != other
    assert shown().looks == other.looks
