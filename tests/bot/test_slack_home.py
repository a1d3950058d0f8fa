"""Slack's Home tab: cards in one view within its limits, for the person who looks at it and for nobody else."""

from __future__ import annotations

import any_card
from dialog import PlainWords
from hypothesis import given, settings
from hypothesis import strategies as st
from post_world import PostDesk
from slack_blocks import buttons, check_view, texts

from bot.slack_home import home, work_of
from handlers.card import Button, Card, row
from smm import brands, members
from storage import members as people
from storage.channels import ChatRef


@settings(max_examples=30, deadline=None)
@given(st.lists(any_card.card, max_size=20))
def test_any_cards_are_a_view_that_slack_takes(cards: list[Card]) -> None:
    view = home(cards)
    check_view(view)
    named = [button["action_id"] for button in buttons(view["blocks"])]
    assert all(name.startswith(("press:", "open:")) for name in named)


def test_cards_stand_apart_and_buttons_of_all_of_them_are_told_apart() -> None:
    card = Card(title="Brand", buttons=(row(Button("Open", "a", ref="r1")),))
    view = home([card, card])
    assert [block["type"] for block in view["blocks"]] == ["header", "actions", "divider", "header", "actions"]
    assert [button["action_id"] for button in buttons(view["blocks"])] == ["press:0.0", "press:0.1"]


async def test_a_member_sees_what_waits_for_them_in_each_brand_and_presses_it(posting: PostDesk) -> None:
    desk, anna = posting.desk, posting.desk.world.anna
    await posting.policy(mode="internal")
    await desk.vera.says("/post Autumn menu")
    await desk.vera.presses("Send for approval")
    alone = ChatRef("slack", "T1:U1")
    await desk.database.write(lambda uow: people.identify(uow, anna.id, "slack", "T1:U1", "Anna"))
    await desk.database.write(lambda uow: brands.make(uow, anna, "Southwind", "en", "Europe/Berlin"))
    cards = await desk.database.write(lambda uow: work_of(uow, alone, PlainWords))
    view = home(cards)
    check_view(view)
    assert [card.title.partition(": ")[2] for card in cards] == [desk.world.brand.name, "Southwind"]
    assert "Autumn menu" in "\n".join(texts(view["blocks"]))
    assert [button["text"]["text"] for button in buttons(view["blocks"])] == [
        "Approve 1",
        "Changes to 1",
        "📝 1 · Autumn menu",
    ]
    assert all(button["value"] for button in buttons(view["blocks"]))


async def test_a_stranger_and_a_member_who_left_see_nothing(posting: PostDesk) -> None:
    desk, boris = posting.desk, posting.desk.world.boris
    alone = ChatRef("slack", "T1:U2")
    told = await desk.database.write(lambda uow: work_of(uow, alone, PlainWords))
    check_view(home(told))
    assert "I do not know you yet" in "\n".join(texts(home(told)["blocks"]))
    await desk.database.write(lambda uow: people.identify(uow, boris.id, "slack", "T1:U2", "Boris"))
    await desk.database.write(
        lambda uow: members.remove(uow, desk.world.anna, boris, desk.world.brand),
    )
    gone = await desk.database.write(lambda uow: work_of(uow, alone, PlainWords))
    assert len(gone) == 1
    assert not gone[0].title
