"""The newcomer's path over a chat platform, from the one-time code to the receipt: what is alike on all of them.

A platform's journey brings a `Stage` of its own: how people command, press and answer there, and what is peculiar to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from waiting import until

from bot.app import App
from config.settings import Settings
from connectors.demo_network import DemoNetwork, Person
from smm import tokens

COMMENT = "Do you grind beans for a moka pot?"
ANSWER = "We do, tell us at the counter."
FIRST = "The autumn blend is back, from Friday in all shops."
SECOND = "The autumn blend is back, from Saturday in both shops."
WISH = "Only two shops have it, and from Saturday."
NOTE = "The margin on this one is thin"
KEY = "demo-northwind"
SLOT = timedelta(minutes=20)  # from now, when the post goes out


class Shown(Protocol):
    """A card as it stands now."""

    raw: dict[str, Any]

    @property
    def text(self) -> str: ...

    @property
    def labels(self) -> list[str]: ...


CardT = TypeVar("CardT", bound=Shown)
CardT_co = TypeVar("CardT_co", bound=Shown, covariant=True)


class Room(Protocol[CardT_co]):
    """A chat and the cards in it."""

    @property
    def cards(self) -> Sequence[CardT_co]: ...


Who = TypeVar("Who")
Where = TypeVar("Where", bound=Room[Any])


def settings_of(data: Path, network_url: str, **platform: Any) -> Settings:
    """Return the settings with which `copydesk run` starts here."""
    told = {"data": data, "database": "", "web_port": 0, "demo_network_url": network_url, "log_level": "ERROR"}
    return Settings(**told, **platform)


@dataclass
class Stage(ABC, Generic[Who, Where, CardT]):
    """The program, the network, who is there and where they meet. `alone` is the owner's private chat."""

    app: App
    network: DemoNetwork
    anna: Who
    clara: Who
    team: Where
    client: Where
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def alone(self) -> Where:
        return self.private(self.anna)

    @abstractmethod
    def private(self, who: Who) -> Where:
        """Return somebody's private chat."""

    @abstractmethod
    def command(self, who: Who, where: Where, words: str) -> None:
        """Give a command as people do there."""

    @abstractmethod
    async def press(self, who: Who, card: CardT, label: str) -> None:
        """Press a button of a card."""

    @abstractmethod
    async def answer(self, who: Who, where: Where, question: str, **given: str) -> None:
        """Wait for a question, and answer it."""

    @abstractmethod
    async def name_brand(self) -> None:
        """Answer what a new brand is asked: Northwind Coffee, English, Berlin."""

    @abstractmethod
    async def name_guest(self) -> None:
        """Say that Clara is invited as a client."""

    @abstractmethod
    async def give_key(self) -> None:
        """Give the key that the account is connected with, and see that it works."""

    @abstractmethod
    async def write_post(self) -> None:
        """Answer what a new post is asked: the first text, a picture, a time in 20 minutes."""

    @abstractmethod
    async def rewrite_post(self) -> None:
        """Give the post its second text and leave the rest as it is."""

    @abstractmethod
    async def belongs(self, preview: CardT, mention: CardT) -> None:
        """Wait until an answer's preview stands where it belongs, and nothing is left of what asked for it."""

    @abstractmethod
    async def pictures(self, card: CardT) -> Sequence[Any]:
        """Wait for the pictures of a card, and return them."""

    @abstractmethod
    def sent(self, where: Where) -> list[str]:
        """Return every word that was ever sent to a chat."""

    async def until(self, true: Callable[[], object]) -> None:
        await until(true)

    async def card(self, where: Where, words: str) -> CardT:
        """Wait for a card that contains these words; return the newest."""
        return await self._newest(where, lambda card: words in card.text)

    async def presses(self, who: Who, where: Where, label: str, words: str = "") -> None:
        """Press a button of the newest card that has it."""
        card = await self._newest(where, lambda card: label in card.labels and words in card.text)
        await self.press(who, card, label)

    async def _newest(self, where: Where, fits: Callable[[CardT], bool]) -> CardT:
        def found() -> list[CardT]:
            return [card for card in where.cards if fits(card)]

        await self.until(found)
        return found()[-1]


AnyStage = Stage[Any, Any, Any]


async def walk(stage: AnyStage) -> None:
    """Walk the whole path."""
    await the_owner_comes_in(stage)
    await rooms_are_bound(stage)
    await the_client_comes_in(stage)
    await an_account_is_connected(stage)
    await a_comment_is_answered(stage)
    await a_post_is_written(stage)
    await the_client_asks_for_changes(stage)
    await the_second_version_goes_out(stage)
    nothing_internal_reached_the_client(stage)


async def the_owner_comes_in(stage: AnyStage) -> None:
    code = await stage.app.database.write(tokens.owner_code)
    stage.command(stage.anna, stage.alone, f"start {code}")
    await stage.presses(stage.anna, stage.alone, "What comes next?")
    await stage.presses(stage.anna, stage.alone, "Make a brand")
    await stage.name_brand()
    await stage.card(stage.alone, "Northwind Coffee is on the desk")


async def rooms_are_bound(stage: AnyStage) -> None:
    for room, purpose, said in (
        (stage.team, "Team", "The team works here"),
        (stage.client, "Client", "The client reads"),
    ):
        stage.command(stage.anna, room, "channels")
        await stage.presses(stage.anna, room, purpose)
        await stage.card(room, said)


async def the_client_comes_in(stage: AnyStage) -> None:
    stage.command(stage.anna, stage.alone, "members")
    await stage.presses(stage.anna, stage.alone, "Invite somebody", "People of")
    await stage.name_guest()
    invitation = await stage.card(stage.alone, "Or write to me")
    token = invitation.text.rpartition("start ")[2].split()[0]
    stage.command(stage.clara, stage.private(stage.clara), f"start {token}")
    await stage.card(stage.private(stage.clara), "Welcome, Clara")
    await stage.card(stage.alone, "Clara has joined")


async def an_account_is_connected(stage: AnyStage) -> None:
    stage.command(stage.anna, stage.alone, "accounts")
    await stage.presses(stage.anna, stage.alone, "Connect an account")
    await stage.presses(stage.anna, stage.alone, "Demo network")
    await stage.give_key()


async def a_comment_is_answered(stage: AnyStage) -> None:
    said = stage.network.say(Person("mia", "Mia"), f"@northwind {COMMENT}")
    card = await stage.card(stage.team, COMMENT)
    stage.command(stage.anna, stage.alone, "inbox")
    await stage.presses(stage.anna, stage.alone, "1")
    copy = await stage.card(stage.alone, "State: New")
    await stage.presses(stage.anna, stage.team, "Reply", COMMENT)
    await stage.answer(stage.anna, stage.team, "Your answer", text=ANSWER)
    preview = await stage.card(stage.team, "This will be public as Northwind Coffee on Demo network")
    await stage.belongs(preview, card)
    await stage.press(stage.anna, preview, "Send")
    await stage.until(lambda: "Undo" in preview.labels)
    assert not any(entry.text == ANSWER for entry in stage.network.entries.values())
    stage.ahead += timedelta(seconds=10)
    await stage.until(lambda: all("Answered by Anna in" in each.text for each in (card, copy)))
    answer = next(entry for entry in stage.network.entries.values() if entry.text == ANSWER)
    assert answer.parent_id == said.id
    await stage.until(lambda: "Public on Demo network" in preview.text)


async def a_post_is_written(stage: AnyStage) -> None:
    stage.command(stage.anna, stage.team, "post")
    await stage.write_post()
    draft = await stage.card(stage.team, "Draft")
    drawn = await stage.pictures(draft)
    await stage.presses(stage.anna, stage.team, "Note", FIRST)
    await stage.answer(stage.anna, stage.team, "Remark", text=NOTE)
    await stage.card(stage.team, NOTE)
    assert not any(FIRST in card.text for card in stage.client.cards)
    await stage.presses(stage.anna, stage.team, "Send for approval")
    assert await stage.pictures(await stage.card(stage.client, FIRST)) == drawn


async def the_client_asks_for_changes(stage: AnyStage) -> None:
    await stage.presses(stage.clara, stage.client, "Request changes")
    await stage.answer(stage.clara, stage.client, "What should change", reason=WISH)
    told = await stage.card(stage.team, "Clara asked for changes to version 1")
    assert WISH in told.text
    await stage.presses(stage.anna, stage.team, "Edit", WISH)
    await stage.rewrite_post()
    await stage.card(stage.team, "version 2")


async def the_second_version_goes_out(stage: AnyStage) -> None:
    await stage.presses(stage.anna, stage.team, "Send for approval", SECOND)
    asked = await stage.card(stage.client, "Changed since version 1")
    assert sum("Approve" in card.labels for card in stage.client.cards) == 1
    await stage.press(stage.clara, asked, "Approve")
    receipt = await stage.card(stage.team, "Post 1 · version 2")
    await stage.until(lambda: "Scheduled" in receipt.text)
    stage.ahead += SLOT - timedelta(minutes=2)  # a form's moments are whole minutes
    assert not [entry for entry in stage.network.entries.values() if entry.text == SECOND]
    stage.ahead += timedelta(minutes=2)
    await stage.until(lambda: "Live" in receipt.text and "It is live" in asked.text)
    (live,) = (entry for entry in stage.network.entries.values() if entry.text == SECOND)
    assert len(live.pictures) == 1
    assert live.id in str(receipt.raw)


def nothing_internal_reached_the_client(stage: AnyStage) -> None:
    sent = stage.sent(stage.client)
    assert len(sent) > 3
    for word in (COMMENT, ANSWER, NOTE, "Team only", "History", "Duplicate"):
        assert not any(word in each for each in sent), word
