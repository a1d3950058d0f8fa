"""Feeds: nothing twice, nothing lost, mended texts seen, and hostile feeds survived."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback_http import Asked, Said, loopback

from connectors.base import Outside
from connectors.rss import FIRST, LARGEST, NO_FEED, Cursor, Rss, news
from connectors.rss_reading import ENTRIES, parse
from smm.errors import Rejected, Unreadable, Unsupported

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def entry(number: int, text: str = "", guid: str | None = None, link: str | None = None) -> str:
    said = format_datetime(DAY + timedelta(hours=number), usegmt=True)
    guid = f"g{number}" if guid is None else guid
    link = f"https://blog.example/{number}" if link is None else link
    named = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    told = f"<link>{link}</link><pubDate>{said}</pubDate><description>{text or number}</description>"
    return f"<item><title>Entry {number}</title>{named}{told}</item>"


def feed(*entries: str, title: str = "Blog") -> bytes:
    return (
        f"<rss version='2.0'><channel><title>{title}</title><link>/</link>{''.join(entries)}</channel></rss>".encode()
    )


@asynccontextmanager
async def opened(*answers: bytes, path: str = "/feed") -> AsyncIterator[Rss]:
    queue = list(answers)
    async with loopback(lambda asked: Said(200, queue.pop(0) if len(queue) > 1 else queue[0])) as server:
        connector = Rss({"address": f"{server.url}{path}"}, Outside(inner_hosts=frozenset({"127.0.0.1"})))
        yield connector
        await connector.close()


async def read(*answers: bytes) -> list[list[str]]:
    """Return the titles that each fetch brings."""
    found, cursor = [], ""
    async with opened(*answers) as connector:
        for _ in answers:
            page = await connector.fetch(cursor)
            cursor = page.cursor
            found.append([item.text.split("\n")[0] for item in page.items])
    return found


async def test_a_review_whose_stars_were_changed_comes_again_and_one_that_was_not_does_not() -> None:
    def review(stars: int) -> bytes:
        return feed(entry(1).replace("</item>", f"<rating>{stars}</rating></item>"), entry(2))

    assert await read(review(2), review(2), review(5)) == [["Entry 1", "Entry 2"], [], ["Entry 1"]]


async def test_new_entries_come_once_and_in_order() -> None:
    first, second = feed(entry(2), entry(1)), feed(entry(3), entry(2), entry(1))
    assert await read(first, second, second) == [["Entry 1", "Entry 2"], ["Entry 3"], []]


async def test_the_first_look_is_short() -> None:
    (found,) = await read(feed(*(entry(number) for number in range(40, 0, -1))))
    assert found == [f"Entry {number}" for number in range(41 - FIRST, 41)]


@pytest.mark.parametrize(
    "again",
    [
        entry(1, guid="changed"),
        entry(1, link="https://blog.example/moved"),
        entry(1, guid=""),
    ],
)
async def test_a_changed_guid_or_link_brings_nothing_twice(again: str) -> None:
    assert (await read(feed(entry(1)), feed(again)))[1] == []


async def test_entries_that_share_a_link_are_told_apart() -> None:
    page = "https://blog.example/"
    first, second = feed(entry(1, link=page), entry(2, link=page)), feed(entry(3, link=page), entry(1, link=page))
    assert (await read(first, second))[1] == ["Entry 3"]


async def test_a_mended_text_comes_again_under_the_same_id() -> None:
    async with opened(feed(entry(1, "teh coffee")), feed(entry(1, "the coffee", guid="changed"))) as connector:
        first = await connector.fetch("")
        second = await connector.fetch(first.cursor)
    assert second.items[0].remote_id == first.items[0].remote_id
    assert second.items[0].edited_at is not None
    assert "the coffee" in second.items[0].text


async def test_validators_travel_back() -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> Said:
        asked.append(request)
        if "if-none-match" in request.headers:
            return Said(304)
        return Said(200, feed(entry(1)), {"etag": 'W/"1"', "last-modified": "Sun, 01 Nov 2026 01:00:00 GMT"})

    async with loopback(answer) as server:
        connector = Rss({"address": f"{server.url}/feed"}, Outside(inner_hosts=frozenset({"127.0.0.1"})))
        first = await connector.fetch("")
        second = await connector.fetch(first.cursor)
        await connector.close()
    assert asked[1].headers["if-none-match"] == 'W/"1"'
    assert asked[1].headers["if-modified-since"] == "Sun, 01 Nov 2026 01:00:00 GMT"
    assert (second.items, second.cursor) == ((), first.cursor)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">
]><rss version="2.0"><channel><title>&e;</title></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><title>&x;</title></channel></rss>"""


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        OUTSIDE,
        BOMB.decode().encode("utf-16"),
        b"",
        b"<html><body>no feed</body></html>",
        b"\x00" * 1000,
        b"/etc/passwd",
        b"http://127.0.0.1/feed",
    ],
)
async def test_what_is_no_feed_is_said_so(content: bytes) -> None:
    started = time.process_time()
    async with opened(content) as connector:
        with pytest.raises(Unreadable):
            await connector.check()
    assert time.process_time() - started < 5


async def test_a_feed_without_end_is_not_read_to_the_end() -> None:
    async with opened(b"<rss>" + b" " * (LARGEST + 1)) as connector:
        with pytest.raises(Unreadable):
            await connector.fetch("")


def test_a_large_feed_is_read_in_reasonable_time() -> None:
    content = feed(*(entry(number, "word " * 200) for number in range(500)))
    started = time.process_time()
    found = parse(content, "https://blog.example/feed")
    assert found is not None
    assert len(found.stories) == ENTRIES
    assert time.process_time() - started < 10


def test_markup_scripts_and_odd_links_are_gone() -> None:
    hostile = escape("<p>Hi<script>alert(1)</script> <img src=x onerror=alert(2)><b>there</b></p>")
    found = parse(
        feed(entry(1, hostile, link="javascript:alert(1)"), title="&lt;b&gt;Blog&lt;/b&gt;"),
        "https://blog.example/feed",
    )
    assert found is not None
    item = found.stories[0].item
    assert (found.title, item.text, item.link) == ("Blog", "Entry 1\n\nHi there", "")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_not(content: bytes) -> None:
    parse(b"<rss version='2.0'><channel><item><title>" + content, "https://blog.example/feed")


@given(st.text())
def test_any_cursor_begins_somewhere(cursor: str) -> None:
    assert Cursor.load(Cursor.load(cursor).dump()) == Cursor.load(cursor)


def test_what_was_seen_is_remembered_within_bounds() -> None:
    seen: dict[str, str] = {}
    for start in range(0, 600, 50):
        found = parse(feed(*(entry(number) for number in range(start, start + 50))), "https://blog.example/")
        assert found is not None
        _, seen = news(found.stories, Cursor.load(Cursor(seen=seen).dump()).seen)
    assert len(Cursor(seen=seen).dump()) < 30_000


async def test_each_search_remembers_what_it_found_by_itself() -> None:
    async with opened(feed(entry(1)), path="/find?q={words}") as connector:
        first = await connector.search("northwind", "")
        assert [item.text.split("\n")[0] for item in first.items] == ["Entry 1"]
        assert (await connector.search("northwind", first.cursor)).items == ()
        assert (await connector.search("river", "")).items == first.items


async def test_a_feed_is_read_and_a_search_is_asked() -> None:
    async with opened(feed(entry(1))) as connector, opened(feed(entry(1)), path="/find?q={words}") as search:
        with pytest.raises(Unsupported):
            await connector.search("northwind", "")
        with pytest.raises(Unsupported):
            await search.fetch("")


@pytest.mark.parametrize("words", ["a&key=b", "../../secret", "x#y", "кофе с молоком", "@evil.example/"])
async def test_words_of_a_search_stay_words(words: str) -> None:
    asked: list[Asked] = []

    def answer(one: Asked) -> Said:
        asked.append(one)
        return Said(200, feed(entry(1)))

    async with loopback(answer) as server:
        connector = Rss({"address": f"{server.url}/find?q={{words}}"}, Outside(inner_hosts=frozenset({"127.0.0.1"})))
        await connector.search(words, "")
        await connector.close()
    assert (asked[0].path, asked[0].params) == ("/find", [("q", words)])


@pytest.mark.parametrize(
    "address", ["", "blog.example/feed", "file:///etc/passwd", "http://", "https://{words}.example/"]
)
async def test_an_address_must_be_one(address: str) -> None:
    with pytest.raises(Rejected) as raised:
        await Rss({"address": address}, Outside()).check()
    assert raised.value.field == "address"


@pytest.mark.parametrize("status", [404, 410])
async def test_an_address_without_a_feed_is_said_so(status: int) -> None:
    async with loopback(lambda asked: Said(status, b"not here")) as server:
        connector = Rss({"address": f"{server.url}/feed"}, Outside(inner_hosts=frozenset({"127.0.0.1"})))
        with pytest.raises(Rejected) as raised:
            await connector.check()
        await connector.close()
    assert (raised.value.words, raised.value.field) == (NO_FEED, "address")
