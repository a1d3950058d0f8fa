"""/plan: the week in the brand's zone, what is free in it, and other weeks in place."""

from __future__ import annotations

from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Notice


async def test_the_week_by_day_with_what_is_free(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-04T13:00:00+01:00")
    shown = words_of(await desk.vera.says("/plan"))
    assert "Plan: 2026-03-02 to 2026-03-08" in shown
    assert "Mon 02.03. · free: 13:00, 18:00" in shown  # it is ten o'clock there
    assert "Wed 04.03. · free: 10:00, 18:00\n13:00 1. Brunch · Draft" in shown
    assert "Times in Europe/Berlin" in shown


async def test_other_weeks_in_place_and_a_post_to_open(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Brunch", slot="2026-03-11T13:00:00+01:00")
    await desk.vera.says("/plan")
    shown = await desk.vera.presses("→")
    assert "Wed 11.03." in words_of(shown)
    assert "1 · Brunch" in labels_of(shown)
    opened = await desk.vera.presses("1 · Brunch")
    assert "Post 1 · version 1" in words_of(opened)


async def test_a_slot_that_the_clocks_skip_is_not_offered(posting: PostDesk) -> None:
    from datetime import date

    from smm import plan
    from storage import brands

    await posting.policy(slots=["02:30", "10:00"])
    brand = await posting.database.read(brands.get, posting.brand_id)
    assert brand is not None
    days = await posting.database.read(plan.week, brand, date(2026, 3, 29))
    assert [len(day.free) for day in days] == [2, 2, 2, 2, 2, 2, 1]


def _of_client(posting: PostDesk) -> Card:
    return next(card for card in reversed(posting.desk.room("client").cards) if "Plan:" in card.title)


async def _placed(posting: PostDesk, text: str, day: int, *, sent: bool = True) -> None:
    await posting.desk.vera.says("/post")
    await posting.desk.vera.answers(text=text, slot=f"2026-03-{day:02}T13:00:00+01:00")
    if sent:
        await posting.desk.vera.presses("Send for approval")


async def test_the_month_is_shared_with_the_client_and_follows_what_changes(posting: PostDesk) -> None:
    desk = posting.desk
    assert await desk.clara.says("/plan") is not None
    assert "not shared a plan" in words_of(desk.room("client").cards[-1])
    await _placed(posting, "Brunch", 4)
    await _placed(posting, "INTERNAL draft", 5, sent=False)
    shown = await desk.anna.says("/plan month")
    assert "Plan: 2026-03-01 to 2026-03-31" in words_of(shown)
    assert "Thu 05.03.\n13:00 2. INTERNAL draft · Draft" in words_of(shown)
    assert isinstance(await desk.anna.presses("Share with the client"), Notice)
    assert "Wed 04.03.\n13:00 1. Brunch · waits for you" in words_of(_of_client(posting))
    assert "INTERNAL" not in words_of(_of_client(posting))

    heard = len(desk.transport.sent)
    await desk.clara.presses("Approve")
    assert "Brunch · goes out then" in words_of(_of_client(posting))
    await desk.vera.presses(next(c for c in desk.room("team").cards if c.title.startswith("Post 1")), "Edit")
    await desk.vera.answers(text="INTERNAL new words", slot="2026-03-06T13:00:00+01:00")
    assert "Fri 06.03.\n13:00 1. Brunch · the team is working on it" in words_of(_of_client(posting))
    plans = [card for chat, card in desk.transport.sent[heard:] if chat.chat_id == "client" and "Plan:" in card.title]
    assert plans == [], "the card is edited, not sent again"
    assert await desk.anna.presses("Share with the client") == Notice(
        "The client has this month already; their card is up to date."
    )


async def test_a_long_month_has_pages(posting: PostDesk) -> None:
    await posting.policy(mode="none")
    for number in range(1, 22):
        await _placed(posting, f"Number {number}", 4 + number, sent=False)
    card = await posting.desk.anna.says("/plan 2026-03")
    assert "Number 20 ·" in words_of(card)
    assert "Number 21 ·" not in words_of(card)
    assert "Number 21 ·" in words_of(await posting.desk.anna.presses("Later"))
    told = await posting.desk.anna.says("/plan someday")
    assert "Write the month like this: /plan 2026-03" in words_of(told)


async def test_nothing_to_share_is_said(posting: PostDesk) -> None:
    await _placed(posting, "Brunch", 4, sent=False)
    await posting.desk.anna.says("/plan month")
    told = await posting.desk.anna.presses("Share with the client")
    assert isinstance(told, Notice)
    assert told.text.startswith("Nothing of this month was shown to the client yet.")
