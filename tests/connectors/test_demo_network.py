"""The demo network: what was published stays published, people talk like people, and the page and API hold."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clocks import Clock
from demo_server import account, served

from connectors.demo_lines import COMMENTS, PEOPLE, POSTS
from connectors.demo_network import NORTHWIND, DemoNetwork, Entry, Person, Refusal
from connectors.demo_people import BACKLOG, PAUSE, People, furnish
from connectors.demo_pictures import draw, kind
from smm.errors import AuthExpired, Rejected
from smm.networks import Answer, Kind, MediaFile, Outgoing

ROOT = Path(__file__).parents[2]
MIA = Person("mia.k", "Mia K.")


@pytest.fixture
def network(clock: Clock) -> DemoNetwork:
    return DemoNetwork(clock=clock)


def test_the_same_key_is_the_same_post_and_answer(network: DemoNetwork) -> None:
    post = network.publish(NORTHWIND, "Hello", key="k1")
    assert network.publish(NORTHWIND, "Hello again", key="k1") == post
    comment = network.say(MIA, "Hi", post.id)
    answer = network.answer(NORTHWIND, comment.id, "Hi Mia", key="k2")
    assert network.answer(NORTHWIND, comment.id, "Hi Mia", key="k2") == answer
    assert [entry.text for entry in network.entries.values()] == ["Hello", "Hi", "Hi Mia"]


def test_changes_come_once_and_again_when_changed(network: DemoNetwork) -> None:
    post = network.publish(NORTHWIND, "Hello", key="k1")
    comment = network.say(MIA, "Hi", post.id)
    (first,), more = network.changes(0)
    assert (first.text, more) == ("Hi", False)
    assert network.changes(network.seq) == ([], False)
    network.edit(comment.id, "Hi!")
    (again,), _ = network.changes(first.seq)
    assert (again.text, again.edited_at is not None) == ("Hi!", True)
    network.delete(comment.id)
    (gone,), _ = network.changes(again.seq)
    assert (gone.text, gone.deleted) == ("", True)


def test_many_changes_come_in_pages(network: DemoNetwork) -> None:
    post = network.publish(NORTHWIND, "Hello")
    for number in range(7):
        network.say(MIA, str(number), post.id)
    seen, since, more = [], 0, True
    while more:
        page, more = network.changes(since, 3)
        seen += [entry.text for entry in page]
        since = page[-1].seq
    assert seen == list("0123456")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda network: network.publish(NORTHWIND, " "),
        lambda network: network.publish(NORTHWIND, "x" * 501),
        lambda network: network.answer(NORTHWIND, "999", "Hello?"),
        lambda network: network.say(MIA, "x" * 2001),
        lambda network: network.delete("999"),
        lambda network: network.hide(network.publish(NORTHWIND, "Ours").id),
        lambda network: network.delete(network.say(MIA, "Hers").id, "northwind"),
    ],
)
def test_the_network_says_no(network: DemoNetwork, wrong: Any) -> None:
    with pytest.raises(Refusal):
        wrong(network)


def test_a_restart_keeps_everything(tmp_path: Path, clock: Clock) -> None:
    journal = tmp_path / "network.jsonl"
    network = DemoNetwork(journal=journal, clock=clock)
    furnish(network)
    comment = network.say(MIA, "Hi", "000001")
    network.answer(NORTHWIND, comment.id, "Hi Mia", key="k2")
    network.edit(comment.id, "Hi!")
    network.pause(paused=True)
    again = DemoNetwork(journal=journal, clock=clock)
    assert again.entries == network.entries
    assert (again.seq, again.paused) == (network.seq, True)
    assert again.answer(NORTHWIND, comment.id, "Hi Mia", key="k2").text == "Hi Mia"
    assert len(again.entries) == len(network.entries)
    assert again.pictures.find(again.entries["000001"].pictures[0].digest)


def test_a_torn_line_is_as_if_it_was_never_said(tmp_path: Path, clock: Clock) -> None:
    journal = tmp_path / "network.jsonl"
    network = DemoNetwork(journal=journal, clock=clock)
    network.publish(NORTHWIND, "Kept", key="k1")
    whole = journal.read_bytes()
    network.publish(NORTHWIND, "Torn", key="k2")
    torn = journal.read_bytes()
    journal.write_bytes(torn[: len(whole) + 40])
    again = DemoNetwork(journal=journal, clock=clock)
    assert [entry.text for entry in again.entries.values()] == ["Kept"]
    assert again.publish(NORTHWIND, "Torn", key="k2").id == "000002"
    assert len(DemoNetwork(journal=journal, clock=clock).entries) == 2


async def test_a_killed_process_keeps_what_it_answered(tmp_path: Path) -> None:
    journal, port = tmp_path / "network.jsonl", free_port()
    command = [
        sys.executable,
        "-m",
        "bot.web.demo_network",
        "--port",
        str(port),
        "--journal",
        str(journal),
        "--no-talk",
    ]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        async with account(f"http://127.0.0.1:{port}/network/") as brand:
            published = await until_up(brand)
    finally:
        process.kill()
        await process.wait()
    again = DemoNetwork(journal=journal)
    found = again.find(NORTHWIND, "k1")
    assert found is not None
    assert found.id == published.remote_id


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_up(brand: Any) -> Any:
    from smm.errors import Unavailable

    for _ in range(1000):
        try:
            return await brand.publish(Outgoing("k1", "Before the kill"))
        except Unavailable:
            await asyncio.sleep(0.02)
    raise AssertionError("the network did not come up")


async def test_the_whole_loop_over_http(network: DemoNetwork, tmp_path: Path) -> None:
    picture = tmp_path / "cup.jpg"
    picture.write_bytes(draw("cup"))
    async with served(network) as url, account(url) as brand:
        profile = await brand.check()
        assert (profile.remote_id, profile.name) == ("northwind", "Northwind Coffee")
        media = (MediaFile(picture, "image/jpeg", "d", "A cup"),)
        post = await brand.publish(Outgoing("k1", "Look", media, link="https://example.org/a"))
        entry = network.entries[post.remote_id]
        assert (entry.text, entry.pictures[0].alt) == ("Look\n\nhttps://example.org/a", "A cup")
        comment = network.say(MIA, "Nice!", post.remote_id)
        (item,) = (await brand.fetch("0")).items
        assert (item.kind, item.author_name, item.thread_id) == (Kind.COMMENT, "Mia K.", post.remote_id)
        answer = Answer("k2", "Thank you!", comment.id, post.remote_id, "mia.k")
        sent = await brand.reply(answer)
        assert await brand.find_reply(answer, datetime.now(UTC)) == sent
        await brand.hide(comment.id)
        await brand.delete(post.remote_id)
        assert network.entries[comment.id].hidden
        assert network.entries[post.remote_id].deleted
        async with httpx.AsyncClient(trust_env=False) as client:
            shown = await client.get(f"{url}media/{entry.pictures[0].digest}")
        assert kind(shown.content) == shown.headers["content-type"] == "image/jpeg"


async def test_a_change_wakes_the_stream(network: DemoNetwork) -> None:
    async with served(network) as url, account(url) as brand, aclosing(brand.stream()) as stream:  # type: ignore[type-var]
        await anext(stream)
        started = datetime.now(UTC)
        network.say(MIA, "Anybody there?")
        await anext(stream)
        assert datetime.now(UTC) - started < timedelta(seconds=1)


async def test_nobody_else_speaks_for_the_brand(network: DemoNetwork) -> None:
    async with served(network) as url, account(url, token="guess") as stranger:
        with pytest.raises(AuthExpired):
            await stranger.publish(Outgoing("k", "I am not Northwind"))
    assert network.entries == {}


async def test_strange_files_are_no_pictures(network: DemoNetwork, tmp_path: Path) -> None:
    file = tmp_path / "page.jpg"
    file.write_bytes(b"<html><script>alert(1)</script></html>")
    async with served(network) as url, account(url) as brand:
        with pytest.raises(Rejected):
            await brand.publish(Outgoing("k", "Look", (MediaFile(file, "image/jpeg", "d"),)))
    assert network.entries == {}


async def test_visitors_join_in_from_the_page(network: DemoNetwork) -> None:
    post = network.publish(NORTHWIND, "Hello")
    async with served(network) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        page = await client.get("", headers={"accept-language": "ru-RU,ru;q=0.9"})
        assert "Демо-сеть" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        for name in ("page.css", "page.js", "streams.js"):
            assert (await client.get(f"page/{name}")).status_code == 200
        said = {"name": "<b>Eve</b>", "text": "<script>alert(1)</script>", "parent_id": post.id}
        assert (await client.post("say", json=said)).status_code == 200
        (thread,) = (await client.get("feed")).json()["threads"]
        assert thread["comments"][0]["text"] == "<script>alert(1)</script>"
        assert (await client.post("say", data=said)).status_code in {415, 422}
        assert (await client.post("say", json={"text": "x" * 2001})).status_code == 422
        assert (await client.post("pause", json={"paused": True})).json() == {"paused": True}
        assert (await client.get("page/../demo_page.py")).status_code == 404
        assert (await client.get("media/..%2f..%2fetc%2fpasswd")).status_code == 404
    assert network.paused


class Speaking:
    """People whose clock is the test's: each pause moves it."""

    def __init__(self, clock: Clock, seed: int = 2011, language: str = "en") -> None:
        self.clock = clock
        self.network = DemoNetwork(clock=clock)
        self.pauses: list[float] = []
        self.people = People(self.network, language, seed, self.sleep)
        self.rounds = 0
        self.spoke: list[tuple[float, Entry]] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds=seconds)
        if len(self.pauses) > self.rounds:
            raise asyncio.CancelledError

    async def run(self, rounds: int) -> list[Entry]:
        self.rounds = rounds
        with pytest.raises(asyncio.CancelledError):
            await self.people.run()
        return [entry for entry in self.network.entries.values() if entry.mood]


async def test_the_first_comment_comes_within_two_seconds_and_then_without_hurry(clock: Clock) -> None:
    people = Speaking(clock)
    started = clock.now
    said = await people.run(20)
    assert (said[0].at - started).total_seconds() <= 2
    assert all(PAUSE[0] <= pause <= PAUSE[1] for pause in people.pauses[1:])
    assert (PAUSE[0], PAUSE[1]) == (10, 25)


async def test_nobody_floods_a_desk_that_does_not_answer(clock: Clock) -> None:
    people = Speaking(clock)
    await people.run(20)
    assert len(people.people.backlog()) <= BACKLOG


def answer_all(people: People) -> None:
    for waiting in people.backlog():
        people.network.answer(NORTHWIND, waiting.id, "Yes!")


def test_everything_that_brands_hear_is_said(clock: Clock) -> None:
    network = DemoNetwork(clock=clock)
    furnish(network)
    people = People(network)
    for _ in range(120):
        clock.advance(seconds=15)
        people.step()
        if len(people.backlog()) >= BACKLOG - 1:
            answer_all(people)
    said = [entry for entry in network.entries.values() if entry.mood]
    assert {entry.mood for entry in said} == {"question", "praise", "complaint", "spam", "mention", "foreign", "thanks"}
    assert {entry.language for entry in said} == {"en", "ru"}
    assert any(entry.edited_at for entry in said)
    assert any(entry.deleted for entry in said)


def test_the_same_seed_says_the_same(clock: Clock) -> None:
    def hear(seed: int) -> list[str]:
        network = DemoNetwork(clock=clock)
        furnish(network)
        people = People(network, seed=seed)
        for _ in range(5):
            people.step()
        return [entry.text for entry in network.entries.values()]

    assert hear(1) == hear(1)
    assert hear(1) != hear(2)


async def test_people_are_quiet_while_paused(clock: Clock) -> None:
    people = Speaking(clock)
    people.network.pause(paused=True)
    assert await people.run(10) == []


def test_both_languages_have_lines_for_everything() -> None:
    assert COMMENTS["en"].keys() == COMMENTS["ru"].keys()
    assert all(COMMENTS[language][mood] for language in COMMENTS for mood in COMMENTS[language])
    assert len(POSTS["en"]) == len(POSTS["ru"]) == 3
    handles = [handle for language in PEOPLE for handle, _ in PEOPLE[language]]
    assert len(handles) == len(set(handles))
