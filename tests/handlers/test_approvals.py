"""Decisions on cards: who may, who was first, what a client may see, and a whole list at once."""

from __future__ import annotations

import asyncio
from random import Random

from clocks import Clock
from dialog import Person, TestDesk
from post_world import PostDesk, actor_of, add_account, labels_of, submit_all, words_of

from handlers.card import Card, Notice
from smm import reminders
from smm.members import web_user
from smm.roles import Role
from storage import members
from storage.members import Member
from storage.unit_of_work import UnitOfWork


async def _sent(posting: PostDesk, text: str = "Autumn menu") -> None:
    await posting.desk.vera.says(f"/post {text}")
    await posting.desk.vera.presses("Send for approval")


def _client(posting: PostDesk) -> Card:
    return posting.desk.room("client").cards[-1]


async def test_two_steps_one_after_the_other(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client")
    await _sent(posting)
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
    await _sent(posting)
    ref = desk.clara.ref("Approve")
    await desk.clara.presses("Approve")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "Clara has already approved this version."


async def test_the_author_never_approves_alone(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    await desk.anna.says("/post My own words")
    refused = await desk.anna.presses("Send for approval")
    assert isinstance(refused, Notice)
    assert "Nobody but the author may approve this" in refused.text


async def test_a_client_who_presses_an_old_card_is_not_shown_what_the_team_still_writes(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting)
    ref = desk.clara.ref("Approve")
    await desk.vera.presses("Edit")
    await desk.vera.answers(text="Half-written secret")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "The team is changing this post. You will be asked about the new version."
    assert all("secret" not in words_of(card) for card in desk.room("client").cards)
    await desk.vera.presses("Send for approval")
    told = await desk.clara.receives(kind="press", ref=ref, message_id="1")
    assert told.notice is not None
    assert told.notice.text == "There is version 2, this was 1."


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
    await _sent(posting)
    await desk.anna.presses("Reject")
    assert await desk.anna.answers(reason="Not our tone") == Notice("The author has been told.")
    assert any("Anna: Not our tone" in words_of(card) for card in desk.room("team").cards)
    assert desk.room("client").cards == []


async def test_a_client_rejects_and_the_team_reads_why(posting: PostDesk) -> None:
    desk = posting.desk
    await _sent(posting)
    await desk.clara.presses("Reject")
    assert await desk.clara.answers(reason="We sell no pumpkins") == Notice("Rejected. The team has been told.")
    assert any("Clara: We sell no pumpkins" in words_of(card) for card in desk.room("team").cards)
    assert "Approve" not in labels_of(_client(posting))


async def test_many_are_approved_at_once_but_for_the_one_left_out(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    for number in range(1, 5):
        await _sent(posting, f"Post number {number}")
    shown = await desk.anna.says("/approvals")
    assert "4 posts wait for approval" in words_of(shown)
    shown = await desk.anna.presses("Leave out 3")
    assert "Approve all 3" in labels_of(shown)
    assert "Take in 3" in labels_of(shown)
    await desk.anna.presses("Approve all 3")
    assert any("3 posts approved." in words_of(card) for card in desk.room("team").cards)
    left = await desk.anna.says("/approvals")
    assert "Post number 3" in words_of(left)
    assert "1 post waits for approval" in words_of(left)


async def test_what_was_decided_meanwhile_is_told_one_by_one(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    for number in range(1, 4):
        await _sent(posting, f"Post number {number}")
    shown = await desk.anna.says("/approvals")
    await desk.vera.presses("Cancel post")
    await desk.anna.presses(shown, "Approve all 3")
    done = next(card for card in desk.room("team").cards if "2 posts approved." in words_of(card))
    assert "Post 3: This version is not waiting for an approval." in words_of(done)


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
    await _sent(posting)
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
    await _sent(posting)
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
