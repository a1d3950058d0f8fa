"""The router: who may do what, once, and what everybody else is told."""

from __future__ import annotations

import asyncio
import random
import secrets
from dataclasses import replace
from typing import Any

import pytest
from dialog import Person, TestDesk
from spoken import words
from sqlalchemy import func, select

from bot.transport import Outcome, Sender
from handlers import route
from handlers.card import Answer, Button, Card, Notice
from handlers.route import Context
from smm import members
from smm.errors import Conflict
from smm.roles import ROLES, Right, Role, allows
from storage import alerts, audit, brands, buttons, channels, memos, updates
from storage.channels import ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork


@pytest.fixture(autouse=True)
def trial_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes of these tests alone: one action for each right, and a few that misbehave."""
    route.load()
    monkeypatch.setattr(route, "_routes", dict(route.routes()))
    monkeypatch.setattr(route, "_views", dict(route.views()))
    route.command("trial", needs=Right.MEMBER, help="Show every button")(_all_buttons)
    for right in Right:
        route.action(f"trial.{right}", needs=right, help="Count")(_count)
    route.action("trial.decide", needs=Right.SEE, help="Decide")(_decide)
    route.action("trial.conflict", needs=Right.MEMBER, help="Come too late")(_conflict)
    route.command("crash", needs=Right.ANYONE, help="Break", brand=False)(_crash)
    route.action("trial.crash", needs=Right.ANYONE, help="Break")(_crash)


def _all_buttons(context: Context) -> Answer:
    labels = [str(right) for right in Right] + ["decide", "conflict", "crash"]
    return Card(title="Trial", buttons=tuple((Button(label, f"trial.{label}", 7, 1),) for label in labels))


def _count(context: Context) -> Answer:
    so_far = int(memos.get(context.uow, "pressed") or 0) + 1
    memos.set(context.uow, "pressed", str(so_far))
    return Notice(f"press {so_far}")


def _decide(context: Context) -> Answer:
    _count(context)
    if (
        context.uow.add_new(
            memos.memos, on=("name",), name="decided", value=context.who.name, changed_at=context.uow.now
        )
        is None
    ):
        raise Conflict("{who} was first.", who=memos.get(context.uow, "decided"))
    return Notice("You decided.")


def _conflict(context: Context) -> Answer:
    _count(context)
    raise Conflict("Boris was first. See /inbox.")


def _crash(context: Context) -> Answer:
    _count(context)
    raise ZeroDivisionError("secret detail")


async def pressed(desk: TestDesk) -> int:
    return int(await desk.database.read(memos.get, "pressed") or 0)


async def told(desk: TestDesk) -> str:
    entries = await desk.database.read(audit.of, "chat:web:team")
    return " ".join(f"{entry.action} {entry.actor} {entry.facts['reason']}" for entry in entries)


async def refs(desk: TestDesk) -> dict[str, str]:
    """Show every trial button in the team's room and return the refs by label."""
    await desk.anna.says("/trial")
    return {button.label: button.ref for card in desk.room("team").cards for (button,) in card.buttons}


# --- roles x actions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role, "stranger", "removed"])
async def test_every_role_can_press_exactly_what_its_rights_allow(desk: TestDesk, role: str) -> None:
    shown = await refs(desk)
    person = await _somebody(desk, role)
    allowed = set()
    for right in Right:
        outcome = await person.receives(kind="press", ref=shown[right])
        assert outcome.notice is not None
        if outcome.notice.text.startswith("press "):
            allowed.add(right)
        else:
            assert outcome.notice.alarm
    known = role in set(Role)
    expected = {right for right in Right if right is Right.ANYONE or (known and allows(frozenset({Role(role)}), right))}
    assert allowed == expected
    assert await pressed(desk) == len(expected), "a refused press had an effect"
    assert (await told(desk)).count("press.refused") == len(Right) - len(expected), "a refusal left no trace"


async def _somebody(desk: TestDesk, role: str) -> Person:
    if role == "stranger":
        return desk.stranger

    def make(uow: UnitOfWork) -> Member:
        from storage import members as people

        member = people.add(uow, desk.world.workspace.id, "Dora", "en", desk.world.brand.id)
        people.identify(uow, member.id, "web", "dora", "Dora")
        if role != "removed":
            people.grant(uow, member.id, desk.world.brand.id, role)
        else:
            people.grant(uow, member.id, desk.world.brand.id, Role.MANAGER)
            members.remove(uow, desk.world.anna, member, desk.world.brand)
        return member

    await desk.database.write(make)
    return Person(desk, "dora", "Dora", desk.room("team"))


def test_the_matrix_names_every_right_and_role() -> None:
    assert set(ROLES) == set(Right)
    assert ROLES[Right.SIGN_OFF] == {Role.CLIENT}, "somebody else could sign off for the client"


async def test_roles_count_in_the_brand_of_the_button_not_of_the_room(desk: TestDesk) -> None:
    """Boris answers for Northwind; the other brand's button in the same chat is not his to press."""
    shown = await refs(desk)

    def rebind(uow: UnitOfWork) -> None:
        other = brands.add(uow, desk.world.workspace.id, "Other", "other", language="en", zone="UTC")
        uow.change(buttons.buttons.update().values(brand_id=other.id))

    await desk.database.write(rebind)
    outcome = await desk.boris.receives(kind="press", ref=shown["reply"])
    assert "You have no role in Other" in words(outcome.notice)
    assert await pressed(desk) == 0


async def test_another_workspaces_owner_is_nobody_here(desk: TestDesk) -> None:
    shown = await refs(desk)

    def make(uow: UnitOfWork) -> None:
        from storage import members as people

        workspace = brands.add_workspace(uow, "Rivals")
        member = people.add(uow, workspace.id, "Rita", "en")
        people.identify(uow, member.id, "web", "rita", "Rita")
        people.grant(uow, member.id, None, Role.OWNER)

    await desk.database.write(make)
    rita = Person(desk, "rita", "Rita", desk.room("team"))
    outcome = await rita.receives(kind="press", ref=shown["see"])
    assert "no role" in words(outcome.notice)


# --- refs --------------------------------------------------------------------------------------------------------


async def test_a_card_forwarded_to_another_chat_is_dead_there(desk: TestDesk) -> None:
    shown = await refs(desk)
    outcome = await desk.anna.at("client").receives(kind="press", ref=shown["see"])
    assert "belongs to another chat" in words(outcome.notice)
    elsewhere = replace(desk.anna.incoming(kind="press", ref=shown["see"]), platform="telegram")
    assert (await desk.router.receive(elsewhere)).notice is not None
    assert await pressed(desk) == 0


async def test_an_old_card_says_that_it_is_too_old(desk: TestDesk, clock: Any) -> None:
    shown = await refs(desk)
    clock.advance(days=31)
    outcome = await desk.anna.receives(kind="press", ref=shown["see"])
    assert "too old" in words(outcome.notice)
    assert await desk.database.write(buttons.forget_expired, clock.now) > 0
    outcome = await desk.anna.receives(kind="press", ref=shown["see"])
    assert "does not work any more" in words(outcome.notice)


async def test_forged_and_mutated_refs_mean_nothing(desk: TestDesk) -> None:
    """10,000 guesses, half of them one character away from a living ref."""
    shown = list((await refs(desk)).values())
    dice = random.Random(7)

    def forged() -> str:
        if dice.random() < 0.5:
            return secrets.token_urlsafe(dice.choice([6, 12, 18]))
        ref = list(dice.choice(shown))
        ref[dice.randrange(len(ref))] = dice.choice("abcXYZ019-_\x00'\"%é\ud800")
        return "".join(ref)

    def accepted(uow: UnitOfWork) -> list[str]:
        guesses = [ref for ref in (forged() for _ in range(10_000)) if ref not in shown]
        return [ref for ref in guesses if buttons.get(uow, ref.replace("\ud800", "?")) is not None]

    assert await desk.database.read(accepted) == []
    for ref in (forged() for _ in range(100)):
        if ref not in shown:
            outcome = await desk.router.receive(desk.anna.incoming(kind="press", ref=ref))
            assert "does not work any more" in words(outcome.notice)
    assert await pressed(desk) == 0


async def test_the_same_button_drawn_again_is_the_same_row(desk: TestDesk) -> None:
    first = await refs(desk)
    assert await refs(desk) == first
    assert all(len(ref.encode()) <= 24 for ref in first.values())


# --- once --------------------------------------------------------------------------------------------------------


async def test_the_same_update_twice_has_one_effect(desk: TestDesk) -> None:
    shown = await refs(desk)
    incoming = desk.anna.incoming(kind="press", ref=shown["see"])
    assert words((await desk.router.receive(incoming)).notice) == "press 1"
    assert await desk.router.receive(incoming) == Outcome()
    assert await pressed(desk) == 1


async def test_fifty_deliveries_of_one_press_at_once_have_one_effect(any_desk: TestDesk) -> None:
    desk = any_desk
    shown = await refs(desk)
    incoming = desk.anna.incoming(kind="press", ref=shown["see"])
    outcomes = await asyncio.gather(*(desk.router.receive(incoming) for _ in range(50)))
    assert await pressed(desk) == 1
    assert [outcome.notice for outcome in outcomes if outcome.notice] == [Notice("press 1")]


async def test_fifty_people_press_the_same_button_at_once_and_one_decides(any_desk: TestDesk) -> None:
    desk = any_desk
    ref = (await refs(desk))["decide"]
    people = [desk.anna, desk.boris, desk.vera, desk.clara.at("team"), desk.stranger] * 10
    outcomes = await asyncio.gather(*(desk.router.receive(person.incoming(kind="press", ref=ref)) for person in people))
    said = [words(outcome.notice) for outcome in outcomes]
    decided = await desk.database.read(memos.get, "decided")
    assert said.count("You decided.") == 1
    assert said.count(f"{decided} was first.") == 29
    assert sum("role does not allow" in one for one in said) == 10
    assert sum("do not know you" in one for one in said) == 10
    assert await pressed(desk) == 1, "a press that came second left something behind"


async def test_an_update_stored_before_is_taken_off_the_list(desk: TestDesk) -> None:
    incoming = desk.anna.incoming(kind="words", text="/trial")
    assert await desk.database.write(updates.store, "web", incoming.key, {"text": "/trial"})
    assert not await desk.database.write(updates.store, "web", incoming.key, {})
    await desk.router.receive(incoming)
    assert await desk.database.read(updates.open_ones, "web") == []


# --- errors ------------------------------------------------------------------------------------------------------


async def test_a_conflict_undoes_everything_and_is_told_to_the_presser_alone(desk: TestDesk) -> None:
    await refs(desk)
    before = len(desk.room("team").cards)
    assert await desk.anna.presses("conflict") == Notice("Boris was first. See /inbox.", alarm=True)
    assert await pressed(desk) == 0
    assert len(desk.room("team").cards) == before


async def test_a_broken_handler_changes_nothing_and_has_a_name_in_the_log(desk: TestDesk) -> None:
    await refs(desk)
    notice = words(await desk.anna.presses("crash"))
    assert "Nothing was changed" in notice
    assert "E-" in notice
    assert "secret" not in notice
    card = words(await desk.stranger.says("/crash"))
    assert "Nothing was changed" in card
    assert await pressed(desk) == 0
    found = await desk.database.read(updates.find, "web", "update-3")
    assert found is not None
    assert found.state == "poison"
    assert "ZeroDivisionError" in found.error


async def test_an_unknown_command_names_the_closest(desk: TestDesk) -> None:
    assert "/channels" in words(await desk.anna.says("/chanels"))
    assert "/channels" not in words(await desk.boris.says("/chanels")), "it suggests what he may not do"
    assert "/help" in words(await desk.anna.says("/zzzz"))


async def test_a_command_may_be_addressed_to_the_bot_and_written_large(desk: TestDesk) -> None:
    assert "What you can do" in words(await desk.anna.says("/HELP@copydesk_bot"))


async def test_people_may_talk_in_a_group_but_private_words_are_answered(desk: TestDesk) -> None:
    assert await desk.anna.says("good morning") is None
    assert "did not understand" in words(await desk.anna.at("member-1", private=True).says("good morning"))


async def test_the_teams_commands_stay_out_of_the_clients_room(desk: TestDesk) -> None:
    assert "The client reads this room" in words(await desk.anna.at("client").says("/members"))


@pytest.mark.parametrize(
    "text",
    [
        "/help <b>&amp;</b> *bold* _x_ `code` [a](http://evil) <!channel> <@U123>",
        "/" + "a" * 1_000_000,
        "x" * 1_000_000,
        "/he\u200blp\u202e\u2066",
        "/\x00help",
        "\ud800\udfff/help",
        "/",
        "//help",
        "/ help",
        "/help@",
        "",
        "\u202e/tpircs",
    ],
)
async def test_no_words_break_anything(any_desk: TestDesk, text: str) -> None:
    person = any_desk.anna.at("member-1", private=True)
    outcome = await person.receives(kind="words", text=text, title=text, reply_to=text[:50], message_id=text[:50])
    assert outcome.errors == {}
    evil = replace(person.incoming(kind="words", text="/start"), sender=Sender(text[:70], text, text[:4]))
    await any_desk.router.receive(evil)
    for kind in ("press", "answer"):
        outcome = await person.receives(kind=kind, ref=text, values={text[:99]: text})
        assert outcome.notice is not None
    poisoned = await any_desk.database.read(lambda uow: uow.scalar(_POISON))
    assert poisoned == 0


_POISON = select(func.count()).select_from(updates.updates).where(updates.updates.c.state == "poison")


# --- what happens to chats ---------------------------------------------------------------------------------------


async def test_a_group_that_moves_takes_its_cards_questions_and_queue_along(desk: TestDesk) -> None:
    shown = await refs(desk)
    await desk.database.write(
        lambda uow: alerts.queue(uow, ChatRef("web", "team"), language="en", card={"title": "Later"})
    )
    await desk.router.receive(desk.anna.incoming(kind="moved", text="team-super"))
    await desk.settle()
    assert desk.room("team-super").cards[-1].title == "Later"
    outcome = await desk.anna.at("team-super").receives(kind="press", ref=shown["see"])
    assert words(outcome.notice) == "press 1"
    assert "Rooms of Northwind Coffee" in words(await desk.anna.at("team-super").says("/channels"))
    assert await desk.database.read(channels.at, ChatRef("web", "team")) is None


async def test_a_lost_room_falls_back_to_the_team_and_is_told_once(desk: TestDesk) -> None:
    client = ChatRef("web", "client")
    await desk.database.write(lambda uow: alerts.queue(uow, client, language="en", card={"title": "For the client"}))
    for _ in range(2):
        await desk.router.receive(desk.clara.incoming(kind="lost"))
    await desk.settle()
    titles = [card.title for card in desk.room("team").cards]
    assert titles == ["For the client", "A room was lost: Northwind client"]


async def test_a_lost_team_room_falls_back_to_an_owners_private_chat(desk: TestDesk) -> None:
    await desk.router.receive(desk.boris.incoming(kind="lost"))
    await desk.settle()
    assert [card.title for card in desk.room(f"member-{desk.world.anna.id}").cards] == [
        "A room was lost: Northwind team"
    ]
    await desk.router.receive(desk.boris.incoming(kind="joined"))
    room = await desk.database.read(channels.at, ChatRef("web", "team"))
    assert room is not None
    assert room.state == "open"


async def test_a_chat_that_lets_us_in_is_told_how_to_begin(desk: TestDesk) -> None:
    assert "/channels" in words(await desk.stranger.at("new-group")._do(kind="joined"))
