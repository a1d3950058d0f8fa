"""What Mastodon can besides posts and mentions: polls, private answers, search, figures, and a stream that breaks."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixtures import FOLDER
from loopback_http import Asked, Said, loopback
from mastodon_world import account, pristine, say, statuses

from connectors import mastodon
from connectors.plain_text import from_html
from smm.errors import Rejected, Unavailable
from smm.networks import Answer, Deed, Kind, MediaFile, Metrics, Options, Outgoing, Poll

if TYPE_CHECKING:
    from mastodon_mock.testing import MockServer

pytestmark = pytest.mark.xdist_group("mastodon")  # one server for all


@pytest.fixture
def instance() -> MockServer:
    """The server with nothing but its people."""
    return pristine()


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def test_what_was_said_while_the_stream_was_broken_is_fetched_when_it_is_back(
    instance: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mastodon.random, "uniform", lambda least, most: 0.0)  # no pause before it connects again

    def broken(asked: Asked) -> Said:
        told = b":)\n\n" if asked.path.startswith("/api/v1/streaming") else b"{}"
        return Said(200, told)  # greets, and hangs up

    async with loopback(broken) as line, account(line.url) as bob, account(instance.base_url) as reader:
        cursor, heard = (await reader.fetch("")).cursor, []
        async with aclosing(bob.stream()) as stream:  # type: ignore[type-var]
            for number in range(3):
                await anext(stream)
                page = await reader.fetch(cursor)
                heard += [item.text for item in page.items]
                cursor = page.cursor
                await say(instance, "alice_token", status=f"@bob while away {number}")
    assert heard == ["@bob while away 0", "@bob while away 1"]


async def test_a_poll_goes_out_behind_its_warning_in_its_language(instance: MockServer) -> None:
    options = Options(warning="Caffeine", poll=Poll(("Light", "Dark"), 60, several=True))
    post = Outgoing("k10", "Welche Röstung?", language="de", options=options)
    async with account(instance.base_url) as bob:
        published = await bob.publish(post)
        assert await bob.find(post, since()) == published
    (status,) = await statuses(instance)
    assert (status["spoiler_text"], status["language"], status["poll"]["multiple"]) == ("Caffeine", "de", True)
    assert [each["title"] for each in status["poll"]["options"]] == ["Light", "Dark"]


async def test_a_video_is_waited_for_and_never_uploaded_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mastodon, "PAUSES", (0, 0))
    (tmp_path / "film").write_bytes(b"film")
    post = Outgoing("k13", "Look", (MediaFile(tmp_path / "film", "video/mp4", "film", "Milk is poured"),))
    asked: list[str] = []
    status = {"id": "9", "url": "https://mock.local/@bob/9"}
    told = iter([Said.of({"id": "5"}, 202), *[Said.of({"id": "5"}, 206)] * 3, Said.of({"id": "5"}), Said.of(status)])

    def working(said: Asked) -> Said:
        asked.append(f"{said.method} {said.path}")
        return next(told)

    async with loopback(working) as line, account(line.url) as bob:
        with pytest.raises(Unavailable):
            await bob.publish(post)
        assert (await bob.publish(post)).remote_id == "9"
    assert asked == ["POST /api/v2/media", *["GET /api/v1/media/5"] * 4, "POST /api/v1/statuses"]


async def test_other_words_leave_picture_and_warning_and_language_as_they_are(
    instance: MockServer, tmp_path: Path
) -> None:
    (tmp_path / "cup.png").write_bytes((FOLDER / "vk" / "cup.png").read_bytes())
    cup = MediaFile(tmp_path / "cup.png", "image/png", "d", "A cup")
    post = Outgoing("k11", "Der Herbst ist dda", (cup,), language="de", options=Options(warning="Koffein"))
    async with account(instance.base_url) as bob:
        published = await bob.publish(post)
        for _ in range(2):
            await bob.edit(published.remote_id, replace(post, text="Der Herbst ist da"))
    (status,) = await statuses(instance)
    assert "Der Herbst ist da<" in status["content"]
    assert (status["spoiler_text"], status["language"]) == ("Koffein", "de")
    assert [each["description"] for each in status["media_attachments"]] == ["A cup"]


async def test_a_poll_is_never_edited(instance: MockServer) -> None:
    post = Outgoing("k12", "Which raost?", options=Options(poll=Poll(("Light", "Dark"), 60)))
    async with account(instance.base_url) as bob:
        published = await bob.publish(post)
        with pytest.raises(Rejected, match="votes"):
            await bob.edit(published.remote_id, replace(post, text="Which roast?"))
    (status,) = await statuses(instance)
    assert "raost" in status["content"]


async def test_a_message_is_answered_so_that_nobody_else_sees_it(instance: MockServer) -> None:
    asked = await say(instance, "alice_token", status="@bob my order is 1234", visibility="direct")
    answer = Answer("m1", "We look into it", asked["id"], private=True)
    async with account(instance.base_url) as bob:
        (item,) = (await bob.fetch("")).items
        sent = await bob.message(answer)
        assert await bob.find_reply(answer, since()) == sent
    assert item.kind == Kind.MESSAGE
    (status,) = await statuses(instance)
    assert status["visibility"] == "direct"
    assert await statuses(instance, "carol_token") == []


async def test_words_and_tags_are_found_elsewhere_once(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        await say(instance, "alice_token", status="Best #espresso in town")
        first = await bob.search("espresso", "")
        await say(instance, "carol_token", status="No espresso for me")
        second = await bob.search("espresso", first.cursor)
        third = await bob.search("espresso", second.cursor)
        odd = await bob.search("espresso in town", "strange")
    assert [[item.text for item in page.items] for page in (first, second, third)] == [
        ["Best #espresso in town"],
        ["No espresso for me"],
        [],
    ]
    assert all(item.author_name for item in odd.items)


async def test_figures_are_read_and_what_is_gone_is_left_out(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        post = await bob.publish(Outgoing("k11", "Autumn roast"))
        await say(instance, "alice_token", status="@bob lovely", in_reply_to_id=post.remote_id)
        told = await bob.metrics([post.remote_id, "999999"])
    assert told == {post.remote_id: Metrics(likes=0, comments=1, shares=0)}


async def test_who_took_part_and_who_follows_is_told(instance: MockServer) -> None:
    async with account(instance.base_url) as bob, account(instance.base_url, "alice_token") as alice:
        post = await bob.publish(Outgoing("k14", "Answer and win"))
        mia = (await alice.check()).remote_id
        await say(instance, "alice_token", status="@bob me!", in_reply_to_id=post.remote_id)
        for deed in ("favourite", "reblog"):
            await alice._wire.call("POST", f"/api/v1/statuses/{post.remote_id}/{deed}")
        before = (await bob.insights(date(2026, 11, 1), date(2026, 11, 2))).followers
        crowds = {deed: (await bob.participants(post.remote_id, deed, "")).people for deed in Deed}
        assert {deed: [each.user_id for each in people] for deed, people in crowds.items()} == {
            each: [mia] for each in Deed
        }
        assert crowds[Deed.COMMENT][0].text == "@bob me!"
        await alice._wire.call("POST", f"/api/v1/accounts/{(await bob.check()).remote_id}/unfollow")
        assert await bob.followers([mia]) == frozenset()
        await alice._wire.call("POST", f"/api/v1/accounts/{(await bob.check()).remote_id}/follow")
        assert await bob.followers([mia]) == {mia}
        assert (await bob.insights(date(2026, 11, 1), date(2026, 11, 2))).followers == before


@pytest.mark.parametrize(
    ("text", "named"), [("Yes, @Alice.", True), ("Ask @alicent", False), ("Ask @alice@elsewhere.example", False)]
)
async def test_whom_it_answers_is_named_once(instance: MockServer, text: str, named: bool) -> None:
    asked = await say(instance, "alice_token", status="@bob open?")
    async with account(instance.base_url) as bob:
        await bob.reply(Answer("r9", text, asked["id"]))
    (status,) = await statuses(instance)
    assert from_html(status["content"]) == (text if named else f"@alice {text}")


async def test_a_first_comment_does_not_name_us(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        post = await bob.publish(Outgoing("k12", "Autumn roast"))
        said = await bob.reply(Answer("first", "Order at the counter", post.remote_id, post.remote_id))
    first = next(each for each in await statuses(instance) if each["id"] == said.remote_id)
    assert (first["in_reply_to_id"], first["mentions"]) == (post.remote_id, [])
    assert "@" not in first["content"]
