"""Saying things on Slack: new messages, edits, threads, private chats, pictures, and every refusal by what to do next."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import slack_alone
from loopback_slack import LoopbackSlack
from loopback_telegram_limits import Windows
from PIL import Image
from slack_desk import alone_ref, chat_ref

from bot import media
from bot.delivery import Delivery
from bot.slack import Slack
from bot.transport import ChatRef, MessageRef, Pace
from config.words import words
from connectors.demo_pictures import draw
from handlers.card import Button, Card, Picture, para
from handlers.card_json import pack
from smm.errors import ChatBusy, ChatError, ChatGone
from storage import alerts
from storage.engine import Database

CARD = Card(
    title="A card", body=(para("/help shows more, not /helpful nor a/help"),), buttons=((Button("Go", "a", ref="r"),),)
)

server, slack = slack_alone.server, slack_alone.slack


async def test_a_card_stands_is_changed_and_taken_away(server: LoopbackSlack, slack: Slack) -> None:
    team = server.channel("team")
    sent = await slack.send(chat_ref(team), CARD)
    (card,) = team.cards
    assert (sent.message_id, card.labels) == (card.ts, ["Go"])
    assert "/desk help shows more, not /helpful nor a/help" in card.text
    assert await slack.edit(sent, CARD) is None
    assert card.edits == 0  # nothing to change is not said
    await slack.edit(sent, Card(title="Another"))
    assert (card.text, card.labels) == ("Another", [])
    await slack.remove(sent)
    await slack.remove(sent)
    assert team.cards == []


async def test_a_private_chat_is_found_by_its_person_once(server: LoopbackSlack, slack: Slack) -> None:
    anna = server.user("Anna")
    sent = await slack.send(alone_ref(anna), CARD)
    await slack.edit(sent, Card(title="Another"))
    assert [card.text for card in server.private(anna).cards] == ["Another"]
    assert len(server.called("conversations.open")) == 1
    with pytest.raises(ChatGone):
        await slack.send(ChatRef("slack", "T0OTHERS:U0NOBODY"), CARD)


async def test_what_is_said_in_a_thread_stays_there_and_goes_to_the_channel_when_that_is_lost(
    server: LoopbackSlack, slack: Slack
) -> None:
    team = server.channel("team")
    root = await slack.send(chat_ref(team), CARD)
    await slack.send(chat_ref(team, root.message_id), Card(title="In the thread"))
    await slack.send(chat_ref(team, "1.000001"), Card(title="Lost"))
    assert [(card.text, card.thread) for card in team.cards[1:]] == [("In the thread", root.message_id), ("Lost", "")]


async def test_a_card_that_somebody_deleted_comes_back_if_it_can_be_pressed(
    server: LoopbackSlack, slack: Slack
) -> None:
    team = server.channel("team")
    sent = await slack.send(chat_ref(team), CARD)
    team.messages.clear()
    anew = await slack.edit(sent, Card(title="Newer", buttons=CARD.buttons))
    assert anew is not None
    assert [card.ts for card in team.cards] == [anew.message_id]
    team.messages.clear()
    assert await slack.edit(anew, Card(title="Over")) is None
    assert team.cards == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("channel_not_found", ChatGone),
        ("not_in_channel", ChatGone),
        ("is_archived", ChatGone),
        ("invalid_auth", ChatError),  # of all chats alike: no room is lost by it
        ("account_inactive", ChatError),
        ("missing_scope", ChatError),
        ("msg_too_long", ChatError),
        ("invalid_blocks", ChatError),
        ("something_new", ChatError),
    ],
)
async def test_a_refusal_is_named_by_what_to_do_next(
    server: LoopbackSlack, slack: Slack, code: str, kind: type[ChatError]
) -> None:
    team = server.channel("team")
    for method, work in (
        ("chat.postMessage", lambda: slack.send(chat_ref(team), CARD)),
        ("chat.update", lambda: slack.edit(MessageRef(chat_ref(team), "1.1"), CARD)),
        ("chat.delete", lambda: slack.remove(MessageRef(chat_ref(team), "1.1"))),
    ):
        server.refuse(method, code)
        with pytest.raises(ChatError) as raised:
            await work()
        assert type(raised.value) is kind


async def test_a_limit_says_how_long_to_wait(server: LoopbackSlack, slack: Slack) -> None:
    server.refuse("chat.postMessage", "ratelimited", status=429, wait=7)
    with pytest.raises(ChatBusy) as raised:
        await slack.send(chat_ref(server.channel("team")), CARD)
    assert raised.value.retry_after.total_seconds() == 7


async def test_a_broken_line_is_an_error_and_the_library_says_nothing_twice(
    server: LoopbackSlack, slack: Slack
) -> None:
    team = server.channel("team")
    breaks: list[Any] = [server.fail, server.garble, server.drop]
    for break_it in breaks:
        break_it("chat.postMessage")
        with pytest.raises(ChatError):
            await slack.send(chat_ref(team), CARD)
    assert len(server.called("chat.postMessage")) == 3


async def kept(database: Database, folder: Path, name: str) -> Picture:
    found = await media.keep(database, folder, draw(name), brand_id=None)
    return Picture(found.digest, alt=name, mime=found.mime)


async def test_pictures_stand_in_the_card_and_are_uploaded_once(
    server: LoopbackSlack, slack: Slack, database: Database, tmp_path: Path
) -> None:
    team, other = server.channel("team"), server.channel("other")
    pictures = (await kept(database, tmp_path, "cup"), await kept(database, tmp_path, "beans"))
    album = Card(title="Album", pictures=(*pictures, Picture("0" * 64, alt="lost")))
    sent = await slack.send(chat_ref(team), album)
    await slack.send(chat_ref(other), album)
    await slack.edit(sent, Card(title="One less", pictures=pictures[:1]))
    assert [len(card.pictures) for card in (*team.cards, *other.cards)] == [1, 2]
    assert len(server.called("files.completeUploadExternal")) == 2
    assert server.files.known[other.cards[0].pictures[0]].content == draw("cup")


async def test_a_cropped_picture_is_another_file_than_the_whole(
    server: LoopbackSlack, slack: Slack, database: Database, tmp_path: Path
) -> None:
    team = server.channel("team")
    whole = await kept(database, tmp_path, "cup")
    for ratio in (0, 500, 500):
        await slack.send(chat_ref(team), Card(title="Look", pictures=(replace(whole, ratio=ratio),)))
    files = [card.pictures[0] for card in team.cards]
    assert files[1] == files[2] != files[0]
    with Image.open(io.BytesIO(server.files.known[files[1]].content)) as cropped:
        assert (cropped.format, round(cropped.width / cropped.height, 2)) == ("JPEG", 0.5)


async def test_a_card_whose_picture_slack_does_not_take_is_said_without_it(
    server: LoopbackSlack, slack: Slack, database: Database, tmp_path: Path
) -> None:
    team = server.channel("team")
    pictured = Card(title="Pictured", pictures=(await kept(database, tmp_path, "cup"),))
    server.refuse(
        "chat.postMessage", "invalid_blocks", "[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]"
    )
    await slack.send(chat_ref(team), pictured)
    await slack.send(chat_ref(team), pictured)
    assert [len(card.pictures) for card in team.cards] == [0, 1]


async def test_a_file_that_no_message_can_show_hangs_under_it(
    server: LoopbackSlack, slack: Slack, database: Database, tmp_path: Path
) -> None:
    found = await media.keep(database, tmp_path, b"%PDF-1.4 a report", brand_id=None, name="report.pdf")
    team = server.channel("team")
    await slack.send(chat_ref(team), Card(title="Report", pictures=(Picture(found.digest, mime=found.mime),)))
    card, file = team.cards
    assert (file.thread, file.raw["files"][0]["size"]) == (card.ts, found.size)


async def test_one_person_is_told_alone(server: LoopbackSlack, slack: Slack) -> None:
    anna, boris = server.user("Anna"), server.user("Boris")
    team = server.channel("team", anna)
    assert await slack.whisper(chat_ref(team), f"{anna.team}:{anna.id}", Card(title="For you"))
    assert not await slack.whisper(chat_ref(team), f"{boris.team}:{boris.id}", Card(title="For you"))
    assert team.whispers == [(anna.id, "For you")]
    assert team.cards == []


async def test_a_strict_server_never_has_to_refuse(
    server: LoopbackSlack, database: Database, tmp_path: Path, slack: Slack
) -> None:
    """One message a second to a channel, with time running twenty times as fast on both sides."""
    fast = 20
    server.windows = Windows(overall=8, scale=fast)
    slack.pace = Pace(slack.pace.overall, slack.pace.per_chat / fast)
    delivery = Delivery(database, [slack], words)
    rooms = [server.channel(f"room-{number}") for number in range(3)]
    for number in range(12):
        chat = chat_ref(rooms[number % 3])
        await database.write(
            lambda uow, chat=chat, n=number: alerts.queue(uow, chat, language="en", card=pack(Card(title=f"Card {n}")))
        )
    await asyncio.wait_for(delivery.drain(), 30)
    assert [[card.text for card in room.cards] for room in rooms] == [
        [f"Card {number}" for number in range(first, 12, 3)] for first in range(3)
    ]
    assert server.windows.refused == 0
