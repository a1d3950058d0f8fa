"""From an empty desk to a team at work: the first owner, a brand, rooms, people."""

from __future__ import annotations

from typing import cast

import pytest
from dialog import Person, TestDesk
from post_world import PostDesk
from spoken import words

from handlers.card import Card, Notice
from smm import members, rooms, tokens
from smm.errors import Conflict
from smm.roles import Role
from storage import channels as kept
from storage.channels import ChatRef


def private(desk: TestDesk, user_id: str, name: str = "Someone") -> Person:
    return Person(desk, user_id, name, desk.room(user_id), private=True)


async def test_the_first_owner_proves_themself_and_is_led_through(bare_desk: TestDesk) -> None:
    desk = bare_desk
    olga = private(desk, "100", "Olga")
    assert "no owner yet" in words(await olga.says("/start"))
    code = await desk.database.write(tokens.owner_code)
    assert "Welcome, Olga" in words(await olga.says(f"/start {code}"))
    assert await desk.database.write(tokens.owner_code) is None, "a second owner was offered a code"

    assert "open the desk" in words(await olga.presses("What comes next?"))
    await olga.presses("Make a brand")
    wrong = await olga.answers(name="Ёлка", language="ru", zone="Evrope/Berlin")
    assert "Did you mean Europe/Berlin" in cast("dict[str, str]", wrong)["zone"]
    made = await olga.answers(name="Ёлка", language="ru", zone="berlin")
    assert "Europe/Berlin" in words(made)

    group = Person(desk, "100", "Olga", desk.room("group-1"))
    assert "what this chat is for" in words(await group.says("/channels"))
    assert "team works here" in words(await group.presses("Team"))
    assert "This chat is a room: Team" in words(await group.says("/channels"))
    assert "Ёлка" in words(await olga.says("/start"))


async def test_an_owner_code_works_once_and_guesses_are_few(bare_desk: TestDesk) -> None:
    desk = bare_desk
    code = await desk.database.write(tokens.owner_code)
    thief = private(desk, "666")
    for _ in range(5):
        assert "does not work" in words(await thief.says("/start guess"))
    assert "Too many tries" in words(await thief.says(f"/start {code}"))
    olga = private(desk, "100", "Olga")
    await olga.says(f"/start {code}")
    other = private(desk, "200", "Oleg")
    assert "does not work" in words(await other.says(f"/start {code}"))


async def test_an_invitation_makes_one_member_and_tells_the_inviter(desk: TestDesk) -> None:
    await desk.anna.says("/members")
    await desk.anna.presses("Invite somebody")
    notice = await desk.anna.answers(role="community", name="Dora")
    assert isinstance(notice, Notice), "the token was shown to the whole room"
    alone = desk.room(f"member-{desk.world.anna.id}")
    token = next(f.value for f in alone.cards[-1].fields if f.value.startswith("/start ")).removeprefix("/start ")
    assert len(token) <= 64
    dora = private(desk, "555", "Dora D.")
    assert "Welcome, Dora D." in words(await dora.says(f"/start {token}"))
    assert "Dora D. has joined" in words(alone.cards[-1])
    assert "does not work" in words(await private(desk, "556").says(f"/start {token}"))
    assert "/inbox" not in words(await private(desk, "556").says("/help"))
    in_team = Person(desk, "555", "Dora", desk.room("team"))
    assert "Dora D.: Community" in words(await in_team.says("/members"))


async def test_the_client_is_led_straight_to_what_waits_for_them(posting: PostDesk) -> None:
    desk = posting.desk
    for text in ("Autumn menu", "INTERNAL draft"):
        await desk.vera.says(f"/post {text}")
    card = next(card for card in desk.room("team").cards if card.title.startswith("Post 1"))
    await desk.vera.presses(card, "Send for approval")
    await desk.anna.says("/channels")
    told = await desk.anna.presses("Invite the client")
    assert isinstance(told, Notice)
    shown = desk.room(desk.anna.user_id).cards[-1]
    token = next(field.value for field in shown.fields if field.value.startswith("/start ")).split()[1]
    assert all(token not in words(card) for card in desk.room("team").cards), "a room is no place for a link"

    cleo = private(desk, "300", "Cleo")
    await cleo.says(f"/start {token}")
    welcome, post = cleo.room.cards
    assert "Here you see the posts of Northwind Coffee before they go out" in words(welcome)
    assert "Autumn menu" in words(post)
    assert "INTERNAL" not in words(post)
    await cleo.says("/start")
    assert "Autumn menu" in words(cleo.room.cards[-1])
    await cleo.presses("Approve")
    await cleo.says("/start")
    assert "Nothing waits for you right now." in words(cleo.room.cards[-1])


async def test_an_invitation_ends_after_a_day(desk: TestDesk, clock: object) -> None:
    token = await desk.database.write(tokens.invite, desk.world.anna, desk.world.brand, Role.CONTENT)
    clock.advance(hours=25)  # type: ignore[attr-defined]
    assert "does not work" in words(await private(desk, "555").says(f"/start {token}"))


async def test_only_an_owner_makes_owners(desk: TestDesk) -> None:
    await desk.database.write(
        members.set_role, desk.world.anna, desk.world.boris, desk.world.brand, Role.MANAGER, held=True
    )
    await desk.boris.says("/members")
    await desk.boris.presses("Invite somebody")
    assert "Only an owner" in words(await desk.boris.answers(role="owner", name=""))
    await desk.boris.presses("Boris")
    assert "Only an owner" in words(await desk.boris.presses("Owner"))


async def test_the_last_owner_stays(desk: TestDesk) -> None:
    await desk.anna.says("/members")
    await desk.anna.presses("Anna")
    assert "last owner" in words(await desk.anna.presses("Remove"))
    assert "last owner" in words(await desk.anna.presses("✓ Owner"))


async def test_somebody_removed_can_press_nothing_any_more(desk: TestDesk) -> None:
    await desk.boris.says("/me")
    await desk.anna.says("/members")
    await desk.anna.presses("Boris")
    await desk.anna.presses("Remove")
    assert "not on this desk any more" in words(await desk.boris.presses("Русский"))
    assert "not on this desk any more" in words(await desk.boris.says("/members"))


async def test_a_login_link_signs_in_once_and_replaces_the_one_before(desk: TestDesk) -> None:
    database, anna = desk.database, desk.world.anna
    first = await database.write(tokens.login_link, anna.id)
    second = await database.write(tokens.login_link, anna.id)
    for token, works in ((first, False), (second, True), (second, False)):
        try:
            member = await database.write(tokens.redeem, token, platform="web", user_id="", name="")
        except members.NotFound:
            assert not works
        else:
            assert works
            assert member.id == anna.id


async def test_a_sign_in_for_the_web_is_shown_to_its_owner_alone(desk: TestDesk) -> None:
    await desk.boris.says("/me")
    told = await desk.boris.presses("Sign in on the web")
    assert isinstance(told, Notice), "the token was shown to the whole room"
    alone = desk.room(f"member-{desk.world.boris.id}").cards[-1]
    token = next(f.value for f in alone.fields if f.value.startswith("/start ")).removeprefix("/start ")
    member = await desk.database.write(tokens.redeem, token, platform="web", user_id="", name="")
    assert member.id == desk.world.boris.id


async def test_everybody_chooses_their_language(desk: TestDesk) -> None:
    await desk.boris.says("/me")
    assert "Language: Русский" in words(await desk.boris.presses("Русский"))
    assert "Language: English" in words(await desk.anna.says("/me"))


async def test_help_names_what_this_person_can_do_here(desk: TestDesk) -> None:
    assert "/channels" in words(await desk.anna.says("/help"))
    assert "/channels" not in words(await desk.boris.says("/help"))
    client = words(await desk.clara.says("/help"))
    assert "/help" in client
    assert "/members" not in client
    in_client_room = words(await desk.anna.at("client").says("/help"))
    assert "/members" not in in_client_room


async def test_brands_are_chosen_and_set_up(desk: TestDesk) -> None:
    anna = desk.anna.at("member-1", private=True)
    await anna.says("/brands")
    await anna.presses("Make a brand")
    await anna.answers(name="Bean & Co", language="en", zone="Europe/Rome")
    assert "Bean & Co" in words(await anna.says("/start"))
    await anna.says("/brands")
    assert "Northwind Coffee" in words(await anna.presses("Northwind Coffee"))
    await anna.says("/brands")
    await anna.presses("Settings")
    assert "Saved" in words(await anna.answers(name="Northwind", language="en", zone="moscow", tone="Warm."))
    assert "Northwind" in words(await anna.says("/start"))


async def test_a_room_is_released_and_another_brands_room_is_not_taken(desk: TestDesk) -> None:
    anna = desk.anna.at("member-1", private=True)
    await desk.anna.at("group-9").says("/channels")
    old = desk.anna.at("group-9").ref("Team")
    await anna.says("/brands")
    await anna.presses("Make a brand")
    await anna.answers(name="Bean", language="en", zone="Europe/Rome")
    await desk.anna.at("group-9").says("/channels")
    await desk.anna.at("group-9").presses("Alerts only")
    stale = await desk.anna.at("group-9").receives(kind="press", ref=old)
    assert stale.notice is not None
    assert "room of another brand" in stale.notice.text
    await desk.anna.at("group-9").says("/channels")
    assert "no room any more" in words(await desk.anna.at("group-9").presses("Release this chat"))


async def test_a_web_room_is_made_for_the_client(desk: TestDesk) -> None:
    anna = desk.anna.at("member-1", private=True)
    await anna.says("/brands")
    await anna.presses("Make a brand")
    await anna.answers(name="Bean", language="en", zone="Europe/Rome")
    await anna.presses("Rooms")
    await anna.presses("New client room on the web")
    from storage import channels

    bound = await desk.database.read(channels.at, ChatRef("web", "bean-client"))
    assert bound is not None
    assert bound.purpose == "client"


async def test_the_teams_room_is_never_handed_to_the_client(desk: TestDesk) -> None:
    offered = await desk.anna.says("/channels")
    assert isinstance(offered, Card)
    labels = [button.label for buttons in offered.buttons for button in buttons]
    assert "Alerts only" in labels
    assert "Client" not in labels
    world = desk.world
    with pytest.raises(Conflict, match="another room for the client"):
        await desk.database.write(rooms.bind, world.anna, world.brand, world.team.chat, "client", "")
    room = await desk.database.read(kept.at, world.team.chat)
    assert room is not None
    assert room.purpose == "team"
