"""Plain text out of what networks send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.plain_text import bounded, fingerprint, from_html, with_link
from smm.networks import Outgoing


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
        ('<a href="x"><span class="invisible">https://</span><span>example.org/a</span></a>', "https://example.org/a"),
        ("<style>p{}</style>x<script>alert(1)</script>", "x"),
        ("no markup", "no markup"),
        ("<p>open", "open"),
        ("", ""),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert from_html(html) == text


@given(st.text())
def test_any_html_becomes_text(html: str) -> None:
    assert isinstance(from_html(html), str)


def test_a_megabyte_is_bounded() -> None:
    assert len(from_html("<p>" + "x" * 1_000_000)) <= 20_000
    assert bounded("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Hello  @mia@remote.example ", "Hello @mia"),
        ("a\n\nb", "a b"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("x\u200by", "xy"),
    ],
)
def test_what_a_network_does_to_a_text_makes_no_difference(ours: str, theirs: str) -> None:
    assert fingerprint(ours) == fingerprint(theirs)


def test_other_words_are_another_text() -> None:
    assert fingerprint("Hello world") != fingerprint("Hello, world")


def test_a_link_stands_in_the_text_once() -> None:
    assert with_link(Outgoing("k", "See", link="https://a.example")) == "See\n\nhttps://a.example"
    assert with_link(Outgoing("k", "See https://a.example", link="https://a.example")) == "See https://a.example"
