"""/policy: chosen by buttons, and in force at once."""

from __future__ import annotations

from post_world import PostDesk, words_of

from handlers.card import Notice


async def test_a_stricter_policy_stops_what_was_scheduled_without_it(posting: PostDesk) -> None:
    desk = posting.desk
    shown = await desk.anna.says("/policy")
    assert "The client" in words_of(shown)
    await desk.anna.presses("Nobody: whoever writes may publish")
    await desk.vera.says("/post Quick")
    await desk.vera.presses("Publish now")
    await desk.anna.presses("The team first, then the client")
    await posting.tick()
    assert posting.networks.effects == []
    assert any("not approved" in words_of(card) for card in desk.room("team").cards)


async def test_the_finer_rules(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.anna.says("/policy")
    await desk.anna.presses("More")
    wrong = await desk.anna.answers(client="2", deadline_hours="many", slots="10:00")
    assert wrong == {"deadline_hours": "Write a number of hours from 1 to 2160."}
    await desk.anna.answers(client="2", deadline_hours="48", slots="9:30, 12:00")
    shown = words_of(await desk.anna.says("/policy"))
    assert "Two people" in shown
    assert "48 hours" in shown
    assert "09:30 12:00" in shown


async def test_only_owners_and_managers_may(posting: PostDesk) -> None:
    refused = await posting.desk.vera.says("/policy")
    assert "Ask an owner or a manager" in (refused.text if isinstance(refused, Notice) else words_of(refused))
