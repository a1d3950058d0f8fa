"""An Ask as a Slack modal and back: within the limits, and the answers reach the router as it reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import any_card
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_blocks import check_view

from bot import answers as checked
from bot.slack_modal import answers, files, fits, has_secret, modal, refused
from config.words import words
from handlers.card import Ask, Question

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASK = Ask(
    "post.create",
    (
        Question("text", "Text", limit=20_000, fits=280),
        Question("accounts", "Where?", "choice", options=(("all", "Everywhere"), ("7", "VK")), value="7"),
        Question("slot", "When?", "moment", required=False, value="2026-03-04T12:00:00+00:00"),
        Question("link", "Link", "line", required=False, hint="With https://", limit=200),
        Question("files", "Pictures", "files", required=False),
    ),
    "Make a draft",
    ref="r" * 16,
)
many = st.lists(st.builds(replace, any_card.question, name=st.text(max_size=300)), max_size=120).map(tuple)


def blocks_of(ask: Ask, **parts: Any) -> dict[str, dict[str, Any]]:
    view = modal(ask, "A new post", "{}", **parts)
    check_view(view)
    return {block["block_id"]: block for block in view["blocks"] if "block_id" in block}


def submitted(**values: dict[str, Any]) -> dict[str, Any]:
    return {"state": {"values": {name: {"value": value} for name, value in values.items()}}}


@settings(max_examples=200, deadline=None)
@given(many, any_card.text, any_card.text, st.dictionaries(st.text(max_size=9), any_card.text))
def test_any_questions_are_a_view_that_slack_takes(
    questions: tuple[Question, ...], title: str, submit: str, said: dict[str, str]
) -> None:
    check_view(modal(Ask("a", questions, submit), title, "{}", said, "Europe/Berlin"))


def test_each_kind_of_question_has_its_field() -> None:
    blocks = blocks_of(ASK, zone="Europe/Berlin")
    assert list(blocks) == ["text", "accounts", "slot", "slot:time", "link", "files"]
    kinds = {name: block["element"]["type"] for name, block in blocks.items()}
    assert kinds == {
        "text": "plain_text_input",
        "accounts": "static_select",
        "slot": "datepicker",
        "slot:time": "timepicker",
        "link": "plain_text_input",
        "files": "file_input",
    }
    assert blocks["text"]["element"] == {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": 3_000,
        "action_id": "value",
    }
    assert blocks["accounts"]["element"]["initial_option"]["text"]["text"] == "VK"
    assert blocks["link"]["element"]["max_length"] == 200
    assert blocks["link"]["hint"]["text"] == "With https://"
    assert [name for name, block in blocks.items() if not block["optional"]] == ["text", "accounts"]


def test_a_moment_is_asked_in_the_brands_zone_and_named_with_it() -> None:
    blocks = blocks_of(ASK, zone="America/New_York")
    assert blocks["slot"]["element"]["initial_date"] == "2026-03-04"
    assert blocks["slot:time"]["element"]["initial_time"] == "07:00"
    assert blocks["slot:time"]["label"]["text"] == "🕐 America/New York"


@pytest.mark.parametrize(
    ("day", "hour", "wanted"),
    [
        ("2026-03-04", "13:05", "2026-03-04T13:05:00+01:00"),
        ("2026-07-04", "13:00", "2026-07-04T13:00:00+02:00"),
        (None, "13:00", "2026-03-02T13:00:00+01:00"),
        (None, None, ""),
    ],
)
def test_a_picked_moment_reaches_the_router_as_the_brands_wall_clock(
    day: str | None, hour: str | None, wanted: str
) -> None:
    view = {
        "state": {
            "values": {
                "slot:time": {"value": {"type": "timepicker", "selected_time": hour}},
                "slot": {"value": {"type": "datepicker", "selected_date": day}},
            }
        }
    }
    given = answers(view)
    assert list(given) == ["slot"]
    assert checked.read(words("en"), ASK.questions[2], given["slot"], "Europe/Berlin", NOW) == wanted


def test_what_was_submitted_comes_back_by_question() -> None:
    view = submitted(
        text={"type": "plain_text_input", "value": "Good & <b>\nbad"},
        accounts={"type": "static_select", "selected_option": {"text": {}, "value": "7"}},
        link={"type": "plain_text_input", "value": None},
        files={"type": "file_input", "files": [{"id": "F1"}, {"id": "F2"}]},
    )
    assert answers(view) == {"text": "Good & <b>\nbad", "accounts": "7", "link": ""}
    assert [file["id"] for file in files(view)] == ["F1", "F2"]
    assert answers({}) == {}
    assert files({"state": {"values": {"files": {"value": {"type": "file_input", "files": None}}}}}) == ()


def test_what_was_answered_before_is_filled_in() -> None:
    blocks = blocks_of(ASK, values={"text": "typed\n\n\n\tso", "accounts": "all", "slot": "2026-03-05T08:30:00+00:00"})
    assert blocks["text"]["element"]["initial_value"] == "typed\n\n\n\tso"
    assert blocks["accounts"]["element"]["initial_option"]["value"] == "all"
    assert blocks["slot:time"]["element"]["initial_time"] == "08:30"


def test_files_that_there_are_already_are_counted_and_need_no_new_one() -> None:
    kept = replace(ASK, questions=(Question("files", "Pictures", "files", value=f"{'a' * 64} {'b' * 64}"),))
    block = blocks_of(kept)["files"]
    assert (block["label"]["text"], block["optional"]) == ("Pictures · 📎 2", True)
    assert blocks_of(ASK)["files"]["label"]["text"] == "Pictures"


def test_more_options_than_a_select_holds_stand_in_named_groups() -> None:
    options = tuple((str(number), f"Account {number}") for number in range(250))
    ask = replace(ASK, questions=(Question("where", "Where?", "choice", options=options, value="249"),))
    element = blocks_of(ask)["where"]["element"]
    assert [len(group["options"]) for group in element["option_groups"]] == [100, 100, 50]
    assert element["option_groups"][2]["label"]["text"] == "Account 200 – Account 249"
    assert element["initial_option"]["value"] == "249"


def test_secrets_and_texts_that_would_be_cut_belong_on_the_web_page() -> None:
    secret = replace(ASK, questions=(Question("token", "Key", "secret"),))
    long = replace(ASK, questions=(Question("text", "Text", value="x" * 3_001),))
    assert has_secret(secret)
    assert not has_secret(ASK)
    assert [fits(ask) for ask in (ASK, secret, long)] == [True, False, False]


def test_what_a_recording_may_answer_instead_is_not_insisted_on() -> None:
    reason = Question("reason", "What should change?")
    voice = Question("voice", "Or say it", "files", required=False, along=True)
    blocks = blocks_of(replace(ASK, questions=(reason, voice)))
    assert blocks["reason"]["optional"]
    assert "ogg" in blocks["voice"]["element"]["filetypes"]
    assert "png" in blocks_of(ASK)["files"]["element"]["filetypes"]
    assert not blocks_of(replace(ASK, questions=(reason,)))["reason"]["optional"]


def test_the_title_is_whole_somewhere() -> None:
    title = "Подключение к Mastodon, сервер mastodon.example"
    view = modal(ASK, title, '{"ref": "r"}')
    check_view(view)
    assert len(view["title"]["text"]) <= 24
    assert view["blocks"][0]["text"]["text"] == title
    assert (view["callback_id"], view["private_metadata"]) == ("ask", '{"ref": "r"}')


def test_what_is_wrong_is_shown_at_its_question() -> None:
    assert refused({"slot": "That has passed.\nChoose another."}) == {
        "response_action": "errors",
        "errors": {"slot": "That has passed. Choose another."},
    }
