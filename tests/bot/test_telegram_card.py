"""A Card as a Telegram message: whatever is in it, it stays within the limits and parses as Telegram's HTML."""

from __future__ import annotations

from typing import Any

import any_card
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from loopback_telegram_html import Parsed, detect, parse_html, units

from bot.chat_text import clean, cut
from bot.telegram_card import TelegramMessage, notice, render
from handlers.card import Ask, Block, Button, Card, Field, Link, Para, Picture, Question, Quote, Span, bold, para, row

HOSTILE = (
    "<b>bold</b> <a href='tg://user?id=1'>x</a> &lt;script&gt; &#60;i&#62;",
    '"><img src=x onerror=alert(1)> </blockquote></b> & &amp; &bogus;',
    "</blockquote><b>Approved by Anna</b><blockquote>",
    "@anna_owner @everyone /approve_all /hold@copydesk_bot",
    "\u202etxt.exe\u202c \u2066x\u2069 \u200b\u200b \ufeff",
    "a\x00b\x1b[31m\x7f\x9b\r\nc\u2028d\u2029e\x0bf",
    "👩‍👩‍👧‍👦" * 40 + "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\ud83d lone \udc00 surrogates \ud83d",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "\u3164\u2800\u115f   \n\n\n \t ",
    "javascript:alert(1)",
    "שלום مرحبا Привет 你好",
    "#" * 5000,
    "𝕳" * 5000,
    "a\n" * 3000,
)
LONG = st.builds(lambda mark, count: mark * count, st.text(min_size=1, max_size=4), st.integers(500, 3000))
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), LONG)
SHORT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=90))
URL = st.one_of(
    st.sampled_from(
        [
            "https://example.org/a?b=1&c=\"<>'",
            "http://localhost:8080/x",
            "http://[::1",
            "javascript:alert(1)",
            "tg://user?id=1",
            "",
        ]
    ),
    SHORT,
)
STYLE: Any = st.sampled_from(["plain", "bold", "italic", "strike", "insert", "delete", "code"])
SPAN = st.builds(Span, text=TEXT, style=STYLE, href=URL)
BLOCK: st.SearchStrategy[Block] = st.one_of(
    st.builds(Para, spans=st.lists(SPAN, max_size=4).map(tuple)), st.builds(Quote, text=TEXT, author=SHORT)
)
BUTTON = st.builds(
    Button,
    label=SHORT,
    ref=st.one_of(st.just("q3x_0-Zz9AbCdEf1"), st.text(max_size=70)),
    look=st.sampled_from(["plain", "good", "bad"]),
    url=st.one_of(st.just(""), URL),
)
QUESTION = st.builds(Question, name=st.just("text"), label=SHORT, hint=SHORT, value=TEXT)
CARD = st.builds(
    Card,
    title=SHORT,
    body=st.lists(BLOCK, max_size=5).map(tuple),
    fields=st.lists(st.builds(Field, label=SHORT, value=TEXT), max_size=40).map(tuple),
    pictures=st.lists(st.builds(Picture, digest=st.just("a" * 64)), max_size=12).map(tuple),
    link=st.one_of(st.none(), st.builds(Link, label=SHORT, url=URL)),
    buttons=st.lists(st.lists(BUTTON, max_size=12).map(tuple), max_size=12).map(tuple),
    ask=st.one_of(
        st.none(),
        st.builds(Ask, action=st.just("a"), questions=st.lists(QUESTION, max_size=2).map(tuple), submit=st.just("ok")),
    ),
    footer=TEXT,
    tone=st.sampled_from(["plain", "good", "warn", "bad"]),
)


def read(message: TelegramMessage) -> Parsed:
    return detect(parse_html(message.text))


def check(message: TelegramMessage, limit: int = 4096) -> Parsed:
    """Hold a drawn message against everything that the server would refuse."""
    parsed = parse_html(message.text)
    assert 0 < units(parsed.text) <= limit
    assert message.length <= limit
    assert not set("\u202e\u202d\u2066\u2067\x00\x1b\x9b") & set(parsed.text)
    message.text.encode()
    assert all(
        kind != "text_link" or entity["url"].startswith(("http://", "https://")) for kind, entity in _kinds(parsed)
    )
    _check_keyboard(message.markup or {})
    return parsed


def _kinds(parsed: Parsed) -> list[tuple[str, dict[str, Any]]]:
    return [(entity["type"], entity) for entity in parsed.entities]


def _check_keyboard(markup: dict[str, Any]) -> None:
    rows = markup.get("inline_keyboard", [])
    assert sum(map(len, rows)) <= 100
    for keys in rows:
        assert 1 <= len(keys) <= 8
        for key in keys:
            assert key["text"].strip()
            assert units(key["text"]) <= 64
            assert ("url" in key) != ("callback_data" in key)
            assert 1 <= len(key.get("callback_data", "x").encode()) <= 64
            assert key.get("url", "https://").startswith(("http://", "https://"))
    assert units(markup.get("input_field_placeholder", "")) <= 64


@settings(max_examples=30, deadline=None)
@given(CARD)
@example(Card())
@example(Card(body=(Quote("x" * 1_000_000, "y" * 100_000),), footer="z" * 9000))
def test_any_card_is_a_message_that_telegram_takes(card: Card) -> None:
    check(render(card, "52000000001"))
    check(render(card, limit=1024), 1024)


@settings(max_examples=30, deadline=None)
@given(any_card.card)
def test_so_is_a_card_that_is_hostile_to_browsers(card: Card) -> None:
    check(render(card))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_words_neither_call_nor_command_nor_become_markup(text: str) -> None:
    parsed = detect(check(render(Card(title="New comment", body=(Quote(text, text),)))))
    assert parsed.kinds() <= {"bold", "blockquote", "expandable_blockquote", "url"}
    assert sum(entity["type"] in {"blockquote", "expandable_blockquote"} for entity in parsed.entities) == 1


def test_a_name_in_our_own_words_calls_nobody() -> None:
    parsed = read(render(Card(title="@anna_owner", body=(para("by @anna_owner, see /help"),), footer="@anna_owner")))
    assert "mention" not in parsed.kinds()
    assert "bot_command" in parsed.kinds()  # our own commands stay one tap away


def test_styles_links_and_quotes_become_entities() -> None:
    diff = Para(
        (Span("old", "delete"), Span("new", "insert"), Span("x", "code"), Span("y", "italic", "https://e.org/?a=1&b=2"))
    )
    parsed = read(render(Card(title="Post", body=(diff, Quote("short"), Quote("long " * 100)))))
    kinds = {"strikethrough", "underline", "code", "italic", "text_link", "blockquote", "expandable_blockquote"}
    assert kinds <= parsed.kinds()
    assert next(entity for kind, entity in _kinds(parsed) if kind == "text_link")["url"] == "https://e.org/?a=1&b=2"


def test_what_is_too_long_is_cut_in_the_body_and_says_how_much() -> None:
    card = Card(
        title="A comment",
        body=(Quote("я" * 6000),),
        fields=(Field("Network", "Demo"),),
        link=Link("Open", "https://example.org/1"),
        footer="claimed by Boris",
    )
    parsed = check(render(card))
    assert "… (+" in parsed.text
    assert parsed.text.endswith("Network: Demo\n\nOpen\nclaimed by Boris")
    assert units(parsed.text) == 4096


def test_a_character_is_never_halved() -> None:
    assert cut("a𝕳b", 2) == "a"
    assert cut("a𝕳b", 3) == "a𝕳"
    parsed = check(render(Card(body=(Quote("𝕳" * 4000),))))
    assert "\ufffd" not in parsed.text


def test_buttons_carry_only_their_refs_and_look_as_they_should() -> None:
    markup = render(
        Card(
            title="x",
            buttons=(
                row(Button("Approve", "a", ref="r" * 16, look="good"), Button("Reject", "b", ref="s" * 16, look="bad")),
                row(Button("Later", "c", ref="t" * 16), Button("Not sealed", "d"), Button("Page", url="https://e.org")),
            ),
        )
    ).markup
    assert markup == {
        "inline_keyboard": [
            [
                {"text": "Approve", "callback_data": "r" * 16, "style": "success"},
                {"text": "Reject", "callback_data": "s" * 16, "style": "danger"},
            ],
            [{"text": "Later", "callback_data": "t" * 16}, {"text": "Page", "url": "https://e.org"}],
        ]
    }


def test_an_address_that_a_button_may_not_have_stands_in_the_text() -> None:
    message = render(Card(title="Sign in", buttons=((Button("Open", url="http://127.0.0.1:8080/login?t=1"),),)))
    assert message.markup is None
    assert "http://127.0.0.1:8080/login?t=1" in read(message).text


def test_a_question_prompts_only_the_one_it_is_put_to() -> None:
    ask = Ask("reply.text", (Question("text", "What shall we answer?", hint="Up to 500 characters"),), "Send")
    message = render(Card(title="Reply", ask=ask), "52000000001")
    assert message.markup == {
        "force_reply": True,
        "selective": True,
        "input_field_placeholder": "Up to 500 characters",
    }
    assert "text_mention" in read(message).kinds()
    assert "What shall we answer?" in read(message).text


def test_text_and_keyboard_stand_under_one_picture_but_not_under_an_album() -> None:
    picture = Picture(digest="a" * 64)
    keys = ((Button("Approve", "a", ref="r"),),)
    assert render(Card(title="x", pictures=(picture,), buttons=keys)).captioned
    assert render(Card(title="x", pictures=(picture, picture))).captioned
    assert not render(Card(title="x", pictures=(picture, picture), buttons=keys)).captioned
    assert not render(Card(title="x", body=(para("y" * 1100),), pictures=(picture,), buttons=keys)).captioned


def test_a_notice_is_one_that_a_press_can_be_answered_with() -> None:
    assert notice("  Claimed\x00 by you ") == "Claimed by you"
    assert units(notice("𝕳" * 500)) <= 200


def test_clean_keeps_what_people_write_with() -> None:
    assert clean("👩‍👧 naïve\r\nПривет") == "👩‍👧 naïve\nПривет"
    assert render(Card(body=(Para((bold("a < b & c"),)),))).text == "<b>a &lt; b &amp; c</b>"
