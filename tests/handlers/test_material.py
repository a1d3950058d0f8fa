"""Requests for material: asked by the team, answered by the client, looked at, asked again, reminded of."""

from __future__ import annotations

import pytest
from clocks import Clock
from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice
from smm import materials
from storage import media

DIGEST = "b" * 64


@pytest.fixture
async def file(posting: PostDesk) -> str:
    """A picture that was sent to the desk."""
    facts = {"mime": "image/png", "size": 9, "width": 3, "height": 3, "name": "cake.png"}
    await posting.database.write(lambda uow: media.keep(uow, DIGEST, brand_id=posting.brand_id, **facts))
    return DIGEST


def _asked(posting: PostDesk) -> Card:
    return next(card for card in reversed(posting.desk.room("client").cards) if "a request from the team" in card.title)


def _team(posting: PostDesk) -> Card:
    return next(card for card in reversed(posting.desk.room("team").cards) if "Request 1" in card.title)


async def test_from_the_question_to_what_is_needed(posting: PostDesk, file: str) -> None:
    desk = posting.desk
    await desk.vera.says("/material")
    await desk.vera.answers(text="Photos of the cakes", wanted="3", due="2026-03-06T12:00:00+01:00")
    asked = _asked(posting)
    assert "The team asks you for something." in words_of(asked)
    assert "How many: 3" in words_of(asked)
    assert "By: 06.03.2026 12:00 Europe/Berlin" in words_of(asked)
    assert labels_of(asked) == ["Send files", "Write", "We have none"]

    await desk.clara.presses("Send files")
    assert await desk.clara.answers(files=file, text="The rest tomorrow") == Notice("Thank you. The team has it.")
    told = desk.room("team").cards[-1]
    assert "Clara sent 1 file\nClara: The rest tomorrow" in words_of(told)
    assert [picture.digest for picture in told.pictures] == [file]

    await desk.vera.presses("Ask again")
    await desk.vera.answers(text="Two more, please")
    assert "Still missing:\n: Two more, please" in words_of(_asked(posting))
    await desk.clara.presses("Write")
    await desk.clara.answers(text="They are in the post")
    await desk.vera.presses("We have what we need")
    assert "Closed: the team has what it needs" in words_of(_team(posting))
    assert "Thank you. The team has what it needs." in words_of(_asked(posting))
    assert labels_of(_asked(posting)) == []


async def test_an_answer_to_the_card_is_taken_with_its_files(posting: PostDesk, file: str) -> None:
    desk = posting.desk
    await desk.vera.says("/material Photos of the cakes")
    message_id = next(number for number, card in desk.room("client").messages if "request" in card.title)
    assert await desk.anna.at("client").says("Take your time", reply_to=message_id) is None
    await desk.clara.says("Here", [file], reply_to=message_id)
    assert "Clara sent 1 file\nClara: Here" in words_of(_team(posting))


async def test_the_client_has_none_and_the_list_says_so(posting: PostDesk) -> None:
    desk = posting.desk
    assert "Nothing is asked for." in words_of(await desk.vera.says("/materials"))
    await desk.vera.says("/material A recipe")
    assert "a request from the team" in words_of(await desk.clara.says("/materials"))
    assert await desk.clara.presses("We have none") == Notice("The team has been told.")
    assert "1. A recipe · The client has nothing" in words_of(await desk.vera.says("/materials"))
    await desk.vera.presses("1 · A recipe")
    told = await desk.vera.presses("We have what we need")
    assert told == Notice("Closed. The client sees that you have what you need.")


async def test_a_request_that_is_taken_back_is_answered_no_more(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/material A recipe")
    ref = desk.clara.ref("We have none")
    await desk.vera.presses("Take it back")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "The team needs nothing more for this. Thank you."


async def test_what_is_owed_is_reminded_of_in_working_hours_then_the_team_hears(
    posting: PostDesk, clock: Clock
) -> None:
    await posting.policy(mode="client", remind_hours=24)
    await posting.desk.vera.says("/material A recipe")
    told = []
    for _ in range(10 * 24):
        clock.advance(hours=1)
        if await posting.database.write(materials.remind_due, clock.now):
            told.append(clock.now)
    assert len(told) == 3
    assert all(8 <= at.hour < 17 and at.weekday() < 5 for at in told), "nine to six in Berlin"
    await posting.desk.settle()
    assert "A reminder: the team still waits for this." in words_of(_asked(posting))
    assert any("The client still owes this" in card.title for card in posting.desk.room("team").cards)


async def test_the_team_may_not_answer_for_the_client(posting: PostDesk) -> None:
    await posting.desk.vera.says("/material A recipe")
    told = await posting.desk.vera.at("client").presses("We have none")
    assert isinstance(told, Notice)
    assert told.alarm


async def test_a_request_names_no_post_that_the_client_never_saw(posting: PostDesk) -> None:
    await posting.desk.vera.says("/post Secret draft")
    await posting.desk.vera.says("/material")
    await posting.desk.vera.answers(text="A photo", post="1")
    assert "For post: 1" in words_of(_team(posting))
    assert "For post" not in words_of(_asked(posting))
