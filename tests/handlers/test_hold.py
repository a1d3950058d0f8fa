"""/hold and /resume: nothing goes out, nothing is blasted out afterwards, and the client may stop but not let go."""

from __future__ import annotations

from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice


async def _planned(posting: PostDesk, text: str, slot: str) -> None:
    await posting.desk.vera.says("/post")
    await posting.desk.vera.answers(text=text, slot=slot)
    await posting.desk.vera.presses("Publish now")
    await posting.desk.vera.presses("Pick a time")
    await posting.desk.vera.answers(slot=slot)


async def test_the_kill_switch_stops_everything_and_resume_asks_about_what_was_missed(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="none")
    await _planned(posting, "At eleven", "2026-03-02T11:00:00+01:00")
    await _planned(posting, "At noon", "2026-03-02T12:00:00+01:00")
    told = await desk.clara.says("/hold")
    assert "2 planned posts were stopped." in words_of(told)
    await posting.tick(minutes=70)
    assert posting.networks.effects == []
    refused = await desk.clara.says("/resume")
    assert "Only the team can lift a hold" in words_of(refused)
    await desk.anna.says("/resume")
    assert any("publishes again" in words_of(card) for card in desk.room("team").cards)
    await posting.tick(minutes=60)
    assert [effect.text for effect in posting.networks.effects] == ["At noon"]
    missed = next(card for card in desk.room("team").cards if card.title == "Missed its time")
    assert "At eleven" in words_of(missed)
    assert "Publish now" in labels_of(missed)


async def test_the_team_hears_of_the_clients_hold_and_not_twice_of_its_own(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.clara.says("/hold")
    assert any("Clara stopped everything" in words_of(card) for card in desk.room("team").cards)
    await desk.anna.says("/resume")
    await desk.anna.says("/hold")
    assert not any("Anna stopped everything" in words_of(card) for card in desk.room("team").cards)


async def test_twice_is_told(posting: PostDesk) -> None:
    await posting.desk.anna.says("/hold")
    assert "on hold already" in words_of(await posting.desk.anna.says("/hold"))
    await posting.desk.anna.says("/resume")
    assert "not on hold" in words_of(await posting.desk.anna.says("/resume"))


async def test_the_client_asks_to_hold_one_post(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Autumn menu", slot="2026-03-02T11:00:00+01:00")
    await desk.vera.presses("Send for approval")
    await desk.clara.presses("Approve")
    await desk.clara.presses("Ask to hold")
    assert isinstance(await desk.clara.answers(reason="The price is wrong"), Notice)
    alarm = desk.room("team").cards[-1]
    assert isinstance(alarm, Card)
    assert "Clara: The price is wrong" in words_of(alarm)
    await posting.tick(minutes=60)
    assert posting.networks.effects == []
    told = await desk.anna.presses("Lift the hold")
    assert told == Notice("The hold is lifted, but its time has passed. Choose on the card when it goes out.")
    await desk.anna.presses("Publish now")
    await posting.tick()
    assert len(posting.networks.effects) == 1


async def test_a_reason_is_needed(posting: PostDesk) -> None:
    await posting.desk.vera.says("/post Wait")
    await posting.desk.anna.presses("Hold")
    assert await posting.desk.anna.answers(reason=" ") == {"reason": "This needs an answer."}
