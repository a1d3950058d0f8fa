"""People in rooms, for tests: the real router and delivery over a real database, and a chat platform that lives in memory.

`await desk.anna.presses("Claim")` returns what Anna then sees: the newest card of her room, or a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.delivery import Delivery
from bot.router import Router
from bot.transport import ChatRef, Incoming, MessageRef, Outcome, Pace, Sender
from handlers.card import Button, Card, Notice
from handlers.route import load
from smm.errors import ChatGone
from smm.sample import World, build_world
from storage.engine import Database

UNLIMITED = Pace(overall=100_000, per_chat=0.0)


class PlainWords:
    """English as it stands in the source, for tests that are not about translation."""

    def __init__(self, language: str = "en") -> None:
        self.language = language

    def __call__(self, message: str, /, **facts: object) -> str:
        return message.format(**facts) if facts else message

    def n(self, one: str, many: str, count: int, /, **facts: object) -> str:
        return (one if count == 1 else many).format(count=count, **facts)

    def when(self, moment: datetime, zone: str) -> str:
        return f"{moment.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M} {zone}"

    def day(self, day: date) -> str:
        return day.isoformat()

    def ago(self, seconds: float) -> str:
        return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


@dataclass
class FakeChat:
    """A chat platform in memory: what stands in each chat, and every call that was made."""

    platform: str = "web"
    pace: Pace = UNLIMITED
    groups: frozenset[str] = frozenset()
    standing: dict[ChatRef, dict[str, Card]] = field(default_factory=dict)
    sent: list[tuple[ChatRef, Card]] = field(default_factory=list)
    edited: list[tuple[MessageRef, Card]] = field(default_factory=list)
    last: dict[ChatRef, Card] = field(default_factory=dict)
    fresh: set[ChatRef] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    troubles: list[Exception] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    async def start(self, receive: Callable[[Incoming], Any]) -> None:
        """Nothing comes in by itself."""

    async def stop(self) -> None:
        """Nothing to let go of."""

    def is_group(self, chat: ChatRef) -> bool:
        return chat.chat_id in self.groups

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        self._trouble(chat)
        message = MessageRef(chat, str(next(self.numbers)))
        self.standing.setdefault(chat, {})[message.message_id] = card
        self.sent.append((chat, card))
        self.last[chat] = card
        self.fresh.add(chat)
        return message

    async def edit(self, message: MessageRef, card: Card) -> None:
        self._trouble(message.chat)
        self.standing.setdefault(message.chat, {})[message.message_id] = card
        self.edited.append((message, card))
        if message.chat not in self.fresh:  # what is new is looked at first, wherever something else changes meanwhile
            self.last[message.chat] = card

    async def remove(self, message: MessageRef) -> None:
        self._trouble(message.chat)
        self.standing.get(message.chat, {}).pop(message.message_id, None)

    def _trouble(self, chat: ChatRef) -> None:
        if chat.chat_id in self.gone:
            raise ChatGone("the chat is gone")
        if self.troubles:
            raise self.troubles.pop(0)


@dataclass(frozen=True)
class Room:
    """A chat as people see it."""

    transport: FakeChat
    chat: ChatRef

    @property
    def messages(self) -> list[tuple[str, Card]]:
        """What stands in the chat now, with message ids, oldest first."""
        return list(self.transport.standing.get(self.chat, {}).items())

    @property
    def cards(self) -> list[Card]:
        """The cards standing in the chat now, oldest first."""
        return [card for _id, card in self.messages]


class Person:
    """Somebody in a room."""

    def __init__(self, desk: TestDesk, user_id: str, name: str, room: Room, *, private: bool = False) -> None:
        self.desk, self.user_id, self.name, self.room, self.private = desk, user_id, name, room, private

    def at(self, chat_id: str, *, private: bool = False) -> Person:
        """The same person in another room."""
        return Person(self.desk, self.user_id, self.name, self.desk.room(chat_id), private=private)

    async def says(self, text: str, files: Iterable[str] = (), *, reply_to: str = "") -> Card | Notice | None:
        """Write a message."""
        return await self._do(kind="words", text=text, files=tuple(files), reply_to=reply_to)

    async def presses(self, target: Card | str, label: str = "") -> Card | Notice | None:
        """Press a button: by its label on the newest card that has it, or on a given card."""
        message_id, button = self._find(target, label)
        return await self._do(kind="press", ref=button.ref, message_id=message_id)

    async def answers(self, **values: str) -> Card | Notice | dict[str, str] | None:
        """Answer the newest open questions in the room; what is wrong comes back by question."""
        asks = [(message_id, card.ask) for message_id, card in self.room.messages if card.ask is not None]
        assert asks, f"nothing is asked in {self.room.chat.chat_id}"
        message_id, ask = asks[-1]
        outcome = await self.receives(kind="answer", ref=ask.ref, values=values, message_id=message_id)
        return dict(outcome.errors) if outcome.errors else self._sees(outcome)

    async def receives(self, **parts: Any) -> Outcome:
        """Hand in an update and let everything be delivered; return what the transport is told."""
        self.room.transport.last.pop(self.room.chat, None)
        self.room.transport.fresh.discard(self.room.chat)
        outcome = await self.desk.router.receive(self.incoming(**parts))
        await self.desk.delivery.drain()
        return outcome

    def incoming(self, **parts: Any) -> Incoming:
        """Return an update of this person in this room."""
        told: dict[str, Any] = {
            "platform": self.room.chat.platform,
            "key": f"update-{next(self.desk.keys)}",
            "chat": self.room.chat,
            "sender": Sender(self.user_id, self.name),
            "private": self.private,
        }
        return Incoming(**{**told, **parts})

    def ref(self, label: str) -> str:
        """Return the ref of a standing button."""
        return self._find(label, "")[1].ref

    async def _do(self, **parts: Any) -> Card | Notice | None:
        return self._sees(await self.receives(**parts))

    def _sees(self, outcome: Outcome) -> Card | Notice | None:
        if outcome.notice is not None:
            return outcome.notice
        return self.room.transport.last.get(self.room.chat)

    def _find(self, target: Card | str, label: str) -> tuple[str, Button]:
        wanted = label or target
        for message_id, card in reversed(self.room.messages):
            if isinstance(target, Card) and card != target:
                continue
            for row in card.buttons:
                for button in row:
                    if button.label == wanted:
                        return message_id, button
        shown = [button.label for card in self.room.cards for row in card.buttons for button in row]
        raise AssertionError(f"no button {wanted!r} in {self.room.chat.chat_id}; there are {shown}")


class TestDesk:
    """The sample world with its people: `anna`, `boris` and `vera` in the team's room, `clara` in the client's."""

    __test__ = False

    world: World
    anna: Person
    boris: Person
    vera: Person
    clara: Person

    def __init__(
        self, database: Database, world: World | None, transport: FakeChat, router: Router, delivery: Delivery
    ) -> None:
        self.database, self.transport = database, transport
        self.router, self.delivery = router, delivery
        self.keys = count(1)
        self.stranger = Person(self, "stranger", "A stranger", self.room("team"))
        if world is not None:
            self._populate(world)

    def _populate(self, world: World) -> None:
        self.world = world
        self.anna = self._person(world.anna, "team")
        self.boris = self._person(world.boris, "team")
        self.vera = self._person(world.vera, "team")
        self.clara = self._person(world.clara, "client")

    def _person(self, member: Any, chat_id: str) -> Person:
        return Person(self, f"member-{member.id}", member.name, self.room(chat_id))

    def room(self, chat_id: str) -> Room:
        """Return a chat of the platform."""
        return Room(self.transport, ChatRef(self.transport.platform, chat_id))

    async def settle(self) -> None:
        """Let everything that is queued be delivered."""
        await self.delivery.drain()


async def open_desk(database: Database, *, forms: Iterable[str] = ("web",), **transport: Any) -> TestDesk:
    """Open a desk with the sample world on a database, SQLite or PostgreSQL.

    Without `forms` for the platform questions are asked one after another. `transport` are FakeChat's fields.
    """
    load()
    world = await database.write(build_world)
    return _around(database, world, tuple(forms), transport)


async def open_bare_desk(database: Database) -> TestDesk:
    """Open a desk that nobody has set up yet."""
    load()
    return _around(database, None, ("web",), {})


def _around(database: Database, world: World | None, forms: tuple[str, ...], transport: dict[str, Any]) -> TestDesk:
    chat = FakeChat(**transport)
    router = Router(database, PlainWords, forms)
    return TestDesk(database, world, chat, router, Delivery(database, [chat], PlainWords))
