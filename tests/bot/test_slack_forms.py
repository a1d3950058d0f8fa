"""Questions in Slack: a form over the chat right at the press, its errors in it, and what happens where that cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_networks import LIMITS
from slack_desk import SlackDesk, slack_desk

from bot.slack_submissions import Submissions
from bot.transport import Incoming, Outcome
from smm import declared
from smm.networks import Can, Credential
from storage import asks
from storage.channels import ChatRef
from storage.engine import Database

KEY = Credential("token", "Key of the account", secret=True)


@pytest.fixture
async def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackDesk]:
    network = declared.Declared("demo", "Demo", frozenset(Can), LIMITS, credentials=(KEY,))
    monkeypatch.setattr(declared, "_networks", {"demo": network})
    async with slack_desk(database, tmp_path) as opened:
        yield opened


async def test_what_is_wrong_stands_in_the_form_and_what_is_right_closes_it(desk: SlackDesk) -> None:
    anna, alone = desk.anna, desk.server.private(desk.anna)
    anna.commands(alone, "brands")
    anna.press(await desk.server.card(alone, "Brands"), "Make a brand")
    modal = await anna.modal()
    wrong = await modal.submits(name="Southwind", language="English", zone="Atlantis")
    assert list(wrong) == ["zone"]
    assert await modal.submits(zone="Oslo", name="Southwind") == {}
    await desk.server.card(alone, "Southwind is on the desk")


async def test_a_form_that_is_closed_stops_and_leaves_nothing_behind(desk: SlackDesk) -> None:
    anna, team = desk.anna, desk.team
    anna.commands(team, "draft")
    (await anna.modal()).close()
    assert "Nothing was changed" in await anna.whispered(team)
    assert team.cards == []


async def test_a_mention_cannot_open_a_form_so_its_card_has_a_button_for_the_one_who_was_asked(desk: SlackDesk) -> None:
    anna, team = desk.anna, desk.team
    anna.mentions(team, "draft")
    card = await desk.server.card(team, "A new draft")
    team.people.append(desk.clara)
    desk.clara.press(card, card.labels[0])
    assert "somebody else" in await desk.clara.whispered(team)
    anna.press(card, card.labels[0])
    (await anna.modal()).close()  # the card is still there, and so are the questions
    anna.press(card, card.labels[0])
    modal = await anna.modal()
    assert await modal.submits(**dict.fromkeys(modal.names, "Beans")) == {}
    await desk.server.until(lambda: card not in team.cards)


async def test_a_press_that_comes_too_late_leaves_the_questions_in_the_chat(desk: SlackDesk) -> None:
    anna, team = desk.anna, desk.team
    anna.commands(team, "draft")
    desk.server.age_triggers()
    card = await desk.server.card(team, "A new draft")
    anna.press(card, card.labels[0])
    desk.server.age_triggers()
    assert "once more" in await anna.whispered(team)
    anna.press(card, card.labels[0])
    assert "A new draft" in (await anna.modal()).text


async def test_a_secret_is_asked_on_the_web_of_the_same_person(desk: SlackDesk) -> None:
    anna, alone = desk.anna, desk.server.private(desk.anna)
    anna.commands(alone, "accounts")
    await desk.server.until(lambda: alone.cards)
    anna.press(alone.cards[-1], "Connect an account")
    await desk.server.until(lambda: "Demo" in alone.cards[-1].labels)
    anna.press(alone.cards[-1], "Demo")
    assert "on the web" in await anna.whispered(alone, "on the web")
    assert anna.modals == []
    member = desk.world.anna
    waiting = await desk.database.read(asks.open_to, ChatRef("web", f"member-{member.id}"), f"member-{member.id}")
    assert waiting is not None
    assert waiting.action == "accounts.save"


async def test_an_answer_that_takes_long_closes_the_form_and_is_told_in_the_chat(
    desk: SlackDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, alone = desk.anna, desk.server.private(desk.anna)
    reception = desk.slack._reception
    anna.commands(alone, "brands")
    anna.press(await desk.server.card(alone, "Brands"), "Make a brand")
    modal = await anna.modal()
    held, router = asyncio.Event(), reception.receive
    assert router is not None

    async def slow(incoming: Incoming) -> Outcome:
        await held.wait()
        return await router(incoming)

    monkeypatch.setattr(reception, "submissions", Submissions(0.01))
    monkeypatch.setattr(reception, "receive", slow)
    assert await modal.submits(name="Southwind", language="English", zone="Atlantis") == {}  # acknowledged in time
    held.set()
    assert "zone" in (await anna.whispered(alone)).lower()


async def test_a_form_that_is_delivered_twice_is_told_the_same_twice(desk: SlackDesk) -> None:
    anna, alone = desk.anna, desk.server.private(desk.anna)
    anna.commands(alone, "brands")
    anna.press(await desk.server.card(alone, "Brands"), "Make a brand")
    modal = await anna.modal()
    first = modal.submit(name="Southwind", language="English", zone="Atlantis")
    again = desk.server.deliver("interactive", first.payload)
    said = await asyncio.gather(first.acked, again.acked)
    assert said[0] == said[1]
    assert list(said[0]["errors"]) == ["zone"]
