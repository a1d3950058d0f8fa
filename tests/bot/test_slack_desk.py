"""The main jobs over Slack, with the real router, handlers and delivery: answering a comment, approving, working in threads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import Clock
from fake_networks import LIMITS, FakeNetworks, item
from inbox_world import NoWriter
from loopback_slack import ELSEWHERE
from slack_desk import SlackDesk, chat_ref, clock_of, slack_desk

from bot.transport import ChatRef
from connectors.demo_pictures import draw
from smm import declared, ingest, replies
from smm.desk import Desk
from smm.networks import Can, Page
from storage import accounts, channels
from storage.engine import Database


@pytest.fixture
async def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackDesk]:
    monkeypatch.setattr(declared, "_networks", {"demo": declared.Declared("demo", "Demo", frozenset(Can), LIMITS)})
    async with slack_desk(database, tmp_path) as opened:
        yield opened


async def hears(desk: SlackDesk, clock: Clock, text: str) -> None:
    """Let one comment arrive at the brand's account."""
    brand_id = desk.world.brand.id
    account_id = await desk.database.write(lambda uow: accounts.add(uow, brand_id, "demo", "own-1", name="Northwind"))
    page = Page((item("r-1", text, author_name="Mia", said_at=clock.now),), "cursor")
    await desk.database.write(ingest.ingest, account_id, page)


async def test_a_comment_is_answered_from_the_teams_channel(desk: SlackDesk, clock: Clock) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Do you have <b>oat</b> milk? <!channel>")
    card = await desk.card(team, "oat")
    anna.press(card, "Reply")
    modal = await anna.modal()
    assert "oat" in modal.text
    assert await modal.submits(text="Yes, we do!") == {}
    preview = await server.card(team, "Yes, we do!")
    assert preview.thread == card.ts
    assert {"Send", "Edit", "Discard"} <= set(preview.labels)
    anna.press(preview, "Send")
    await server.until(lambda: "Undo" in preview.labels)
    clock.advance(seconds=10)
    networks = FakeNetworks(clock)
    ports = Desk(desk.database, networks, NoWriter(), Path())
    for reply_id, _ in await desk.database.read(replies.due, clock.now):
        await replies.send(ports, reply_id)
    await server.until(lambda: "Reply" not in card.labels)
    assert "Anna" in card.text
    assert len(networks.effects) == 1


async def test_the_team_talks_in_a_cards_thread_and_what_names_the_desk_first_becomes_a_preview(
    desk: SlackDesk, clock: Clock
) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await hears(desk, clock, "Hello")
    card = await desk.card(team, "Hello")
    talk = anna.says(team, "just talking to the others")
    anna.says(team, "in a thread of their own", thread=talk)
    anna.says(team, "Who takes this?", thread=card)
    anna.shows(team, draw("beans"), text="This one?", thread=card)
    anna.says(team, f"Let us ask <@{server.bot_user}> to send it", thread=card)
    anna.mentions(team, "hold on, we open at 8", thread=card)
    preview = await server.card(team, "hold on, we open at 8")
    assert (preview.thread, "Send" in preview.labels) == (card.ts, True)
    assert len(team.cards) == 2
    assert await desk.database.read(replies.due, clock.now) == []


async def test_a_word_to_the_desk_in_a_cards_thread_is_still_a_command(desk: SlackDesk, clock: Clock) -> None:
    anna, team = desk.anna, desk.team
    await hears(desk, clock, "Hello")
    card = await desk.card(team, "Hello")
    for said in ("inbox", "/inbox Hello"):
        anna.mentions(team, said, thread=card)
    await desk.server.until(lambda: len(team.cards) == 3)
    assert [one.text.count("Hello") > 0 and "Send" not in one.labels for one in team.cards] == [True] * 3
    talk = anna.says(team, "a thread of their own")
    anna.mentions(team, "inbxo", thread=talk)
    assert "Did you mean /desk inbox" in await anna.whispered(team)


async def test_what_a_client_says_in_a_cards_thread_needs_no_name(desk: SlackDesk) -> None:
    server, anna, clara = desk.server, desk.anna, desk.clara
    brand_id = desk.world.brand.id
    await desk.database.write(lambda uow: accounts.add(uow, brand_id, "demo", "own-1", name="Northwind"))
    anna.mentions(desk.team, "post Autumn menu")
    anna.press(await desk.card(desk.team, "Autumn menu"), "Send for approval")
    clara.press(await desk.card(desk.client, "Autumn menu"), "Comment")
    assert await (await clara.modal()).submits(text="Is it too long?") == {}
    comment = await desk.card(desk.team, "Clara comments")
    anna.says(desk.team, "She is right", thread=comment)
    anna.mentions(desk.team, "Two lines it is", thread=comment)
    preview = await server.card(desk.team, "Two lines it is")
    assert not any("She is right" in card.text for card in desk.team.cards)
    anna.press(preview, "Send to the client")
    clara.says(desk.client, "Perfect, thank you", thread=await desk.card(desk.client, "the team writes"))
    await desk.card(desk.team, "Perfect, thank you")


async def test_somebody_of_another_company_decides_nothing_until_they_are_invited(
    desk: SlackDesk, clock: Clock
) -> None:
    """The same user id of another workspace is another person, whoever shares the channel with them."""
    server, team = desk.server, desk.team
    foreign = server.user("Eve", team=ELSEWHERE)
    twin = server.user("Anna", team=ELSEWHERE)
    twin.id = desk.anna.id
    await hears(desk, clock, "Hello")
    card = await desk.card(team, "Hello")
    for stranger in (foreign, twin):
        team.people.append(stranger)
        stranger.press(card, "Reply")
        assert "invitation" in await stranger.whispered(team)
        assert stranger.modals == []
        team.whispers.clear()
        stranger.says(team, "Send this!", thread=card)
        stranger.mentions(team, "hold")
    await server.until(lambda: not server.line.open_ones)
    assert not any("Send" in one.labels for one in team.cards)
    assert "Reply" in card.labels


async def test_a_client_cannot_press_the_teams_button_nor_anybody_anothers_chat(desk: SlackDesk, clock: Clock) -> None:
    server, team = desk.server, desk.team
    await hears(desk, clock, "Hello")
    card = await desk.card(team, "Hello")
    team.people.append(desk.clara)
    desk.clara.press(card, "Reply")
    assert "role" in await desk.clara.whispered(team)
    elsewhere = desk.client.put(bot_id=server.bot_id, blocks=card.blocks)
    desk.anna.press(elsewhere, "Reply")
    assert "another chat" in await desk.anna.whispered(desk.client)
    desk.anna.act(card, card.buttons[0] | {"value": "A" * 16})
    assert "does not work any more" in await desk.anna.whispered(team)


async def test_answering_as_the_brand_from_a_messages_menu(desk: SlackDesk, clock: Clock) -> None:
    anna, team = desk.anna, desk.team
    await hears(desk, clock, "Hello")
    card = await desk.card(team, "Hello")
    anna.choose(card)
    modal = await anna.modal()
    assert "Answer to Mia" in modal.text
    modal.close()
    assert "Stopped" in await anna.whispered(team)
    talk = anna.says(team, "nothing to answer")
    anna.choose(talk)
    assert "nothing to answer here" in await anna.whispered(team, "nothing to answer here")
    in_thread = anna.says(team, "Good morning, Mia &amp; all!", thread=card)
    anna.choose(in_thread)
    modal = await anna.modal()
    assert "Answer to Mia" in modal.text
    assert await modal.submits() == {}
    preview = await desk.server.card(team, "Good morning, Mia & all!")
    assert "Send" in preview.labels


async def test_a_room_that_is_lost_renamed_or_moved(desk: SlackDesk) -> None:
    server, client = desk.server, desk.client
    server.event({"type": "channel_rename", "channel": {"id": client.id, "name": "renamed", "created": 1}})
    server.happens("channel_archive", client, user=desk.clara.id)
    await server.card(desk.team, "renamed")
    server.happens("channel_unarchive", client, user=desk.clara.id)
    await server.until(lambda: client.cards)
    room = await desk.database.read(channels.at, chat_ref(client))
    assert room is not None
    assert (room.state, room.title) == ("open", "renamed")
    other = server.channel("moved", desk.clara)
    server.event({"type": "channel_id_changed", "old_channel_id": client.id, "new_channel_id": other.id})
    await server.until(lambda: not server.line.open_ones)
    desk.clara.mentions(other, "help")
    await server.until(lambda: other.cards)
    assert await desk.database.read(channels.at, ChatRef("slack", other.id)) is not None


async def test_a_command_where_we_are_not_is_answered_with_what_to_do(desk: SlackDesk) -> None:
    closed = desk.server.channel("secret", desk.anna, closed=True, bot=False)
    desk.anna.commands(closed, "inbox")
    assert "Invite me first" in await desk.anna.whispered(closed)
    closed.bot = True
    desk.server.happens("member_joined_channel", closed, user=desk.server.bot_user)
    await desk.server.card(closed, "/desk channels")
    desk.anna.commands(closed, "channels")
    await desk.server.until(lambda: len(closed.cards) == 2)


async def test_the_home_tab_is_ones_own_work_and_follows_it(desk: SlackDesk, clock: Clock) -> None:
    server, anna = desk.server, desk.anna
    anna.opens_home()
    await server.until(lambda: anna.home)
    before = str(anna.home)
    assert "Northwind" in before
    await hears(desk, clock, "Hello")
    card = await desk.card(desk.team, "Hello")
    anna.press(card, "Claim")
    await server.until(lambda: "Hello" in str(anna.home))
    assert desk.clara.home == {}
    stranger = server.user("Eve")
    stranger.opens_home()
    await server.until(lambda: "invitation" in str(stranger.home))


async def test_a_picture_sent_in_private_is_kept_and_one_that_is_none_is_told(desk: SlackDesk, clock: Clock) -> None:
    server, anna = desk.server, desk.anna
    await hears(desk, clock, "Hello")
    alone = server.private(anna)
    anna.commands(alone, "post")
    modal = await anna.modal()
    assert list(await modal.submits(text="Beans", files=[b"not a picture"])) == ["files"]
    assert await modal.submits(text="Beans", files=[draw("beans")]) == {}
    draft = await server.card(alone, "Beans")
    await server.until(lambda: draft.pictures)


async def test_a_time_that_has_passed_keeps_nobody_from_changing_the_text_or_learning_what_to_do(
    desk: SlackDesk, clock: Clock
) -> None:
    server, anna, team = desk.server, desk.anna, desk.team
    await desk.database.write(lambda uow: accounts.add(uow, desk.world.brand.id, "demo", "own-1", name="Northwind"))
    anna.commands(team, "post")
    modal = await anna.modal()
    assert list(await modal.submits(text="", **clock_of(clock.now + timedelta(hours=1)))) == ["text"]
    assert await modal.submits(text="Autumn menu", **clock_of(clock.now + timedelta(hours=1))) == {}
    card = await desk.card(team, "Autumn menu")
    clock.advance(hours=3)
    anna.press(card, "Edit")
    modal = await anna.modal()
    assert "This time has passed." in modal.text
    assert await modal.submits(text="Winter menu") == {}  # the date and the time are sent back as they stand there
    await server.until(lambda: "Winter menu" in card.text)
    anna.press(card, "Send for approval")
    told = await server.card(team, "the time of this post has passed")
    assert "Next free slot, and send" in told.labels
