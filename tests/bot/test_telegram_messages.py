"""Saying things on Telegram: new messages, edits of every kind, pictures, and every refusal by its meaning."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import telegram_alone
from ears import Ears
from loopback_telegram import LoopbackTelegram
from loopback_telegram_limits import Windows
from loopback_telegram_world import Chat
from telegram_desk import chat_ref, telegram_on

from bot.telegram import Telegram
from bot.transport import ChatRef, MessageRef
from connectors.demo_pictures import draw
from handlers.card import Ask, Button, Card, Picture, Question, Quote, para
from smm.errors import ChatBusy, ChatError, ChatGone
from storage import asks
from storage.engine import Database

# The library warns of its own change to come each time the server asks to wait; we take either form.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
KEYS = ((Button("Claim", "a", ref="r1"),),)
CARD = Card(title="New comment", body=(Quote("Where is my <b>order</b>?", "Eve"),), buttons=KEYS)

server, telegram = telegram_alone.server, telegram_alone.telegram


@pytest.fixture
def team(server: LoopbackTelegram) -> Chat:
    return server.group("Team", server.user("Anna"), forum=True)


def picture(folder: Path, content: bytes = b"\xff\xd8\xffone", mime: str = "image/jpeg") -> Picture:
    digest = hashlib.sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return Picture(digest=digest, mime=mime)


def methods(server: LoopbackTelegram) -> list[str]:
    quiet = {"getMe", "getUpdates", "setMyCommands"}
    return [call.method for call in server.calls if call.method not in quiet]


async def test_a_card_is_sent_and_changed_in_its_place(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    message = await telegram.send(chat_ref(team), CARD)
    assert await telegram.edit(message, Card(title="Claimed by Anna")) is None
    (shown,) = team.cards
    assert (shown.text, shown.labels, shown.edits) == ("Claimed by Anna", [], 1)
    sent = next(call for call in server.calls if call.method == "sendMessage").parameters
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_nothing_to_change_costs_no_call_and_no_error(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    message = await telegram.send(chat_ref(team), CARD)
    await telegram.edit(message, CARD)
    assert methods(server) == ["sendMessage"]
    telegram._messages._standing.clear()  # after a restart nobody remembers what stands there
    await telegram.edit(message, CARD)
    assert team.cards[0].edits == 0


async def test_a_change_of_buttons_alone_changes_only_them(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    message = await telegram.send(chat_ref(team), CARD)
    await telegram.edit(message, Card(title=CARD.title, body=CARD.body, buttons=((Button("Reply", "b", ref="r2"),),)))
    assert methods(server) == ["sendMessage", "editMessageReplyMarkup"]
    assert team.cards[0].labels == ["Reply"]


async def test_a_message_is_taken_away_once_and_one_that_has_to_stay_stays(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    message = await telegram.send(chat_ref(team), CARD)
    await telegram.remove(message)
    await telegram.remove(message)
    assert team.cards == []
    kept = await telegram.send(chat_ref(team), CARD)
    server.refuse("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")
    await telegram.remove(kept)
    server.refuse("deleteMessage", 403, "Forbidden: bot was kicked from the supergroup chat")
    with pytest.raises(ChatGone):
        await telegram.remove(kept)
    assert len(team.cards) == 1


async def test_a_message_somebody_deleted_is_sent_anew_where_it_is_still_needed(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    message = await telegram.send(chat_ref(team), CARD)
    team.messages.clear()
    assert await telegram.edit(message, Card(title="Done")) is None
    assert team.cards == []
    moved = await telegram.edit(message, CARD)
    assert moved == MessageRef(chat_ref(team), str(team.cards[0].id))


async def test_a_card_goes_into_its_topic_and_to_the_group_when_the_topic_is_gone(
    telegram: Telegram, team: Chat
) -> None:
    topic = team.topic("Northwind")
    await telegram.send(chat_ref(team, topic), CARD)
    assert team.cards[0].raw["message_thread_id"] == topic
    del team.topics[topic]
    message = await telegram.send(chat_ref(team, topic), CARD)
    assert "message_thread_id" not in team.cards[1].raw
    assert message.chat == chat_ref(team)


async def test_a_picture_carries_text_and_buttons_and_is_uploaded_once(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    shown = picture(tmp_path)
    first = await telegram.send(chat_ref(team), Card(title="One", pictures=(shown,), buttons=KEYS))
    await telegram.send(chat_ref(team), Card(title="Two", pictures=(shown,)))
    assert [card.text for card in team.cards] == ["One", "Two"]
    assert team.cards[0].labels == ["Claim"]
    ids = [card.raw["photo"][-1]["file_id"] for card in team.cards]
    assert ids[0] == ids[1]
    await telegram.edit(first, Card(title="Approved", pictures=(shown,)))
    other = picture(tmp_path, b"\xff\xd8\xfftwo")
    await telegram.edit(first, Card(title="Version 2", pictures=(other,), buttons=KEYS))
    assert (team.cards[0].text, team.cards[0].labels, team.cards[0].edits) == ("Version 2", ["Claim"], 2)
    assert methods(server) == ["sendPhoto", "sendPhoto", "editMessageCaption", "editMessageMedia"]


async def test_a_cropped_picture_is_another_file_than_the_whole(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    shown = picture(tmp_path, draw("cup"))
    for ratio in (0, 1000, 1000):
        await telegram.send(chat_ref(team), Card(title="Look", pictures=(replace(shown, ratio=ratio),)))
    whole, cropped, again = [card.raw["photo"][-1]["file_id"] for card in team.cards]
    assert whole != cropped
    assert cropped == again


async def test_a_picture_card_is_changed_after_a_restart_too(telegram: Telegram, team: Chat, tmp_path: Path) -> None:
    shown = picture(tmp_path)
    message = await telegram.send(chat_ref(team), Card(title="Approve?", pictures=(shown,), buttons=KEYS))
    telegram._messages._standing.clear()
    await telegram.edit(message, Card(title="Approved", body=(para("x" * 2000),)))
    assert team.cards[0].text.startswith("Approved")
    assert "… (+" in team.cards[0].text
    telegram._messages._standing.clear()
    await telegram.edit(message, Card(title="Live", pictures=(shown,)))
    assert team.cards[0].text == "Live"


async def test_an_album_without_buttons_carries_its_text_else_the_text_follows(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    two = (picture(tmp_path), picture(tmp_path, b"\xff\xd8\xfftwo"))
    await telegram.send(chat_ref(team), Card(title="Live", pictures=two))
    assert [card.text for card in team.cards] == ["Live", ""]
    message = await telegram.send(chat_ref(team), Card(title="Approve?", pictures=two, buttons=KEYS))
    assert [(card.text, card.labels) for card in team.cards[2:]] == [("", []), ("", []), ("Approve?", ["Claim"])]
    await telegram.edit(message, Card(title="Approved", pictures=two))
    assert team.cards[-1].text == "Approved"
    assert len(team.cards) == 5


async def test_each_picture_of_an_album_has_its_own_words_and_a_long_one_is_several(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    cups = tuple(
        replace(picture(tmp_path, b"\xff\xd8\xff%d" % number), alt=f"Cup <{number}> " + "x" * 1100)
        for number in range(12)
    )
    await telegram.send(chat_ref(team), Card(title="Live", pictures=cups))
    shown, words = team.cards[:-1], team.cards[-1]
    assert [card.text.split(" x")[0] for card in shown] == [f"Cup <{number}>" for number in range(12)]
    assert max(len(card.text) for card in shown) <= 1024
    albums = [card.raw["media_group_id"] for card in shown]
    assert (albums.count(albums[0]), albums.count(albums[10])) == (10, 2)
    assert words.text == "Live", "an album whose pictures have words of their own would hide it"


async def test_an_album_is_not_shown_twice_when_only_its_text_has_to_wait(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    card = Card(title="Approve?", pictures=(picture(tmp_path), picture(tmp_path, b"\xff\xd8\xfftwo")), buttons=KEYS)
    server.refuse("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    with pytest.raises(ChatBusy):
        await telegram.send(chat_ref(team), card)
    await telegram.send(chat_ref(team), card)
    assert len(team.cards) == 3


async def test_a_picture_that_telegram_takes_for_none_goes_as_a_file_or_is_left_out(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, tmp_path: Path
) -> None:
    server.refuse("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    await telegram.send(chat_ref(team), Card(title="As a file", pictures=(picture(tmp_path),)))
    assert "document" in team.cards[0].raw
    server.dead_links.add("https://example.org/gone.jpg")
    await telegram.send(
        chat_ref(team), Card(title="Only words", pictures=(Picture(url="https://example.org/gone.jpg"),))
    )
    assert team.cards[1].text == "Only words"
    await telegram.send(chat_ref(team), Card(title="Not on our disk", pictures=(Picture(digest="f" * 64),)))
    assert team.cards[2].text == "Not on our disk"
    forgotten = Card(title="Again", pictures=(picture(tmp_path),))
    server.files.known.clear()  # the server no longer knows the id of what was uploaded
    await telegram.send(chat_ref(team), forgotten)
    assert team.cards[3].text == "Again"


async def test_markup_that_the_server_cannot_read_falls_back_to_plain_words(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    server.refuse("sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag")
    message = await telegram.send(chat_ref(team), CARD)
    assert team.cards[0].text == "New comment\n\nEve\nWhere is my <b>order</b>?"
    assert team.cards[0].entities == []
    server.refuse("editMessageText", 400, "Bad Request: can't parse entities: Unsupported start tag")
    await telegram.edit(message, Card(title="a < b"))
    assert team.cards[0].text == "a < b"


@pytest.mark.parametrize(
    ("code", "description", "meant"),
    [
        (403, "Forbidden: bot was kicked from the supergroup chat", ChatGone),
        (403, "Forbidden: bot was blocked by the user", ChatGone),
        (403, "Forbidden: user is deactivated", ChatGone),
        (403, "Forbidden: bot can't initiate conversation with a user", ChatGone),
        (400, "Bad Request: chat not found", ChatGone),
        (400, "Bad Request: not enough rights to send text messages to the chat", ChatGone),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", ChatGone),
        (400, "Bad Request: something new", ChatError),
        (500, "Internal Server Error", ChatError),
        (404, "Not Found", ChatError),
    ],
)
async def test_refusals_are_understood(
    server: LoopbackTelegram, telegram: Telegram, team: Chat, code: int, description: str, meant: type[ChatError]
) -> None:
    message = await telegram.send(chat_ref(team), Card(title="x"))
    server.refuse("sendMessage", code, description)
    with pytest.raises(ChatError) as raised:
        await telegram.send(chat_ref(team), CARD)
    assert type(raised.value) is meant
    server.refuse("editMessageText", code, description)
    with pytest.raises(ChatError) as raised:
        await telegram.edit(message, CARD)
    assert type(raised.value) is meant
    assert raised.value.__cause__ is None
    assert server.token not in str(raised.value)


async def test_an_answer_that_does_not_come_is_an_error_to_try_again(
    server: LoopbackTelegram, telegram: Telegram, team: Chat
) -> None:
    for break_it in (server.fail, server.garble, server.drop):
        break_it("sendMessage")
        with pytest.raises(ChatError) as raised:
            await telegram.send(chat_ref(team), CARD)
        assert type(raised.value) is ChatError


async def test_a_busy_server_says_how_long_to_wait(server: LoopbackTelegram, telegram: Telegram, team: Chat) -> None:
    server.windows = Windows()
    await telegram.send(chat_ref(team), CARD)
    with pytest.raises(ChatBusy) as raised:
        await telegram.send(chat_ref(team), CARD)
    assert raised.value.retry_after == timedelta(seconds=1)
    assert len(team.cards) == 1


async def test_a_group_that_became_a_supergroup_is_reported_and_tried_again_later(
    server: LoopbackTelegram, database: Database, tmp_path: Path
) -> None:
    ears = Ears(database)
    telegram = telegram_on(server, database, tmp_path)
    await telegram.start(ears.receive)
    anna = server.user("Anna")
    group = server.group("Team", anna, kind="group")
    new = server.migrate(group, anna)
    with pytest.raises(ChatError) as raised:
        await telegram.send(chat_ref(group), CARD)
    assert type(raised.value) is ChatError
    assert [(one.kind, one.chat.chat_id, one.text) for one in ears.heard] == [("moved", str(group.id), str(new.id))]
    await telegram.stop()


async def test_a_question_in_a_group_calls_the_one_it_is_put_to(
    server: LoopbackTelegram, database: Database, telegram: Telegram, team: Chat
) -> None:
    ask = Ask("reply", (Question("text", "Your answer?"),), "Send", ref="ask-1")
    anna = team.people[0]
    row = dict.fromkeys(("action", "topic_id", "message_id"), "")
    await database.write(
        lambda uow: asks.add(
            uow,
            **row,
            ref="ask-1",
            brand_id=None,
            object_id=0,
            version=0,
            args={},
            member_id=None,
            platform="telegram",
            chat_id=str(team.id),
            user_id=str(anna.id),
            questions=[],
            answers={},
            card={},
            expires_at=uow.now,
        )
    )
    message = await telegram.send(chat_ref(team), Card(title="Reply", ask=ask))
    (prompt,) = team.cards
    assert prompt.prompt["selective"] is True
    assert [e["user"]["id"] for e in prompt.entities if e["type"] == "text_mention"] == [anna.id]
    assert await telegram.edit(message, Card(title="Reply")) is None  # a prompt cannot be edited, and need not be
    assert len(team.cards) == 1


def test_groups_have_their_own_limit(telegram: Telegram) -> None:
    assert telegram.is_group(ChatRef("telegram", "-1001"))
    assert not telegram.is_group(ChatRef("telegram", "52000000001"))
    assert (telegram.pace.overall, telegram.pace.per_chat, telegram.pace.per_group) == (30, 1.0, 20)
