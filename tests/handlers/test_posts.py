"""/post and the card of a post: the whole way from a draft to its receipt, told as what people see."""

from __future__ import annotations

from functools import partial

from clocks import Clock
from post_world import PostDesk, labels_of, words_of

from handlers.card import Card, Frame, Notice
from smm.declared import Declared, declare
from smm.networks import Can, Limits, Looks
from storage import media

LIMITS = Limits(text=500, media=4, media_bytes=10**6, source="https://example.org")


def newest(posting: PostDesk, room: str = "team") -> Card:
    """Return the newest card standing in a room that is not a question."""
    return [card for card in posting.desk.room(room).cards if card.ask is None and card.buttons][-1]


def titled(posting: PostDesk, title: str, room: str = "team") -> Card:
    """Return the card of that title standing in a room."""
    return next(card for card in posting.desk.room(room).cards if card.title == title)


async def test_from_the_first_words_to_the_receipt(posting: PostDesk) -> None:
    desk = posting.desk
    asked = await desk.vera.says("/post")
    assert isinstance(asked, Card)
    assert asked.ask is not None
    await desk.vera.answers(text="Autumn menu is here", slot="2026-03-02T11:00:00+01:00")
    draft = newest(posting)
    assert "Draft" in words_of(draft)
    assert "02.03.2026 11:00 Europe/Berlin" in words_of(draft)
    assert "Demo · Northwind: Autumn menu is here" in words_of(draft)

    assert await desk.vera.presses("Send for approval") == Notice("The client has it now.")
    client = newest(posting, "client")
    assert "Please look at this post" in words_of(client)
    assert labels_of(client) == ["Approve", "Request changes", "Reject", "Comment", "Ask to hold"]

    await desk.clara.presses("Request changes")
    told = await desk.clara.answers(reason="Say that it starts on Monday")
    assert isinstance(told, Notice)
    assert any("Clara: Say that it starts on Monday" in words_of(card) for card in desk.room("team").cards)
    assert labels_of(titled(posting, "Post 1 · version 1"))[0] == "Send again, unchanged"

    await desk.vera.presses("Edit")
    await desk.vera.answers(text="Autumn menu is here from Monday", slot="2026-03-02T11:00:00+01:00")
    assert "Changed since version 1" in words_of(titled(posting, "Post 1 · version 2"))
    await desk.vera.presses("Send for approval")
    client = newest(posting, "client")
    styles = [
        (span.text.strip(), span.style) for block in client.body if hasattr(block, "spans") for span in block.spans
    ]
    assert ("from Monday", "insert") in styles
    notice = await desk.clara.presses("Approve")
    assert notice == Notice("Approved. It goes out 02.03.2026 11:00 Europe/Berlin.")
    assert newest(posting, "client").title == "Northwind Coffee: an approved post"

    await posting.tick(minutes=59)
    assert posting.networks.effects == []
    await posting.tick(minutes=1)
    assert [effect.text for effect in posting.networks.effects] == ["Autumn menu is here from Monday"]
    receipt = titled(posting, "Post 1 · version 2")
    assert receipt.link is not None
    assert receipt.link.url == "https://demo.example/publish-1"
    assert "✓ Demo · Northwind: live · went out 02.03.2026 11:00 Europe/Berlin" in words_of(receipt)
    live = desk.room("client").cards[-1]
    assert live.title == "Northwind Coffee: a post that is live"
    assert live.link == receipt.link
    assert "It is live." in words_of(live)
    assert desk.room("client").cards[0].title == "Northwind Coffee: an older version of a post"
    assert "This was version 1. Version 2 is below." in words_of(desk.room("client").cards[0])


async def test_quick_post_with_words_alone(posting: PostDesk) -> None:
    card = await posting.desk.vera.says("/post Fresh beans today")
    assert "Fresh beans today" in words_of(card)
    assert "no time yet" in words_of(card)
    assert labels_of(card)[:2] == ["Send for approval", "Pick a time"]


async def test_post_without_an_account_says_where_to_connect_one(desk: object) -> None:
    told = await desk.vera.says("/post Fresh beans")  # type: ignore[attr-defined]
    assert "/accounts" in words_of(told)


async def test_a_post_is_not_written_in_the_clients_room(posting: PostDesk) -> None:
    told = await posting.desk.anna.at("client").says("/post Secret plan")
    assert "The client reads this room" in words_of(told)
    assert all("Secret plan" not in words_of(card) for card in posting.desk.room("client").cards)


async def test_a_client_may_not_write_posts(posting: PostDesk) -> None:
    told = await posting.desk.clara.says("/post Mine")
    assert "Mine" not in (told.text if isinstance(told, Notice) else words_of(told))


async def test_an_old_card_answers_with_the_newer_version_and_shows_the_difference(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    await desk.vera.says("/post One two three")
    old_ref = desk.vera.ref("Send for approval")
    await desk.vera.presses("Edit")
    await desk.vera.answers(text="One two four")
    await desk.vera.receives(kind="press", ref=old_ref, message_id="1")
    told = newest(posting)
    assert "There is version 2, this was 1." in words_of(told)
    shown = await desk.vera.presses("Show what changed")
    assert "Version 2, Vera" in words_of(shown)
    assert "threefour" in words_of(shown)


async def test_no_approval_needed_then_it_goes_out_at_once(posting: PostDesk) -> None:
    await posting.policy(mode="none")
    await posting.desk.vera.says("/post Open until ten tonight")
    assert await posting.desk.vera.presses("Publish now") == Notice("It is on its way. The card becomes the receipt.")
    await posting.tick()
    assert len(posting.networks.effects) == 1
    assert "Live" in words_of(posting.desk.room("team").cards[0])


async def test_each_network_can_have_its_own_text_and_says_what_is_wrong_with_it(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="none")
    second = await posting.add_account("Berlin", "mastodon")
    await desk.vera.says("/post Hello everybody")
    await desk.vera.presses("Text per network")
    await desk.vera.answers(account=str(second), text="Hello Berlin")
    card = desk.room("team").cards[0]
    assert "Demo · Northwind: Hello everybody" in words_of(card)
    assert "Mastodon · Berlin: Hello Berlin" in words_of(card)
    await desk.vera.presses("Publish now")
    await posting.tick()
    assert {effect.text for effect in posting.networks.effects} == {"Hello everybody", "Hello Berlin"}


async def test_a_refusal_shows_the_networks_reason_and_a_way_out(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="none")
    posting.networks.script("publish", "refuse")
    await desk.vera.says("/post Buy cheap pills")
    await desk.vera.presses("Publish now")
    await posting.tick()
    alarm = newest(posting)
    assert "Not published" in words_of(alarm)
    assert "the text is not allowed" in words_of(alarm)
    await desk.vera.presses(alarm, "Try again")
    await posting.tick()
    assert len(posting.networks.effects) == 1


async def test_nobody_knows_then_a_person_is_asked_and_answers(posting: PostDesk, clock: Clock) -> None:
    desk = posting.desk
    await posting.policy(mode="none")
    posting.networks.capabilities = frozenset()
    posting.networks.script("publish", "unknown_done")
    await desk.vera.says("/post Once only")
    await desk.vera.presses("Publish now")
    await posting.tick()
    assert "Going out" in words_of(desk.room("team").cards[0])
    await posting.tick(seconds=121)
    asked = newest(posting)
    assert "Nobody knows whether it is live" in words_of(asked)
    assert labels_of(asked) == ["Look there", "It is there", "Send again", "Drop", "Open the post"]
    await desk.vera.presses("It is there")
    wrong = await desk.vera.answers(link="over there")
    assert isinstance(wrong, dict)
    assert wrong["link"].startswith("Paste the address")
    await desk.vera.answers(link="https://demo.example/publish-1")
    assert "Live" in words_of(desk.room("team").cards[0])
    assert len(posting.networks.effects) == 1


async def _unknown(posting: PostDesk) -> Card:
    """Publish a post so that nobody knows whether it is live; return the card that asks."""
    await posting.policy(mode="none")
    posting.networks.capabilities = frozenset()
    posting.networks.script("publish", "unknown_lost")
    await posting.desk.vera.says("/post Once only")
    await posting.desk.vera.presses("Publish now")
    await posting.tick()
    await posting.tick(seconds=121)
    return newest(posting)


async def test_it_is_not_there_so_it_is_sent_once_more(posting: PostDesk) -> None:
    asked = await _unknown(posting)
    assert await posting.desk.vera.presses(asked, "Send again") == Notice("It is sent again.")
    await posting.tick()
    assert [effect.text for effect in posting.networks.effects] == ["Once only"]


async def test_what_nobody_knows_is_left_at_that(posting: PostDesk) -> None:
    asked = await _unknown(posting)
    assert await posting.desk.vera.presses(asked, "Drop") == Notice("Dropped.")
    await posting.tick(hours=1)
    assert posting.networks.effects == []


async def test_pictures_are_described_for_those_who_do_not_see_them(posting: PostDesk) -> None:
    desk, digest = posting.desk, "a" * 64
    facts = {"mime": "image/png", "size": 9, "width": 3, "height": 3, "name": "autumn.png"}
    await posting.database.write(lambda uow: media.keep(uow, digest, brand_id=posting.brand_id, **facts))
    await desk.vera.says("/post Autumn menu", files=[digest])
    await desk.vera.presses("Describe pictures")
    assert await desk.vera.answers(alt1="A cup of coffee on leaves") == Notice("Saved.")
    card = titled(posting, "Post 1 · version 2")
    assert [picture.alt for picture in card.pictures] == ["A cup of coffee on leaves"]

    await desk.vera.presses("Edit")  # a form that cannot show the pictures sends none back, and they stay
    await desk.vera.answers(text="Winter menu")
    card = titled(posting, "Post 1 · version 3")
    assert [picture.digest for picture in card.pictures] == [digest]


async def test_the_client_sees_the_post_as_each_network_will_show_it(posting: PostDesk) -> None:
    desk, digest = posting.desk, "a" * 64
    facts = {"mime": "image/png", "size": 9, "width": 400, "height": 1000, "name": "tall.png"}
    await posting.database.write(lambda uow: media.keep(uow, digest, brand_id=posting.brand_id, **facts))
    for name, looks in {
        "demo": Looks("https://example.org", alone=(1.0, 3.0)),
        "wide": Looks("https://example.org"),
    }.items():
        declare(Declared(name, name.title(), frozenset(Can), LIMITS, looks=looks))
    await posting.add_account("Northwind", "wide")
    await desk.vera.says("/post Autumn menu", files=[digest])
    draft = newest(posting)
    assert "! Demo shows only the middle of tall.png, 40% of it" in words_of(draft)
    await desk.vera.presses("Send for approval")
    client = newest(posting, "client")
    frames = [block for block in client.body if isinstance(block, Frame) and block.shown]
    assert [(frame.author, frame.text) for frame in frames] == [
        ("Demo · Northwind", "Autumn menu"),
        ("Wide · Northwind", "Autumn menu"),
    ]
    assert [frame.shown.tiles[0].crop.h for frame in frames if frame.shown] == [0.4, 1.0]
    assert [(picture.alt, picture.ratio) for picture in client.pictures] == [("Demo", 1000), ("Wide", 0)]
    assert "shows only" not in words_of(client), "what the team should mend is not the client's to read"


async def test_networks_that_show_the_same_stand_together(posting: PostDesk) -> None:
    await posting.add_account("Northwind", "other")
    card = await posting.desk.vera.says("/post Fresh beans today")
    assert isinstance(card, Card)
    assert [block.author for block in card.body if isinstance(block, Frame)] == ["Demo · Northwind, Other · Northwind"]


async def test_what_was_said_of_a_picture_when_it_was_sent_describes_it(posting: PostDesk) -> None:
    digest = "a" * 64
    facts = {"mime": "image/png", "size": 9, "width": 3, "height": 3, "name": "cup.png"}
    keep = partial(media.keep, digest=digest, brand_id=posting.brand_id, **facts)
    await posting.database.write(lambda uow: keep(uow, alt="A blue cup"))
    await posting.desk.vera.says("/post Autumn menu", files=[digest])
    assert [picture.alt for picture in titled(posting, "Post 1 · version 1").pictures] == ["A blue cup"]
    await posting.database.write(lambda uow: keep(uow, alt="A green cup"))
    await posting.desk.vera.presses("Edit")
    await posting.desk.vera.answers(text="Winter menu", files=digest)
    shown = titled(posting, "Post 1 · version 2").pictures
    assert [picture.alt for picture in shown] == ["A blue cup"], "what is described already stays so"


async def test_a_slot_without_a_receipt_raises_an_alarm_once(posting: PostDesk) -> None:
    from smm import receipts

    desk = posting.desk
    await desk.vera.says("/post")
    await desk.vera.answers(text="Nobody approved me", slot="2026-03-02T11:00:00+01:00")
    posting.clock.advance(minutes=61)
    assert await posting.database.write(receipts.late_check, posting.clock.now) == 0
    posting.clock.advance(minutes=1)
    assert await posting.database.write(receipts.late_check, posting.clock.now) == 1
    assert await posting.database.write(receipts.late_check, posting.clock.now) == 0
    await desk.settle()
    assert "Its time has passed, and it is not out: Draft" in words_of(newest(posting))


async def test_the_morning_line_is_told_once_a_day(posting: PostDesk) -> None:
    from smm import receipts

    desk = posting.desk
    await posting.policy(mode="none")
    await desk.vera.says("/post Good day")
    await desk.vera.presses("Publish now")
    await posting.tick()
    posting.clock.advance(hours=22)  # 08:00 in Berlin
    assert await posting.database.write(receipts.daily_lines) == 0
    posting.clock.advance(hours=1)
    assert await posting.database.write(receipts.daily_lines) == 1
    assert await posting.database.write(receipts.daily_lines) == 0
    await desk.settle()
    assert "2026-03-02: 1 of 1 live." in words_of(desk.room("team").cards[-1])


async def test_remarks_history_duplicate_and_cancel(posting: PostDesk) -> None:
    desk = posting.desk
    await desk.vera.says("/post First words")
    await desk.vera.presses("Note")
    await desk.vera.answers(text="Ask Anna about the price")
    assert "Vera: Ask Anna about the price" in words_of(desk.room("team").cards[0])
    await desk.vera.presses("Duplicate")
    assert newest(posting).title == "Post 2 · version 1"
    assert await desk.vera.presses(newest(posting), "Cancel post") == Notice("Cancelled. Nothing more of it goes out.")
    assert labels_of(newest(posting)) == ["Duplicate"]
