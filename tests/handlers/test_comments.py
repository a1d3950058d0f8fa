"""What the client and the team say to each other about a post, and what the team says among itself."""

from __future__ import annotations

from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice


async def _sent(posting: PostDesk) -> None:
    await posting.desk.vera.says("/post Autumn menu")
    await posting.desk.vera.presses("Send for approval")


def _card(posting: PostDesk, title: str, room: str) -> Card:
    return next(card for card in reversed(posting.desk.room(room).cards) if title in card.title)


async def _comment(posting: PostDesk, text: str) -> None:
    await posting.desk.clara.presses("Comment")
    assert await posting.desk.clara.answers(text=text) == Notice("The team has your comment.")


async def test_a_comment_decides_nothing_and_is_answered_after_a_preview(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting)
    await _comment(posting, "Is this our new oven?")
    told = _card(posting, "Clara comments on post 1", "team")
    assert "Clara: Is this our new oven?" in words_of(told)
    assert "Approve" in labels_of(_card(posting, "a post for your approval", "client"))

    await desk.vera.presses(told, "Answer the client")
    await desk.vera.answers(text="Yes, since Monday")
    preview = _card(posting, "The client will read this", "team")
    assert "Vera: Yes, since Monday" in words_of(preview)
    assert all("since Monday" not in words_of(card) for card in desk.room("client").cards)
    await desk.vera.presses(preview, "Send to the client")
    assert "Vera: Yes, since Monday" in words_of(_card(posting, "the team writes about post 1", "client"))
    assert "Vera: Yes, since Monday" in words_of(_card(posting, "a post for your approval", "client"))


async def test_the_two_threads_stand_apart_on_the_teams_card(posting: PostDesk) -> None:
    await _sent(posting)
    await _comment(posting, "Lovely")
    await posting.desk.vera.presses("Note")
    await posting.desk.vera.answers(text="They always say that")
    said = words_of(_card(posting, "Post 1", "team"))
    assert "Between us:\nVera: They always say that\nWith the client:\nClara: Lovely" in said
    assert all("always" not in words_of(card) for card in posting.desk.room("client").cards)


async def test_words_in_the_teams_room_reach_the_client_only_when_they_are_sent(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting)
    await _comment(posting, "Is it vegan?")
    message_id = next(number for number, card in desk.room("team").messages if "Clara comments" in card.title)
    shown = await desk.vera.says("Yes, all of it", reply_to=message_id)
    assert isinstance(shown, Card)
    assert shown.title == "The client will read this about post 1"
    assert all("all of it" not in words_of(card) for card in desk.room("client").cards)
    await desk.vera.presses(shown, "Send to the client")
    message_id = next(number for number, card in desk.room("client").messages if "the team writes" in card.title)
    assert await desk.vera.at("client").says("Anything else?", reply_to=message_id) is None
    assert "The team has your comment." in words_of(await desk.clara.says("Thank you", reply_to=message_id))
    assert "Clara: Thank you" in words_of(_card(posting, "Clara comments", "team"))


async def test_nobody_writes_to_the_client_about_what_they_never_saw(posting: PostDesk) -> None:
    await posting.desk.vera.says("/post Secret draft")
    assert "Write to the client" not in labels_of(_card(posting, "Post 1", "team"))
    await posting.desk.vera.presses("Send for approval")
    assert "Write to the client" in labels_of(_card(posting, "Post 1", "team"))
