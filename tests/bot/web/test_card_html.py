"""A card as HTML: whatever is in it, only our own elements and attributes come out, and nothing that runs."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import any_card
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.drawing import Bubble, Reader, Refused, draw, environment
from config.words import words
from handlers.card import Button, Card, Field, Frame, Link, Para, Picture, Quote, Span, para
from smm.previews import Box, Preview, Tile

ALLOWED: dict[str, set[str]] = {
    "a": {"href", "target", "rel", "class", "aria-label"},
    "article": {"class", "aria-labelledby"},
    "b": {"dir"},
    "blockquote": {"class"},
    "button": {"class", "name", "value", "data-confirm", "data-does", "formnovalidate"},
    "cite": {"dir"},
    "code": set(),
    "dd": {"dir"},
    "del": set(),
    "details": {"class"},
    "div": {"class", "data-question"},
    "dl": {"class"},
    "dt": {"dir"},
    "em": set(),
    "fieldset": {"class", "data-question"},
    "footer": {"dir"},
    "form": {"class", "method", "action", "enctype", "data-press", "data-ask"},
    "h2": {"id", "dir"},
    "header": set(),
    "image": {"href", "x", "y", "width", "height", "preserveaspectratio"},
    "img": {"src", "alt", "width", "height"},
    "input": {
        *("type", "name", "value", "id", "checked", "required", "dir", "data-limit", "autocomplete"),
        *("aria-describedby", "multiple", "accept", "maxlength"),
    },
    "ins": set(),
    "label": {"class", "for"},
    "legend": set(),
    "li": {"class", "dir", "id", "data-id", "data-day", "data-day-name", "hidden"},
    "option": {"value", "selected"},
    "p": {"class", "dir", "id", "role", "data-counter", "data-error"},
    "rect": {"class", "x", "y", "width", "height"},
    "s": set(),
    "section": {"class", "aria-label"},
    "select": {"id", "name", "aria-describedby", "required"},
    "span": {"class", "aria-hidden", "dir"},
    "strong": set(),
    "summary": set(),
    "svg": {"class", "aria-hidden", "focusable", "viewbox"},
    "text": {"class", "x", "y"},
    "textarea": {"id", "name", "rows", "dir", "data-limit", "data-fits", "aria-describedby", "required"},
    "time": {"datetime", "title"},
    "ul": {"class", "aria-label"},
    "use": {"href"},
    "video": {"class", "src", "controls", "preload", "aria-label"},
}
EMPTY = {"img", "input"}
TEMPLATES = environment()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Checked(HTMLParser):
    """Reads HTML as a browser would and fails on the first thing that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.told: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, f"<{tag}> came out"
        assert {name for name, _ in attrs} <= ALLOWED[tag], f"<{tag} {attrs}> came out"
        self.links += [str(value) for name, value in attrs if name in {"href", "src", "action"}]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.told.append(data)


def reader(language: str = "en") -> Reader:
    return Reader("me", 1, "token", words(language), "Europe/Berlin", "http://127.0.0.1", NOW)


def bubble(card: Card | None, **parts: Any) -> Bubble:
    given: dict[str, Any] = {
        "id": 7,
        "revision": 1,
        "mine": False,
        "author": "Anna",
        "hue": 1,
        "text": "",
        "files": (),
        "sizes": {},
        "card": card,
        "asking": "open",
        "asked_of": "Boris",
        "zone": "Europe/Berlin",
        "at": NOW,
        "edited": False,
    }
    return Bubble(**{**given, **parts})


def check(card: Card | None, refused: Refused | None = None, **parts: Any) -> Checked:
    html = draw(TEMPLATES, bubble(card, **parts), reader(), refused)
    html.encode()
    checked = Checked()
    checked.feed(html)
    checked.close()
    assert checked.open == []
    for link in checked.links:
        assert link.startswith(("/s/me/", "#i-", "http://", "https://")), f"a link leads to {link!r}"
    return checked


@settings(max_examples=60, deadline=None)
@given(any_card.card, st.sampled_from(["open", "other", "closed"]))
def test_any_card_gives_our_own_html_only(card: Card, asking: str) -> None:
    refused = Refused(7, {"": "Wrong <b>"}, {"": '"><script>'})
    check(card, refused, asking=asking)


@pytest.mark.parametrize("hostile", any_card.HOSTILE)
def test_hostile_words_stay_words_in_every_place(hostile: str) -> None:
    card = Card(
        title=hostile,
        body=(para(Span(hostile, "bold", "https://example.org")), Quote(hostile, hostile)),
        fields=(Field(hostile, hostile),),
        pictures=(Picture(url=hostile, alt=hostile), Picture(digest="a" * 64, alt=hostile)),
        link=Link(hostile, hostile),
        buttons=((Button(hostile, ref="r", confirm=hostile), Button(hostile, url=hostile)),),
        footer=hostile,
    )
    check(card)
    check(None, text=hostile, author=hostile)


def test_a_change_is_shown_word_by_word() -> None:
    html = draw(TEMPLATES, bubble(Card(body=(Para((Span("old", "delete"), Span("new", "insert"))),))), reader())
    assert "<del>old</del>" in html
    assert "<ins>new</ins>" in html


def test_a_long_quote_is_folded_and_complete() -> None:
    words_said = " ".join(f"word{number}" for number in range(300))
    html = draw(TEMPLATES, bubble(Card(body=(Quote(words_said),))), reader())
    assert "<details" in html
    assert words_said in html


def test_a_comment_of_a_megabyte_is_cut() -> None:
    assert len(draw(TEMPLATES, bubble(Card(body=(Quote("x" * 1_000_000),))), reader())) < 60_000


def test_pictures_from_outside_are_linked_and_not_loaded() -> None:
    outside = check(Card(pictures=(Picture(url="https://tracker.example/1.png", alt="A pixel"),)))
    assert "https://tracker.example/1.png" in outside.links
    html = draw(TEMPLATES, bubble(Card(pictures=(Picture(url="https://tracker.example/1.png"),))), reader())
    assert "<img" not in html
    own = draw(TEMPLATES, bubble(Card(pictures=(Picture(url="http://127.0.0.1/network/1.png"),))), reader())
    assert '<img src="http://127.0.0.1/network/1.png"' in own


def test_short_buttons_run_on_and_a_list_of_long_ones_stays_a_list() -> None:
    def rows(*labels: str) -> Card:
        return Card(buttons=tuple((Button(label, ref="r"),) for label in labels))

    assert 'class="buttons flow"' in draw(TEMPLATES, bubble(rows("Reply", "Claim")), reader())
    assert 'class="buttons"' in draw(TEMPLATES, bubble(rows("Reply", "Mia K.: Do you have oat milk?")), reader())


def test_russian_readers_get_russian_days() -> None:
    html = draw(TEMPLATES, bubble(None, text="Привет", at=datetime(2026, 2, 1, tzinfo=UTC)), reader("ru"))
    assert "1 февраля 2026" in html


def test_a_preview_shows_a_post_as_its_network_does() -> None:
    tiles = tuple(
        Tile(digest * 64, alt, "image/png", 0.75, Box(x, 0, 0.5, 1))
        for digest, alt, x in (("a", "A cup", 0.0), ("b", "", 0.5))
    )
    shown = Preview("Wide", "Northwind", "@north", "Fresh #latte", "and more", 612, 500, tiles, 1.5, more=2)
    framed = tuple(Picture(digest * 64) for digest in "abc")
    page = draw(
        TEMPLATES, bubble(Card(body=(Frame("Fresh #latte", "Wide · Northwind", shown),), pictures=framed)), reader()
    )
    assert '<span class="pressed">#latte</span>' in page
    assert '<span class="used over">612 / 500</span>' in page
    assert f'<image href="/s/me/media/{"b" * 64}/small" x="755" y="5" width="740" height="990"' in page
    assert 'aria-label="A cup"' in page
    assert ">+2</text>" in page
    assert page.count("<img") == 1, "the third picture stands in no preview"
