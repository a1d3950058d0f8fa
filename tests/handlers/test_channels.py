"""/channels: a room's card, its quiet hours, digests and fallback, and what a client's room shows of all that: nothing."""

from __future__ import annotations

from clocks import Clock
from dialog import TestDesk
from spoken import words

from handlers.card import Card, Notice
from smm import alerts as telling
from smm import rhythm, rooms
from storage import channels
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork


async def kept(desk: TestDesk, chat_id: str = "team") -> channels.Channel:
    room = await desk.database.read(channels.at, ChatRef("web", chat_id))
    assert room is not None
    return room


def labels(card: object) -> list[str]:
    assert isinstance(card, Card)
    return [button.label for buttons in card.buttons for button in buttons]


async def open_room(desk: TestDesk, name: str = "Northwind team") -> Card:
    listed = labels(await desk.anna.says("/channels"))
    card = await desk.anna.presses(next(label for label in listed if label.startswith(name)))
    assert isinstance(card, Card)
    return card


async def test_rooms_of_one_name_are_told_apart_on_their_buttons(desk: TestDesk) -> None:
    world, name = desk.world, "Northwind Coffee Roasters and Bakery"

    def renamed(uow: UnitOfWork) -> None:
        for room in channels.of_brand(uow, world.brand.id):
            channels.change(uow, room.id, title=name)
        channels.add(uow, world.brand.id, ChatRef("telegram", "-1001"), "team", name, "en")
        rooms.set_rhythm(uow, world.anna, world.brand, world.client.id, {"quiet": ["22:00", "08:00"]})

    await desk.database.write(renamed)
    shown = [each for each in labels(await desk.anna.says("/channels")) if each.startswith("Northwind")]
    assert shown == [
        "Northwind Coffee Roaste… · Team · Web",
        "Northwind Coffee Roaste… · Client · Web · 🌙 22:00–08:00",
        "Northwind Coffee Roaste… · Team · Telegram",
    ]


async def test_quiet_hours_are_set_by_a_form_and_shown_with_what_waits(desk: TestDesk, clock: Clock) -> None:
    assert "Quiet hours: none" in words(await open_room(desk))
    asked = await desk.anna.presses("Quiet hours")
    assert isinstance(asked, Card)
    wrong = await desk.anna.answers(**{"from": "25:00", "to": "8", "days": "all", "off": "none"})
    assert wrong == {"from": "Write a time like this: 22:00."}
    assert "to" in (await desk.anna.answers(**{"from": "22", "to": "", "days": "all", "off": "none"}))  # type: ignore[operator]
    done = await desk.anna.answers(**{"from": "9", "to": "12:30", "days": "work", "off": "weekend"})
    assert "quiet 09:00 to 12:30, Monday to Friday" in words(done)
    assert "quiet all day on Saturday and Sunday" in words(done)
    assert "In use, quiet now" in words(done)
    await desk.database.write(
        telling.tell, desk.world.brand.id, "team", "daily", desk.world.brand.id, {"day": "2026-03-01"}
    )
    listed = words(await desk.anna.says("/channels"))
    assert "1 card waits until 02.03.2026 12:30 Europe/Berlin" in listed
    card = await open_room(desk)
    assert "1 card waits" in words(card)
    told = await desk.anna.presses("Show what waits")
    assert isinstance(told, Notice)
    assert any("0 of 0 live" in words(each) for each in desk.room("team").cards)


async def test_a_digest_is_chosen_by_a_button_or_its_times(desk: TestDesk) -> None:
    await open_room(desk)
    await desk.anna.presses("Digest")
    assert "Digest: Every hour" in words(await desk.anna.presses("Every hour"))
    assert "✓ Every hour" in labels(await desk.anna.presses("Digest"))
    await desk.anna.presses("At set times")
    assert await desk.anna.answers(times="9, noon") == {"times": "Write a time like this: 22:00."}
    assert "Digest: 09:00 18:30" in words(await desk.anna.answers(times="18:30, 9"))
    await open_room(desk)
    await desk.anna.presses("Digest")
    assert "Digest: At once" in words(await desk.anna.presses("At once"))
    assert rhythm.read((await kept(desk)).rhythm) == rhythm.Rhythm()


async def test_a_fallback_is_chosen_among_rooms_that_may_read_it(desk: TestDesk) -> None:
    await desk.database.write(
        rooms.bind, desk.world.anna, desk.world.brand, ChatRef("web", "second"), "alerts", "Second room"
    )
    await open_room(desk)
    offered = labels(await desk.anna.presses("Fallback"))
    assert offered == ["✓ Let the desk choose", "Second room · Web", "Back"]
    assert "If it is lost: Second room" in words(await desk.anna.presses("Second room · Web"))
    assert "if lost: Second room" in words(await desk.anna.says("/channels"))


async def test_only_who_manages_sets_rooms_up(desk: TestDesk) -> None:
    await open_room(desk)
    for label in ("Quiet hours", "Digest", "Fallback", "Release"):
        said = await desk.boris.presses(label)
        assert "Your role does not allow that" in words(said)
    assert (await kept(desk)).rhythm == {}


async def test_a_room_of_another_brand_is_not_there(desk: TestDesk) -> None:
    anna = desk.anna.at("member-1", private=True)
    await anna.says("/channels")
    old = anna.ref("Northwind team · Team · Web")
    world = desk.world

    def elsewhere(uow: object) -> None:
        channels.change(uow, world.team.id, brand_id=other)  # type: ignore[arg-type]

    await anna.says("/brands")
    await anna.presses("Make a brand")
    await anna.answers(name="Bean", language="en", zone="Europe/Rome")
    other = world.brand.id + 1
    await desk.database.write(elsewhere)
    stale = await anna.receives(kind="press", ref=old)
    assert stale.notice is not None
    assert "no such room" in stale.notice.text


async def test_a_clients_room_shows_nothing_of_how_the_team_set_it_up(desk: TestDesk) -> None:
    world = desk.world
    await desk.database.write(rooms.set_rhythm, world.anna, world.brand, world.client.id, {"digest": "hourly"})
    await desk.database.write(rooms.set_fallback, world.anna, world.brand, world.client.id, world.team.id)
    card = await desk.anna.at("client").says("/channels")
    shown = words(card) + " ".join(labels(card))
    assert "Northwind client" in shown
    assert "Northwind team" not in shown
    assert "digest" not in shown.lower()
