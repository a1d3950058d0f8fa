"""/today: one card with what waits for one person, and nothing internal on a client's."""

from __future__ import annotations

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS
from inbox_desk import InboxDesk, open_inbox_desk
from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice
from smm import declared
from smm.networks import Can
from storage import media


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> InboxDesk:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})
    return await open_inbox_desk(desk, clock)


async def test_a_quiet_day_says_so(desk: TestDesk) -> None:
    card = await desk.anna.says("/today")
    assert isinstance(card, Card)
    assert "Nothing waits for you" in words_of(card)
    assert card.tone == "good"


async def test_comments_that_somebody_holds_and_those_that_nobody_does(inbox: InboxDesk) -> None:
    await inbox.hears("Do you have oat milk?")
    await inbox.boris.presses("Claim")
    await inbox.hears("Where are you?")
    mine = await inbox.boris.says("/today")
    assert "Comments for you" in words_of(mine)
    assert "oat milk" in words_of(mine)
    assert "Where are you?" not in words_of(mine)
    assert labels_of(mine) == ["💬 1 · Do you have oat milk?", "Take a comment: 1 waits"]
    opened = await inbox.boris.presses("💬 1 · Do you have oat milk?")
    assert isinstance(opened, Card)
    assert "oat milk" in words_of(opened)
    assert "oat milk" not in words_of(await inbox.vera.says("/today"))


async def test_a_comment_that_nobody_took_is_said_where_nothing_else_waits(inbox: InboxDesk) -> None:
    await inbox.hears("Do you have oat milk?")
    card = await inbox.vera.says("/today")
    assert isinstance(card, Card)
    assert "1 comment waits until somebody takes it. Nothing else waits" in words_of(card)
    assert "Nothing waits for you" not in words_of(card)
    assert labels_of(card) == ["Take a comment: 1 waits"]
    assert card.tone == "plain"


async def test_what_is_escalated_waits_for_the_managers(inbox: InboxDesk) -> None:
    await inbox.hears("I will sue you")
    await inbox.boris.presses("More…")
    await inbox.boris.presses("Escalate")
    await inbox.boris.answers(note="")
    assert "I will sue you" in words_of(await inbox.anna.says("/today"))
    assert "I will sue you" not in words_of(await inbox.vera.says("/today"))


async def test_what_is_snoozed_does_not_press(inbox: InboxDesk) -> None:
    await inbox.hears("Do you have oat milk?")
    await inbox.boris.presses("More…")
    await inbox.boris.presses("Assign")
    await inbox.boris.presses("Boris")
    assert "oat milk" in words_of(await inbox.boris.says("/today"))
    await inbox.boris.presses(next(card for card in inbox.cards() if card.link), "Snooze")
    await inbox.boris.presses("1 hour")
    assert "oat milk" not in words_of(await inbox.boris.says("/today"))


async def test_a_decision_waits_for_who_may_make_it_and_a_post_comes_back_to_its_author(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client")
    await desk.vera.says("/post Autumn menu")
    await desk.vera.presses("Send for approval")
    assert "Your decisions" not in words_of(await desk.vera.says("/today"))
    asked = await desk.anna.says("/today")
    assert "Your decisions\n1. waits for the team" in words_of(asked)
    assert labels_of(asked) == ["Approve 1", "Changes to 1", "📝 1 · Autumn menu"]
    assert await desk.anna.presses("Changes to 1")
    await desk.anna.answers(reason="Say when")
    assert "Your decisions" not in words_of(await desk.anna.says("/today"))
    back = words_of(await desk.vera.says("/today"))
    assert "Your posts that wait for you\n1. no time yet · Autumn menu · Changes requested" in back


async def test_a_draft_waits_for_its_author_and_is_told_once(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-04T13:00:00+01:00")
    mine = await desk.vera.says("/today")
    assert "Your posts that wait for you\n1. 04.03.2026" in words_of(mine)
    assert words_of(mine).count("Brunch") == 1
    assert labels_of(mine) == ["📝 1 · Brunch"]
    assert "What goes out next\n1. 04.03.2026" in words_of(await desk.anna.says("/today"))


async def test_a_post_without_a_text_leaves_no_empty_part_and_buttons_say_what_they_open(posting: PostDesk) -> None:
    desk, digest = posting.desk, "a" * 64
    facts = {"mime": "image/png", "size": 9, "width": 3, "height": 3, "name": "cup.png"}
    await posting.database.write(lambda uow: media.keep(uow, digest, brand_id=posting.brand_id, **facts))
    await desk.vera.says("/post", files=[digest])
    await desk.vera.says("/post The long story of how our autumn menu came to be")
    await desk.vera.says("/post")
    await desk.vera.answers(files=digest, slot="2026-03-04T13:00:00+01:00")
    mine = await desk.vera.says("/today")
    assert isinstance(mine, Card)
    assert "1. no time yet · without text · Draft" in words_of(mine)
    assert "· ·" not in words_of(mine)
    assert [[button.label for button in row] for row in mine.buttons] == [
        ["📝 3 · without text", "📝 1 · without text"],
        ["📝 2 · The long story of how o…"],
    ]
    week = words_of(await desk.vera.says("/plan"))
    assert "13:00 3. without text · Draft" in week
    assert "13:00 3. without text · Draft" in words_of(await desk.vera.says("/plan month"))
    await posting.policy(mode="internal")
    await desk.vera.presses(mine, "📝 3 · without text")
    await desk.vera.presses("Send for approval")
    assert ": without text" in words_of(await desk.anna.says("/approvals"))


async def test_a_decision_that_was_made_waits_no_more(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal+client", internal="2")
    await desk.vera.says("/post Autumn menu")
    await desk.vera.presses("Send for approval")
    await desk.anna.presses("Approve")
    assert "Your decisions" not in words_of(await desk.anna.says("/today"))


async def test_a_client_sees_their_decisions_and_what_they_signed_off_goes_out_next(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Autumn menu", slot="2026-03-03T13:00:00+01:00")
    await desk.vera.presses("Send for approval")
    await desk.vera.says("/post")
    await desk.vera.answers(text="Not shown yet", slot="2026-03-04T13:00:00+01:00")
    asked = await desk.clara.says("/today")
    assert labels_of(asked) == ["Approve 1", "Changes to 1"]
    assert "Not shown yet" not in words_of(asked)
    assert "What goes out next" not in words_of(asked)  # it does not, before they say so
    assert await desk.clara.presses("Approve 1") == Notice("Approved. It goes out 03.03.2026 13:00 Europe/Berlin.")
    told = words_of(await desk.clara.says("/today"))
    assert "What goes out next\n1. 03.03.2026 13:00 Europe/Berlin · Autumn menu · Scheduled" in told
    assert "Not shown yet" not in told
    team = words_of(await desk.anna.says("/today"))
    assert "2. 04.03.2026 13:00 Europe/Berlin · Not shown yet · Draft" in team
    await posting.policy(mode="none")
    await desk.vera.says("/post Without the client")
    await desk.vera.presses("Next free slot")
    assert "Without the client · Scheduled" in words_of(await desk.anna.says("/today"))
    assert "Without the client" not in words_of(await desk.clara.says("/today"))
    await desk.vera.presses(
        next(card for card in desk.room("team").cards if card.title == "Post 1 · version 1"), "Edit"
    )
    await desk.vera.answers(text="Secret plans", slot="2026-03-03T13:00:00+01:00")
    assert "Secret plans" not in words_of(await desk.clara.says("/today"))
    assert "Secret plans" not in words_of(await desk.anna.at("client").says("/today"))
