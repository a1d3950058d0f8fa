"""What waits for the client on one card: approve all, leave some out, and exactly the versions that were shown."""

from __future__ import annotations

from clocks import Clock
from post_world import PostDesk, labels_of, submit_all, words_of

from handlers.card import Card, Notice
from smm import reminders


async def _sent(posting: PostDesk, *texts: str) -> None:
    for text in texts:
        await posting.desk.vera.says(f"/post {text}")
        await posting.desk.vera.presses("Send for approval")


def _lists(posting: PostDesk) -> list[Card]:
    return [card for card in posting.desk.room("client").cards if "posts for your approval" in card.title]


def _heard(posting: PostDesk) -> int:
    """Return how many messages the client's room got."""
    return sum(chat.chat_id == "client" for chat, _ in posting.desk.transport.sent)


async def test_posts_that_are_sent_together_are_one_message(posting: PostDesk) -> None:
    writer = await posting.actor(posting.desk.world.vera)
    account = min(each.id for each in await posting.accounts())
    await posting.database.write(submit_all, writer, account, 12)
    await posting.desk.settle()
    assert _heard(posting) == 1
    assert "12 posts wait for you." in words_of(_lists(posting)[0])


async def test_a_post_that_waits_alone_has_a_card_of_its_own_and_what_follows_joins_one_list(
    posting: PostDesk, clock: Clock
) -> None:
    await _sent(posting, "One")
    assert _lists(posting) == []
    await _sent(posting, "Two", "Three", "Four")
    assert _heard(posting) == 2
    assert "4 posts wait for you." in words_of(_lists(posting)[0])
    clock.advance(minutes=11)
    await _sent(posting, "Five")
    assert _heard(posting) == 3
    assert "There is a newer list below." in words_of(_lists(posting)[0])
    assert "5 posts wait for you." in words_of(_lists(posting)[1])


async def test_all_but_the_one_left_out_are_approved_and_the_team_hears_once(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting, "One", "Two", "Three", "Four")
    await desk.clara.presses("Leave out 3")
    shown = _lists(posting)[0]
    assert "3. no time yet · left out" in words_of(shown)
    assert labels_of(shown)[:2] == ["Approve all 3", "Look one by one"]
    before = len([card for chat, card in desk.transport.sent if chat.chat_id == "team"])
    assert await desk.clara.presses("Approve all 3") == Notice("Thank you. 3 posts approved.")
    told = [card for chat, card in desk.transport.sent if chat.chat_id == "team"][before:]
    assert [card.title for card in told] == ["Clara approved 3 posts"]
    assert "Not approved with them:\n3. Three" in words_of(told[0])
    assert labels_of(_lists(posting)[0]) == ["Changes to 3", "Approve 3"]

    await desk.clara.presses("Changes to 3")
    await desk.clara.answers(reason="Too loud")
    assert any("Clara: Too loud" in words_of(card) for card in desk.room("team").cards)
    assert "3. no time yet · changes requested" in words_of(_lists(posting)[0])
    assert labels_of(_lists(posting)[0]) == []


async def test_what_changed_since_the_list_was_shown_is_left_out_and_said_so(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting, "One", "Two", "Three")
    shown = _lists(posting)[0]
    ref = desk.clara.ref("Approve all 3")
    newest = next(card for card in desk.room("team").cards if card.title == "Post 3 · version 1")
    await desk.vera.presses(newest, "Edit")
    await desk.vera.answers(text="INTERNAL half-written")
    assert "3. no time yet · the team is changing it\n: Three" in words_of(_lists(posting)[0])
    await desk.clara.receives(kind="press", ref=ref, message_id="1")
    told = desk.room("client").cards[-1]
    assert "2 posts approved." in words_of(told)
    assert "Post 3: The team is changing this post." in words_of(told)
    assert all("INTERNAL" not in words_of(card) for card in (*desk.room("client").cards, shown))


async def test_nobody_approves_a_list_that_changed_under_their_finger(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting, "One", "Two")
    ref = desk.clara.ref("Approve all 2")
    await _sent(posting, "Three")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "The list has just changed. Look at it again, then press once more."
    await desk.clara.presses("Approve all 3")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "This list was answered already."


async def test_looking_one_by_one_shows_each_post_as_its_networks_will(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting, "One", "Two")
    await desk.clara.presses("Look one by one")
    alone = [card for card in desk.room("client").cards if card.title.endswith("a post for your approval")]
    assert {"Approve", "Request changes"} <= set(labels_of(alone[-1]))
    await desk.clara.presses(alone[-1], "Approve")
    assert "2. no time yet · approved" in words_of(_lists(posting)[0])
    assert "Approve 1" in labels_of(_lists(posting)[0])


async def test_the_team_may_not_answer_for_the_client(posting: PostDesk) -> None:
    await _sent(posting, "One", "Two")
    told = await posting.desk.vera.at("client").presses("Approve all 2")
    assert isinstance(told, Notice)
    assert told.alarm


async def test_what_is_owed_is_reminded_of_in_one_message(posting: PostDesk, clock: Clock) -> None:
    await posting.policy(mode="client", deadline_hours=24 * 30, remind_hours=24)
    await _sent(posting, "One", "Two", "Three")
    before = _heard(posting)
    clock.advance(hours=24)
    assert await posting.database.write(reminders.remind_due, clock.now) == 3
    await posting.desk.settle()
    assert _heard(posting) == before + 1
    assert "A reminder: this waits for your answer." in words_of(_lists(posting)[-1])
    assert "3 posts wait for you." in words_of(_lists(posting)[-1])


async def test_the_clients_approvals_are_their_list(posting: PostDesk) -> None:
    desk = posting.desk
    told = await desk.clara.says("/approvals")
    assert "Nothing waits for an approval." in words_of(told)
    await _sent(posting, "One")
    assert "a post for your approval" in words_of(await desk.clara.says("/approvals"))
    await _sent(posting, "Two")
    assert "2 posts wait for you." in words_of(await desk.clara.says("/approvals"))
