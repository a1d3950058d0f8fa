"""A Card as a Slack message: whatever is in it, it stays within the limits, and a stranger's words stay words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import any_card
import pytest
from hypothesis import example, given, settings
from slack_blocks import buttons, check, texts

from bot.chat_text import units
from bot.slack_card import SlackMessage, render
from config.words import words
from handlers.card import Ask, Button, Card, Field, Link, Para, Picture, Question, Quote, Span, bold, para, row

HOSTILE = (
    "<!channel> <!here> <!everyone> <@U0000001> <#C0000001> <!subteam^S1>",
    "@channel @here @everyone @anna",
    "<https://evil.example|Approve> *bold* _italic_ ~strike~ `code` ```block```",
    "&lt;!channel&gt; &amp;lt; <!date^1^{date}^https://evil.example|x>",
    ":white_check_mark: Approved by Anna\n> quoted\n• listed",
    *any_card.HOSTILE,
)
LONG = Card(
    title="т" * 9_000,
    body=(Quote("x" * 1_000_000, "y" * 100_000), para("z" * 50_000), *(Quote("слово " * 100) for _ in range(60))),
    fields=tuple(Field("f" * 900, "v" * 9_000) for _ in range(50)),
    pictures=(Picture(digest="a" * 64, alt="a" * 9_000),) * 60,
    link=Link("l" * 9_000, "https://example.org/" + "p" * 5_000),
    buttons=((Button("Б" * 300, ref="r" * 16, confirm="с" * 900),) * 40,) * 70,
    footer="z" * 9_000,
    at=datetime(2026, 3, 5, 8, tzinfo=UTC),
)


def check_message(message: SlackMessage) -> None:
    blocks = message.illustrated([f"F{number}" for number in range(len(message.pictures))])
    check(blocks)
    asked = [button.get("confirm", {}) for button in buttons(blocks)]
    assert sum(map(units, texts(blocks))) - sum(map(units, texts(asked))) <= 10_000
    assert 1 <= len(message.text) <= 4_000
    assert not {"<", ">"} & set(message.text)
    message.text.encode()


@settings(max_examples=200, deadline=None)
@given(any_card.card)
@example(Card())
@example(LONG)
def test_any_card_is_a_message_that_slack_takes(card: Card) -> None:
    check_message(render(card))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_words_neither_call_nor_become_markup(text: str) -> None:
    message = render(Card(title=text, body=(Quote(text, text), para(text)), fields=(Field(text, text),), footer=text))
    check_message(message)
    kinds = {block["type"] for block in message.blocks}
    assert kinds <= {"header", "rich_text", "context"}
    for block in message.blocks:
        if block["type"] == "context":
            assert all(element["type"] == "plain_text" for element in block["elements"])
    assert not any(call in message.text for call in ("<!", "<@", "@here", "@channel", "@everyone"))


def test_styles_links_and_quotes_become_rich_text() -> None:
    diff = Para((Span("old", "delete"), Span("new", "insert"), Span("y", "italic", "https://e.org/?a=1&b=<2>")))
    [header, rich] = render(
        Card(title="Post", body=(diff, Quote("short\nwords", "Ann"), para("end")), tone="warn")
    ).blocks
    assert header["text"]["text"] == "⚠️ Post"
    assert rich["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "old", "style": {"strike": True}},
                {"type": "text", "text": "new", "style": {"bold": True, "underline": True}},
                {"type": "link", "url": "https://e.org/?a=1&b=%3C2%3E", "text": "y", "style": {"italic": True}},
                {"type": "text", "text": "\n\n"},
                {"type": "text", "text": "Ann", "style": {"bold": True}},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "short\nwords"}]},
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "end"}]},
    ]


def test_what_is_too_long_is_cut_in_the_body_and_says_how_much() -> None:
    card = Card(
        title="A comment",
        body=(Quote("я" * 15_000),),
        fields=(Field("Network", "Demo"),),
        link=Link("Open", "https://example.org/1"),
        footer="claimed by Boris",
    )
    message = render(card)
    check_message(message)
    said = "".join(texts(message.blocks))
    assert "… (+" in said
    assert said.endswith("Network: Demo\n\nOpenclaimed by Boris")
    assert "\ufffd" not in "".join(texts(render(Card(body=(Quote("𝕳" * 9_000),))).blocks))


def test_buttons_carry_only_their_refs_and_look_as_they_should() -> None:
    card = Card(
        buttons=(
            row(
                Button("Approve", "a", ref="r1", look="good"),
                Button("Drop", "b", ref="r2", look="bad", confirm="Sure?"),
            ),
            row(
                Button("Not sealed", "d"), Button("Page", url="https://e.org"), Button("Bad", url="javascript:alert(1)")
            ),
        )
    )
    approve, drop, page = buttons(render(card).blocks)
    assert (approve["value"], approve["style"], approve["action_id"]) == ("r1", "primary", "press:0")
    assert drop["confirm"]["text"]["text"] == "Sure?"
    assert drop["style"] == drop["confirm"]["style"] == "danger"
    assert (page["url"], page["action_id"]) == ("https://e.org", "open:2")
    assert "value" not in page


def test_more_rows_than_a_message_holds_are_packed_and_none_is_lost() -> None:
    rows = tuple(row(Button(f"{number}", "a", ref=f"r{number}")) for number in range(80))
    message = render(Card(title="Many", buttons=rows, pictures=(Picture(digest="a" * 64),) * 10))
    check_message(message)
    assert [button["value"] for button in buttons(message.blocks)] == [f"r{number}" for number in range(80)]


def test_questions_are_opened_by_a_button_that_does_not_claim_to_send() -> None:
    ask = Ask("post.rejected", (Question("reason", "Why?"),), "Send to the author", ref="a" * 16)
    [button] = buttons(render(Card(title="Reject", ask=ask)).blocks)
    assert (button["action_id"], button["value"], button["text"]["text"]) == ("ask", "a" * 16, "Reject")
    [untitled] = buttons(render(Card(ask=ask)).blocks)
    assert untitled["text"]["text"] == "Send to the author"
    assert buttons(render(Card(title="Reject", ask=replace(ask, ref=""))).blocks) == []


def test_a_moment_is_shown_by_the_viewers_own_clock() -> None:
    said_at = datetime(2026, 3, 5, 11, 30, tzinfo=timezone(timedelta(hours=3)))
    [context] = render(Card(at=said_at)).blocks
    shown = context["elements"][0]["text"]
    assert shown == "<!date^1772699400^{date_short_pretty} {time}|2026-03-05 08:30 UTC>"


def test_moments_in_a_text_too_with_the_brands_own_words_to_fall_back_on() -> None:
    at = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    card = Card(body=(para("It goes out ", Span("09:30 Berlin", at=at)),), fields=(Field("When", "09:30 Berlin", at),))
    [rich] = render(card).blocks
    told = {"type": "date", "timestamp": 1772699400, "format": "{date_short_pretty} {time}", "fallback": "09:30 Berlin"}
    assert [leaf for part in rich["elements"] for leaf in part["elements"] if leaf["type"] == "date"] == [told, told]
    assert render(card).text == "It goes out 09:30 Berlin\n\nWhen: 09:30 Berlin"


def test_pictures_stand_above_the_buttons() -> None:
    picture = Picture(digest="a" * 64, alt="A cup")
    message = render(Card(title="Post", pictures=(picture,), buttons=(row(Button("Go", "a", ref="r")),)))
    assert [block["type"] for block in message.illustrated(["F1"])] == ["header", "image", "actions"]
    assert message.illustrated(["F1"])[1] == {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A cup"}
    assert message.illustrated([]) == message.blocks


def test_the_line_for_notifications_says_it_all_in_plain_words() -> None:
    card = Card(title="Ann & Bob", body=(para("a ", bold("b")), Quote("a < b", "Ann")), footer="end", tone="good")
    assert render(card).text == "✅ Ann &amp; Bob\na b\n\nAnn\na &lt; b\nend"
    assert render(Card()).text == "…"
    assert len(render(Card(body=(para("&" * 9_000),))).text) <= 4_000


def test_russian_labels_of_the_desk_are_shown_whole() -> None:
    """A label cut in the middle is no label: the longest that the desk has fits a button."""
    t = words("ru")
    labels = ("Request changes", "Open the inbox", "Sign in on the web", "Add another account", "Connect an account")
    keys = tuple(row(Button(t(label), "a", ref=label)) for label in labels)
    shown = [button["text"]["text"] for button in buttons(render(Card(buttons=keys)).blocks)]
    assert shown == [t(label) for label in labels]
    assert all(label != english for label, english in zip(shown, labels, strict=True))
