"""/draft, Suggest and /templates as people in rooms see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks
from loopback_model import loopback_model, variants
from rows import row

from connectors.own_words import OwnWords
from connectors.writer import LanguageModel
from handlers.card import Button, Card, Notice, Quote
from handlers.card_json import pack
from smm import declared, drafts
from smm.alerts import say
from smm.desk import Desk
from smm.networks import Can
from smm.writing import Brief, Progress, Suggestion, Writer
from storage.accounts import accounts
from storage.jobs import Job, jobs
from storage.mentions import mentions
from storage.posts import posts, versions
from storage.replies import replies
from storage.unit_of_work import UnitOfWork


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(declared._networks, "demo", declared.Declared("demo", "Demo network", frozenset(Can), LIMITS))


@pytest.fixture
async def mention(desk: TestDesk) -> int:
    """A question on the brand's account."""

    def say(uow: UnitOfWork) -> int:
        brand = desk.world.brand.id
        account = uow.add(
            accounts, **row(accounts, uow.now, brand_id=brand, network="demo", name="northwind", health="ok")
        )
        said = {
            "text": "Do you have oat milk?",
            "author_name": "Lena",
            "state": "new",
            "revision": 1,
            "answerable": True,
            "kind": "comment",
        }
        return uow.add(mentions, **row(mentions, uow.now, brand_id=brand, account_id=account, **said))

    return await desk.database.write(say)


async def write(desk: TestDesk, clock: Callable[[], datetime], writer: Writer) -> Card:
    """Run the jobs that were asked for, and return the newest card of the team's room."""
    ports = Desk(desk.database, FakeNetworks(clock), writer, Path())
    asked = await desk.database.read(lambda uow: uow.many(Job, jobs.select().order_by(jobs.c.id)))
    for job in asked:
        await drafts.draft(ports, job.args)
    await desk.settle()
    return desk.room("team").cards[-1]


class Three:
    model = "loopback-1"

    async def suggest(self, brief: Brief, progress: Progress | None = None) -> tuple[Suggestion, ...]:
        most = next(iter(brief.limits.values()), 0)
        return tuple(Suggestion(f"{word} in {most}", self.model) for word in ("One", "Two", "Three"))


def words(card: Any) -> str:
    assert isinstance(card, Card)
    texts = [
        block.text if isinstance(block, Quote) else "".join(span.text for span in block.spans) for block in card.body
    ]
    return "\n".join([card.title, *texts, card.footer])


def labels(card: Card) -> list[str]:
    return [button.label for line in card.buttons for button in line]


async def test_a_topic_becomes_three_drafts_and_one_of_them_a_post(desk: TestDesk, clock: Any, mention: int) -> None:
    writing = await desk.vera.says("/draft autumn menu")
    assert words(writing).startswith("Writing…\nautumn menu")
    ready = await write(desk, clock, Three())
    assert len(desk.room("team").cards) == 1, "the card fills itself"
    assert labels(ready) == ["Use A", "Use B", "Use C", "Again", "Shorter", "Discard"]
    assert "Machine draft by loopback-1" in words(ready)
    await desk.vera.presses(ready, "Use B")
    content = await desk.database.read(lambda uow: uow.rows(versions.select())[0].content)
    assert content["text"] == "Two in 500"
    assert "Draft used" in [card.title for card in desk.room("team").cards]


async def test_without_a_topic_it_is_asked_for(desk: TestDesk, clock: Any) -> None:
    asked = await desk.vera.says("/draft")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    await desk.vera.answers(topic="autumn menu")
    assert words(desk.room("team").cards[-1]).startswith("Writing…\nautumn menu")


async def test_shorter_is_written_on_the_same_card(desk: TestDesk, clock: Any, mention: int) -> None:
    await desk.vera.says("/draft autumn menu")
    first = await write(desk, clock, Three())
    old = desk.vera.ref("Use A")
    assert await desk.vera.presses(first, "Shorter") == Notice("Writing shorter variants…")
    assert "One in 250" in words(await write(desk, clock, Three()))
    late = await desk.vera.receives(kind="press", ref=old)
    assert late.notice is not None
    assert not await desk.database.read(lambda uow: uow.rows(posts.select())), "an old card makes no post"


async def test_other_variants_are_written_on_the_same_card(desk: TestDesk, clock: Any, mention: int) -> None:
    await desk.vera.says("/draft autumn menu")
    first = await write(desk, clock, Three())
    assert await desk.vera.presses(first, "Again") == Notice("Writing other variants…")
    assert "Writing…" in [card.title for card in desk.room("team").cards]
    assert "One in 500" in words(await write(desk, clock, Three()))
    assert len(desk.room("team").cards) == 1


async def test_a_suggestion_becomes_a_preview_and_nothing_is_sent(desk: TestDesk, clock: Any, mention: int) -> None:
    await suggest(desk, mention)
    ready = await write(desk, clock, Three())
    assert "Do you have oat milk?" in words(ready)
    await desk.boris.presses(ready, "Use A")
    made = await desk.database.read(lambda uow: uow.rows(replies.select()))
    assert [(each.text, each.state) for each in made] == [("One in 500", "preview")]


async def suggest(desk: TestDesk, mention: int) -> None:
    """Press Suggest, as the mention's card has it."""

    def show(uow: UnitOfWork) -> None:
        card = Card(title="A comment", buttons=((Button("Suggest this", "mention.suggest", mention),),))
        say(uow, desk.world.team.chat, pack(card), "en")

    await desk.database.write(show)
    await desk.settle()
    await desk.boris.presses("Suggest this")


async def test_without_a_model_the_card_says_where_the_words_come_from(
    desk: TestDesk, clock: Any, mention: int
) -> None:
    await desk.boris.says("/templates")
    await desk.boris.presses("Add an answer")
    await desk.boris.answers(title="Oat milk", text="Yes, oat and soy.")
    await suggest(desk, mention)
    ready = await write(desk, clock, OwnWords())
    assert "Yes, oat and soy." in words(ready)
    assert "own past words and saved answers, without a language model" in words(ready)
    assert labels(ready) == ["Use A", "Discard"]


async def test_with_nothing_to_build_from_the_card_says_what_to_do(desk: TestDesk, clock: Any, mention: int) -> None:
    await suggest(desk, mention)
    assert "/templates" in words(await write(desk, clock, OwnWords()))


async def test_a_streamed_draft_ends_whole_on_the_card(desk: TestDesk, clock: Any, mention: int) -> None:
    async with loopback_model(answer=variants("We have oat, soy and pea.", "Yes!", "Come and see.")) as model:
        writer = LanguageModel(model.url, "sk-none", "loopback-2")
        await suggest(desk, mention)
        ready = await write(desk, clock, writer)
        await writer.close()
    assert "We have oat, soy and pea." in words(ready)
    assert "Machine draft by loopback-2" in words(ready)


async def test_drafts_are_the_teams_alone(desk: TestDesk, clock: Any, mention: int) -> None:
    """A client can neither ask for drafts nor see one; who may not write posts cannot make one of a draft."""
    before = len(desk.room("team").cards)
    await desk.clara.says("/draft autumn menu")
    await desk.anna.at("client").says("/draft autumn menu")
    assert not await desk.database.read(lambda uow: uow.rows(jobs.select()))
    assert len(desk.room("team").cards) == before
    await desk.vera.says("/draft autumn menu")
    ready = await write(desk, clock, Three())
    refused = await desk.boris.presses(ready, "Use A")
    assert isinstance(refused, Notice)
    assert not await desk.database.read(lambda uow: uow.rows(posts.select()))
    assert "autumn menu" not in str(desk.room("client").cards)


async def test_discard_closes_the_card(desk: TestDesk, clock: Any, mention: int) -> None:
    await desk.vera.says("/draft autumn menu")
    await desk.vera.presses("Stop")
    assert "Draft discarded" in words(await write(desk, clock, Three()))


async def test_saved_answers_are_listed_paged_and_removed(desk: TestDesk) -> None:
    empty = await desk.boris.says("/templates")
    assert "no saved answers yet" in words(empty)
    for number in range(7):
        await desk.boris.presses("Add an answer")
        await desk.boris.answers(title=f"Answer {number}", text=f"Text {number}")
    listed = await desk.boris.says("/templates")
    assert words(listed).startswith("7 saved answers\nAnswer 0\nText 0")
    assert "Text 6" in words(await desk.boris.presses("Later"))
    gone = await desk.boris.presses("Remove “Answer 6”")
    assert "Text 6" not in words(gone)
    assert words(gone).startswith("6 saved answers")
