"""What arrives, arrives once; the brand's own words never alert; floods become one card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from fake_networks import item
from inbox_world import BOTH, Inbox, by, database_of, open_inbox
from sqlalchemy import func, select

from smm import inbox as use
from smm import ingest
from smm.networks import Kind, Page
from storage import accounts, audit
from storage.mentions import mentions
from storage.unit_of_work import UnitOfWork


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Inbox]:
    async with database_of(request) as opened:
        yield await open_inbox(opened, clock, tmp_path)


def _stored(uow: UnitOfWork) -> int:
    return int(uow.scalar(select(func.count()).select_from(mentions)))


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_1_the_same_page_twice_stores_and_alerts_once(inbox: Inbox) -> None:
    page = Page((item("a", said_at=inbox.database.clock()), item("b", said_at=inbox.database.clock())), "next")

    first = await inbox.database.write(ingest.ingest, inbox.account_id, page)
    second = await inbox.database.write(ingest.ingest, inbox.account_id, page)

    assert (len(first), second) == (2, [])
    assert len(await inbox.told("mention")) == 2
    assert (await inbox.account()).cursor == "next"


async def test_the_same_id_twice_in_one_page_is_one_mention_with_the_newest_text(inbox: Inbox) -> None:
    now = inbox.database.clock()
    new = await inbox.arrive(
        item("a", "after", said_at=now, edited_at=now + timedelta(seconds=5)), item("a", "before", said_at=now)
    )

    assert [(await inbox.mention(each)).text for each in new] == ["after"]


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_1_a_newer_edit_is_taken_over_once_and_an_older_one_never(inbox: Inbox) -> None:
    mention_id = await inbox.one(remote_id="a", text="good")
    now = inbox.database.clock()

    await inbox.arrive(item("a", "bad", edited_at=now + timedelta(minutes=2)))
    edited = await inbox.mention(mention_id)
    await inbox.arrive(item("a", "worse", edited_at=now + timedelta(minutes=1)))
    await inbox.arrive(item("a", "bad", edited_at=now + timedelta(minutes=2)))

    assert (edited.text, edited.revision) == ("bad", 2)
    assert await inbox.mention(mention_id) == edited
    assert len(await inbox.told("mention")) == 1


async def test_a_mention_deleted_by_its_author_is_closed_and_one_never_seen_is_not_stored(inbox: Inbox) -> None:
    mention_id = await inbox.one(remote_id="a")

    await inbox.arrive(item("a", deleted=True), item("never", deleted=True))

    gone = await inbox.mention(mention_id)
    assert (gone.state, gone.deleted_at) == ("deleted", inbox.database.clock())
    assert await inbox.database.read(_stored) == 1


@pytest.mark.parametrize(
    "ours",
    [
        {"own": True},
        {"author_id": "own-1"},
        {"author_id": "", "author_handle": "@Northwind"},
    ],
    ids=["said so", "by id", "by handle"],
)
async def test_rule_2_own_content_is_neither_stored_nor_told(inbox: Inbox, ours: dict[str, Any]) -> None:
    assert await inbox.arrive(item("a", **ours)) == []
    assert await inbox.database.read(_stored) == 0
    assert await inbox.told("mention") == []


async def test_rule_2_another_account_of_the_brand_is_not_a_stranger(inbox: Inbox) -> None:
    brand_id = inbox.people.brand.id
    await inbox.database.write(lambda uow: accounts.add(uow, brand_id, "demo", "own-2", handle="northwind_help"))

    assert await inbox.arrive(item("a", author_id="own-2")) == []


async def test_rule_2_an_account_without_id_and_handle_does_not_swallow_strangers(inbox: Inbox) -> None:
    await inbox.set_account(remote_id="", handle="")

    assert len(await inbox.arrive(item("a", author_id="", author_handle=""))) == 1


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_rule_9_a_native_reply_is_credited_with_author_and_time(inbox: Inbox) -> None:
    mention_id = await inbox.one(remote_id="a")
    later = inbox.database.clock() + timedelta(minutes=3)

    await inbox.arrive(item("b", "Yes, we do!", own=True, author_name="Northwind Coffee", parent_id="a", said_at=later))

    answered = await inbox.mention(mention_id)
    assert (answered.state, answered.answered_by, answered.answered_at) == ("elsewhere", "Northwind Coffee", later)
    assert answered.answer == "Yes, we do!"


async def test_rule_9_a_comment_that_arrives_with_its_answer_is_not_told(inbox: Inbox) -> None:
    now = inbox.database.clock()
    await inbox.arrive(item("a", said_at=now), item("b", own=True, parent_id="a", said_at=now + timedelta(seconds=1)))

    assert await inbox.told("mention") == []


async def test_rule_9_an_answer_seen_before_does_not_close_what_was_reopened(inbox: Inbox) -> None:
    mention_id = await inbox.one(remote_id="a")
    answer = item("b", own=True, parent_id="a", said_at=inbox.database.clock() + timedelta(seconds=1))
    await inbox.arrive(answer)
    await inbox.database.write(use.reopen, mention_id, by(inbox.people.anna))

    await inbox.arrive(answer)

    assert (await inbox.mention(mention_id)).state == "new"


async def test_rule_9_a_message_answered_in_its_thread_is_answered(inbox: Inbox) -> None:
    mention_id = await inbox.one(kind=Kind.MESSAGE, thread_id="talk")
    own: dict[str, Any] = {"kind": Kind.MESSAGE, "thread_id": "talk", "own": True}
    await inbox.arrive(item("b", **own, said_at=inbox.database.clock() + timedelta(minutes=1)))

    assert (await inbox.mention(mention_id)).state == "elsewhere"


async def test_a_backlog_is_stored_without_a_word(inbox: Inbox) -> None:
    now = inbox.database.clock()
    pages = [
        (item("old", said_at=now - timedelta(days=30)), item("fresh", said_at=now - timedelta(hours=2))),
        (item("older", said_at=now - timedelta(days=60)),),
    ]
    for page in pages:
        await inbox.arrive(*page)

    assert await inbox.database.read(_stored) == 3
    assert len(await inbox.told("mention")) == 1


async def test_what_piled_up_while_the_desk_was_away_is_told(inbox: Inbox, clock: Clock) -> None:
    clock.advance(days=3)
    await inbox.arrive(item("a", said_at=clock.now - timedelta(hours=40)))

    assert len(await inbox.told("mention")) == 1


async def test_rule_8_a_burst_is_one_card(inbox: Inbox) -> None:
    now = inbox.database.clock()
    await inbox.arrive(*(item(f"r-{number}", said_at=now) for number in range(ingest.BURST + 1)))

    assert await inbox.told("mention") == []
    assert len(await inbox.told("burst")) == 1
    assert await inbox.database.read(_stored) == ingest.BURST + 1


async def test_rule_8_a_burst_over_several_polls_is_counted_together(inbox: Inbox, clock: Clock) -> None:
    for number in range(ingest.BURST):
        await inbox.one(remote_id=f"r-{number}")
    await inbox.one(remote_id="one too many")
    clock.advance(minutes=2)
    await inbox.one(remote_id="calm again")

    assert len(await inbox.told("mention")) == ingest.BURST + 1
    assert len(await inbox.told("burst")) == 1


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_hostile_shapes_are_bounded_and_kept(inbox: Inbox) -> None:
    mention_id = await inbox.one(
        text="\x00" + "ю" * 1_000_000,
        author_name="\u202eMia\n\nAdmin" + "x" * 5_000,
        link="javascript:alert(1)",
        language="x" * 50,
        media=("https://demo.example/1.jpg", "file:///etc/passwd"),
        raw={"nan": float("nan"), "nul": "\x00", "half": "\ud800", "long": "z" * 500_000},
    )

    kept = await inbox.mention(mention_id)
    assert len(kept.text) == ingest.TEXT
    assert kept.author_name.startswith("Mia Adminxxx")
    assert (kept.link, kept.media) == ("", ["https://demo.example/1.jpg"])
    assert kept.raw["cut"] is True


@pytest.mark.parametrize("inbox", BOTH, indirect=True)
async def test_a_body_that_json_allows_and_a_database_does_not_is_kept_without_it(inbox: Inbox) -> None:
    mention_id = await inbox.one(raw={"nan": float("nan"), "half": "\ud800", "nul": "a\x00b"})

    assert (await inbox.mention(mention_id)).raw == {"nan": None, "half": "?", "nul": "ab"}


async def test_one_item_that_cannot_be_kept_stops_nothing(inbox: Inbox) -> None:
    now = inbox.database.clock()
    new = await inbox.arrive(item("", said_at=now), item("x" * 300, said_at=now), item("good", said_at=now))

    assert len(new) == 1
    lines = await inbox.database.read(audit.of, f"account:{inbox.account_id}")
    assert lines[-1].facts["unusable"] == 2


async def test_nothing_arrives_at_a_closed_account(inbox: Inbox) -> None:
    await inbox.set_account(closed_at=inbox.database.clock())

    assert await inbox.arrive(item("a")) == []


async def test_polling_reads_page_after_page_and_says_when_to_come_again(inbox: Inbox) -> None:
    now = inbox.database.clock()
    inbox.networks.pages[inbox.account_id].extend(
        [
            Page((item("a", said_at=now),), "1", more=True),
            Page((item("b", said_at=now),), "2", wait=timedelta(seconds=3)),
        ]
    )

    await ingest.poll(inbox.desk, inbox.account_id)

    account = await inbox.account()
    assert await inbox.database.read(_stored) == 2
    assert (account.cursor, account.health, account.poll_at) == ("2", "ok", now + timedelta(seconds=3))


async def test_a_poll_that_breaks_in_the_middle_keeps_what_it_had(inbox: Inbox) -> None:
    inbox.networks.pages[inbox.account_id].append(Page((item("a"),), "1", more=True))
    inbox.networks.script("fetch", "ok", "unavailable")

    await ingest.poll(inbox.desk, inbox.account_id)

    account = await inbox.account()
    assert (account.cursor, account.health) == ("1", "failing")
    assert await inbox.database.read(_stored) == 1


async def test_a_network_that_says_more_for_ever_is_left_after_a_while(inbox: Inbox) -> None:
    same = Page((item("a"),), "same", more=True)
    inbox.networks.pages[inbox.account_id].extend([same] * 100)

    await ingest.poll(inbox.desk, inbox.account_id)

    assert inbox.networks.calls.count("fetch") == 2


async def test_an_edit_after_the_answer_is_shown_and_the_answer_stays(inbox: Inbox) -> None:
    mention_id = await inbox.one(remote_id="a")
    now = inbox.database.clock()
    await inbox.arrive(item("b", own=True, parent_id="a", said_at=now + timedelta(seconds=1)))
    await inbox.arrive(replace(item("a", "something else"), edited_at=now + timedelta(minutes=1)))

    mention = await inbox.mention(mention_id)
    assert (mention.state, mention.text) == ("elsewhere", "something else")
