"""What updates mean: every kind a chat can produce, as the router gets it or as nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import telegram_alone
from ears import Ears
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback_telegram import LoopbackTelegram
from PIL import Image
from telegram_desk import telegram_on

from bot.telegram import Telegram
from bot.telegram_updates import Decoded, Me, Query, album, decode, lane, query
from storage import alerts, media, members, updates
from storage.alerts import Alert
from storage.channels import ChatRef
from storage.engine import Database

ME = Me(7000000001, "copydesk_bot")
ANNA = {"id": 52, "is_bot": False, "first_name": "Anna", "last_name": "K", "language_code": "ru"}
GROUP = {"id": -100, "type": "supergroup", "title": "Team"}
OURS = {"id": ME.id, "is_bot": True, "first_name": "Copydesk", "username": ME.username}
server, telegram = telegram_alone.server, telegram_alone.telegram


def message(**parts: Any) -> dict[str, Any]:
    return {"message": {"message_id": 7, "date": 1, "chat": GROUP, "from": ANNA, **parts}}


def heard(**parts: Any) -> Decoded | None:
    return decode("1:1", message(**parts), ME)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("/inbox", "/inbox"),
        ("/inbox@copydesk_bot all", "/inbox all"),
        ("/inbox@Copydesk_Bot", "/inbox"),
        ("/start 4f0a-code", "/start 4f0a-code"),
        ("/reply\nmany lines", "/reply\nmany lines"),
        ("/post@copydesk_bot\nmany lines", "/post\nmany lines"),
        ("mail me at a@copydesk_bot", "mail me at a@copydesk_bot"),
    ],
)
def test_commands_come_without_our_name(said: str, text: str) -> None:
    decoded = heard(text=said)
    assert decoded is not None
    assert decoded.incoming.text == text


def test_who_where_and_which_topic() -> None:
    decoded = heard(text="/inbox", message_thread_id=5, is_topic_message=True)
    assert decoded is not None
    incoming = decoded.incoming
    assert incoming.chat == ChatRef("telegram", "-100", "5")
    assert (incoming.sender.user_id, incoming.sender.name, incoming.sender.language) == ("52", "Anna K", "ru")
    assert (incoming.title, incoming.private, incoming.message_id) == ("Team", False, "7")
    plain = heard(text="x", message_thread_id=5)  # a thread of replies in an ordinary group is no topic
    assert plain is not None
    assert plain.incoming.chat == ChatRef("telegram", "-100")


def test_a_reply_names_the_card_but_a_message_in_a_topic_does_not_answer_its_opening() -> None:
    reply = heard(text="Thanks!", reply_to_message={"message_id": 3, "from": OURS})
    assert reply is not None
    assert (reply.incoming.reply_to, reply.addressed) == ("3", True)
    opening = {"message_id": 5, "from": ANNA}
    topic = heard(text="x", message_thread_id=5, is_topic_message=True, reply_to_message=opening)
    assert topic is not None
    assert topic.incoming.reply_to == ""


@pytest.mark.parametrize(
    "parts",
    [
        {"text": "/inbox@other_bot"},
        {"text": "/approve", "via_bot": OURS},
        {"text": "/approve", "forward_origin": {"type": "user", "sender_user": ANNA}},
        {"text": "New comment", "forward_origin": {"type": "user", "sender_user": OURS}},
        {"text": "/approve", "from": {"id": 99, "is_bot": True, "first_name": "Another bot"}},
        {"text": "a channel's post", "sender_chat": GROUP, "is_automatic_forward": True},
        {"sticker": {"file_id": "x"}},
        {"forum_topic_created": {"name": "x"}},
        {"new_chat_members": [OURS]},
    ],
)
def test_what_means_nothing_to_us(parts: dict[str, Any]) -> None:
    assert heard(**parts) is None


def test_words_that_were_forwarded_may_be_an_answer() -> None:
    decoded = heard(text="A text for the post", forward_origin={"type": "user", "sender_user": ANNA})
    assert decoded is not None
    assert decoded.incoming.text == "A text for the post"


@pytest.mark.parametrize(
    "hidden", [{"sender_chat": GROUP}, {"sender_chat": {"id": -7, "type": "channel", "title": "C"}}]
)
def test_an_anonymous_admin_is_nobody_we_know(hidden: dict[str, Any]) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    decoded = decode("1:1", message(text="/hold", **{"from": anonymous}, **hidden), ME)
    assert decoded is not None
    assert decoded.incoming.sender.user_id == ""


def test_edits_reactions_and_other_peoples_comings_and_goings_are_nothing() -> None:
    for kind in ("edited_message", "message_reaction", "chat_member", "something_new"):
        assert decode("1:1", {kind: {"chat": GROUP, "from": ANNA, "date": 1}}, ME) is None


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"status": "left"}, {"status": "member"}, "joined"),
        ({"status": "member"}, {"status": "kicked"}, "lost"),
        ({"status": "administrator"}, {"status": "left"}, "lost"),
        ({"status": "member"}, {"status": "restricted", "is_member": False}, "lost"),
        ({"status": "member"}, {"status": "administrator"}, None),
        ({"status": "member"}, {"status": "restricted", "is_member": True}, None),
    ],
)
def test_being_let_in_and_thrown_out(before: dict[str, Any], after: dict[str, Any], kind: str | None) -> None:
    change = {"chat": GROUP, "from": ANNA, "date": 1, "old_chat_member": before, "new_chat_member": after}
    decoded = decode("1:1", {"my_chat_member": change}, ME)
    assert (decoded.incoming.kind if decoded else None) == kind


def test_a_press_is_the_pressers_in_the_cards_chat() -> None:
    card = {"message_id": 9, "date": 0, "chat": GROUP}  # so old that Telegram no longer shows it to us
    press = {"callback_query": {"id": "77", "from": ANNA, "message": card, "chat_instance": "1", "data": "ref"}}
    decoded = decode("1:1", press, ME)
    assert decoded is not None
    assert (decoded.incoming.kind, decoded.incoming.ref, decoded.incoming.message_id) == ("press", "ref", "9")
    assert decoded.incoming.sender.user_id == "52"
    foreign = {
        "callback_query": {"id": "77", "from": ANNA, "inline_message_id": "x", "chat_instance": "1", "data": "r"}
    }
    assert decode("1:1", foreign, ME) is None
    assert query(foreign) == Query("77", ChatRef("telegram", ""), "52")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["message", "callback_query", "my_chat_member", "edited_message", "update_id"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KINDS, JSON, max_size=3))
def test_any_body_is_read_or_refused_by_one_of_the_errors_that_put_it_aside(body: dict[str, Any]) -> None:
    lane(body)
    album(body)
    query(body)
    try:
        decode("1:1", body, ME)
    except (KeyError, TypeError, ValueError, AttributeError):
        return


# ---- files, through the transport


def jpeg(color: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(made, "JPEG")
    return made.getvalue()


async def queued(database: Database) -> list[Alert]:
    return await database.read(lambda uow: alerts.due(uow, 0, 10))


async def test_a_picture_is_kept_under_its_digest(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears, tmp_path: Path
) -> None:
    anna = server.user("Anna")
    anna.shows(server.private(anna), [jpeg("red")], "/post now")
    await server.until(lambda: ears.heard)
    (incoming,) = ears.heard
    assert incoming.text == "/post now"
    assert (tmp_path / incoming.files[0]).read_bytes().startswith(b"\xff\xd8\xff")


async def test_an_album_is_one_update_with_its_pictures_in_order(
    server: LoopbackTelegram, database: Database, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    chat = server.private(anna)
    telegram._intake._album_wait = 3600
    one = anna.shows(chat, [jpeg("red"), jpeg("green")], "/post")
    await server.until(lambda: [len(each.parts) for each in telegram._intake._albums.values()] == [2])
    late = chat.put(anna.raw, photo=server.files.photo(jpeg("blue")), media_group_id=one[0].raw["media_group_id"])
    server.emit("message", late.raw)
    anna.says(chat, "/after")
    await server.until(lambda: [len(each.parts) for each in telegram._intake._albums.values()] == [3])
    telegram._intake._album_wait = 0.01  # now it is complete
    for waiting in telegram._intake._albums.values():
        waiting.changed.set()
    await server.until(lambda: len(ears.heard) == 2)
    album, after = ears.heard
    assert (album.text, len(set(album.files)), after.text) == ("/post", 3, "/after")
    assert album.message_id == str(one[0].id)
    assert await database.read(updates.open_ones, "telegram") == []


async def test_each_picture_of_an_album_keeps_what_was_said_of_it(
    server: LoopbackTelegram, database: Database, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    anna.shows(server.private(anna), [jpeg("red"), jpeg("green"), jpeg("blue")], "", "/post Menu", "A blue\ncup")
    await server.until(lambda: ears.heard)
    (incoming,) = ears.heard
    kept = await database.read(media.of, incoming.files)
    assert incoming.text == "/post Menu"
    assert [kept[digest].alt for digest in incoming.files] == ["", "", "A blue cup"]


async def test_an_album_that_was_not_handled_before_the_end_is_handled_whole_at_the_next_start(
    server: LoopbackTelegram, any_database: Database, tmp_path: Path
) -> None:
    database, ears = any_database, Ears(any_database)
    anna = server.user("Anna")
    first = telegram_on(server, database, tmp_path, album_wait=60)
    await first.start(ears.receive)
    await server.until(lambda: server.polls)
    anna.shows(server.private(anna), [jpeg("red"), jpeg("green")], "/post \x00")
    await server.until(lambda: server.confirmed == 500_002)
    await first._intake._running.cancel()
    await first.stop()
    assert ears.heard == []
    second = telegram_on(server, database, tmp_path)
    await second.start(ears.receive)
    await server.until(lambda: ears.heard)
    await second.stop()
    assert [len(incoming.files) for incoming in ears.heard] == [2]


async def test_files_that_are_not_for_us_are_not_fetched(
    server: LoopbackTelegram, telegram: Telegram, ears: Ears
) -> None:
    anna = server.user("Anna")
    team = server.group("Team", anna)
    ours = team.put(server.bot, text="Reply with a picture")
    anna.shows(team, [jpeg("red")], "a holiday picture")
    anna.shows(team, [jpeg("green")])
    anna.shows(team, [jpeg("blue")], reply_to=ours)
    await server.until(lambda: any(incoming.files for incoming in ears.heard))
    assert [(incoming.text, len(incoming.files)) for incoming in ears.heard] == [("a holiday picture", 0), ("", 1)]
    assert sum(call.method == "getFile" for call in server.calls) == 1


@pytest.mark.parametrize(
    ("name", "content", "size", "words"),
    [
        ("film.mp4", b"\x00\x00\x00\x18ftypisom", 21 * 1024 * 1024, "20 MB"),
        ("run.exe", b"MZ\x90\x00", 0, "cannot be kept"),
        ("fake.jpg", b"\xff\xd8\xff broken", 0, "damaged"),
    ],
)
async def test_a_file_that_cannot_be_kept_is_told_in_the_chat(
    server: LoopbackTelegram,
    database: Database,
    telegram: Telegram,
    ears: Ears,
    name: str,
    content: bytes,
    size: int,
    words: str,
) -> None:
    anna = server.user("Anna")
    anna.attaches(server.private(anna), name, content, "application/octet-stream", size=size)
    await server.until(lambda: server.confirmed)
    await telegram.stop()
    (alert,) = await queued(database)
    assert alert.card is not None
    assert words in str(alert.card["body"])
    assert ears.heard == []
    assert await database.read(updates.open_ones, "telegram") == []


async def test_a_file_that_telegram_does_not_hand_out_is_told(
    server: LoopbackTelegram, database: Database, telegram: Telegram, ears: Ears
) -> None:
    server.fail("download", 500, times=2)
    anna = server.user("Anna")
    anna.shows(server.private(anna), [jpeg("red")])
    await server.until(lambda: server.confirmed)
    await telegram.stop()
    (alert,) = await queued(database)
    assert "Send it again" in str(alert.card)
    assert server.token not in str(alert)


async def test_menus_follow_roles(server: LoopbackTelegram, database: Database, tmp_path: Path, ears: Ears) -> None:
    from telegram_desk import telegram_desk

    async with telegram_desk(database, tmp_path) as desk:
        menus = desk.server.commands
        await desk.server.until(lambda: (("chat", str(desk.client.id)), "") in menus)
        anyone = {command["command"] for command in menus[("default",), ""]}
        owner = {command["command"] for command in menus[("chat", str(desk.anna.id)), ""]}
        assert "start" in anyone
        assert anyone < owner
        assert (("default",), "ru") in menus
        # Clara never wrote to the bot: her private chat is not there, and that is no trouble.
        assert (("chat", str(desk.clara.id)), "") not in menus
        assert desk.telegram.trouble == ""
        await database.write(lambda uow: members.withdraw_all(uow, desk.world.anna.id))
        await desk.server.until(lambda: {c["command"] for c in menus[("chat", str(desk.anna.id)), ""]} == anyone)
