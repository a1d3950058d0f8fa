"""The Bluesky connector against a loopback server: sessions, keys, bytes, threads, and what was missed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from bluesky_world import TROUBLES
from clocks import Clock
from loopback_bluesky import GATES, HANDLES, HOME, MIA, POSTS, LoopbackBluesky
from loopback_http import loopback

from connectors import bluesky, bluesky_audience, bluesky_video
from connectors.base import Outside
from connectors.bluesky import Bluesky
from connectors.bluesky_words import facets, found_in, record_key
from smm.errors import AuthExpired, NeedsHuman, OutcomeUnknown, RateLimited, Rejected, Unavailable
from smm.networks import Answer, Deed, MediaFile, Metrics, Outgoing


@asynccontextmanager
async def account(network: LoopbackBluesky, **secrets: str) -> AsyncIterator[tuple[Bluesky, list[Mapping[str, str]]]]:
    kept: list[Mapping[str, str]] = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.append(renewed)

    typed = {"identifier": f"@{HANDLES[HOME]}", "password": "app-password"}
    async with loopback(network) as server:
        opened = Bluesky(typed | secrets, Outside({"bluesky": server.url}), "northwind", keep)
        try:
            yield opened, kept
        finally:
            await opened.close()
    assert network.wrong == []


@pytest.fixture
def network(clock: Clock) -> LoopbackBluesky:
    return LoopbackBluesky(clock)


def logins(network: LoopbackBluesky) -> list[str]:
    return [name.rpartition(".")[2] for name in network.called if name.endswith("Session") and "get" not in name]


async def test_one_login_serves_all_and_is_kept(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, kept):
        assert (await ours.check()).handle == HANDLES[HOME]
        await asyncio.gather(*(ours.fetch("") for _ in range(4)))
    assert logins(network) == ["createSession"]
    async with account(network, **kept[-1]) as (again, _):
        await again.fetch("")
    assert logins(network) == ["createSession"]


async def test_a_session_that_ran_out_is_renewed_once_and_logs_in_only_at_last(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, kept):
        await ours.check()
        network.sessions.clear()
        await asyncio.gather(*(ours.check() for _ in range(4)))
        assert logins(network) == ["createSession", "refreshSession"]
        network.sessions.clear()
        network.refreshes.clear()
        await ours.check()
        assert logins(network)[2:] == ["refreshSession", "createSession"]
        assert kept[-1]["session"] in network.sessions
        network.password = "another"
        network.sessions.clear()
        network.refreshes.clear()
        with pytest.raises(AuthExpired):
            await ours.check()


async def test_the_same_key_is_one_post_that_nothing_edits(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, _):
        network.next_public = TROUBLES["lost"]
        with pytest.raises(OutcomeUnknown):
            await ours.publish(Outgoing("k1", "The autumn blend is back"))
        found = await ours.find(Outgoing("k1", "The autumn blend is back"), network.clock())
        (before,) = [dict(record) for record in network.records.values()]
        again = await ours.publish(Outgoing("k1", "Other words under the same key"))
        assert found == again
        assert list(network.records.values()) == [before]
        await ours.delete(again.remote_id)
        assert await ours.find(Outgoing("k1", "x"), network.clock()) is None


def test_keys_are_tids_and_each_its_own() -> None:
    keys = [record_key(f"key-{number}") for number in range(2000)]
    assert len(set(keys)) == 2000
    assert record_key("key-7") == keys[7]
    assert all(re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key) for key in keys)


async def test_facets_count_bytes_and_name_people_who_exist(network: LoopbackBluesky) -> None:
    text = (
        "Für @mia.example.com & @nobody.example.com: ☕👨‍👩‍👧 cafe\u0301 #осень, (https://example.org/a?b=é). mail@mia.example.com"
        " (https://example.org/A_(b)), https://example.org/Конец…"
    )
    async with account(network) as (ours, _):
        await ours.publish(Outgoing("k1", text, language="de"))
    (record,) = network.records.values()
    told = [
        (text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(), *each["features"][0].values())
        for each in record["facets"]
    ]
    kind = "app.bsky.richtext.facet#"
    assert told == [
        ("@mia.example.com", f"{kind}mention", MIA),
        ("#осень", f"{kind}tag", "осень"),
        ("https://example.org/a?b=é", f"{kind}link", "https://example.org/a?b=é"),
        ("https://example.org/A_(b)", f"{kind}link", "https://example.org/A_(b)"),
        ("https://example.org/Конец", f"{kind}link", "https://example.org/Конец"),
    ]


@pytest.mark.parametrize(
    "text", ["", "#", "#1", "@a", "https://", "http://[", "@" * 300, "#\ud800 https://x/\ud800", "((((("]
)
def test_odd_text_has_no_broken_facets(text: str) -> None:
    told = facets(text, found_in(text), {})
    assert all(one["index"]["byteEnd"] <= other["index"]["byteStart"] for one, other in pairwise(told))


async def test_an_answer_stands_in_the_thread_it_answers(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, _):
        post = await ours.publish(Outgoing("k1", "The autumn blend is back"))
        first = await ours.reply(Answer("first", "Order: northwind.example.com", post.remote_id, post.remote_id))
        root = network.strong(post.remote_id)
        assert network.records[first.remote_id]["reply"] == {"root": root, "parent": root}
        asked = network.say("Decaf too?", reply={"root": root, "parent": network.strong(first.remote_id)})
        (item,) = (await ours.fetch("")).items[:1]
        assert (item.thread_id, item.parent_id, item.kind) == (post.remote_id, first.remote_id, "comment")
        said = await ours.reply(Answer("r1", "Decaf too.", asked))
        assert network.records[said.remote_id]["reply"] == {"root": root, "parent": network.strong(asked)}
        del network.records[asked]
        with pytest.raises(Rejected):
            await ours.reply(Answer("r2", "Hello?", asked))


async def test_whatever_was_missed_is_fetched_page_by_page(
    network: LoopbackBluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "BATCH", 4)
    async with account(network) as (ours, _):
        network.say("number zero")
        cursor, seen, more = (await ours.fetch("")).cursor, [], True
        for number in range(10):
            network.clock.advance(minutes=5)
            network.say(f"number {number}")
        while more:
            page = await ours.fetch(cursor)
            seen += [item.text for item in page.items]
            cursor, more = page.cursor, page.more
        assert sorted(seen) == [f"number {number}" for number in range(10)]  # the first is not told again
        assert (await ours.fetch(cursor)).items == ()
        gone = next(uri for uri, record in network.records.items() if record["text"] == "number 9")
        del network.records[gone]
        (item,) = (await ours.fetch(cursor)).items
        assert (item.remote_id, item.deleted) == (gone, True)


async def test_an_answer_under_our_post_is_hidden_and_shown_again(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, _):
        post = await ours.publish(Outgoing("k1", "The autumn blend is back"))
        root = network.strong(post.remote_id)
        rude = network.say("Boo", reply={"root": root, "parent": root})
        gate = post.remote_id.replace(POSTS, GATES)
        await ours.hide(rude)
        await ours.hide(rude)
        assert network.records[gate]["hiddenReplies"] == [rude]
        await ours.hide(rude, hidden=False)
        assert network.records[gate]["hiddenReplies"] == []
        with pytest.raises(Rejected):
            await ours.hide(network.say("Boo elsewhere"))


def film(folder: Path, size: tuple[int, int] = (1920, 1080), *, upright: bool = False) -> MediaFile:
    """Return a video as far as its header goes."""
    turn = b"\0\0\0\0" if upright else b"\0\1\0\0"
    header = b"tkhd" + bytes(40) + turn + bytes(32) + b"".join((side << 16).to_bytes(4) for side in size)
    path = folder / f"film-{upright}"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + b"tkhd" + bytes(84) + header)
    return MediaFile(path, "video/mp4", path.name, "Milk is poured")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at jobs come without a pause."""
    monkeypatch.setattr(bluesky_video, "PAUSES", (0, 0, 0))


@pytest.mark.usefixtures("hurried")
async def test_a_video_goes_out_when_the_service_has_made_it(network: LoopbackBluesky, tmp_path: Path) -> None:
    async with account(network) as (ours, kept):
        post = await ours.publish(Outgoing("k1", "Look", (film(tmp_path, upright=True),)))
        assert bluesky_video.JOBS in kept[1]
        assert not kept[-1][bluesky_video.JOBS], "it ended: the next post with this file asks anew"
        again = await ours.publish(Outgoing("k2", "Look again", (film(tmp_path, upright=True),)))
    embed = network.records[post.remote_id]["embed"]
    assert (embed["alt"], embed["aspectRatio"]) == ("Milk is poured", {"width": 1080, "height": 1920})
    assert embed["video"]["ref"]["$link"] in network.blobs
    assert network.records[again.remote_id]["embed"]["video"] == embed["video"], "the service knew the file"


@pytest.mark.usefixtures("hurried")
async def test_a_restart_goes_on_with_the_job_and_leaves_one_record(network: LoopbackBluesky, tmp_path: Path) -> None:
    network.works = 4
    post = Outgoing("k1", "Look", (film(tmp_path),))
    async with account(network) as (ours, kept):
        with pytest.raises(Unavailable):
            await ours.publish(post)
    async with account(network, **kept[-1]) as (again, _):
        network.next_public = TROUBLES["lost"]
        with pytest.raises(OutcomeUnknown):
            await again.publish(post)
        first = await again.find(post, network.clock())
        assert await again.publish(post) == first
    assert len(network.records) == 1
    assert network.called.count("app.bsky.video.uploadVideo") == 1


@pytest.mark.usefixtures("hurried")
async def test_what_the_service_does_not_take_is_told(network: LoopbackBluesky, tmp_path: Path) -> None:
    async with account(network) as (ours, _):
        network.uploads = {"canUpload": False, "remainingDailyVideos": 0, "message": "User has exceeded daily upload"}
        with pytest.raises(RateLimited):
            await ours.publish(Outgoing("k1", "Look", (film(tmp_path),)))
        network.uploads = {"canUpload": False, "error": "unconfirmed_email"}
        with pytest.raises(NeedsHuman):
            await ours.publish(Outgoing("k1", "Look", (film(tmp_path),)))
        network.uploads, network.failure = {"canUpload": True}, "encoding_failure"
        with pytest.raises(Rejected) as refused:
            await ours.publish(Outgoing("k1", "Look", (film(tmp_path),)))
        network.jobs.clear()
        network.failure = "generic_failure"
        with pytest.raises(Unavailable):
            await ours.publish(Outgoing("k1", "Look", (film(tmp_path),)))
    assert (refused.value.field, refused.value.reason) == ("media", "This is no video")
    assert network.records == {}


@pytest.mark.usefixtures("hurried")
async def test_a_job_that_the_service_forgot_is_begun_anew(network: LoopbackBluesky, tmp_path: Path) -> None:
    network.works = 3
    post = Outgoing("k1", "Look", (film(tmp_path),))
    async with account(network) as (ours, _):
        with pytest.raises(Unavailable):  # it goes on
            await ours.publish(post)
        network.jobs.clear()
        with pytest.raises(Unavailable):  # and is unknown
            await ours.publish(post)
        await ours.publish(post)
    assert network.called.count("app.bsky.video.uploadVideo") == 2


async def test_who_took_part_is_told_page_by_page(network: LoopbackBluesky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_audience, "CROWD", 2)
    async with account(network) as (ours, _):
        post = (await ours.publish(Outgoing("k1", "Like and win"))).remote_id
        network.likes[post], network.followers = 3, {MIA}
        root = network.strong(post)
        asked = network.say("Me!", reply={"root": root, "parent": root})
        network.say("And me", reply={"root": root, "parent": network.strong(asked)})
        network.say("Look", embed={"$type": "app.bsky.embed.record", "record": root})
        crowds = {}
        for deed in Deed:
            crowds[deed], cursor = [], ""
            while not crowds[deed] or cursor:
                crowd = await ours.participants(post, deed, cursor)
                crowds[deed] += crowd.people
                cursor = crowd.cursor
        assert [len(people) for people in crowds.values()] == [3, 2, 2]
        assert [each.text for each in (*crowds[Deed.REPOST], *crowds[Deed.COMMENT])] == ["", "Look", "Me!", "And me"]
        assert {each.user_id for people in crowds.values() for each in people} == {MIA}
        assert await ours.followers([MIA, "did:plc:nobody", "mia"]) == {MIA}
        assert (await ours.insights(date(2026, 11, 1), date(2026, 11, 25))).followers == 1


async def test_posts_elsewhere_are_found_and_figures_read(network: LoopbackBluesky) -> None:
    async with account(network) as (ours, _):
        network.say("northwind is fine")
        first = await ours.search("Northwind", "")
        network.clock.advance(minutes=10)
        network.say("northwind is better")
        second = await ours.search("Northwind", first.cursor)
        assert [page.items[0].text for page in (first, second)] == ["northwind is fine", "northwind is better"]
        post = await ours.publish(Outgoing("k1", "Autumn", link="https://example.org/autumn"))
        network.likes[post.remote_id] = 3
        assert await ours.metrics([post.remote_id, f"at://{HOME}/{POSTS}/gone"]) == {
            post.remote_id: Metrics(likes=3, comments=0, shares=0)
        }
    assert network.records[post.remote_id]["embed"]["external"]["uri"] == "https://example.org/autumn"
