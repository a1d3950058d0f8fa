"""/members and /invite: who is on the desk; letting in, taking off and bringing back; and that being in a room gives nothing."""

from __future__ import annotations

import pytest
from clocks import Clock
from dialog import FakeChat, Person, PlainWords, Room, TestDesk
from spoken import words

from bot.delivery import Delivery
from bot.transport import ChatRef
from handlers.card import Card, Notice, Para
from smm import members, rooms, tokens
from smm.roles import Role
from storage import channels, web
from storage import members as kept
from storage.unit_of_work import UnitOfWork


def labels(card: object) -> list[str]:
    assert isinstance(card, Card)
    return [button.label for buttons in card.buttons for button in buttons]


def alone(desk: TestDesk) -> Card:
    """What Anna was shown in private last."""
    return desk.room(f"member-{desk.world.anna.id}").cards[-1]


def token_of(card: Card) -> str:
    return card.fields[-1].value.removeprefix("/start ")


def newcomer(desk: TestDesk, user_id: str = "900") -> Person:
    return Person(desk, user_id, "Newcomer", desk.room(user_id), private=True)


async def test_the_list_says_who_is_what_and_in_which_chats(desk: TestDesk) -> None:
    await desk.database.write(kept.identify, desk.world.boris.id, "telegram", "777", "Boris")
    listed = words(await desk.anna.says("/members"))
    assert "Boris: Community · Web, Telegram" in listed
    assert "Chats: Web: Boris, Telegram: Boris" in words(await desk.anna.presses("Boris"))


async def test_an_invitation_is_made_at_once_with_a_role_and_a_name(desk: TestDesk) -> None:
    assert isinstance(await desk.anna.says("/invite client Otto Old"), Card), "a word that the rest came in private"
    card = alone(desk)
    assert "Invitation: Client" in words(card)
    assert "Welcome, Newcomer" in words(await newcomer(desk).says(f"/start {token_of(card)}"))
    assert "There are: Owner, Manager" in words(await desk.anna.says("/invite boss Otto"))
    await desk.anna.says("/invite")
    await desk.anna.answers(role="content", name="Ida")
    assert "Invitation: Content" in words(alone(desk))


async def test_links_are_links(desk: TestDesk) -> None:
    bases = {
        "telegram": "https://t.me/desk_bot?start=",
        "slack": "Slack: /desk start ",
        "web": "https://desk.example/in/",
    }
    for platform, base in bases.items():
        await desk.database.write(tokens.note_address, platform, base)
    await desk.anna.says("/invite client")
    card = alone(desk)
    links = [span.href for block in card.body if isinstance(block, Para) for span in block.spans if span.href]
    assert links == [f"https://t.me/desk_bot?start={token_of(card)}", f"https://desk.example/in/{token_of(card)}"]
    assert f" Slack: /desk start {token_of(card)} " in words(card)
    assert words(card).count("Slack:") == 1


async def test_open_invitations_are_listed_taken_back_and_made_anew(desk: TestDesk, clock: Clock) -> None:
    await desk.anna.says("/invite client Otto")
    lost = token_of(alone(desk))
    await desk.anna.says("/members")
    listed = await desk.anna.presses("Invitations: 1")
    assert "Otto: Client, invited by Anna, works until 03.03.2026 10:00 Europe/Berlin" in words(listed)
    await desk.anna.presses("New link: Otto")
    fresh = token_of(alone(desk))
    assert "does not work" in words(await newcomer(desk).says(f"/start {lost}"))
    await desk.anna.says("/members")
    await desk.anna.presses("Invitations: 1")
    assert "Nobody is invited" in words(await desk.anna.presses("Take back"))
    assert "does not work" in words(await newcomer(desk).says(f"/start {fresh}"))
    await desk.anna.says("/invite content")
    clock.advance(hours=25)
    assert not any(label.startswith("Invitations") for label in labels(await desk.anna.says("/members")))


async def test_an_owners_invitation_is_an_owners_business(desk: TestDesk) -> None:
    world = desk.world
    await desk.database.write(members.set_role, world.anna, world.boris, world.brand, Role.MANAGER, held=True)
    await desk.anna.says("/invite owner Olga")
    await desk.boris.says("/members")
    await desk.boris.presses("Invitations: 1")
    assert "Only an owner" in words(await desk.boris.presses("New link: Olga"))
    assert "Only an owner" in words(await desk.boris.presses("Take back"))


async def test_whoever_is_removed_leaves_no_open_door_and_is_brought_back_with_a_role(desk: TestDesk) -> None:
    world = desk.world
    await desk.database.write(members.set_role, world.anna, world.boris, world.brand, Role.MANAGER, held=True)
    backdoor = await desk.database.write(tokens.invite, world.boris, world.brand, Role.CONTENT)
    login = await desk.database.write(tokens.login_link, world.boris.id)
    await desk.database.write(_signed_in, world.boris.id)
    await desk.anna.says("/members")
    await desk.anna.presses("Boris")
    await desk.anna.presses("Remove")
    assert "does not work" in words(await newcomer(desk).says(f"/start {backdoor}"))
    assert "does not work" in words(await newcomer(desk, "901").says(f"/start {login}"))
    await desk.anna.says("/members")
    await desk.anna.presses("Removed: 1")
    await desk.anna.presses("Bring Boris back")
    assert "Roles: Content" in words(await desk.anna.answers(role="content"))
    assert "People of Northwind" in words(await desk.boris.says("/members"))
    assert "You are on the desk of Northwind Coffee again" in words(desk.room(f"member-{world.boris.id}").cards[-1])
    assert await desk.database.read(web.session, "digest") is None, "an old browser was signed in again"


def _signed_in(uow: UnitOfWork, member_id: int) -> None:
    web.open_session(uow, member_id, "digest", "csrf", uow.now.replace(year=uow.now.year + 1))


async def test_a_client_who_is_signed_out_gets_a_new_link_and_hears_of_it(desk: TestDesk) -> None:
    world = desk.world
    await desk.database.write(tokens.note_address, "web", "https://desk.example/in/")
    await desk.anna.says("/members")
    assert "Sign-in link" not in labels(await desk.anna.presses("Boris"))
    await desk.anna.says("/members")
    await desk.anna.presses("Clara")
    assert isinstance(await desk.anna.presses("Sign-in link"), Notice), "the link was shown to the whole room"
    token = token_of(alone(desk))
    signed_in = await desk.database.write(tokens.redeem, token, platform="web", user_id="", name="")
    assert signed_in.id == world.clara.id
    assert "Anna made a link that signs you in" in words(desk.room(f"member-{world.clara.id}").cards[-1])
    with pytest.raises(members.Forbidden, match="signs in by themself"):
        await desk.database.write(tokens.login_link_for, world.anna, world.vera, world.brand)


PLATFORMS = ("telegram", "slack", "web")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_being_in_a_room_gives_nothing_and_what_was_taken_away_is_gone_at_once(
    any_desk: TestDesk, platform: str
) -> None:
    """A stranger and a removed member in the team's room: words, standing cards, open questions, all dead."""
    desk, world = any_desk, any_desk.world
    chat = ChatRef(platform, "room")
    fake = desk.transport if platform == "web" else FakeChat(platform=platform)
    desk.delivery = Delivery(desk.database, [fake], PlainWords)
    user_id = f"member-{world.boris.id}" if platform == "web" else "T1:U2"

    def furnish(uow: UnitOfWork) -> None:
        rooms.bind(uow, world.anna, world.brand, chat, "team", "Team")
        if platform != "web":
            kept.identify(uow, world.boris.id, platform, user_id, "Boris")
        members.set_role(uow, world.anna, world.boris, world.brand, Role.MANAGER, held=True)

    await desk.database.write(furnish)
    boris = Person(desk, user_id, "Boris", Room(fake, chat))
    stranger = Person(desk, "T1:U9", "Stranger", Room(fake, chat))
    await boris.says("/channels")
    await boris.says("/brands")
    asked = await boris.presses("Settings")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    for who, refusal in ((stranger, "I do not know you yet"), (boris, "not on this desk any more")):
        if who is boris:
            await desk.database.write(members.remove, world.anna, world.boris, world.brand)
        for said in ("/members", "/hold", "/channels", "/invite client", "/inbox"):
            assert refusal in words(await who.says(said))
        assert refusal in words(await who.presses("Alerts only"))
        answer = {"name": "Taken", "language": "en", "zone": "Europe/Rome", "tone": ""}
        outcome = await who.receives(kind="answer", ref=asked.ask.ref, values=answer, message_id="1")
        assert outcome.notice is not None
    room = await desk.database.read(channels.at, chat)
    assert room is not None
    assert room.purpose == "team"
