"""When a post goes out, told as what people see: a time that has passed, moved meanwhile, or never was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dialog import PlainWords
from post_world import PostDesk, actor_of, labels_of, words_of

from bot.router import Router
from handlers.card import Card, Notice
from smm import posts, showing
from smm.posts import Whole

SLOT = "2026-03-02T11:00:00+01:00"  # an hour from now
AS_THE_FORM_HAS_IT = "2026-03-02T11:00"
PASSED = "! Its time has passed. Pick a later one."


async def written(posting: PostDesk, slot: str = SLOT) -> None:
    """Let Vera write post 1 with a time."""
    await posting.desk.vera.says("/post")
    await posting.desk.vera.answers(text="Autumn menu", slot=slot)


async def post(posting: PostDesk, number: int = 1) -> Whole:
    found = await posting.database.read(showing.whole, number)
    assert found is not None
    return found


async def test_a_time_that_has_passed_keeps_nobody_from_changing_the_text(posting: PostDesk) -> None:
    vera = posting.desk.vera
    await written(posting)
    posting.clock.advance(hours=3)
    form = await vera.presses("Edit")
    assert isinstance(form, Card)
    assert form.ask is not None
    assert "This time has passed." in next(one.hint for one in form.ask.questions if one.name == "slot")
    assert await vera.answers(text="Winter menu", slot=AS_THE_FORM_HAS_IT) == Notice("Saved.")
    whole = await post(posting)
    assert (whole.content.text, whole.post.slot_at) == ("Winter menu", datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert PASSED in words_of(posting.desk.room("team").cards[-1])


async def test_a_passed_time_that_was_chosen_is_refused_beside_its_field_and_nothing_is_lost(posting: PostDesk) -> None:
    vera = posting.desk.vera
    await written(posting)
    posting.clock.advance(hours=3)
    await vera.presses("Edit")
    wrong = await vera.answers(text="Winter menu", slot="2026-03-02T12:00")
    assert wrong == {"slot": "02.03.2026 12:00 Europe/Berlin has passed. Choose a later time."}
    assert await vera.answers(text="Winter menu", slot="2026-03-02T19:00") == Notice("Saved.")


async def test_a_time_that_was_not_touched_does_not_undo_a_move_made_meanwhile(posting: PostDesk) -> None:
    vera, moved = posting.desk.vera, datetime(2026, 3, 4, 9, tzinfo=UTC)
    await written(posting)
    await vera.presses("Edit")
    anna = await posting.database.read(actor_of, posting.desk.world.anna, posting.brand_id)
    await posting.database.write(posts.place, anna, 1, 1, moved)
    await vera.answers(text="Winter menu", slot=AS_THE_FORM_HAS_IT)
    assert (await post(posting)).post.slot_at == moved


async def test_saving_an_approved_post_as_it_is_lets_nothing_out_at_its_passed_time(posting: PostDesk) -> None:
    await written(posting)
    posting.clock.advance(minutes=80)  # late, but not so late that it is missed
    await posting.policy(mode="none")
    await posting.desk.vera.presses("Edit")
    await posting.desk.vera.answers(text="Autumn menu", slot=AS_THE_FORM_HAS_IT)
    await posting.tick()
    assert posting.networks.effects == []


async def test_in_a_chat_without_forms_the_time_stands_in_peoples_words_and_can_be_kept(posting: PostDesk) -> None:
    await written(posting)
    posting.clock.advance(hours=3)
    posting.desk.router = Router(posting.database, PlainWords, ())
    vera = posting.desk.vera
    await vera.presses("Edit")
    asked = await vera.presses("Keep")  # the text; pictures are next
    while isinstance(asked, Card) and asked.ask and asked.ask.questions[0].name != "slot":
        asked = await vera.presses("Skip")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    question = asked.ask.questions[0]
    assert question.value == "02.03.2026 11:00 Europe/Berlin"
    assert "This time has passed." in question.hint
    assert "For example" in question.hint
    await vera.presses(asked, "Keep")
    assert await vera.presses("Skip") == Notice("Saved.")  # the link
    assert (await post(posting)).post.version == 1


async def _sent_late(posting: PostDesk) -> Card:
    """Send a post for approval whose time has passed; return what is said to it."""
    await written(posting)
    posting.clock.advance(hours=3)
    told = await posting.desk.vera.presses("Send for approval")
    assert isinstance(told, Card)
    return told


async def test_a_post_whose_time_has_passed_is_not_sent_and_the_ways_on_are_offered(posting: PostDesk) -> None:
    told = await _sent_late(posting)
    assert "Not sent: the time of this post has passed." in words_of(told)
    assert "When: 02.03.2026 11:00 Europe/Berlin" in words_of(told)
    assert labels_of(told) == ["Next free slot, and send", "Pick a time", "Send without a time"]
    assert (await post(posting)).post.state == "draft"
    assert posting.desk.room("client").cards == []


@pytest.mark.parametrize(
    ("way", "slot"),
    [
        ("Next free slot, and send", datetime(2026, 3, 2, 17, tzinfo=UTC)),
        ("Pick a time", datetime(2026, 3, 5, 8, tzinfo=UTC)),
        ("Send without a time", None),
    ],
)
async def test_each_way_on_sends_it(posting: PostDesk, way: str, slot: datetime | None) -> None:
    vera = posting.desk.vera
    told = await vera.presses(await _sent_late(posting), way)
    if way == "Pick a time":
        assert "slot" in (await vera.answers(slot="2026-03-01T09:00"))  # type: ignore[operator]
        told = await vera.answers(slot="2026-03-05T09:00")
    assert told == Notice("The client has it now.")
    late = next(card for card in posting.desk.room("team").cards if card.title == "Post 1: Autumn menu")
    assert labels_of(late) == ["Open the post"], "a way that was taken is offered once more"
    whole = await post(posting)
    assert (whole.post.state, whole.post.slot_at) == ("client_review", slot)


async def test_what_was_approved_without_a_time_asks_whether_to_go_out_at_once(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.presses(await _sent_late(posting), "Send without a time")
    await desk.clara.presses("Approve")
    asked = next(card for card in desk.room("team").cards if "It has no time yet." in words_of(card))
    await posting.tick()
    assert posting.networks.effects == []
    await desk.vera.presses(asked, "Publish now")
    await posting.tick()
    assert len(posting.networks.effects) == 1


async def test_a_time_that_is_part_of_what_is_approved_cannot_be_left_out(posting: PostDesk) -> None:
    await posting.policy(mode="client", slot_bound=True)
    told = await _sent_late(posting)
    assert labels_of(told) == ["Next free slot, and send", "Pick a time"]
    assert await posting.desk.vera.presses(told, "Next free slot, and send") == Notice("The client has it now.")
    whole = await post(posting)
    assert whole.content.slot == whole.post.slot_at.isoformat()  # type: ignore[union-attr]


async def test_a_time_too_near_for_any_approval_is_told_as_that(posting: PostDesk) -> None:
    await posting.policy(mode="client", cutoff_minutes=120)
    await written(posting)
    told = await posting.desk.vera.presses("Send for approval")
    assert "nobody can approve this before its time" in words_of(told)
    await posting.desk.vera.presses("Pick a time")
    again = await posting.desk.vera.answers(slot="2026-03-02T11:30")
    assert isinstance(again, dict)
    assert "nobody can approve this before its time" in again["slot"]
    assert (await post(posting)).post.slot_at == datetime(2026, 3, 2, 10, tzinfo=UTC), "half of it was done"


@pytest.mark.parametrize("forms", [("web",), ()])
async def test_an_empty_post_is_refused_with_what_is_missing_and_the_rest_is_kept(
    posting: PostDesk, forms: tuple[str, ...]
) -> None:
    posting.desk.router = Router(posting.database, PlainWords, forms)
    vera = posting.desk.vera
    if forms:
        await vera.says("/post")
        wrong = await vera.answers(text="  ", slot="2026-03-05T09:00")
        assert wrong == {"text": "The post is empty. Write a text, or attach a picture or a video."}
        await vera.answers(text="Autumn menu", slot="2026-03-05T09:00")
    else:
        vera = vera.at(vera.user_id, private=True)
        await vera.says("/post")
        await vera.presses("Skip")
        await vera.presses("Skip")
        await vera.says("2026-03-05 09:00")
        again = await vera.presses("Skip")
        assert "The post is empty." in words_of(again)
        await vera.says("Autumn menu")
    whole = await post(posting)
    assert (whole.content.text, whole.post.slot_at) == ("Autumn menu", datetime(2026, 3, 5, 8, tzinfo=UTC))
    assert await posting.database.read(showing.whole, 2) is None
