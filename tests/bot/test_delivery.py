"""Delivery: what is queued reaches its chat once, in order, in its newest state, and nothing is dropped silently."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from dialog import FakeChat, PlainWords, TestDesk, open_desk
from spoken import words
from waiting import PATIENCE, until

from bot.delivery import Delivery
from bot.outbox import TRIES
from bot.transport import ChatRef, MessageRef, Pace
from handlers import route
from handlers.card import Button, Card, para, row
from handlers.card_json import pack
from handlers.route import Scene
from smm import alerts as telling
from smm.errors import ChatBusy, ChatError
from storage import alerts, channels, copies, memos
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

TEAM, CLIENT = ChatRef("web", "team"), ChatRef("web", "client")


@pytest.fixture(autouse=True)
def trial_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view of a memo: what it says is what the memo holds."""
    route.load()
    monkeypatch.setattr(route, "_views", dict(route.views()))

    def draw(scene: Scene) -> Card | None:
        value = memos.get(scene.uow, f"thing:{scene.object_id}") or "first"
        if value == "gone":
            return None
        if value == "broken":
            raise ZeroDivisionError("a view broke")
        body = (para(scene.audience),)
        return Card(title=f"{scene.object_id}: {value}", body=body, buttons=(row(Button("Press", "start.next")),))

    monkeypatch.setattr(route, "_for_client", set(route._for_client))
    route.view("thing", for_client=True)(draw)


async def test_what_was_not_made_for_the_client_is_never_drawn_for_them(desk: TestDesk) -> None:
    route.view("inner")(lambda scene: Card(title="Internal"))
    await desk.database.write(lambda uow: telling.tell(uow, desk.world.brand.id, "client", "inner", 1))
    await desk.settle()
    assert desk.room("client").cards == []


async def tell(desk: TestDesk, *ids: int, purpose: str = "team") -> None:
    def work(uow: UnitOfWork) -> None:
        for object_id in ids:
            telling.tell(uow, desk.world.brand.id, purpose, "thing", object_id)

    await desk.database.write(work)


async def change(desk: TestDesk, object_id: int, value: str) -> None:
    def work(uow: UnitOfWork) -> None:
        memos.set(uow, f"thing:{object_id}", value)
        telling.refresh(uow, "thing", object_id)

    await desk.database.write(work)


def titles(desk: TestDesk, chat: str = "team") -> list[str]:
    return [card.title for card in desk.room(chat).cards]


async def states(desk: TestDesk) -> list[str]:
    def look(uow: UnitOfWork) -> list[str]:
        return [row.state for row in alerts.get(uow, range(1, 500))]

    return await desk.database.read(look)


async def test_a_view_is_drawn_with_the_newest_state_for_its_room(desk: TestDesk) -> None:
    await tell(desk, 1)
    await tell(desk, 1, purpose="client")
    await change(desk, 1, "second")
    await desk.settle()
    assert titles(desk) == ["1: second"]
    assert "client" in words(desk.room("client").cards[0])
    assert await states(desk) == ["delivered", "delivered"]


async def test_a_change_edits_every_copy_in_place(desk: TestDesk) -> None:
    await tell(desk, 1)
    await tell(desk, 1, purpose="client")
    await desk.settle()
    await change(desk, 1, "second")
    await desk.settle()
    assert titles(desk) == titles(desk, "client") == ["1: second"]
    assert len(desk.transport.sent) == 2
    assert len(desk.transport.edited) == 2


async def test_what_looks_the_same_is_not_sent_again(desk: TestDesk) -> None:
    await tell(desk, 1)
    await desk.settle()
    await change(desk, 1, "first")
    await desk.settle()
    assert desk.transport.edited == []
    assert await states(desk) == ["delivered", "delivered"]


async def test_many_changes_make_one_edit(desk: TestDesk) -> None:
    await tell(desk, 1, 2)
    await desk.settle()
    for number in range(10):
        await change(desk, 1, f"change {number}")
    await desk.settle()
    assert [card.title for _message, card in desk.transport.edited] == ["1: change 9"]
    assert (await states(desk)).count("merged") == 9


async def test_an_object_that_is_gone_leaves_a_word_and_no_buttons(desk: TestDesk) -> None:
    await tell(desk, 1)
    await desk.settle()
    await change(desk, 1, "gone")
    await desk.settle()
    card = desk.room("team").cards[0]
    assert "nothing to show" in words(card)
    assert card.buttons == ()
    await tell(desk, 1)
    await desk.settle()
    assert len(desk.transport.sent) == 1, "an object that is gone was shown"


async def test_a_change_while_the_card_is_on_its_way_is_not_missed(desk: TestDesk) -> None:
    send = desk.transport.send

    async def slow(chat: ChatRef, card: Card) -> MessageRef:
        await change(desk, 1, "meanwhile")
        return await send(chat, card)

    desk.transport.send = slow  # type: ignore[method-assign]
    await tell(desk, 1)
    await desk.settle()
    assert titles(desk) == ["1: meanwhile"]


async def test_order_is_kept_in_a_chat_and_answers_to_people_go_first(desk: TestDesk) -> None:
    await tell(desk, 1, 2, 3)
    await desk.database.write(lambda uow: telling.say(uow, TEAM, pack(Card(title="answer")), "en"))
    await desk.settle()
    assert [card.title for _chat, card in desk.transport.sent] == ["answer", "1: first", "2: first", "3: first"]


async def test_what_is_not_due_waits(desk: TestDesk, clock: Any) -> None:
    later = clock.now + timedelta(hours=1)
    await desk.database.write(
        lambda uow: alerts.queue(uow, TEAM, language="en", card=pack(Card(title="later")), not_before=later)
    )
    await desk.settle()
    assert titles(desk) == []
    clock.advance(hours=1)
    await desk.settle()
    assert titles(desk) == ["later"]


async def test_a_new_start_delivers_what_a_killed_one_left(desk: TestDesk) -> None:
    await tell(desk, 1, 2)
    hanging, sending = asyncio.Event(), asyncio.Event()

    class Hanging(FakeChat):
        async def send(self, chat: ChatRef, card: Card) -> MessageRef:
            sending.set()
            await hanging.wait()
            raise AssertionError

    first = Delivery(desk.database, [Hanging()], PlainWords)
    await first.start()
    await asyncio.wait_for(sending.wait(), PATIENCE)
    assert first._task is not None
    first._task.cancel()
    await asyncio.gather(first._task, return_exceptions=True)
    await first._flights.cancel()
    second = Delivery(desk.database, [desk.transport], PlainWords)
    await second.drain()
    assert titles(desk) == ["1: first", "2: first"]


async def test_in_the_background_a_commit_is_enough_to_wake_it(desk: TestDesk) -> None:
    await desk.delivery.start()
    await tell(desk, 1)
    await until(lambda: titles(desk))
    await desk.delivery.stop()
    assert titles(desk) == ["1: first"]
    assert await states(desk) == ["delivered"]


async def test_a_chat_that_errs_is_tried_again_later_and_holds_up_nothing(desk: TestDesk, clock: Any) -> None:
    desk.transport.troubles = [ChatError("bad gateway"), ChatError("bad gateway")]
    await tell(desk, 1, 2, 3)
    await desk.settle()
    assert titles(desk) == ["3: first"]
    clock.advance(seconds=2)
    await desk.settle()
    assert sorted(titles(desk)) == ["1: first", "2: first", "3: first"]


async def test_what_never_works_is_given_up_and_told(desk: TestDesk, clock: Any) -> None:
    await desk.database.write(lambda uow: memos.set(uow, "thing:1", "broken"))
    await tell(desk, 1)
    for _ in range(TRIES + 1):
        await desk.settle()
        clock.advance(minutes=5)
    (told,) = desk.room("team").cards
    assert "could not be delivered" in told.title
    assert "Northwind team" in words(told)
    assert (await states(desk))[0] == "lost"


async def test_a_broken_view_holds_up_no_other(desk: TestDesk) -> None:
    await desk.database.write(lambda uow: memos.set(uow, "thing:2", "broken"))
    await tell(desk, 1, 2)
    await tell(desk, 3, purpose="client")
    await desk.settle()
    assert titles(desk) == ["1: first"]
    assert titles(desk, "client") == ["3: first"]


async def test_a_busy_chat_waits_as_long_as_it_asks(desk: TestDesk) -> None:
    desk.transport.troubles = [ChatBusy("slow down", retry_after=timedelta(seconds=0.05))]
    loop = asyncio.get_running_loop()
    before = loop.time()
    await tell(desk, 1)
    await desk.settle()
    assert loop.time() - before >= 0.05
    assert titles(desk) == ["1: first"]
    assert await states(desk) == ["delivered"]


async def test_a_chat_that_is_gone_hands_its_messages_to_the_team(desk: TestDesk) -> None:
    desk.transport.gone = {"client"}
    await tell(desk, 1, 2, purpose="client")
    await desk.settle()
    assert titles(desk) == ["A room was lost: Northwind client", "1: first", "2: first"]
    room = await desk.database.read(channels.at, CLIENT)
    assert room is not None
    assert room.state == "lost"
    await desk.database.write(lambda uow: telling.tell(uow, desk.world.brand.id, "client", "thing", 9))
    await desk.settle()
    assert titles(desk)[3:] == ["9: first"], "news for a lost room was dropped"
    assert titles(desk, "client") == []


async def test_when_every_chat_is_gone_nothing_loops(desk: TestDesk) -> None:
    desk.transport.gone = {"client", "team", f"member-{desk.world.anna.id}"}
    await tell(desk, 1, purpose="client")
    await desk.settle()
    assert "queued" not in await states(desk)


async def test_what_a_group_has_no_room_for_becomes_one_digest_with_a_button(database: Database) -> None:
    pace = Pace(overall=1_000, per_chat=0.0, per_group=5, group_window=60.0)
    desk = await open_desk(database, pace=pace, groups=frozenset({"team"}))
    await tell(desk, *range(1, 13))
    await desk.settle()
    *single, digest = desk.room("team").cards
    assert [card.title for card in single] == ["1: first", "2: first", "3: first"]
    assert digest.title == "9 more"
    assert all(f"{number}: first" in words(digest) for number in range(4, 13))
    assert (await states(desk)).count("merged") == 9
    notice = await desk.router.receive(desk.anna.incoming(kind="press", ref=desk.anna.ref("Show them"), message_id="4"))
    assert notice.notice is None
    fresh = Delivery(database, [desk.transport], PlainWords)
    desk.transport.pace = Pace(overall=1_000, per_chat=0.0)
    fresh = Delivery(database, [desk.transport], PlainWords)
    await fresh.drain()
    assert [f"{number}: first" for number in range(4, 9)] == [card.title for card in desk.room("team").cards[4:]]
    assert "4 more" in words(desk.room("team").cards[3])


async def test_a_digest_of_another_chat_cannot_be_opened(desk: TestDesk) -> None:
    await tell(desk, 1)
    await desk.settle()
    await desk.database.write(lambda uow: uow.change(alerts.alerts.update().values(state="merged")))
    shown = await desk.database.write(telling.show_merged, CLIENT, [1])
    assert shown == []


async def test_buttons_of_a_delivered_card_can_be_pressed(any_desk: TestDesk) -> None:
    await tell(any_desk, 1)
    await any_desk.settle()
    await change(any_desk, 1, "second")
    await any_desk.settle()
    assert "Northwind Coffee" in words(await any_desk.anna.presses("Press"))
    copy = await any_desk.database.read(copies.at, MessageRef(TEAM, "1"))
    assert copy is not None
    assert copy.brand_id == any_desk.world.brand.id


async def test_many_presses_and_alerts_at_once_all_arrive(any_desk: TestDesk) -> None:
    """Delivery runs while 60 people press: each gets one answer, no row is left."""
    desk = any_desk
    await tell(desk, *range(1, 21))
    await desk.delivery.start()
    await asyncio.gather(
        *(desk.router.receive(desk.anna.incoming(kind="words", text="/help")) for _ in range(40)),
        *(change(desk, number, "new") for number in range(1, 21)),
    )
    await desk.delivery.drain()
    await desk.delivery.stop()
    shown = titles(desk)
    assert shown.count("What you can do") == 40
    assert [title for title in shown if title.endswith("first")] == []
    assert "queued" not in await states(desk)
