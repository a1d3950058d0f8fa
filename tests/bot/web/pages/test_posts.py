"""The posts' pages without script: writing, previews that keep nothing, pictures in order, a stale edit, and who may."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from PIL import Image
from planned_world import BIG, HOME, Planned

from smm import declared
from smm.declared import Declared
from smm.networks import Can, Options, Poll
from storage import media
from storage import posts as kept
from storage.posts import Post

POSTS = f"{HOME}/posts"
SLOT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def drawn(colour: str) -> tuple[str, tuple[str, bytes, str]]:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(data, "PNG")
    return ("files", (f"{colour}.png", data.getvalue(), "image/png"))


def shown_pictures(page: httpx.Response) -> list[str]:
    """Return the pictures that stand in the editor, in order."""
    return re.findall(r'name="media" value="([0-9a-f]{64})"', page.text)


def text_of(page: httpx.Response) -> str:
    return html.unescape(page.text)


async def test_nothing_is_said_against_a_post_before_a_word_is_written(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    assert "There is nothing to publish" not in text_of(await vera.opens(f"{POSTS}/new"))
    sent = await vera.sends(f"{POSTS}/preview", text="x" * 30, accounts=str(planned.small))
    assert "Too long for Small" in text_of(sent)


async def test_a_post_is_written_for_the_day_that_was_pressed(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    page = await vera.opens(f"{POSTS}/new?date=2026-03-04")
    assert 'name="slot" value="2026-03-04T10:00"' in page.text
    assert "Europe/Berlin" in page.text
    fields = {"text": "Spring menu", "accounts": str(planned.big), "slot": "2026-03-04T10:00", "version": "0"}
    for _ in range(2):  # sent twice, made once
        sent = await vera.sends(f"{POSTS}/new", **fields)
    made = await planned.whole(1)
    assert (made.content.text, made.content.accounts, made.post.slot_at) == ("Spring menu", (planned.big,), SLOT)
    assert (await planned.desk.database.read(kept.newest, planned.desk.world.brand.id, ("draft",), 9))[0].id == 1
    assert sent.status_code == 303
    page = await vera.opens(f"{POSTS}/1")
    assert "The draft is kept." in page.text
    assert "Send for approval" in page.text


async def test_a_time_that_has_passed_is_said_and_keeps_nobody_from_saving_the_rest(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("The spring menu is here", SLOT)
    passed = "This time has passed. Leave it to change only the rest, or pick a later one."
    assert passed not in (await vera.opens(f"{POSTS}/{post.id}")).text
    planned.clock.now = SLOT + timedelta(hours=2)
    assert passed in (await vera.opens(f"{POSTS}/{post.id}")).text
    fields = {"text": "The summer menu is here", "accounts": str(planned.big), "slot_was": SLOT.isoformat()}
    sent = await vera.sends(f"{POSTS}/{post.id}", **fields, slot="2026-03-04T11:00", version="1", key="chosen-passed")
    assert (sent.status_code, "That time has passed. Pick a later one." in sent.text) == (422, True)
    assert ">\nThe summer menu is here</textarea>" in sent.text
    await vera.sends(f"{POSTS}/{post.id}", **fields, slot="2026-03-04T10:00", version="1", key="left-as-it-was")
    whole = await planned.whole(post.id)
    assert (whole.content.text, whole.post.slot_at) == ("The summer menu is here", SLOT)


async def test_a_passed_time_stands_in_the_way_of_an_approval_and_another_is_offered(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("The spring menu is here", SLOT)
    planned.clock.now = SLOT + timedelta(hours=2)
    page = await vera.presses(f"{POSTS}/{post.id}", "Send for approval")
    assert "Not sent: the time of this post has passed." in text_of(page)
    await vera.presses(page, "Send without a time")
    whole = await planned.whole(post.id)
    assert (whole.post.state, whole.post.slot_at) == ("client_review", None)


async def test_an_empty_post_is_not_made_and_what_else_was_written_stays(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    fields = {"text": " ", "accounts": str(planned.big), "slot": "2026-03-04T10:00", "version": "0"}
    sent = await vera.sends(f"{POSTS}/new", **fields)
    assert sent.status_code == 422
    assert "The post is empty. Write a text, or attach a picture or a video." in sent.text
    assert 'name="slot" value="2026-03-04T10:00"' in sent.text
    assert await planned.desk.database.read(kept.newest, planned.desk.world.brand.id, ("draft",), 9) == []


async def test_what_networks_say_stands_beside_the_field_in_their_own_measure(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    fields = {
        "text": "Read it all: https://example.org/a/very/long/address/indeed",
        "accounts": [str(planned.big), str(planned.small)],
        "version": "0",
    }
    page = await vera.sends(f"{POSTS}/preview", **fields)
    assert "<b>36</b> / 500" in page.text  # a link is 23 characters there
    assert "<b>59</b> / 20" in page.text
    assert "39 too many" in page.text
    assert "Too long for Small: 59 of 20 characters." in text_of(page)
    assert await planned.desk.database.read(kept.newest, planned.desk.world.brand.id, ("draft",), 9) == []
    parts = (await vera.sends(f"{POSTS}/preview", **fields, script=True)).json()["parts"]
    assert "<b>59</b> / 20" in parts["counters"]
    assert "example.org" in parts["frames"]


async def test_pictures_are_kept_described_moved_and_taken_away_without_script(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    fields = {"text": "Look", "accounts": str(planned.big), "version": "0"}
    page = await vera.sends(f"{POSTS}/preview", **fields, files=[drawn("teal"), drawn("peru")])
    first, second = shown_pictures(page)
    page = await vera.sends(f"{POSTS}/preview", **fields, media=[first, second], do=f"down:{first}")
    assert shown_pictures(page) == [second, first]
    assert (await vera.opens(f"/media/{first}/small")).status_code == 200
    page = await vera.sends(f"{POSTS}/preview", **fields, media=[first, second], do=f"remove:{first}")
    assert shown_pictures(page) == [second]
    await vera.sends(f"{POSTS}/new", **fields, media=[second, first], **{f"alt.{second}": "A cup"})
    whole = await planned.whole(1)
    assert [(each.digest, each.alt) for each in whole.content.media] == [(second, "A cup"), (first, "")]


async def test_a_poll_a_warning_and_a_first_comment_are_written_seen_and_kept(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    assert 'name="q.poll"' not in (await vera.opens(f"{POSTS}/new")).text, "none of the networks has one"
    able = replace(BIG, poll_choices=4, warning=True, first_comment=True)
    declared.declare(Declared("mastodon", "Mastodon", frozenset({Can.PUBLISH, Can.REPLY}), able))
    assert 'name="q.poll"' in (await vera.opens(f"{POSTS}/new")).text
    fields = {"text": "Which roast?", "accounts": str(planned.big), "version": "0"}
    extras = {"q.poll": "Light\r\n<b>Dark</b>", "q.minutes": "60", "q.several": "one", "q.warning": "Coffee talk"}
    page = await vera.sends(f"{POSTS}/preview", **fields, **extras, **{"q.first_comment": "We roast on Mondays"})
    assert '<li dir="auto">Light</li><li dir="auto">&lt;b&gt;Dark&lt;/b&gt;</li>' in page.text
    assert '<span dir="auto">We roast on Mondays</span>' in page.text
    refused = await vera.sends(f"{POSTS}/new", **fields, **extras | {"q.poll": "Light"}, key="one-answer")
    assert refused.status_code == 422
    assert "A poll needs at least two different answers" in refused.text
    await vera.sends(f"{POSTS}/new", **fields, **extras, key="two-answers")
    options = (await planned.whole(1)).content.options
    assert options == Options(warning="Coffee talk", poll=Poll(("Light", "<b>Dark</b>"), 60))
    await vera.sends(f"{POSTS}/1", **fields | {"version": "1"}, key="without-those-fields")
    assert (await planned.whole(1)).content.options == options
    page = await vera.opens(f"{POSTS}/1")
    assert ">\nLight\n&lt;b&gt;Dark&lt;/b&gt;</textarea>" in page.text


async def test_a_picture_that_somebody_else_sent_cannot_be_named(planned: Planned) -> None:
    vera, boris = [await planned.browser(one) for one in (planned.desk.world.vera, planned.desk.world.boris)]
    await boris.sends(f"/chat/member-{planned.desk.world.boris.id}/words", files=[drawn("navy")])
    digest = (await planned.desk.messages(f"member-{planned.desk.world.boris.id}"))[0].files[0]
    assert await planned.desk.database.read(media.of, [digest])
    page = await vera.sends(f"{POSTS}/preview", text="x", accounts=str(planned.big), media=digest, version="0")
    assert shown_pictures(page) == []
    assert (await vera.opens(f"/media/{digest}")).status_code == 404


async def test_an_edit_of_an_old_version_shows_both_texts_and_loses_none(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("The spring menu is here", SLOT)
    await planned.edit(post, "The spring menu is here at last")
    mine = {"text": "The summer menu is here", "accounts": str(planned.big), "slot": "2026-03-04T10:00"}
    page = await vera.sends(f"{POSTS}/{post.id}", **mine, slot_was=SLOT.isoformat(), version="1")
    assert page.status_code == 409
    assert "There is version 2, you edited 1." in page.text
    assert "The spring menu is here at last" in page.text
    assert "<ins>summer</ins>" in page.text
    assert ">\nThe summer menu is here</textarea>" in page.text
    assert (await planned.whole(post.id)).post.version == 2
    await vera.sends(f"{POSTS}/{post.id}", **mine, slot_was=SLOT.isoformat(), version="2", key="over-theirs")
    whole = await planned.whole(post.id)
    assert (whole.post.version, whole.content.text) == (3, "The summer menu is here")
    page = await vera.opens(f"{POSTS}/{post.id}")
    assert "Version 2" in page.text
    assert "<del>" in page.text


async def test_a_time_that_was_not_touched_does_not_take_a_move_back(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring", SLOT)
    later = {"post": str(post.id), "version": "1", "was": SLOT.isoformat(), "day": "2026-03-06", "time": "12:00"}
    await vera.sends(f"{HOME}/calendar/move", **later, key="moved-meanwhile")
    fields = {"text": "Spring!", "accounts": str(planned.big), "slot": "2026-03-04T10:00", "slot_was": SLOT.isoformat()}
    await vera.sends(f"{POSTS}/{post.id}", **fields, version="1", key="saved-after")
    whole = await planned.whole(post.id)
    assert whole.post.slot_at == datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
    assert whole.content.text == "Spring!"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"slot": "2026-03-29T02:30"}, "does not exist on 29 Mar 2026 in Europe/Berlin"),
        ({"slot": "2026-03-01T10:00"}, "That time has passed."),
        ({"link": "example"}, "must be a whole address"),
        ({"accounts": "999"}, "Choose at least one of the brand's accounts."),
        ({"text": "x" * 20_001}, "at most 20000 characters"),
    ],
)
async def test_what_cannot_be_saved_comes_back_with_its_reason(
    planned: Planned, given: dict[str, str], words: str
) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    fields = {"text": "Kept as written", "accounts": str(planned.big), "version": "0"} | given
    page = await vera.sends(f"{POSTS}/new", **fields)
    assert page.status_code == 422
    assert words in text_of(page)
    assert fields["text"][:15] in page.text


async def test_one_network_has_a_text_of_its_own_and_the_rest_of_a_post_stays(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Long words for everybody", accounts=(planned.big, planned.small), tags=("coffee",))
    own = {f"own.{planned.small}": "Short", f"own.{planned.big}": " "}
    both = [str(planned.big), str(planned.small)]
    await vera.sends(f"{POSTS}/{post.id}", text="Long words", accounts=both, version="1", **own)
    whole = await planned.whole(post.id)
    assert dict(whole.content.overrides) == {planned.small: "Short"}
    assert whole.content.tags == ("coffee",)
    page = await vera.opens(f"{POSTS}/{post.id}")
    assert "own text" in page.text


async def test_the_steps_of_the_card_are_pressed_on_the_page(planned: Planned) -> None:
    vera = await planned.browser(planned.desk.world.vera)
    post = await planned.make("Spring", SLOT)
    sent = await vera.presses(f"{POSTS}/{post.id}", "Send for approval")
    assert "The client has it now." in sent.text
    assert "Waits for the client" in sent.text
    sure = await vera.presses(sent, "Cancel post")
    assert "Cancel this post?" in sure.text
    assert (await planned.whole(post.id)).post.state == "client_review"
    done = await vera.presses(sure, "Yes")
    assert "There is nothing left to change" in done.text
    assert (await planned.whole(post.id)).post.state == "cancelled"


async def test_who_reads_and_who_writes(planned: Planned) -> None:
    world = planned.desk.world
    post = await planned.make("Team only", SLOT)
    boris, clara = await planned.browser(world.boris), await planned.browser(world.clara)
    page = await boris.opens(f"{POSTS}/{post.id}")
    assert "Team only" in page.text
    assert "data-editor" not in page.text
    for path in (f"{POSTS}/new", f"{POSTS}/{post.id}"):
        sent = await boris.sends(path, text="Mine", accounts=str(planned.big), version="1")
        assert sent.status_code == 403
    for path in (POSTS, f"{POSTS}/new"):
        assert (await clara.opens(path)).status_code == 403
    assert (await clara.opens(f"{POSTS}/{post.id}")).status_code == 404
    assert (await boris.opens(f"{POSTS}/999")).status_code == 404
    assert (await planned.whole(post.id)).content.text == "Team only"


async def test_a_client_opens_what_was_put_to_them_and_answers_there(planned: Planned) -> None:
    clara = await planned.browser(planned.desk.world.clara)
    post = await planned.make("Spring menu", SLOT, send=True)
    page = await clara.opens(f"{POSTS}/{post.id}")
    assert "Spring menu" in page.text
    assert "data-editor" not in page.text
    done = await clara.presses(page, "Approve")
    assert "You approved it." in done.text
    await planned.edit(await _current(planned, post.id), "Not theirs yet")
    page = await clara.opens(f"{POSTS}/{post.id}")
    assert "Spring menu" in page.text
    assert "Not theirs yet" not in page.text


async def _current(planned: Planned, post_id: int) -> Post:
    return (await planned.whole(post_id)).post


async def test_the_list_is_filtered_by_state(planned: Planned) -> None:
    boris = await planned.browser(planned.desk.world.boris)
    await planned.make("A draft", SLOT)
    await planned.make("With the client", SLOT, send=True)
    everything = await boris.opens(POSTS)
    assert all(words in everything.text for words in ("A draft", "With the client"))
    review = await boris.opens(f"{POSTS}?state=review")
    assert "A draft" not in review.text
    assert "With the client" in review.text
    assert "There are no posts here yet." in (await boris.opens(f"{POSTS}?state=live")).text
