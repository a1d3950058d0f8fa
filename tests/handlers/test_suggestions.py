"""Suggested posts as the team and the client see them: approved from a preview alone, and never round the client."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, item
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from bot.jobs import run_job
from handlers.card import Card, Notice
from smm import declared, ingest
from smm.desk import Desk
from smm.networks import Can, Fate, Kind, Page, Suggestion, Verdict
from storage import brands, jobs, members, mentions
from storage.members import Member
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

TEXT = "Our new roastery, seen by Mia"


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


class Offers:
    """An inbox in which posts are suggested."""

    def __init__(self, inbox: InboxDesk, media: Path) -> None:
        self.inbox, self.anna, self.boris, self.vera, self.clara = (
            inbox,
            inbox.anna,
            inbox.boris,
            inbox.vera,
            inbox.clara,
        )
        self._ports = Desk(inbox.desk.database, inbox.networks, None, media)  # type: ignore[arg-type]

    async def comes(self, text: str = TEXT, **offer: Any) -> int:
        return await self.inbox.hears(text, kind=Kind.SUGGESTION, remote_id="s-1", suggestion=Suggestion(**offer))

    async def under(self, **rules: Any) -> None:
        brand_id = self.inbox.desk.world.brand.id
        await self.inbox.desk.database.write(lambda uow: brands.change(uow, brand_id, policy=rules))

    async def goes_on(self) -> None:
        """Do what was asked of the network."""
        database = self.inbox.desk.database
        for job in await database.read(jobs.due, self.inbox.clock.now):
            await run_job(self._ports, job.id)
        await self.inbox.desk.settle()

    async def told(self, *verdicts: Verdict) -> None:
        page = Page((), "next", verdicts=verdicts)
        await self.inbox.desk.database.write(ingest.ingest, self.inbox.account_id, page)
        await self.inbox.desk.settle()

    async def mention(self) -> Mention:
        (found,) = (await self.inbox.desk.database.read(mentions.known, self.inbox.account_id, ["s-1"])).values()
        return found

    def card(self, title: str = "suggested on Demo network", room: str = "team") -> Card:
        return next(card for card in reversed(self.inbox.cards(room)) if title in card.title)

    def calls(self) -> list[tuple[str, str, str]]:
        return [(effect.call, effect.key, effect.text) for effect in self.inbox.networks.effects]


@pytest.fixture
async def offers(desk: TestDesk, clock: Clock, tmp_path: Path) -> Offers:
    opened = Offers(await open_inbox_desk(desk, clock), tmp_path)
    await opened.under(mode="none")
    return opened


async def test_a_suggested_post_says_what_is_offered_and_goes_out_from_its_preview(offers: Offers) -> None:
    at = offers.inbox.clock.now + timedelta(days=2)
    await offers.comes(price="50 ⭐", publish_at=at)
    card = offers.card()
    assert "Price offered: 50 ⭐" in words(card)
    assert any(field.label == "Wanted for" and field.at == at for field in card.fields)
    assert labels(card)[:3] == ["Approve…", "Decline…", "Reply"]
    preview = await offers.vera.presses("Approve…")
    assert "This will be public as Northwind Coffee on Demo network, exactly as Mia (@mia) wrote it:" in words(preview)
    assert "Pick a time" not in labels(preview), "its time is who offers it's to name"
    assert offers.calls() == []
    ref = offers.vera.ref("Approve")
    await offers.vera.presses("Approve")
    twice = await offers.vera.receives(kind="press", ref=ref, message_id="1")
    assert twice.notice is not None
    assert "has just changed" in twice.notice.text
    await offers.goes_on()
    assert offers.calls() == [("accept", "s-1", "")]
    assert "Suggestion: approved" in words(offers.card("Suggested post: approved"))
    assert (await offers.mention()).state == "replied"
    await offers.told(Verdict("s-1", Fate.ACCEPTED, at), Verdict("s-1", Fate.PAID))
    assert (await offers.mention()).answered_by == "Vera"
    assert offers.inbox.cards("client") == []


async def test_a_chosen_time_is_kept_by_the_desk_and_can_be_taken_back(offers: Offers) -> None:
    await offers.comes()
    await offers.anna.presses("Approve…")
    await offers.anna.presses("Pick a time")
    soon = offers.inbox.clock.now + timedelta(days=3)
    await offers.anna.answers(slot=soon.isoformat())
    await offers.anna.presses("Approve")
    await offers.goes_on()
    assert offers.calls() == []
    assert "approved, waits for its time" in words(offers.card("Answered by Anna"))
    await offers.anna.presses("Take back")
    assert "Suggestion: waits for a decision" in words(offers.card())
    await offers.anna.presses("Approve…")
    await offers.anna.presses("Pick a time")
    await offers.anna.answers(slot=(soon + timedelta(hours=5)).isoformat())
    await offers.anna.presses("Approve")
    offers.inbox.clock.now = soon
    await offers.goes_on()
    assert offers.calls() == [], "its first time is no more"
    offers.inbox.clock.now = soon + timedelta(hours=5)
    await offers.goes_on()
    await offers.goes_on()
    assert offers.calls() == [("accept", "s-1", "")]


@pytest.mark.parametrize("why", ["hold", "late", "changed"])
async def test_what_waits_for_its_time_comes_back_to_the_team_when_it_may_not_go_out(offers: Offers, why: str) -> None:
    await offers.comes()
    await offers.anna.presses("Approve…")
    await offers.anna.presses("Pick a time")
    soon = offers.inbox.clock.now + timedelta(hours=2)
    await offers.anna.answers(slot=soon.isoformat())
    await offers.anna.presses("Approve")
    database, brand_id = offers.inbox.desk.database, offers.inbox.desk.world.brand.id
    if why == "hold":
        await database.write(lambda uow: brands.change(uow, brand_id, on_hold=True))
    if why == "changed":
        now = offers.inbox.clock.now
        await offers.inbox.arrives(item("s-1", "Buy", kind=Kind.SUGGESTION, suggestion=Suggestion(), edited_at=now))
    offers.inbox.clock.now = soon + timedelta(hours=3 if why == "late" else 0)
    await offers.goes_on()
    assert offers.calls() == []
    said = {"hold": "was on hold", "late": "too late for its time", "changed": "has changed it"}[why]
    assert said in words(offers.card())
    assert labels(offers.card())[0] == "Approve…"


async def test_declining_tells_who_offers_it_why(offers: Offers) -> None:
    await offers.comes()
    await offers.boris.presses("Decline…")
    await offers.boris.answers(reason="We only publish\nour own photos.")
    await offers.goes_on()
    assert offers.calls() == [("decline", "s-1", "We only publish our own photos.")]
    assert "Suggestion: declined" in words(offers.card("Answered by Boris"))
    refused = await offers.boris.presses("Reopen")
    assert "Approve…" not in labels(refused)


async def test_replying_stays_between_the_two(offers: Offers) -> None:
    await offers.comes()
    await offers.boris.presses("Reply")
    await offers.boris.answers(text="Can you send a sharper picture?")
    await offers.boris.presses("Send")
    await offers.inbox.passes(seconds=15)
    assert [call for call, *_ in offers.calls()] == ["message"]


@pytest.mark.parametrize(("mode", "asks"), [("client", True), ("internal+client", True), ("internal", False)])
async def test_no_suggestion_goes_round_the_policy(offers: Offers, mode: str, asks: bool) -> None:
    await offers.under(mode=mode)
    await offers.comes()
    preview = await offers.vera.presses("Approve…")
    label = "Ask the client" if asks else "Approve"
    assert label in labels(preview)
    told = await offers.vera.presses(label)
    if "internal" in mode:
        assert told == Notice("Only an owner or a manager approves inside the team.", alarm=True)
        await offers.anna.presses(label)
    await offers.goes_on()
    assert offers.calls() == ([] if asks else [("accept", "s-1", "")])
    if asks:
        assert TEXT in words(offers.card("a post that somebody suggests", "client"))
        assert "the client is asked" in words(offers.card())
        assert TEXT in words(await offers.clara.says("/approvals")), "a question is found again"
        await offers.clara.presses("Approve")
        await offers.goes_on()
        assert offers.calls() == [("accept", "s-1", "")]
        assert "Suggestion: approved" in words(offers.card("a post that somebody suggests", "client"))


async def test_as_many_of_the_client_agree_as_the_policy_wants(offers: Offers) -> None:
    await offers.under(mode="client", quorum={"client": "2"})
    await offers.comes()
    await offers.vera.presses("Approve…")
    assert "The policy wants 2 approvals, but only 1" in words(await offers.vera.presses("Ask the client"))
    desk = offers.inbox.desk
    dora = await desk.database.write(_another_client, desk.world.brand.id)
    await offers.vera.presses("Ask the client")
    assert await offers.clara.presses("Approve") == Notice("Thank you. 1 more of you is asked.")
    await offers.clara.presses("Approve")
    await offers.goes_on()
    assert offers.calls() == []
    await desk._person(dora, "client").presses("Approve")
    await offers.goes_on()
    assert offers.calls() == [("accept", "s-1", "")]


def _another_client(uow: UnitOfWork, brand_id: int) -> Member:
    brand = brands.get(uow, brand_id)
    assert brand is not None
    member = members.add(uow, brand.workspace_id, "Dora", "en", brand_id)
    members.identify(uow, member.id, "web", f"member-{member.id}", "Dora")
    members.grant(uow, member.id, brand_id, "client")
    return member


async def test_the_client_says_no_and_the_team_decides_what_to_answer(offers: Offers) -> None:
    await offers.under(mode="client")
    await offers.comes()
    await offers.vera.presses("Approve…")
    await offers.vera.presses("Ask the client")
    await offers.clara.presses("Reject")
    await offers.clara.answers(reason="Not our roastery.")
    assert "Clara of the client does not want this. Not our roastery." in words(offers.card())
    assert labels(offers.card())[:2] == ["Approve…", "Decline…"]
    assert "This is not asked any more." in words(offers.card("a post that somebody suggests", "client"))
    assert offers.calls() == []


async def test_what_was_changed_since_has_to_be_looked_at_and_agreed_to_again(offers: Offers) -> None:
    await offers.under(mode="client")
    await offers.comes(price="50 ⭐")
    await offers.vera.presses("Approve…")
    await offers.vera.presses("Ask the client")
    ref = offers.clara.ref("Approve")
    now = offers.inbox.clock.now
    edited = item("s-1", "Buy my coffee", kind=Kind.SUGGESTION, suggestion=Suggestion(price="5 ⭐"), edited_at=now)
    await offers.inbox.arrives(edited)
    late = await offers.clara.receives(kind="press", ref=ref, message_id="1")
    assert late.notice is not None
    assert "has just changed" in late.notice.text
    await offers.goes_on()
    assert offers.calls() == []
    assert "Buy my coffee" not in str(offers.inbox.cards("client"))
    assert "Price offered: 5 ⭐" in words(offers.card())


async def test_what_was_changed_since_the_preview_is_not_approved_by_it(offers: Offers) -> None:
    await offers.comes()
    await offers.vera.presses("Approve…")
    ref, now = offers.vera.ref("Approve"), offers.inbox.clock.now
    await offers.inbox.arrives(
        item("s-1", "Buy my coffee", kind=Kind.SUGGESTION, suggestion=Suggestion(), edited_at=now)
    )
    late = await offers.vera.receives(kind="press", ref=ref, message_id="1")
    assert late.notice is not None
    assert "has just changed" in late.notice.text
    await offers.goes_on()
    assert offers.calls() == []
    await offers.vera.presses("Approve")
    await offers.goes_on()
    assert offers.calls() == [("accept", "s-1", "")]


async def test_a_time_that_passed_while_the_client_thought_is_asked_for_again(offers: Offers) -> None:
    await offers.under(mode="client")
    await offers.comes()
    await offers.vera.presses("Approve…")
    await offers.vera.presses("Pick a time")
    await offers.vera.answers(slot=(offers.inbox.clock.now + timedelta(hours=1)).isoformat())
    await offers.vera.presses("Ask the client")
    offers.inbox.clock.advance(hours=2)
    await offers.clara.presses("Approve")
    await offers.goes_on()
    assert offers.calls() == []
    assert "its time has passed" in words(offers.card())


async def test_an_answer_that_was_lost_is_told_by_the_network_itself(offers: Offers) -> None:
    await offers.comes()
    offers.inbox.networks.script("accept", "unknown_done")
    await offers.anna.presses("Approve…")
    await offers.anna.presses("Approve")
    await offers.goes_on()
    assert "did not answer in time" in words(offers.card())
    at = offers.inbox.clock.now
    await offers.told(Verdict("s-1", Fate.ACCEPTED, at), Verdict("s-1", Fate.ACCEPTED, at))
    assert (await offers.mention()).state == "replied"
    assert "Approve…" not in str([labels(card) for card in offers.inbox.cards()])
    await offers.told(Verdict("s-1", Fate.UNPAID))
    assert "cannot pay" in words(offers.card())
    assert (await offers.mention()).state == "new"


async def test_a_key_that_may_not_publish_lets_nothing_be_approved_and_says_why(offers: Offers) -> None:
    await offers.inbox.set_account(can=["fetch", "message", "decline"], cannot={"accept": "The bot may not post."})
    await offers.comes()
    assert "The bot may not post." in words(offers.card())
    assert labels(offers.card())[:2] == ["Decline…", "Reply"]


async def test_while_everything_is_on_hold_nothing_that_was_approved_goes_out(offers: Offers) -> None:
    await offers.comes()
    await offers.anna.presses("Approve…")
    await offers.anna.presses("Approve")
    brand_id = offers.inbox.desk.world.brand.id
    await offers.inbox.desk.database.write(lambda uow: brands.change(uow, brand_id, on_hold=True))
    await offers.goes_on()
    assert offers.calls() == []
    await offers.anna.presses("Approve…")
    assert "on hold" in words(await offers.anna.presses("Approve"))
