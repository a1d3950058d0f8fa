"""/link: one person in several chats: by a code that works once, with both sides told; and what a code cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from clocks import Clock
from dialog import FakeChat, Person, PlainWords, Room, TestDesk
from rows import row
from spoken import words
from sqlalchemy import select

from bot.delivery import Delivery
from bot.transport import ChatRef
from handlers.card import Card, Notice
from smm import members
from smm.roles import Role
from storage import audit, mentions, web
from storage import members as kept
from storage.accounts import accounts
from storage.invites import invites
from storage.members import Member
from storage.unit_of_work import UnitOfWork


@dataclass
class Platforms:
    """The sample desk, reachable on Telegram, Slack and the web; everybody writes in private unless told otherwise."""

    desk: TestDesk
    chats: dict[str, FakeChat]

    def person(self, platform: str, user_id: str, name: str, chat_id: str = "") -> Person:
        room = Room(self.chats[platform], ChatRef(platform, chat_id or user_id))
        return Person(self.desk, user_id, name, room, private=not chat_id)

    def of(self, member: Member) -> Person:
        return self.person("web", members.web_user(member.id), member.name)

    async def code(self, who: Person) -> str:
        card = await who.says("/link")
        assert isinstance(card, Card)
        return card.fields[-1].value.removeprefix("/link ")

    async def member(self, name: str, platform: str, user_id: str, *roles: Role) -> Member:
        def work(uow: UnitOfWork) -> Member:
            brand = self.desk.world.brand
            made = kept.add(uow, brand.workspace_id, name, "en", brand.id)
            kept.identify(uow, made.id, platform, user_id, name)
            for role in roles:
                kept.grant(uow, made.id, None if role is Role.OWNER else brand.id, role)
            return made

        return await self.desk.database.write(work)

    async def known(self, member: Member) -> list[tuple[str, str]]:
        found = await self.desk.database.read(kept.identities_of, member.id)
        return [(one.platform, one.user_id) for one in found]

    async def roles(self, member: Member) -> set[str]:
        return {one.role for one in await self.desk.database.read(kept.roles_of, member.id)}


@pytest.fixture
def everywhere(any_desk: TestDesk) -> Platforms:
    chats = {name: FakeChat(platform=name) for name in ("telegram", "slack")} | {"web": any_desk.transport}
    any_desk.delivery = Delivery(any_desk.database, chats.values(), PlainWords)
    return Platforms(any_desk, chats)


async def test_a_code_makes_another_chat_the_same_persons_and_both_sides_are_told(everywhere: Platforms) -> None:
    boris = everywhere.desk.world.boris
    code = await everywhere.code(everywhere.of(boris))
    phone = everywhere.person("telegram", "777", "Boris's phone")
    assert "Welcome, Boris" in words(await phone.says(f"/link {code}"))
    assert "An account was added to yours" in words(everywhere.of(boris).room.cards[-1])
    assert "Telegram: Boris's phone" in words(everywhere.of(boris).room.cards[-1])
    assert await everywhere.known(boris) == [("web", f"member-{boris.id}"), ("telegram", "777")]
    assert "People of Northwind" in words(await phone.says("/members"))

    slack = everywhere.person("slack", "T1:U1", "boris")
    code = await everywhere.code(phone)
    assert "Welcome, Boris" in words(await slack.says(f"/start {code}")), "/start takes the code too"
    assert "Slack: boris" in words(await phone.says("/me"))


async def test_a_code_works_once_for_a_quarter_of_an_hour_and_is_kept_as_a_digest_alone(
    everywhere: Platforms, clock: Clock
) -> None:
    boris = everywhere.of(everywhere.desk.world.boris)
    old = await everywhere.code(boris)
    code = await everywhere.code(boris)
    late = everywhere.person("telegram", "701", "Late")
    assert "does not work" in words(await late.says(f"/link {old}")), "the code before it still worked"
    clock.advance(minutes=16)
    assert "does not work" in words(await late.says(f"/link {code}"))
    code = await everywhere.code(boris)
    await late.says(f"/link {code}")
    assert "does not work" in words(await everywhere.person("telegram", "702", "Later").says(f"/link {code}"))
    assert len(code) >= 22, "fewer than 128 bits"
    held = await everywhere.desk.database.read(lambda uow: uow.rows(select(invites)))
    assert code not in repr(held)


async def test_codes_are_not_guessed(everywhere: Platforms) -> None:
    code = await everywhere.code(everywhere.of(everywhere.desk.world.anna))
    thief = everywhere.person("telegram", "666", "Thief")
    for _ in range(5):
        assert "does not work" in words(await thief.says("/link guess"))
    assert "Too many tries" in words(await thief.says(f"/link {code}"))
    assert "say /link there" in words(await thief.says("/link"))


async def test_a_code_that_others_could_read_is_void(everywhere: Platforms) -> None:
    anna = everywhere.desk.world.anna
    code = await everywhere.code(everywhere.of(anna))
    group = everywhere.person("telegram", "7", "Anna", "-100")
    assert "void now" in words(await group.says(f"/link {code}"))
    assert "does not work" in words(await everywhere.person("telegram", "666", "Thief").says(f"/link {code}"))


async def test_two_members_who_are_one_person_are_joined_after_a_clear_yes(everywhere: Platforms) -> None:
    desk, world = everywhere.desk, everywhere.desk.world
    twin = await everywhere.member("Boris T.", "telegram", "777", Role.CONTENT)
    author = {"brand_id": world.brand.id, "by": twin}
    mention_id = await desk.database.write(_assigned, author)
    session = await desk.database.write(_session, twin)
    code = await everywhere.code(everywhere.of(world.boris))
    phone = everywhere.person("telegram", "777", "Boris T.")
    asked = await phone.says(f"/link {code}")
    assert "Is Boris T. the same person as Boris?" in words(asked)
    assert "Content: Northwind Coffee" in words(asked)
    assert await everywhere.known(twin) == [("telegram", "777")], "joined without a yes"
    assert "Welcome, Boris" in words(await phone.presses("Join them"))
    assert await everywhere.roles(world.boris) == {"community", "content"}
    assert set(await everywhere.known(world.boris)) == {("telegram", "777"), ("web", f"member-{world.boris.id}")}
    gone = await desk.database.read(kept.get, twin.id)
    assert gone is not None
    assert gone.revoked_at is not None
    assert await desk.database.read(web.session, session) is None
    held = await desk.database.read(mentions.get, mention_id)
    assert held is not None
    assert held.assigned_to == world.boris.id
    assert "added to yours" in words(everywhere.of(world.boris).room.cards[-1])
    again = await phone.receives(kind="press", ref=phone_ref(phone, asked), message_id="1")
    assert again.notice is not None
    assert "does not work" in again.notice.text
    lines = await desk.database.read(audit.of, f"member:{world.boris.id}")
    assert [line.action for line in lines][-1:] == ["member.joined_with"]


def phone_ref(phone: Person, asked: object) -> str:
    assert isinstance(asked, Card)
    return next(button.ref for line in asked.buttons for button in line if button.label == "Join them")


def _assigned(uow: UnitOfWork, author: dict[str, Any]) -> int:
    account = uow.add(accounts, **row(accounts, uow.now, brand_id=author["brand_id"], network="demo", remote_id="a"))
    given = {"brand_id": author["brand_id"], "account_id": account, "assigned_to": author["by"].id, "state": "new"}
    return uow.add(mentions.mentions, **row(mentions.mentions, uow.now, **given))


def _session(uow: UnitOfWork, member: Member) -> str:
    web.open_session(uow, member.id, "digest", "csrf", uow.now.replace(year=uow.now.year + 1))
    return "digest"


async def test_left_apart_nothing_changes(everywhere: Platforms) -> None:
    twin = await everywhere.member("Twin", "telegram", "777", Role.CONTENT)
    code = await everywhere.code(everywhere.of(everywhere.desk.world.boris))
    phone = everywhere.person("telegram", "777", "Twin")
    await phone.says(f"/link {code}")
    assert "Nothing was changed" in words(await phone.presses("Leave them apart"))
    assert await everywhere.roles(twin) == {"content"}


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
async def test_nobody_is_talked_into_handing_on_a_managers_rights(everywhere: Platforms, role: Role) -> None:
    """A colleague's code, said by an owner: the colleague would be the owner then."""
    boss = await everywhere.member("Boss", "telegram", "1", role)
    boris = everywhere.desk.world.boris
    code = await everywhere.code(everywhere.of(boris))
    phone = everywhere.person("telegram", "1", "Boss")
    assert "the other way round" in words(await phone.says(f"/link {code}"))
    assert await everywhere.roles(boris) == {"community"}
    other_way = await everywhere.code(phone)
    asked = await everywhere.of(boris).says(f"/link {other_way}")
    assert "Is Boris the same person as Boss?" in words(asked)
    await everywhere.of(boris).presses("Join them")
    assert await everywhere.roles(boss) == {str(role), "community"}


async def test_a_clients_account_and_the_teams_stay_apart(everywhere: Platforms) -> None:
    clara = await everywhere.member("Clara", "telegram", "9", Role.CLIENT)
    code = await everywhere.code(everywhere.of(everywhere.desk.world.boris))
    assert "stay apart" in words(await everywhere.person("telegram", "9", "Clara").says(f"/link {code}"))
    assert await everywhere.roles(clara) == {"client"}


async def test_whoever_was_removed_comes_back_by_no_code(everywhere: Platforms) -> None:
    world = everywhere.desk.world
    gone = await everywhere.member("Gone", "telegram", "5", Role.CONTENT)
    code = await everywhere.code(everywhere.of(world.boris))
    await everywhere.desk.database.write(members.remove, world.anna, gone, world.brand)
    phone = everywhere.person("telegram", "5", "Gone")
    assert "taken off the desk" in words(await phone.says(f"/link {code}"))
    assert "not on this desk any more" in words(await phone.says("/members"))


async def test_one_of_several_accounts_is_taken_off_and_the_last_one_stays(everywhere: Platforms) -> None:
    boris = everywhere.desk.world.boris
    here, phone = everywhere.of(boris), everywhere.person("telegram", "777", "phone")
    await phone.says(f"/link {await everywhere.code(here)}")
    await here.says("/me")
    told = await here.presses("Take off Telegram: phone")
    assert isinstance(told, Notice)
    assert "not Boris's any more" in words(phone.room.cards[-1])
    assert "An account was taken off yours" in words(here.room.cards[-1])
    assert "I do not know you yet" in words(await phone.says("/members"))
    await here.says("/me")
    labels = [button.label for buttons in here.room.cards[-1].buttons for button in buttons]
    assert not any(label.startswith("Take off") for label in labels)


async def test_the_last_account_that_can_be_reached_is_not_taken_off(everywhere: Platforms) -> None:
    boris = everywhere.desk.world.boris
    here, phone = everywhere.of(boris), everywhere.person("telegram", "777", "phone")
    await phone.says(f"/link {await everywhere.code(here)}")
    everywhere.chats["telegram"].gone = {"777"}
    await everywhere.desk.database.write(kept.note_gone, "telegram", "777")
    assert "Telegram: phone (out of reach)" in words(await here.says("/me"))
    refused = await here.presses(f"Take off Web: {boris.name}")
    assert "only account that I can reach you at" in words(refused)
