"""/inbox and a mention's card, as people in the team's room see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, item
from inbox_desk import InboxDesk, labels, open_inbox_desk, words

from handlers.card import Card, Notice
from smm import declared, ingest
from smm.alerts import show
from smm.networks import Can


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Demo network", frozenset(Can), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


async def test_a_comment_becomes_a_card_with_everything_that_can_be_done(inbox: InboxDesk) -> None:
    await inbox.hears()
    (card,) = inbox.cards()

    assert card.title == "Comment on Demo network"
    assert "“Do you have oat milk?” — Mia (@mia)" in words(card)
    assert "State: New" in words(card)
    assert labels(card) == ["Reply", "Suggest", "Claim", "Snooze", "Resolve", "More…"]
    rest = labels(await inbox.anna.presses("More…"))
    assert rest == ["Escalate", "Assign", "Note", "Not ours", "Spam", "Hide", "Remove", "Tone…", "Less"]
    assert labels(await inbox.boris.presses("Less")) == labels(card)
    assert card.link is not None
    assert card.link.label == "Open on Demo network"


async def test_a_client_never_gets_a_mention_and_cannot_ask_for_one(inbox: InboxDesk) -> None:
    await inbox.hears()

    assert inbox.cards("client") == []
    for said in ("/inbox", "/inbox oat"):
        answer = await inbox.clara.says(said)
        assert "oat milk" not in words(answer)
    pressed = await inbox.clara.at("team").presses("Claim")
    assert isinstance(pressed, Notice)
    assert "State: New" in words(inbox.cards()[0])


@pytest.mark.parametrize("view", ["mention", "burst", "reply"])
async def test_no_view_of_the_inbox_is_drawn_in_a_clients_room(inbox: InboxDesk, view: str) -> None:
    mention_id = await inbox.hears()
    await inbox.anna.presses("Reply")
    await inbox.anna.answers(text="Yes")
    client, brand_id = inbox.clara.room.chat, inbox.desk.world.brand.id
    args = {"since": inbox.clock.now.isoformat()}
    await inbox.desk.database.write(
        lambda uow: show(uow, client, view, mention_id, brand_id=brand_id, language="en", args=args)
    )
    await inbox.desk.settle()

    assert inbox.cards("client") == []


async def test_claim_shows_who_and_the_second_person_is_told(inbox: InboxDesk) -> None:
    await inbox.hears()
    card = await inbox.anna.presses("Claim")
    assert "Anna is replying (held for another 10 min)" in words(card)
    assert "Release" in labels(card)
    inbox.clock.advance(minutes=2)

    told = await inbox.boris.presses("Resolve")

    assert told == Notice("Anna is replying (2 min). Take it over, or leave a note.", alarm=True)
    await inbox.boris.presses("More…")
    assert await inbox.anna.presses("Take over") == Notice("You hold it already. Press Reply.")
    taken = await inbox.boris.presses("Take over")
    assert "Boris is replying" in words(taken)
    assert "State: New" in words(await inbox.boris.presses("Release"))


async def test_a_claim_lapses_by_itself(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("Claim")
    await inbox.passes(minutes=10)

    assert "State: New" in words(inbox.cards()[0])


async def test_resolving_is_undone_by_the_next_button(inbox: InboxDesk) -> None:
    await inbox.hears()
    card = await inbox.anna.presses("Resolve")
    assert "State: Resolved without an answer" in words(card)
    assert labels(card) == ["Undo", "Note"]


@pytest.mark.parametrize(
    ("button", "state"),
    [("Not ours", "Not ours"), ("Spam", "Spam")],
)
async def test_undo_is_the_next_button(inbox: InboxDesk, button: str, state: str) -> None:
    await inbox.hears()
    await inbox.anna.presses("More…")
    card = await inbox.anna.presses(button)
    assert f"State: {state}" in words(card)
    assert labels(card) == ["Undo", "Note"]

    assert "State: New" in words(await inbox.boris.presses("Undo"))


async def test_snooze_with_a_preset_comes_back_by_itself(inbox: InboxDesk) -> None:
    await inbox.hears()
    assert labels(await inbox.anna.presses("Snooze")) == [
        "1 hour", "Tomorrow 9:00", "Monday 9:00", "Another time…", "Back",
    ]  # fmt: skip
    card = await inbox.anna.presses("Tomorrow 9:00")
    assert "Snoozed until 03.03.2026 09:00 Europe/Berlin" in words(card)
    await inbox.passes(hours=23)

    again = inbox.cards()[-1]
    assert len(inbox.cards()) == 2
    assert "It was snoozed until now." in words(again)
    assert "State: New" in words(again)


async def test_snooze_until_a_time_of_ones_own_and_wake_now(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("Snooze")
    await inbox.anna.presses("Another time…")
    await inbox.anna.answers(until="2026-03-05T14:30:00+01:00")
    assert "Snoozed until 05.03.2026 14:30" in words(inbox.cards()[0])

    assert "State: New" in words(await inbox.boris.presses("Wake now"))


async def test_back_brings_the_cards_own_buttons(inbox: InboxDesk) -> None:
    await inbox.hears()
    before = labels(inbox.cards()[0])
    await inbox.anna.presses("Snooze")

    assert labels(await inbox.anna.presses("Back")) == before


async def test_assign_names_the_person_in_the_room(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.presses("More…")
    choices = labels(await inbox.anna.presses("Assign"))
    assert choices == ["Anna", "Boris", "Vera", "Back"]
    card = await inbox.anna.presses("Boris")

    assert "Assigned to: Boris" in words(card)
    assert "Anna gave this to Boris." in words(inbox.cards()[-1])
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Assign")
    await inbox.anna.presses("Nobody")
    assert "Assigned to" not in words(inbox.cards()[0])


async def test_escalate_names_the_managers_and_keeps_the_reason(inbox: InboxDesk) -> None:
    await inbox.hears("You will hear from my lawyer")
    await inbox.boris.presses("More…")
    await inbox.boris.presses("Escalate")
    await inbox.boris.answers(note="Legal threat")
    card = inbox.cards()[-1]

    assert "Boris escalated this. It is for Anna now." in words(card)
    assert "Note by Boris: Legal threat" in words(card)
    assert card.tone == "warn"
    assert "State: New" in words(await inbox.boris.presses("Undo"))


async def test_a_note_stands_on_every_copy_and_goes_nowhere_else(inbox: InboxDesk) -> None:
    mention_id = await inbox.hears()
    await inbox.anna.says("/inbox")
    await inbox.anna.presses("1")
    await inbox.boris.presses("More…")
    await inbox.boris.presses("Note")
    await inbox.boris.answers(text="She is a regular")

    copies = [card for card in inbox.cards() if card.title == "Comment on Demo network"]
    assert len(copies) == 2
    assert all("Note by Boris: She is a regular" in words(card) for card in copies)
    assert inbox.networks.effects == []
    assert inbox.cards("client") == []
    assert mention_id


async def test_an_edit_and_a_deletion_show_on_the_card(inbox: InboxDesk) -> None:
    await inbox.hears("Nice!", remote_id="a")
    await inbox.arrives(item("a", "Not so nice", edited_at=inbox.clock.now + timedelta(minutes=1)))
    card = inbox.cards()[0]
    assert "“Not so nice”" in words(card)
    assert "Edited by its author." in words(card)

    await inbox.arrives(item("a", deleted=True))
    assert "Deleted by its author" in words(inbox.cards()[0])
    assert labels(inbox.cards()[0]) == ["Note"]


async def test_a_native_answer_collapses_the_card(inbox: InboxDesk) -> None:
    await inbox.hears(remote_id="a")
    later = inbox.clock.now + timedelta(seconds=40)
    await inbox.arrives(item("b", "Yes!", own=True, author_name="Northwind Coffee", parent_id="a", said_at=later))
    card = inbox.cards()[0]

    assert card.title == "Answered on the network by Northwind Coffee in 40 s"
    assert "“Yes!” — Northwind Coffee" in words(card)
    assert "State: New" in words(await inbox.anna.presses("Reopen"))


async def test_the_card_says_why_a_button_is_missing(inbox: InboxDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    network = declared.Declared("demo", "Feeds", frozenset({Can.FETCH}), LIMITS)
    monkeypatch.setattr(declared, "_networks", {"demo": network})
    await inbox.hears()
    card = inbox.cards()[0]

    assert "Feeds lets no program answer: open it there and answer by hand." in words(card)
    assert "Reply" not in labels(card)
    assert "Suggest" not in labels(card)


async def test_a_dead_key_is_told_on_the_card(inbox: InboxDesk) -> None:
    await inbox.set_account(health="auth_expired")
    await inbox.hears()

    assert "nothing can be sent before /accounts" in words(inbox.cards()[0])


async def test_a_burst_is_one_card_that_counts_and_leads_to_the_inbox(inbox: InboxDesk) -> None:
    now = inbox.clock.now
    await inbox.arrives(*(item(f"r-{n}", f"Comment {n}", said_at=now) for n in range(ingest.BURST + 5)))
    (card,) = inbox.cards()
    assert card.title == "A lot is coming in on Demo network"
    assert "20 wait for you." in words(card)
    assert "and 17 more" in words(card)
    await inbox.arrives(item("one more", said_at=now))
    assert "21 wait for you." in words(inbox.cards()[0])

    listed = await inbox.anna.presses("Open the inbox")
    assert isinstance(listed, Card)
    assert listed.title == "Inbox of Northwind Coffee: Open, Demo network"


async def test_the_inbox_lists_newest_first_with_counts_and_pages(inbox: InboxDesk) -> None:
    for number in range(1, 8):
        await inbox.hears(f"Comment number {number}")
        inbox.clock.advance(minutes=1)
    await inbox.anna.presses("Claim")
    first = await inbox.anna.says("/inbox")

    assert "1. Demo network, 1 min ago: Anna is replying\n“Comment number 7” — Mia (@mia)" in words(first)
    assert {"• Open 7", "Mine 1", "Unclaimed 6", "Snoozed 0", "Older"} <= set(labels(first))
    second = await inbox.anna.presses("Older")
    assert "Comment number 2" in words(second)
    assert "Comment number 3" not in words(second)
    assert "Comment number 7" in words(await inbox.anna.presses("Newest"))
    mine = await inbox.anna.presses("Mine 1")
    assert words(mine).count("Comment number") == 1


async def test_the_inbox_answers_for_every_shelf_and_says_what_to_do_when_it_is_empty(inbox: InboxDesk) -> None:
    empty = await inbox.anna.says("/inbox")
    assert "Nothing waits for an answer" in words(empty)
    for label, hint in (
        ("Mine 0", "Unclaimed"),
        ("Unclaimed 0", "Open"),
        ("Snoozed 0", "Nothing is snoozed"),
        ("Answered", "Open shows what waits"),
        ("Closed", "Nothing has been closed"),
        ("All", "by themselves"),
    ):
        assert hint in words(await inbox.anna.presses(label)), label


async def test_without_an_account_the_inbox_says_how_to_connect_one(desk: TestDesk) -> None:
    assert "/accounts" in words(await desk.anna.says("/inbox"))


async def test_the_inbox_finds_words_and_says_when_it_does_not(inbox: InboxDesk) -> None:
    await inbox.hears("Do you sell oat milk?")
    await inbox.hears("Lovely place")
    found = await inbox.anna.says("/inbox oat mil")

    assert "Do you sell oat milk?" in words(found)
    assert "Lovely place" not in words(found)
    assert "Nothing holds these words" in words(await inbox.anna.says("/inbox tea"))
    assert '“"* OR 1=1' in words(await inbox.anna.says('/inbox "* OR 1=1 --'))


async def test_a_card_opened_from_the_list_is_kept_in_step(inbox: InboxDesk) -> None:
    await inbox.hears()
    await inbox.anna.says("/inbox")
    opened = await inbox.anna.presses("1")
    assert opened is not None
    await inbox.boris.presses("Claim")

    held = [card for card in inbox.cards() if "Boris is replying" in words(card)]
    assert len(held) == 2


async def test_a_strangers_words_never_become_ours(inbox: InboxDesk) -> None:
    await inbox.hears("[x](javascript:1) <b>bold</b> *md*", author_name="<script>\u202e\nAdmin", author_handle="")
    card = inbox.cards()[0]

    assert "“[x](javascript:1) <b>bold</b> *md*” — <script> Admin" in words(card)


async def test_a_very_long_comment_is_cut_on_the_card_and_kept(inbox: InboxDesk) -> None:
    await inbox.hears("x" * 1_000_000)

    assert len(words(inbox.cards()[0])) < 2_000
