"""What updates of Slack mean: every kind that comes, as the router gets it or as nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack_updates import Decoded, Me, decode, key, lane, plain
from bot.transport import ChatRef

ME = Me("U0DESK")
ANNA = "T1:U0ANNA"


def event(kind: str, **parts: Any) -> dict[str, Any]:
    inner = {"type": kind, "user": "U0ANNA", "channel": "C1", "ts": "5.1", "team": "T1", **parts}
    return {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": inner}


def heard(kind: str = "message", **parts: Any) -> Decoded | None:
    if kind == "message":
        parts = {"channel_type": "channel", "text": "hello"} | parts
    return decode("k", event(kind, **parts), ME)


def pressed(**parts: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0ANNA", "username": "anna", "team_id": "T1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1", "name": "team"},
        "message": {"ts": "5.1"},
        "trigger_id": "1.2",
        "response_url": "https://hooks.slack.com/x",
        "actions": [{"action_id": "press:3", "value": "ref", "text": {"type": "plain_text", "text": "Reply"}}],
    } | parts


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<@U0DESK> inbox", "/inbox"),
        ("<@U0DESK>: /inbox all", "/inbox all"),
        ("<@U0DESK>", "/help"),
        ("<@U0DESK> post\nmany lines", "/post\nmany lines"),
    ],
)
def test_a_mention_is_a_command(said: str, meant: str) -> None:
    decoded = heard("app_mention", text=said)
    assert decoded is not None
    assert (decoded.incoming.text, decoded.incoming.chat) == (meant, ChatRef("slack", "C1"))
    assert decoded.addressed


def test_what_names_us_in_the_middle_is_said_of_us_and_not_to_us() -> None:
    decoded = heard("app_mention", text="ask <@U0DESK> about it")
    assert decoded is not None
    assert (decoded.incoming.text, decoded.addressed) == ("ask @U0DESK about it", False)


@pytest.mark.parametrize(("said", "meant"), [("", "/help"), ("inbox", "/inbox"), (" /inbox all", "/inbox all")])
def test_the_slash_command_is_any_command(said: str, meant: str) -> None:
    body = {
        "command": "/desk",
        "text": said,
        "team_id": "T1",
        "user_id": "U0ANNA",
        "channel_id": "C1",
        "trigger_id": "1",
    }
    decoded = decode("k", body, ME)
    assert decoded is not None
    assert (decoded.incoming.text, decoded.incoming.opens, decoded.trigger) == (meant, True, "1")
    elsewhere = decode("k", body | {"channel_id": "D9"}, ME)  # two other people's private channel
    assert elsewhere is not None
    assert elsewhere.incoming.chat == ChatRef("slack", ANNA)


def test_who_and_where() -> None:
    alone = heard(channel="D1", channel_type="im")
    assert alone is not None
    assert (alone.incoming.chat, alone.incoming.sender.user_id) == (ChatRef("slack", ANNA), ANNA)
    assert (alone.incoming.private, alone.incoming.message_id, alone.addressed) == (True, "5.1", True)
    thread = heard(thread_ts="4.1")
    assert thread is not None
    assert (thread.incoming.chat, thread.incoming.reply_to) == (ChatRef("slack", "C1", "4.1"), "4.1")
    assert (thread.incoming.private, thread.addressed) == (False, False)


def test_somebody_of_another_company_is_known_by_their_own_workspace() -> None:
    for parts in ({"user_team": "T2"}, {"source_team": "T2"}):
        message = heard(thread_ts="4.1", **parts)
        assert message is not None
        assert message.incoming.sender.user_id == "T2:U0ANNA"
    press = decode("k", pressed(user={"id": "U0ANNA", "team_id": "T2"}), ME)
    assert press is not None
    assert press.incoming.sender.user_id == "T2:U0ANNA"


@pytest.mark.parametrize(
    "parts",
    [
        {},  # people talk to each other in a channel
        {"thread_ts": "5.1"},  # the message that a thread hangs on
        {"text": "<@U0DESK> inbox", "thread_ts": "4.1"},  # comes as a mention too
        {"user": "U0DESK", "thread_ts": "4.1"},
        {"bot_id": "B9", "thread_ts": "4.1"},
        {"subtype": "message_changed", "thread_ts": "4.1"},
        {"subtype": "channel_join", "thread_ts": "4.1"},
        {"text": "", "thread_ts": "4.1"},
    ],
)
def test_what_means_nothing_to_us(parts: dict[str, Any]) -> None:
    assert heard(**parts) is None


def test_a_press_and_what_comes_with_it() -> None:
    decoded = decode("k", pressed(), ME)
    assert decoded is not None
    assert (decoded.incoming.kind, decoded.incoming.ref, decoded.incoming.message_id) == ("press", "ref", "5.1")
    assert (decoded.trigger, decoded.respond, decoded.deed) == ("1.2", "https://hooks.slack.com/x", "receive")
    in_thread = decode("k", pressed(message={"ts": "5.1", "thread_ts": "4.1"}), ME)
    assert in_thread is not None
    assert in_thread.incoming.chat == ChatRef("slack", "C1", "4.1")
    at_home = decode("k", pressed(channel=None, message=None), ME)
    assert at_home is not None
    assert (at_home.incoming.chat, at_home.incoming.private) == (ChatRef("slack", ANNA), True)
    opens = {"action_id": "ask", "value": "ref", "text": {"type": "plain_text", "text": "Preview"}}
    asks = decode("k", pressed(actions=[opens]), ME)
    assert asks is not None
    assert (asks.deed, asks.incoming.text) == ("ask", "Preview")
    assert decode("k", pressed(actions=[{"action_id": "open:1", "value": ""}]), ME) is None


@pytest.mark.parametrize(
    ("happened", "kind", "chat"),
    [
        ({"type": "channel_archive"}, "lost", "C1"),
        ({"type": "group_left"}, "lost", "C1"),
        ({"type": "group_unarchive"}, "joined", "C1"),
        ({"type": "member_joined_channel", "user": "U0DESK"}, "joined", "C1"),
        ({"type": "member_left_channel", "user": "U0DESK"}, "lost", "C1"),
        ({"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}, "moved", "C1"),
    ],
)
def test_what_happens_to_a_channel(happened: dict[str, Any], kind: str, chat: str) -> None:
    decoded = decode("k", event(**happened | {"kind": happened["type"]}), ME)
    assert decoded is not None
    assert (decoded.incoming.kind, decoded.incoming.chat.chat_id) == (kind, chat)


def test_other_peoples_comings_and_goings_are_nothing() -> None:
    for kind in ("member_joined_channel", "member_left_channel", "reaction_added"):
        assert heard(kind) is None
    assert heard("tokens_revoked", tokens={"oauth": ["U0ANNA"], "bot": []}) is None
    assert heard("app_home_opened", tab="messages") is None


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<https://x.org/a?b=1&amp;c=2>", "https://x.org/a?b=1&c=2"),
        ("<http://x.org|x.org>", "x.org"),
        ("<https://x.org|click here>", "https://x.org"),
        ("<mailto:a@x.org|a@x.org>", "a@x.org"),
        ("<#C1|general> <!here> <@U2>", "#general @here @U2"),
        ("<!subteam^S1|@desk>", "@desk"),
    ],
)
def test_words_are_read_as_they_were_typed(written: str, typed: str) -> None:
    assert plain(written) == typed


def test_the_same_update_has_the_same_key_and_another_one_another() -> None:
    assert key(event("message")) == "Ev1"
    assert key(pressed()) == key(pressed()) != key(pressed(trigger_id="1.3"))
    sent = {"type": "view_submission", "view": {"id": "V1", "state": {"values": {"a": 1}}}, "token": "t"}
    again = sent | {"view": {"id": "V1", "state": {"values": {"a": 2}}}}
    assert key(sent) == key(sent | {"token": "u"}) != key(again)
    assert all(len(key(each)) <= 128 for each in (pressed(trigger_id="9" * 500), sent))
    assert lane(pressed()) == lane(event("message")) == "C1:U0ANNA"


NAMES = st.sampled_from(["type", "event", "command", "user", "channel", "view", "id"])
LEAVES = st.none() | st.integers() | st.text(max_size=8)
PARTS = st.recursive(LEAVES, lambda part: st.lists(part, max_size=2) | st.dictionaries(NAMES, part), max_leaves=6)


@settings(max_examples=60)
@given(body=st.dictionaries(NAMES, PARTS))
def test_no_body_has_a_key_or_lane_that_breaks(body: dict[str, Any]) -> None:
    assert 0 < len(key(body)) <= 128
    assert isinstance(lane(body), str)
