"""Readers: a person's own chats show of the team's what that person may see now, and nothing more from the moment it is less."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from smm import alerts as telling
from smm import declared, identities, members, readers, rooms
from smm.networks import Can
from smm.roles import Role
from storage import alerts, brands, channels, copies
from storage import members as kept
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

OVER = "There is nothing to show here any more."
Loss = Callable[[InboxDesk, UnitOfWork], None]


@pytest.fixture
async def inbox(any_desk: TestDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> InboxDesk:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})
    return await open_inbox_desk(any_desk, clock)


def own_chat(inbox: InboxDesk) -> ChatRef:
    """Where Boris alone reads."""
    return members.private_chat("web", members.web_user(inbox.desk.world.boris.id))


def show_alone(inbox: InboxDesk, uow: UnitOfWork, mention_id: int) -> None:
    telling.show(uow, own_chat(inbox), "mention", mention_id, brand_id=inbox.desk.world.brand.id, language="en")


async def opened(inbox: InboxDesk) -> int:
    """Let Boris open a comment's card in his own chat."""
    mention_id = await inbox.hears()
    await inbox.desk.database.write(lambda uow: show_alone(inbox, uow, mention_id))
    await inbox.desk.settle()
    assert "oat milk" in words(inbox.cards(own_chat(inbox).chat_id)[-1])
    return mention_id


def loses_the_role(inbox: InboxDesk, uow: UnitOfWork) -> None:
    world = inbox.desk.world
    members.set_role(uow, world.anna, world.boris, world.brand, Role.COMMUNITY, held=False)


def becomes_a_client(inbox: InboxDesk, uow: UnitOfWork) -> None:
    world = inbox.desk.world
    members.set_role(uow, world.anna, world.boris, world.brand, Role.CLIENT, held=True)
    loses_the_role(inbox, uow)


def is_removed(inbox: InboxDesk, uow: UnitOfWork) -> None:
    world = inbox.desk.world
    members.remove(uow, world.anna, world.boris, world.brand)


def works_for_another_brand(inbox: InboxDesk, uow: UnitOfWork) -> None:
    world = inbox.desk.world
    other = brands.add(uow, world.workspace.id, "Contoso", "contoso", language="en", zone="UTC")
    kept.grant(uow, world.boris.id, other.id, Role.COMMUNITY)
    loses_the_role(inbox, uow)


LOSSES = [loses_the_role, becomes_a_client, is_removed, works_for_another_brand]


@pytest.mark.parametrize("loss", LOSSES)
async def test_what_stood_in_a_persons_own_chat_is_drawn_over_and_not_kept_up(inbox: InboxDesk, loss: Loss) -> None:
    await opened(inbox)
    await inbox.desk.database.write(lambda uow: loss(inbox, uow))
    await inbox.desk.settle()

    (over,) = inbox.cards(own_chat(inbox).chat_id)
    assert (words(over).strip(), labels(over)) == (OVER, [])
    assert await inbox.desk.database.read(copies.within, own_chat(inbox)) == []
    await inbox.anna.presses("Claim")
    assert inbox.cards(own_chat(inbox).chat_id) == [over]
    assert "Anna" in words(inbox.cards()[0]), "the team's room goes on"


@pytest.mark.parametrize("loss", LOSSES)
async def test_what_is_on_its_way_to_a_person_is_not_shown_any_more(inbox: InboxDesk, loss: Loss) -> None:
    mention_id = await inbox.hears()

    def at_once(uow: UnitOfWork) -> None:
        show_alone(inbox, uow, mention_id)
        loss(inbox, uow)

    await inbox.desk.database.write(at_once)
    await inbox.desk.settle()
    assert inbox.cards(own_chat(inbox).chat_id) == []


async def test_what_went_out_together_is_not_opened_by_who_may_see_less(inbox: InboxDesk) -> None:
    mention_id = await inbox.hears()
    where = own_chat(inbox)

    def merged(uow: UnitOfWork) -> int:
        brand_id = inbox.desk.world.brand.id
        row = alerts.queue(uow, where, language="en", view="mention", object_id=mention_id, brand_id=brand_id)
        alerts.close(uow, [row], "merged")
        return row

    row = await inbox.desk.database.write(merged)
    await inbox.desk.database.write(lambda uow: becomes_a_client(inbox, uow))
    await inbox.desk.database.write(lambda uow: telling.show_merged(uow, where, [row]))
    await inbox.desk.settle()
    assert inbox.cards(where.chat_id) == []


async def test_a_colleague_who_keeps_another_role_keeps_the_cards(inbox: InboxDesk) -> None:
    await opened(inbox)
    world = inbox.desk.world
    await inbox.desk.database.write(lambda uow: kept.grant(uow, world.boris.id, world.brand.id, Role.CONTENT))
    await inbox.desk.database.write(lambda uow: loses_the_role(inbox, uow))
    await inbox.anna.presses("Claim")
    assert "Anna" in words(inbox.cards(own_chat(inbox).chat_id)[-1])


async def test_news_of_a_lost_room_follows_the_owners_there_are(inbox: InboxDesk) -> None:
    """Boris is the first owner and gets what was for the lost room; before it is delivered he is no owner any more."""
    world, own = inbox.desk.world, own_chat(inbox)
    mention_id = await inbox.hears()

    def lost_and_demoted(uow: UnitOfWork) -> None:
        members.set_role(uow, world.anna, world.boris, world.brand, Role.OWNER, held=True)
        members.set_role(uow, world.anna, world.anna, world.brand, Role.OWNER, held=False)
        telling.tell(uow, world.brand.id, "team", "mention", mention_id, {"again": "1"})
        rooms.lose(uow, world.team.chat)
        assert any(row.view == "mention" for row in alerts.of_chat(uow, own))
        kept.grant(uow, world.anna.id, None, Role.OWNER)
        loses_the_role(inbox, uow)
        members.set_role(uow, world.anna, world.boris, world.brand, Role.OWNER, held=False)

    await inbox.desk.database.write(lost_and_demoted)
    await inbox.desk.settle()
    assert inbox.cards(own.chat_id) == []
    assert any("oat milk" in words(card) for card in inbox.cards(members.web_user(world.anna.id)))


async def test_a_room_that_was_a_persons_own_chat_is_lost_with_the_role(inbox: InboxDesk) -> None:
    world, own = inbox.desk.world, own_chat(inbox)
    await inbox.desk.database.write(lambda uow: rooms.bind(uow, world.anna, world.brand, own, "alerts", "Boris"))
    await inbox.hears()
    assert "oat milk" in words(inbox.cards(own.chat_id)[-1])
    await inbox.desk.database.write(lambda uow: loses_the_role(inbox, uow))
    await inbox.hears("Where is my order?")

    assert [words(card).strip() for card in inbox.cards(own.chat_id)] == [OVER]
    assert any("my order" in words(card) for card in inbox.cards()), "the team's room stands in"
    room = await inbox.desk.database.read(channels.at, own)
    assert room is not None
    assert room.state == "lost"


async def test_an_account_that_is_taken_off_keeps_no_cards(inbox: InboxDesk) -> None:
    world = inbox.desk.world
    await opened(inbox)

    def taken_off(uow: UnitOfWork) -> None:
        (known,) = kept.identities_of(uow, world.boris.id)
        kept.identify(uow, world.boris.id, "telegram", "777", "Boris")
        identities.leave(uow, world.boris, known.id)

    await inbox.desk.database.write(taken_off)
    await inbox.anna.presses("Claim")
    assert [words(card).strip() for card in inbox.cards(own_chat(inbox).chat_id)] == [OVER]


async def test_what_is_of_no_brand_is_said_to_the_person(inbox: InboxDesk) -> None:
    own = own_chat(inbox)
    await inbox.desk.database.write(lambda uow: becomes_a_client(inbox, uow))
    assert await inbox.desk.database.read(readers.of_chat, own, None) == "team"
    assert await inbox.desk.database.read(readers.of_chat, own, inbox.desk.world.brand.id) == "client"
    await inbox.desk.database.write(lambda uow: is_removed(inbox, uow))
    assert await inbox.desk.database.read(readers.of_chat, own, None) is None
