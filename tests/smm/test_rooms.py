"""Rooms on three platforms at once: in step, also when some are down, lost or back; and whom that is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from clocks import Clock
from dialog import FakeChat, PlainWords, TestDesk
from spoken import words

from bot.delivery import Delivery
from bot.transport import ChatRef, Incoming, Sender
from handlers import route
from handlers.card import Card, para
from handlers.route import Scene
from smm import alerts as telling
from smm import rooms
from smm.errors import ChatError, Conflict
from storage import alerts, channels, members, memos
from storage.unit_of_work import UnitOfWork

GROUP, SLACK = ChatRef("telegram", "-100"), ChatRef("slack", "C1")
DOWN = 5  # tries that fail


@pytest.fixture(autouse=True)
def trial_views(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(scene: Scene) -> Card:
        value = memos.get(scene.uow, f"thing:{scene.object_id}") or "first"
        return Card(title=f"{scene.object_id}: {value}", body=(para(scene.audience),))

    route.load()
    monkeypatch.setattr(route, "_views", {**route.views(), "thing": draw})
    monkeypatch.setattr(route, "_for_client", {*route._for_client, "thing"})


@dataclass
class Three:
    """The sample brand with a team room on each of three platforms; Anna, who owns it, has an account on each."""

    desk: TestDesk
    clock: Clock
    chats: dict[str, FakeChat]
    delivery: Delivery

    async def tell(self, *ids: int, purpose: str = "team", urgency: int = telling.NOW) -> None:
        brand_id = self.desk.world.brand.id

        def work(uow: UnitOfWork) -> None:
            for number in ids:
                telling.tell(uow, brand_id, purpose, "thing", number, urgency=urgency)

        await self.desk.database.write(work)
        await self.delivery.drain()

    async def change(self, number: int, value: str) -> None:
        def work(uow: UnitOfWork) -> None:
            memos.set(uow, f"thing:{number}", value)
            telling.refresh(uow, "thing", number)

        await self.desk.database.write(work)
        await self.delivery.drain()

    async def later(self, **parts: float) -> None:
        self.clock.advance(**parts)
        await self.delivery.drain()

    def titles(self, platform: str, chat_id: str) -> list[str]:
        chat = self.chats[platform]
        return [card.title for card in chat.standing.get(ChatRef(platform, chat_id), {}).values()]

    def everywhere(self) -> list[list[str]]:
        return [self.titles("web", "team"), self.titles("telegram", "-100"), self.titles("slack", "C1")]

    async def hears(self, kind: Any, chat: ChatRef, key: str, user_id: str = "7", *, private: bool = False) -> None:
        update = Incoming(chat.platform, key, chat, Sender(user_id), kind, text="hello", private=private)
        await self.desk.router.receive(update)
        await self.delivery.drain()


@pytest.fixture
async def three(any_desk: TestDesk, clock: Clock) -> Three:
    world = any_desk.world

    def furnish(uow: UnitOfWork) -> None:
        for chat in (GROUP, SLACK):
            rooms.bind(uow, world.anna, world.brand, chat, "team", f"{chat.platform} team")
        members.identify(uow, world.anna.id, "telegram", "7", "Anna")
        members.identify(uow, world.anna.id, "slack", "T1:U7", "Anna")

    await any_desk.database.write(furnish)
    chats = {name: FakeChat(platform=name) for name in ("telegram", "slack")} | {"web": any_desk.transport}
    return Three(any_desk, clock, chats, Delivery(any_desk.database, chats.values(), PlainWords))


async def test_a_card_and_its_edits_appear_in_every_room(three: Three) -> None:
    await three.tell(1)
    await three.change(1, "second")
    assert three.everywhere() == [["1: second"]] * 3
    assert [len(chat.sent) for chat in three.chats.values()] == [1, 1, 1]


async def test_platforms_that_were_down_catch_up_and_nothing_is_doubled_or_dropped(three: Three) -> None:
    await three.tell(1)
    for name in ("telegram", "slack"):
        three.chats[name].troubles = [ChatError("down")] * DOWN
    await three.change(1, "second")
    await three.tell(2)
    await three.change(1, "third")
    assert three.titles("web", "team") == ["1: third", "2: first"]
    assert three.titles("telegram", "-100") == ["1: first"]
    for _ in range(DOWN):
        await three.later(minutes=1)
    assert three.everywhere() == [["1: third", "2: first"]] * 3
    assert [len(chat.sent) for chat in three.chats.values()] == [2, 2, 2]


async def test_a_lost_room_does_not_double_its_cards_where_they_stand_already(three: Three) -> None:
    await three.tell(1)
    three.chats["slack"].gone = {"C1"}
    await three.tell(2)
    assert three.titles("web", "team") == ["1: first", "2: first", "A room was lost: slack team"]
    await three.tell(3)
    assert three.titles("telegram", "-100") == ["1: first", "2: first", "3: first"]
    assert three.titles("web", "team").count("3: first") == 1


async def test_the_owner_hears_in_private_of_a_room_that_was_lost_and_is_back_and_its_cards_catch_up(
    three: Three,
) -> None:
    await three.tell(1)
    three.chats["slack"].gone = {"C1"}
    await three.tell(2)
    assert three.titles("telegram", "7") == ["A room was lost: slack team"]
    await three.change(1, "second")
    assert three.titles("slack", "C1") == ["1: first"]
    three.chats["slack"].gone = set()
    await three.hears("joined", SLACK, "in-1")
    assert three.titles("slack", "C1")[0] == "1: second"
    assert three.titles("telegram", "7") == ["A room is back: slack team"] * 2
    assert "A room is back: slack team" in three.titles("web", "team")
    await three.hears("joined", SLACK, "in-2")
    assert len(three.titles("telegram", "7")) == 2
    await three.tell(3)
    assert "3: first" in three.titles("slack", "C1")


async def test_a_room_that_can_be_heard_is_not_lost(three: Three) -> None:
    three.chats["slack"].gone = {"C1"}
    await three.tell(1)
    three.chats["slack"].gone = set()
    await three.hears("words", SLACK, "said", "T1:U7")
    room = await three.desk.database.read(channels.at, SLACK)
    assert room is not None
    assert room.state == "open"


async def test_the_owner_is_told_where_they_can_be_reached(three: Three) -> None:
    three.chats["telegram"].gone = {"7", "-100"}
    await three.tell(1)
    assert three.titles("slack", "T1:U7") == ["A room was lost: telegram team"]
    await three.desk.database.write(telling.tell_member, three.desk.world.anna, "thing", 5)
    await three.delivery.drain()
    assert three.titles("slack", "T1:U7")[-1] == "5: first", "it was tried where nobody can be reached"
    three.chats["telegram"].gone = set()
    await three.hears("words", ChatRef("telegram", "7"), "again", "7", private=True)
    await three.desk.database.write(telling.tell_member, three.desk.world.anna, "thing", 6)
    await three.delivery.drain()
    assert "6: first" in three.titles("telegram", "7")


async def test_the_chosen_room_stands_in(three: Three) -> None:
    world, database = three.desk.world, three.desk.database
    alerts_room = await database.write(
        rooms.bind, world.anna, world.brand, ChatRef("web", "alerts"), "alerts", "Alerts room"
    )
    await database.write(rooms.set_fallback, world.anna, world.brand, world.client.id, alerts_room.id)
    three.chats["web"].gone = {"client"}
    await three.tell(1, purpose="client")
    assert three.titles("web", "alerts") == ["A room was lost: Northwind client", "1: first"]
    await database.write(rooms.release, world.anna, world.brand, alerts_room.id)
    await three.tell(2, purpose="client")
    assert three.titles("web", "team") == ["2: first"], "a room that is none any more stood in"


async def test_the_clients_room_never_stands_in_for_the_teams(three: Three) -> None:
    world, database = three.desk.world, three.desk.database
    with pytest.raises(Conflict, match="The client would read"):
        await database.write(rooms.set_fallback, world.anna, world.brand, world.team.id, world.client.id)
    offered = await database.read(rooms.stand_ins, world.brand, world.team)
    assert world.client.id not in [room.id for room in offered]
    three.chats["web"].gone, three.chats["telegram"].gone, three.chats["slack"].gone = {"team"}, {"-100"}, {"C1"}
    await three.tell(1)
    assert three.titles("web", "client") == []
    assert "1: first" in three.titles("telegram", "7")


async def test_a_room_that_rests_holds_up_no_other(three: Three) -> None:
    world, database = three.desk.world, three.desk.database
    slack = await database.read(channels.at, SLACK)
    assert slack is not None
    await database.write(rooms.set_rhythm, world.anna, world.brand, slack.id, {"quiet": ["10:00", "12:00"]})
    await three.tell(1, 2)
    assert [len(shown) for shown in three.everywhere()] == [2, 2, 0]
    assert await database.read(rooms.waiting, slack) == 2
    three.chats["slack"].gone = {"C1"}
    await three.later(hours=2)
    assert [len(shown) for shown in three.everywhere()] == [3, 2, 0], "only the loss was new to the others"
    assert "queued" not in [row.state for row in await database.read(lambda uow: alerts.get(uow, range(1, 99)))]
    assert "A room was lost" in words(three.chats["web"].standing[ChatRef("web", "team")].popitem()[1])
