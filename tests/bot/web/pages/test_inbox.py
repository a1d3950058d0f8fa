"""The inbox page: what the address asks for, paging, and answering a comment by plain forms."""

from __future__ import annotations

import re

import pytest
from clocks import Clock
from fake_networks import item
from web_desk import Browser, WebDesk
from web_inbox import WebInbox

from bot.web.pages.inbox import read
from smm import ingest
from smm.networks import Kind, Page
from storage import accounts, brands, mentions, replies
from storage.unit_of_work import UnitOfWork

PAGE = "/b/northwind-coffee/inbox"


@pytest.fixture
async def boris(open_desk: WebDesk) -> Browser:
    """Who answers for the brand."""
    return await open_desk.browser(open_desk.world.boris)


def listed(page: str) -> list[int]:
    """Return the mentions of a page's list, in order."""
    return [int(number) for number in re.findall(r'id="row-(\d+)"', page)]


async def test_the_address_says_what_is_listed(inbox: WebInbox, boris: Browser, clock: Clock) -> None:
    milk = await inbox.hears("Do you have oat milk?", language="en")
    clock.advance(days=2)
    dog = await inbox.hears("Можно с собакой?", language="ru", kind=Kind.MENTION)
    assert listed((await boris.opens(PAGE)).text) == [dog, milk]
    today = clock.now.date().isoformat()
    for query, wanted in {
        "kind=mention": [dog],
        "language=en": [milk],
        "words=oat": [milk],
        "words=nothing+such": [],
        f"since={today}": [dog],
        f"until={today}": [dog, milk],
        "shelf=answered": [],
        "shelf=nonsense&before=x&account=y&since=z": [dog, milk],
        f"account={inbox.account_id}": [dog, milk],
        "account=999": [],
    }.items():
        page = (await boris.opens(f"{PAGE}?{query}")).text
        assert listed(page) == wanted, query
        if not wanted:
            assert "nothing" in page.split('id="rows"')[1]


async def test_a_long_list_has_pages_that_keep_what_was_asked_for(inbox: WebInbox, boris: Browser) -> None:
    numbers = [await inbox.hears(f"Comment {number}") for number in range(27)]
    first = (await boris.opens(f"{PAGE}?kind=comment")).text
    assert listed(first) == numbers[:1:-1]
    older = re.search(r'id="older" href="([^"]+)"', first)
    assert older
    address = older[1].replace("&amp;", "&")
    assert "kind=comment" in address
    assert listed((await boris.http.get(address)).text) == numbers[1::-1]


async def test_a_comment_is_answered_without_script(inbox: WebInbox, boris: Browser) -> None:
    mention_id = await inbox.hears("Do you have oat milk?")
    asked = await boris.presses(f"{PAGE}/{mention_id}?kind=comment", "Reply")
    assert "kind=comment" in str(asked.url)
    preview = await boris.answers(asked, text="Yes, and soy too.")
    assert "Preview of an answer" in preview.text
    assert "Boris is replying" in preview.text
    sending = await boris.presses(preview, "Send")
    assert "Sending in" in sending.text
    assert "Yes, and soy too." in (await boris.opens(f"{PAGE}/{mention_id}")).text
    undone = await boris.presses(sending, "Undo", number=1)
    assert "Preview of an answer" in undone.text
    kept = await boris.desk.database.read(replies.of_mention, mention_id, ("preview",))
    assert [reply.text for reply in kept] == ["Yes, and soy too."]


async def test_an_answer_that_cannot_be_used_comes_back_beside_its_field(inbox: WebInbox, boris: Browser) -> None:
    mention_id = await inbox.hears("Do you have oat milk?")
    asked = await boris.presses(f"{PAGE}/{mention_id}", "Reply")
    refused = await boris.answers(asked, text="")
    assert "This needs an answer." in refused.text
    assert "Your answer" in refused.text
    stopped = await boris.presses(refused, "Cancel")
    assert "Stopped. Nothing was changed." in stopped.text
    assert "Your answer" not in stopped.text


async def test_choices_are_drawn_over_the_card_and_everybody_sees_what_came_of_it(
    inbox: WebInbox, boris: Browser, open_desk: WebDesk
) -> None:
    mention_id = await inbox.hears("Do you have oat milk?")
    choices = await boris.presses(f"{PAGE}/{mention_id}", "Snooze")
    assert "Tomorrow 9:00" in choices.text
    snoozed = await boris.presses(choices, "Tomorrow 9:00")
    assert "Snoozed until" in snoozed.text
    anna = await open_desk.browser(open_desk.world.anna)
    assert listed((await anna.opens(PAGE)).text) == []
    assert listed((await anna.opens(f"{PAGE}?shelf=snoozed")).text) == [mention_id]


async def test_a_press_that_comes_too_late_says_so(inbox: WebInbox, boris: Browser, open_desk: WebDesk) -> None:
    mention_id = await inbox.hears("Do you have oat milk?")
    stale = await boris.opens(f"{PAGE}/{mention_id}")
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.presses(f"{PAGE}/{mention_id}", "Claim")
    late = await boris.presses(stale, "Claim")
    assert "Anna" in late.text.split("data-toasts")[-1]


async def test_a_page_holds_so_many_cards_and_the_oldest_give_way(
    inbox: WebInbox, boris: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.pages.stage.MOST", 2)
    numbers = [await inbox.hears(f"Comment {number}") for number in range(4)]
    for number in numbers:
        assert "Reply" in (await boris.opens(f"{PAGE}/{number}")).text
    first = await boris.presses(f"{PAGE}/{numbers[0]}", "Claim")
    assert "Boris is replying" in first.text


async def test_comments_of_other_brands_are_not_there(inbox: WebInbox, boris: Browser, open_desk: WebDesk) -> None:
    def elsewhere(uow: UnitOfWork) -> int:
        other = brands.add(uow, open_desk.world.workspace.id, "Tea", "tea", language="en", zone="UTC")
        account_id = accounts.add(uow, other.id, "demo", "tea", name="Tea")
        ingest.ingest(uow, account_id, Page((item("t-1", "A secret of the tea"),), "c"))
        return next(iter(mentions.known(uow, account_id, ["t-1"]).values())).id

    other = await open_desk.database.write(elsewhere)
    page = await boris.opens(f"{PAGE}/{other}")
    assert page.status_code == 404
    assert "secret" not in page.text
    assert (await boris.opens("/b/tea/inbox")).status_code == 404
    assert (await boris.opens(f"{PAGE}/999")).status_code == 404


def test_a_day_is_the_brands_own() -> None:
    wanted = read({"since": "2026-03-29", "until": "2026-03-29"}, "Europe/Berlin").wanted
    assert wanted.since is not None
    assert wanted.until is not None
    assert (wanted.until - wanted.since).total_seconds() == 23 * 3600  # the clocks go forward
