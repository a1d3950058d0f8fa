"""Decisions on cards: who may, who was first, and what a client may see."""

from __future__ import annotations

import asyncio
from random import Random

from clocks import Clock
from dialog import Person, TestDesk
from post_world import PostDesk, actor_of, add_account, labels_of, send_for_approval, submit_all, words_of

from handlers.card import Card, Notice
from smm import reminders
from smm.members import web_user
from smm.roles import Role
from storage import members
from storage.members import Member
from storage.unit_of_work import UnitOfWork


def _client(posting: PostDesk) -> Card:
    return posting.desk.room("client").cards[-1]


async def _pressed(who: Person, ref: str) -> str:
    """Press a button of a card that may be old by now, and return what the presser alone is told."""
    told = await who.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    return told.notice.text


async def test_two_steps_one_after_the_other(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client")
    await send_for_approval(posting)
    assert desk.room("client").cards == []
    refused = await desk.vera.presses("Approve")
    assert isinstance(refused, Notice)
    assert refused.alarm
    assert await desk.anna.presses("Approve") == Notice("Approved. The client has it now.")
    assert await desk.clara.presses("Approve") == Notice("Approved.")
    assert "Approved, not scheduled" in words_of(desk.room("team").cards[0])
    decided = [card for card in desk.room("team").cards if "approved version" in words_of(card) and not card.title]
    assert ["Publish now" in labels_of(card) for card in decided] == [False, True], (
        "an older decision asks nothing any more"
    )


async def test_the_first_decision_stands_and_the_second_press_learns_who_made_it(posting: PostDesk) -> None:
    desk = posting.desk
    await send_for_approval(posting)
    ref = desk.clara.ref("Approve")
    await desk.clara.presses("Approve")
    assert await _pressed(desk.clara, ref) == "Clara has already approved this version."


async def test_the_author_never_approves_alone(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    await desk.anna.says("/post My own words")
    refused = await desk.anna.presses("Send for approval")
    assert isinstance(refused, Notice)
    assert "Nobody but the author may approve this" in refused.text


async def test_a_client_who_presses_an_old_card_is_not_shown_what_the_team_still_writes(posting: PostDesk) -> None:
    desk = posting.desk
    await send_for_approval(posting)
    ref = desk.clara.ref("Approve")
    await desk.vera.presses("Edit")
    await desk.vera.answers(text="Half-written secret")
    assert await _pressed(desk.clara, ref) == "The team is changing this post. You will be asked about the new version."
    assert all("secret" not in words_of(card) for card in desk.room("client").cards)
    await desk.vera.presses("Send for approval")
    assert await _pressed(desk.clara, ref) == "There is version 2, this was 1."


async def test_no_internal_word_ever_reaches_the_clients_room(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client")
    await desk.boris.says("/approvals")
    await desk.vera.says("/post INTERNAL-A draft")
    await desk.vera.presses("Note")
    await desk.vera.answers(text="INTERNAL-B remark")
    await desk.vera.presses("Send for approval")
    await desk.anna.presses("Request changes")
    await desk.anna.answers(reason="INTERNAL-C reason")
    await desk.vera.presses("Edit")
    await desk.vera.answers(text="Shared text")
    await desk.vera.presses("Send for approval")
    await desk.anna.presses("Approve")
    await desk.clara.presses("Request changes")
    await desk.clara.answers(reason="Shorter please")
    await desk.vera.presses("Edit")
    await desk.vera.answers(text="INTERNAL-D half done")
    await desk.vera.presses("Hold")
    await desk.anna.presses("Hold")
    await desk.anna.answers(reason="INTERNAL-E hold")
    await desk.clara.says("/approvals")
    await desk.clara.says("/plan")
    said = [card for chat, card in desk.transport.sent if chat.chat_id == "client"]
    said += [card for message, card in desk.transport.edited if message.chat.chat_id == "client"]
    assert said
    assert [words_of(card) for card in said if "INTERNAL" in words_of(card)] == []
    assert any("Shared text" in words_of(card) for card in said)


async def test_a_reviewer_rejects_and_the_client_never_hears_of_it(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client")
    await send_for_approval(posting)
    await desk.anna.presses("Reject")
    assert await desk.anna.answers(reason="Not our tone") == Notice("The author has been told.")
    assert any("Anna: Not our tone" in words_of(card) for card in desk.room("team").cards)
    assert desk.room("client").cards == []


async def test_a_client_rejects_and_the_team_reads_why(posting: PostDesk) -> None:
    desk = posting.desk
    await send_for_approval(posting)
    await desk.clara.presses("Reject")
    assert await desk.clara.answers(reason="We sell no pumpkins") == Notice("Rejected. The team has been told.")
    assert any("Clara: We sell no pumpkins" in words_of(card) for card in desk.room("team").cards)
    assert "Approve" not in labels_of(_client(posting))


async def test_a_late_approval_asks_the_team_when(posting: PostDesk, clock: Clock) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-02T11:00:00+01:00")
    await desk.vera.presses("Send for approval")
    clock.advance(minutes=61)
    assert await posting.database.write(reminders.expire_due, clock.now) == 1
    await desk.settle()
    alarm = desk.room("team").cards[-1]
    assert alarm.title == "Not approved in time"
    assert labels_of(alarm) == ["Next free slot", "Pick a time", "Cancel post", "Open the post"]
    told = await desk.clara.presses("Approve")
    assert told == Notice("Approved, but too late for its time. The team has been asked when it goes out.")
    choice = desk.room("team").cards[-1]
    assert "It was approved too late for its time." in words_of(choice)
    assert labels_of(choice)[:3] == ["Publish now", "Next free slot", "Pick a time"]
    told = await desk.vera.presses(choice, "Next free slot")
    assert told == Notice("It goes out 02.03.2026 13:00 Europe/Berlin.")


async def test_a_client_is_reminded_in_working_hours_alone(posting: PostDesk, clock: Clock) -> None:
    desk = posting.desk
    clock.advance(days=4, hours=8)  # Friday 18:00 in Berlin
    await send_for_approval(posting)
    told = []
    for _ in range(24 * 6):
        clock.advance(hours=1)
        if await posting.database.write(reminders.remind_due, clock.now):
            told.append(clock.now.strftime("%a %H:%M"))
    assert told == ["Mon 08:00", "Mon 13:00", "Mon 15:00"]  # from 09:00 in Berlin; the third is the manager's
    await desk.settle()
    assert "A reminder: this waits for your answer." in words_of(_client(posting))


async def test_after_two_reminders_the_alerts_room_is_told(posting: PostDesk, clock: Clock) -> None:
    await posting.policy(mode="client", deadline_hours=24 * 30, remind_hours=24)
    await send_for_approval(posting)
    told = 0
    for _ in range(24 * 8):
        clock.advance(hours=1)
        told += await posting.database.write(reminders.remind_due, clock.now)
    await posting.desk.settle()
    assert told == 3
    assert "A manager should look" in words_of(posting.desk.room("team").cards[-1])


async def test_ten_clients_press_every_card_at_once(any_desk: TestDesk) -> None:
    """One decision a card, and nobody is told an untruth. A thousand presses of the use case: tests/smm/test_approvals.py."""
    database, world = any_desk.database, any_desk.world
    account_id = await database.write(add_account, world.brand.id)
    writer = await database.read(actor_of, world.vera, world.brand.id)
    await database.write(submit_all, writer, account_id, 20)
    await any_desk.settle()
    people = [any_desk.clara, *(await _clients(any_desk, 9))]
    await any_desk.clara.presses("Look one by one")
    refs = [
        card.buttons[0][0].ref
        for card in any_desk.room("client").cards
        if card.title.endswith("a post for your approval")
    ]
    assert len(refs) == 20
    presses = [person.incoming(kind="press", ref=ref, message_id="1") for ref in refs for person in people]
    Random(1).shuffle(presses)
    outcomes = await asyncio.gather(*(any_desk.router.receive(press) for press in presses))
    by_ref: dict[str, list[tuple[str, str]]] = {ref: [] for ref in refs}
    names = {person.user_id: person.name for person in people}
    for press, outcome in zip(presses, outcomes, strict=True):
        assert outcome.notice is not None
        by_ref[press.ref].append((names[press.sender.user_id], outcome.notice.text))
    for told in by_ref.values():
        (winner,) = [name for name, text in told if text == "Approved."]
        others = {text for name, text in told if name != winner}
        assert others == {f"{winner} has already approved this version."}


async def _clients(desk: TestDesk, count: int) -> list[Person]:
    made = [await desk.database.write(_client_member, desk, number) for number in range(count)]
    return [Person(desk, web_user(member.id), member.name, desk.room("client")) for member in made]


def _client_member(uow: UnitOfWork, desk: TestDesk, number: int) -> Member:
    brand = desk.world.brand
    member = members.add(uow, brand.workspace_id, f"Client {number}", "en", brand.id)
    members.identify(uow, member.id, "web", web_user(member.id), member.name)
    members.grant(uow, member.id, brand.id, Role.CLIENT)
    return member
