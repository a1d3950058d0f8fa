"""What a room does not want yet: it waits, comes together when the room opens, and nothing of it is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from clocks import Clock
from dialog import FakeChat, PlainWords, TestDesk, open_desk
from inbox_desk import open_inbox_desk
from spoken import words

from bot.delivery import Delivery
from bot.transport import ChatRef, Pace
from handlers import route
from handlers.card import Button, Card, para, row
from handlers.route import Scene
from smm import alerts as telling
from smm import rooms
from smm.actors import Actor
from smm.errors import ChatError
from smm.inbox import resolve
from smm.roles import Role
from storage import alerts, channels, memos
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

TEAM = ChatRef("web", "team")
NIGHT = {"quiet": ["10:00", "12:00"]}  # Berlin; tests begin at 10:00 there


@pytest.fixture(autouse=True)
def trial_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view of a memo, and nothing to list once that says "done"."""

    def draw(scene: Scene) -> Card | None:
        value = memos.get(scene.uow, f"thing:{scene.object_id}") or "first"
        if scene.listed and value == "done":
            return None
        body = (para(scene.audience),)
        return Card(title=f"{scene.object_id}: {value}", body=body, buttons=(row(Button("Press", "start.next")),))

    route.load()
    monkeypatch.setattr(route, "_views", {**route.views(), "thing": draw})
    monkeypatch.setattr(route, "_for_client", {*route._for_client, "thing"})


async def rest(desk: TestDesk, **wanted: Any) -> None:
    world = desk.world
    await desk.database.write(rooms.set_rhythm, world.anna, world.brand, world.team.id, wanted)


async def tell(desk: TestDesk, *ids: int, purpose: str = "team", urgency: int = telling.NOW, **args: str) -> None:
    def work(uow: UnitOfWork) -> None:
        for object_id in ids:
            telling.tell(uow, desk.world.brand.id, purpose, "thing", object_id, args, urgency)

    await desk.database.write(work)
    await desk.settle()


async def change(desk: TestDesk, object_id: int, value: str) -> None:
    def work(uow: UnitOfWork) -> None:
        memos.set(uow, f"thing:{object_id}", value)
        telling.refresh(uow, "thing", object_id)

    await desk.database.write(work)
    await desk.settle()


def titles(desk: TestDesk, chat: str = "team") -> list[str]:
    return [card.title for card in desk.room(chat).cards]


async def states(desk: TestDesk) -> list[str]:
    return [row.state for row in await desk.database.read(lambda uow: alerts.get(uow, range(1, 500)))]


async def morning(desk: TestDesk, clock: Clock) -> None:
    clock.advance(hours=2)
    await desk.settle()


async def test_news_waits_for_the_end_of_the_quiet_hours_and_comes_as_one_digest(
    any_desk: TestDesk, clock: Clock
) -> None:
    desk = any_desk
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2, 3)
    await tell(desk, 4, purpose="client")
    assert titles(desk) == []
    assert titles(desk, "client") == ["4: first"], "a room without quiet hours waited too"
    await change(desk, 2, "changed")
    await morning(desk, clock)
    (digest,) = desk.room("team").cards
    assert "3 came meanwhile" in words(digest)
    assert all(line in words(digest) for line in ("1: first", "2: changed", "3: first"))
    await desk.anna.presses("Show them")
    assert titles(desk)[1:] == ["1: first", "2: changed", "3: first"]
    assert "queued" not in await states(desk)


async def test_risk_and_answers_to_people_come_at_once(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT, digest="hourly")
    await tell(desk, 1, urgency=telling.URGENT)
    assert titles(desk) == ["1: first"]
    assert "What you can do" in words(await desk.anna.says("/help"))


async def test_one_card_that_waited_comes_as_itself_in_its_newest_state(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, version="1")
    await tell(desk, 1, version="2")
    await change(desk, 1, "newest")
    await morning(desk, clock)
    assert titles(desk) == ["1: newest"]
    await change(desk, 1, "later")
    assert titles(desk) == ["1: later"], "a card that had waited was not kept in step"


async def test_what_is_settled_by_then_is_counted_and_what_was_shown_meanwhile_is_not_shown_twice(
    desk: TestDesk, clock: Clock
) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2, 3, 4)
    await change(desk, 1, "done")
    await tell(desk, 2, urgency=telling.URGENT)
    await morning(desk, clock)
    digest = desk.room("team").cards[-1]
    assert titles(desk)[0] == "2: first"
    assert "4 came meanwhile" in words(digest)
    assert "2 are settled already" in words(digest)
    assert "1: " not in words(digest)
    assert "2: " not in words(digest)


async def test_when_all_of_it_is_settled_the_room_hears_that_too(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2)
    await change(desk, 1, "done")
    await change(desk, 2, "done")
    await morning(desk, clock)
    (digest,) = desk.room("team").cards
    assert "2 came meanwhile" in words(digest)
    assert digest.buttons == ()


async def test_more_than_a_digest_lists_is_counted_and_can_be_shown(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, *range(1, 31))
    await morning(desk, clock)
    (digest,) = desk.room("team").cards
    assert "30 came meanwhile" in words(digest)
    assert "and 10 more" in words(digest)
    for label in ("Show them", *["Show more"] * 5):
        await desk.anna.presses(label)
    assert titles(desk)[1:] == [f"{number}: first" for number in range(1, 31)]


async def test_a_kill_while_it_waits_or_before_it_is_recorded_loses_nothing(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2)
    clock.advance(hours=2)
    restarted = Delivery(desk.database, [desk.transport], PlainWords)
    await restarted.drain()
    assert "2 came meanwhile" in words(desk.room("team").cards[0])
    assert len(titles(desk)) == 1


async def test_a_digest_that_fails_is_tried_again_as_one(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2)
    desk.transport.troubles = [ChatError("bad gateway")]
    await morning(desk, clock)
    assert titles(desk) == []
    clock.advance(seconds=3)
    await desk.settle()
    assert titles(desk) == ["2 came meanwhile"]


async def test_a_digest_for_a_room_that_is_gone_goes_where_its_cards_go(desk: TestDesk, clock: Clock) -> None:
    world = desk.world
    await desk.database.write(rooms.set_rhythm, world.anna, world.brand, world.client.id, NIGHT)
    await tell(desk, 1, 2, purpose="client")
    desk.transport.gone = {"client"}
    await morning(desk, clock)
    assert sorted(titles(desk)) == ["2 came meanwhile", "A room was lost: Northwind client"]


async def test_new_hours_hold_for_what_waits_already(desk: TestDesk, clock: Clock) -> None:
    await rest(desk, **NIGHT)
    await tell(desk, 1, 2)
    await rest(desk, quiet=["10:00", "14:00"])
    await morning(desk, clock)
    assert titles(desk) == []
    await rest(desk, quiet=[])
    await desk.settle()
    assert titles(desk) == ["2 came meanwhile"]


async def test_a_room_that_is_released_lets_go_of_what_waits_for_it(desk: TestDesk, clock: Clock) -> None:
    world = desk.world
    await desk.database.write(rooms.set_rhythm, world.anna, world.brand, world.client.id, NIGHT)
    await tell(desk, 1, purpose="client")
    await desk.database.write(rooms.release, world.anna, world.brand, world.client.id)
    await morning(desk, clock)
    assert titles(desk) == ["1: first"]
    assert titles(desk, "client") == []


async def test_a_topic_is_a_room_of_its_own_also_in_digests(database: Database) -> None:
    """Two topics of one crowded group, the client's and the team's: no line of one is listed in the other."""
    pace = Pace(overall=1_000, per_chat=0.0, per_group=5, group_window=60.0)
    desk = await open_desk(database, pace=pace, groups=frozenset({"group"}))
    brand = desk.world.brand

    def bind(uow: UnitOfWork) -> None:
        for room in (desk.world.team, desk.world.client):
            channels.drop(uow, room.id)
        for topic, purpose in (("1", "team"), ("2", "client")):
            channels.add(uow, brand.id, ChatRef("web", "group", topic), purpose, purpose, "en")

    await database.write(bind)

    def work(uow: UnitOfWork) -> None:
        for number in range(1, 13):
            telling.tell(uow, brand.id, "team" if number % 2 else "client", "thing", number)

    await database.write(work)
    roomy = FakeChat(
        pace=Pace(overall=1_000, per_chat=0.0, per_group=5, group_window=0.01), groups=frozenset({"group"})
    )
    await Delivery(database, [roomy], PlainWords).drain()
    for topic, odd in (("1", 1), ("2", 0)):
        shown = " ".join(words(card) for chat, card in roomy.sent if chat.topic_id == topic)
        listed = {number for number in range(1, 13) if f" {number}: first" in f" {shown}"}
        assert listed == {number for number in range(1, 13) if number % 2 == odd}


async def test_a_comment_that_was_answered_meanwhile_is_only_counted(desk: TestDesk, clock: Clock) -> None:
    inbox = await open_inbox_desk(desk, clock)
    await rest(desk, **NIGHT)
    ids = [await inbox.hears(text, author_id=text) for text in ("Where are you?", "When do you open?", "Any oat milk?")]
    assert titles(desk) == []
    boris = desk.world.boris
    actor = Actor(desk.world.brand.id, boris.id, boris.name, frozenset({Role.COMMUNITY}), "web:2")
    await desk.database.write(resolve, ids[0], actor)
    await morning(desk, clock)
    (digest,) = desk.room("team").cards
    assert "3 came meanwhile" in words(digest)
    assert "Where are you?" not in words(digest)
    assert "Any oat milk?" in words(digest)
    assert "1 is settled already" in words(digest)


async def test_a_code_is_not_kept_once_it_was_shown(desk: TestDesk) -> None:
    await desk.anna.says("/invite client")
    token = desk.room(f"member-{desk.world.anna.id}").cards[-1].fields[-1].value.removeprefix("/start ")
    kept = await desk.database.read(lambda uow: alerts.get(uow, range(1, 99)))
    assert {row.state for row in kept} == {"delivered"}
    assert token not in repr(kept)
