"""No internal word reaches a client's room, on any platform.

Everything that only the team may read holds the canary word. Then people of the team and the client press whatever they find,
for a long time, with the clock's work between; nothing that any client's chat was ever sent may hold it. What the team writes
for the client, and presses Send, Share or Ask for, is written without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest
from clocks import Clock
from dialog import UNLIMITED, FakeChat, Person, PlainWords, Room
from fake_networks import item
from post_world import PostDesk

from bot.delivery import Delivery
from handlers.card import Ask, Button, Card
from handlers.card_json import pack
from handlers.route import load, routes, views
from smm import alerts, ingest, materials, receipts, reminders, rooms
from smm.networks import Page
from storage import accounts as kept_accounts
from storage import brands, channels, members, metrics, notes, targets
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

CANARY = "CANARY"
CLIENTS = ("client", "telegram-client", "slack-client")
# What is asked of the team for the client's eyes: a person presses once more before the client reads it, or asks outright.
FOR_CLIENT = frozenset(
    {
        *("post.create", "post.change", "post.overridden", "post.described", "post.answered", "draft.start"),
        "post.corrected",
        *("material.asked", "material.asked_again", "report.commented"),
    }
)
# Nobody hands the client's room over to the team, or a role of the team to the client: what they do then is their own.
UNTOUCHED = frozenset({"channels.release", "members.role", "members.remove"})
DRAFT = 3  # the post that nobody sends
ROUNDS = 400


load()
COMMANDS = frozenset(route.name for route in routes().values() if route.kind == "command") - {"start"}


class ClientsRoom:
    """The posting desk on three platforms, each with a client's room; every one of them is listened to."""

    def __init__(self, posting: PostDesk, clock: Clock) -> None:
        self.posting, self.desk, self.clock, self.random = posting, posting.desk, clock, Random(7)
        self.chats = [posting.desk.transport, *(FakeChat(name, UNLIMITED) for name in ("telegram", "slack"))]
        posting.desk.delivery = Delivery(posting.database, self.chats, PlainWords)
        self.tried: set[str] = set()

    async def open(self) -> None:
        """Give the client a room on each platform, one of them with quiet hours, one with a digest."""
        await self.posting.database.write(self._rooms)

    def _rooms(self, uow: UnitOfWork) -> None:
        world = self.desk.world
        for chat_id in CLIENTS[1:]:
            chat = ChatRef(chat_id.partition("-")[0], chat_id)
            channels.add(uow, world.brand.id, chat, "client", "Client", "en")
            members.identify(uow, world.clara.id, chat.platform, f"{chat.platform}-clara", "Clara")
        first, second = [room for room in channels.of_brand(uow, world.brand.id) if room.purpose == "client"][1:]
        rooms.set_rhythm(uow, world.anna, world.brand, first.id, {"digest": "hourly"})
        rooms.set_rhythm(uow, world.anna, world.brand, second.id, {"quiet": {"from": "20:00", "to": "08:00"}})

    def heard(self) -> Iterator[str]:
        """Everything that clients' chats were ever sent, as JSON, alt texts and button arguments and all."""
        for chat in self.chats:
            for ref, card in chat.sent:
                if ref.chat_id in CLIENTS:
                    yield json.dumps(pack(card), ensure_ascii=False)
            for message, card in chat.edited:
                if message.chat.chat_id in CLIENTS:
                    yield json.dumps(pack(card), ensure_ascii=False)

    def people(self) -> list[Person]:
        """Everybody, in the rooms where they are; the team sits in the client's room, too."""
        desk = self.desk
        there = [desk.anna, desk.boris, desk.vera, desk.clara, desk.anna.at("client"), desk.vera.at("client")]
        for chat in self.chats[1:]:
            room = Room(chat, ChatRef(chat.platform, f"{chat.platform}-client"))
            there.append(Person(desk, f"{chat.platform}-clara", "Clara", room))
        return there

    async def presses(self) -> None:
        """Let somebody press a button somewhere, what nobody has tried yet first, and answer what is asked."""
        found = [
            (person, number, button)
            for person in self.people()
            for number, card in person.room.messages
            for button in _buttons(card)
        ]
        fresh = [each for each in found if each[2].action not in self.tried]
        person, message_id, button = self.random.choice(fresh or found)
        self.tried.add(button.action)
        await person.receives(kind="press", ref=button.ref, message_id=message_id)
        await self.answers(person)

    async def answers(self, person: Person) -> None:
        """Answer the questions that stand open, the team's with the canary where they are not for the client."""
        asked = [(number, card.ask) for number, card in person.room.messages if card.ask is not None]
        if asked:
            message_id, ask = asked[-1]
            self.tried.add(ask.action)
            by_client = person.name == "Clara"
            word = "Words" if by_client or ask.action in FOR_CLIENT else f"{CANARY} {ask.action}"
            values = _values(ask, word, self.clock)
            await person.receives(kind="answer", ref=ask.ref, values=values, message_id=message_id)

    async def says(self) -> None:
        """Let somebody say a command, or talk."""
        person = self.random.choice(self.people())
        commands = sorted(COMMANDS)
        if person.name == "Clara" or person.room.chat.chat_id in CLIENTS:
            await person.says(f"/{self.random.choice(commands)}")
        else:
            word = (
                ""
                if (said := self.random.choice(commands)) in {"post", "material", "draft", "report"}
                else f" {CANARY}"
            )
            await person.says(f"/{said}{self.random.choice(['', word])}")
            await self.answers(person)

    async def passes(self) -> None:
        """Let time go by and the clock do its work."""
        await self.posting.tick(minutes=self.random.choice([1, 30, 400]))
        now = self.clock.now
        for work in (reminders.remind_due, reminders.expire_due, materials.remind_due, receipts.late_check):
            await self.posting.database.write(work, now)
        await self.posting.database.write(receipts.daily_lines)
        await self.desk.settle()


def _buttons(card: Card) -> Iterator[Button]:
    found = (button for row in card.buttons for button in row if button.ref and button.action not in UNTOUCHED)
    return (each for each in found if not (each.action.startswith("post.") and each.object_id == DRAFT))


def _values(ask: Ask, word: str, clock: Clock) -> dict[str, str]:
    made = {}
    for question in ask.questions:
        if question.kind == "choice":
            made[question.name] = question.options[0][0]
        elif question.kind == "moment":
            made[question.name] = clock.now.replace(year=clock.now.year + 1).isoformat() if question.required else ""
        elif question.kind == "line" and not question.required:
            made[question.name] = ""
        elif question.kind != "files":
            made[question.name] = word[: question.limit or None]
    return made


@pytest.fixture
async def room(posting: PostDesk, clock: Clock) -> ClientsRoom:
    """A desk whose internal fields all hold the canary."""
    made = ClientsRoom(posting, clock)
    await made.open()
    await posting.database.write(_infest, posting)
    page = Page((item("r-1", f"{CANARY} said in public", author_name=CANARY, said_at=clock.now),), "c")
    account = (await posting.accounts())[0]
    mention = (await posting.database.write(ingest.ingest, account.id, page))[0]
    await posting.database.write(notes.add_to_mention, mention, posting.desk.world.boris.id, f"{CANARY} of a mention")
    return made


def _infest(uow: UnitOfWork, posting: PostDesk) -> None:
    world = posting.desk.world
    for member in (world.anna, world.boris, world.vera):
        members.identify(uow, member.id, "mail", f"{CANARY}-{member.id}@example.org", f"{CANARY} {member.id}")
    account = kept_accounts.of_brand(uow, posting.brand_id)[0]
    kept_accounts.change(uow, account.id, health_note=json.dumps({"say": CANARY}), limits={"source": CANARY})
    brands.change(
        uow, posting.brand_id, policy={"mode": "internal+client", "remind_hours": 2, "deadline_hours": 24 * 60}
    )
    team = next(each for each in channels.of_brand(uow, posting.brand_id) if each.purpose == "team")
    channels.change(uow, team.id, title=f"{CANARY} team")


async def test_no_internal_word_reaches_a_clients_room(room: ClientsRoom) -> None:
    desk, posting = room.desk, room.posting
    for text in ("Autumn menu", "Brunch", f"{CANARY} a draft that nobody sends"):
        await desk.vera.says(f"/post {text}")
    for number in (1, 2):
        await _review(room, number)
    await posting.database.write(_trouble, posting)
    for command in sorted(COMMANDS):
        await desk.anna.says(f"/{command}")
        await room.answers(desk.anna)
    for said in ("/material Photos of the cakes", "/report 2026-03-01", "/plan month"):
        await desk.anna.says(said)
    for turn in range(ROUNDS):
        await (room.says() if turn % 5 == 0 else room.passes() if turn % 11 == 0 else room.presses())
    await posting.database.write(lambda uow: rooms.lose(uow, desk.room("team").chat))
    await room.passes()
    await posting.database.write(lambda uow: rooms.lose(uow, desk.room("client").chat))
    await room.passes()
    await posting.database.write(_show_everything, posting.brand_id)
    await desk.settle()
    heard = list(room.heard())
    assert [said for said in heard if CANARY in said] == []
    assert any("Autumn menu" in said for said in heard), "the client sees nothing at all"
    assert len(room.tried) > 75, "people found too little to press"


async def _review(room: ClientsRoom, number: int) -> None:
    """Take a post through a first round inside the team, with words that stay there, and on to the client."""
    desk = room.desk

    def card() -> Card:
        return next(each for each in reversed(desk.room("team").cards) if each.title.startswith(f"Post {number} "))

    await desk.vera.presses(card(), "Note")
    await desk.vera.answers(text=f"{CANARY} a remark")
    await desk.vera.presses(card(), "Send for approval")
    await desk.anna.presses(card(), "Request changes")
    await desk.anna.answers(reason=f"{CANARY} a reason")
    await desk.vera.presses(card(), "Edit")
    await desk.vera.answers(text=f"{CANARY} a version that is not shown")
    await desk.vera.presses(card(), "Edit")
    await desk.vera.answers(text="Autumn menu, at last")
    await desk.vera.presses(card(), "Send for approval")
    await desk.anna.presses(card(), "Approve")


def _trouble(uow: UnitOfWork, posting: PostDesk) -> None:
    for post_id in (1, 2):
        for target in targets.of_post(uow, post_id):
            targets.change(uow, target.id, error=json.dumps({"words": CANARY, "facts": {}}))
    metrics.keep(uow, 1, 24, likes=1)


def _show_everything(uow: UnitOfWork, brand_id: int) -> None:
    """Show every view of every object in a client's room, whoever may ever come to do that."""
    for name in views():
        for object_id in range(1, 9):
            chat = ChatRef("telegram", "telegram-client")
            alerts.show(uow, chat, name, object_id, brand_id=brand_id, language="en", args={"page": "1"})
