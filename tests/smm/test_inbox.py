"""What people do with a mention: one holds it, everybody sees it, everything can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from inbox_world import BOTH, Inbox, by, database_of, open_inbox

from smm import inbox as use
from smm.actors import Actor
from smm.alerts import URGENT
from smm.errors import Conflict, Invalid, NotFound
from smm.mention_moves import MOVES, OPEN, State, get, move
from storage import audit, copies, mentions, replies
from storage.channels import ChatRef, MessageRef
from storage.members import add as add_member
from storage.unit_of_work import UnitOfWork


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Inbox]:
    async with database_of(request) as opened:
        yield await open_inbox(opened, clock, tmp_path)


@pytest.fixture
def anna(inbox: Inbox) -> Any:
    return by(inbox.people.anna)


@pytest.fixture
def boris(inbox: Inbox) -> Any:
    return by(inbox.people.boris)


async def test_rule_3_a_claim_holds_for_ten_minutes(inbox: Inbox, anna: Actor, clock: Clock) -> None:
    mention_id = await inbox.one()
    claimed = await inbox.database.write(use.claim, mention_id, anna)

    assert (claimed.state, claimed.claimed_by) == ("claimed", anna.member_id)
    assert claimed.claimed_until == clock.now + timedelta(minutes=10)


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_3_fifty_claims_at_once_have_one_winner_and_the_others_are_told_who(inbox: Inbox) -> None:
    mention_id = await inbox.one()

    def team(uow: UnitOfWork) -> Any:
        return [add_member(uow, inbox.people.workspace.id, f"Member {number}", "en") for number in range(50)]

    people = await inbox.database.write(team)
    results = await asyncio.gather(
        *(inbox.database.write(use.claim, mention_id, by(member)) for member in people), return_exceptions=True
    )

    won = [result for result in results if not isinstance(result, BaseException)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 49)
    winner = next(member for member in people if member.id == won[0].claimed_by)
    assert {error.facts["who"] for error in lost} == {winner.name}
    claims = [
        line for line in await inbox.database.read(audit.of, f"mention:{mention_id}") if line.action == "mention.claim"
    ]
    assert len(claims) == 1


async def test_rule_3_a_second_person_is_told_who_and_for_how_long(
    inbox: Inbox, anna: Actor, boris: Actor, clock: Clock
) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    clock.advance(minutes=2)

    for action in (use.claim, use.resolve, use.not_ours, use.spam, use.escalate, use.release):
        with pytest.raises(Conflict, match=r"Anna is replying \(2 min\)"):
            await inbox.database.write(action, mention_id, boris)


async def test_rule_3_drafting_makes_the_time_run_anew_without_a_new_revision(
    inbox: Inbox, anna: Actor, clock: Clock
) -> None:
    mention_id = await inbox.one()
    before = await inbox.database.write(use.claim, mention_id, anna)
    clock.advance(minutes=8)
    after = await inbox.database.write(use.claim, mention_id, anna)

    assert after.claimed_until == clock.now + timedelta(minutes=10)
    assert after.revision == before.revision


async def test_rule_3_a_claim_can_be_taken_over(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    taken = await inbox.database.write(use.take_over, mention_id, boris)

    assert taken.claimed_by == boris.member_id
    with pytest.raises(Conflict, match="Boris is replying"):
        await inbox.database.write(use.claim, mention_id, anna)


async def test_rule_3_a_claim_that_ran_out_holds_nobody_back(
    inbox: Inbox, anna: Actor, boris: Actor, clock: Clock
) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    clock.advance(minutes=10)

    assert (await inbox.database.write(use.claim, mention_id, boris)).claimed_by == boris.member_id


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_a_lapsed_claim_is_found_by_the_clock_and_returned(inbox: Inbox, anna: Actor, clock: Clock) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    assert await inbox.database.read(use.due, clock.now + timedelta(minutes=9)) == []
    clock.advance(minutes=10)

    due = await inbox.database.read(use.due, clock.now)
    assert due == [(mention_id, clock.now)]
    assert await inbox.database.write(use.wake, mention_id)
    assert (await inbox.mention(mention_id)).state == "new"
    assert not await inbox.database.write(use.wake, mention_id)


async def test_release_lets_others_take_it(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    released = await inbox.database.write(use.release, mention_id, anna)

    assert (released.state, released.claimed_by) == ("new", None)
    await inbox.database.write(use.claim, mention_id, boris)


async def test_a_snoozed_mention_comes_back_once_and_is_told(inbox: Inbox, anna: Actor, clock: Clock) -> None:
    mention_id = await inbox.one()
    until = clock.now + timedelta(hours=1)
    assert (await inbox.database.write(use.snooze, mention_id, anna, until)).state == "snoozed"
    assert not await inbox.database.write(use.wake, mention_id)
    clock.advance(hours=1)
    told = len(await inbox.told("mention"))

    assert [await inbox.database.write(use.wake, mention_id) for _ in range(2)] == [True, False]
    assert (await inbox.mention(mention_id)).state == "new"
    assert [alert.args for alert in (await inbox.told("mention"))[told:]] == [{"why": "woken"}]


async def test_a_snooze_must_end_in_the_future_and_within_a_year(inbox: Inbox, anna: Actor, clock: Clock) -> None:
    mention_id = await inbox.one()
    for until in (clock.now, clock.now + timedelta(days=400)):
        with pytest.raises(Invalid):
            await inbox.database.write(use.snooze, mention_id, anna, until)


def test_snooze_presets_are_wall_clock_times_of_the_brand() -> None:
    friday_night = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Berlin; on Sunday the clocks go forward
    found = use.presets(friday_night, "Europe/Berlin")

    assert found["hour"] == friday_night + timedelta(hours=1)
    assert found["tomorrow"] == datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert found["monday"] == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(("action", "state"), [("resolve", "resolved"), ("not_ours", "not_ours"), ("spam", "spam")])
async def test_what_is_put_aside_can_be_brought_back(
    inbox: Inbox, anna: Actor, boris: Actor, action: str, state: str
) -> None:
    mention_id = await inbox.one()
    assert (await inbox.database.write(getattr(use, action), mention_id, anna)).state == state
    with pytest.raises(Conflict, match="Reopen it first"):
        await inbox.database.write(use.claim, mention_id, boris)

    assert (await inbox.database.write(use.reopen, mention_id, boris)).state == "new"


async def test_escalating_tells_the_team_at_once_and_keeps_the_reason(inbox: Inbox, boris: Actor) -> None:
    mention_id = await inbox.one()
    before = len(await inbox.told("mention"))
    escalated = await inbox.database.write(use.escalate, mention_id, boris, "Threatens with a lawyer")

    alert = (await inbox.told("mention"))[before]
    notes = await inbox.database.read(use.newest_notes, mention_id)
    assert escalated.state == "escalated"
    assert (alert.urgency, alert.args) == (URGENT, {"why": "escalated", "by": "Boris"})
    assert [note.text for note in notes] == ["Threatens with a lawyer"]
    assert [member.name for member in await inbox.database.read(use.managers, inbox.people.brand.id)] == ["Anna"]


async def test_assigning_names_a_person_who_may_answer(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    revision = (await inbox.mention(mention_id)).revision
    assigned = await inbox.database.write(use.assign, mention_id, anna, boris.member_id)

    assert (assigned.assigned_to, assigned.revision) == (boris.member_id, revision)
    with pytest.raises(Invalid, match="may not answer"):
        await inbox.database.write(use.assign, mention_id, anna, inbox.people.clara.id)
    assert (await inbox.database.write(use.assign, mention_id, anna, None)).assigned_to is None


async def test_notes_are_kept_for_the_team_and_move_nothing(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.claim, mention_id, anna)
    await inbox.database.write(use.add_note, mention_id, boris, " She is a regular ")

    kept = await inbox.database.read(use.newest_notes, mention_id)
    assert [(note.text, note.audience, note.member_id) for note in kept] == [
        ("She is a regular", "internal", boris.member_id)
    ]
    assert (await inbox.mention(mention_id)).claimed_by == anna.member_id
    with pytest.raises(Invalid):
        await inbox.database.write(use.add_note, mention_id, boris, "  ")


async def test_every_copy_is_redrawn_after_every_move(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    here = MessageRef(ChatRef("web", "team"), "7")

    def stand(uow: UnitOfWork) -> None:
        copies.add(uow, here, view="mention", object_id=mention_id, language="en", args={}, digest="", brand_id=1)

    await inbox.database.write(stand)
    edits = 0
    for action in (use.claim, use.release, use.escalate, use.resolve, use.reopen, use.spam):
        await inbox.database.write(action, mention_id, anna)
        found = await inbox.database.read(_edits)
        assert len(found) > edits, action
        edits = len(found)


def _edits(uow: UnitOfWork) -> Any:
    from inbox_world import _outbox

    return [alert for alert in _outbox(uow) if alert.edits == "7"]


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_every_move_leaves_a_line_with_who_and_which_identity(inbox: Inbox, anna: Actor) -> None:
    mention_id = await inbox.one()
    for action in (use.claim, use.release, use.escalate, use.reopen, use.not_ours, use.reopen, use.spam, use.reopen):
        await inbox.database.write(action, mention_id, anna)

    lines = await inbox.database.read(audit.of, f"mention:{mention_id}")
    assert [line.action.removeprefix("mention.") for line in lines] == [
        "claim",
        "release",
        "escalate",
        "reopen",
        "not_ours",
        "reopen",
        "spam",
        "reopen",
    ]
    assert {(line.actor, line.identity) for line in lines} == {(f"member:{anna.member_id}", anna.identity)}
    assert await inbox.database.read(audit.verify) is None


async def test_only_the_moves_of_the_table_are_made(inbox: Inbox, anna: Actor) -> None:
    mention_id = await inbox.one()

    def attempt(uow: UnitOfWork, state: str, name: str) -> Any:
        mentions.change(uow, get(uow, mention_id), state=str(state))
        return move(uow, get(uow, mention_id), name, anna)

    for name, allowed in MOVES.items():
        for state in State:
            if state in allowed.before:
                assert (await inbox.database.write(attempt, state, name)).state == allowed.after
            else:
                with pytest.raises(Conflict):
                    await inbox.database.write(attempt, state, name)


async def test_what_was_read_before_somebody_else_changed_it_changes_nothing(inbox: Inbox, anna: Actor) -> None:
    stale = await inbox.mention(await inbox.one())
    await inbox.database.write(use.claim, stale.id, anna)

    with pytest.raises(Conflict, match="Anna is replying"):
        await inbox.database.write(lambda uow: move(uow, stale, "spam", anna))
    assert (await inbox.mention(stale.id)).state == "claimed"


def test_from_every_state_that_people_can_reach_there_is_a_way_back() -> None:
    reachable = {MOVES[name].after for name in ("snooze", "escalate", "resolve", "not_ours", "spam", "replied")}
    assert reachable <= MOVES["reopen"].before
    assert MOVES["claim"].before == OPEN


async def test_a_mention_of_another_brand_is_not_there(inbox: Inbox) -> None:
    mention_id = await inbox.one()
    with pytest.raises(NotFound):
        await inbox.database.read(get, mention_id, inbox.people.brand.id + 1)


async def test_a_note_is_cut_and_a_taken_over_preview_is_redrawn(inbox: Inbox, anna: Actor, boris: Actor) -> None:
    mention_id = await inbox.one()
    await inbox.database.write(use.add_note, mention_id, anna, "x" * 10_000)
    assert len((await inbox.database.read(use.newest_notes, mention_id))[0].text) == use.NOTE
    assert await inbox.database.read(replies.of_mention, mention_id, ("preview",)) == []
