"""The Mastodon connector against an independent server of its kind, over real HTTP, with faults on the way."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fault_proxy import fault_proxy
from mastodon_world import account, pristine, say, statuses

from connectors import mastodon
from connectors.base import Outside
from connectors.mastodon import Mastodon
from smm.errors import AuthExpired, ConnectorError, OutcomeUnknown, RateLimited, Rejected, Unavailable
from smm.networks import Answer, Can, Item, Kind, MediaFile, Outgoing

if TYPE_CHECKING:
    from mastodon_mock.testing import MockServer

pytestmark = pytest.mark.xdist_group("mastodon")  # one server for all
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003860180"
    "5a34a5480000000049454e44ae426082"
)


@pytest.fixture
def instance() -> MockServer:
    """The server with nothing but its people."""
    return pristine()


def now() -> datetime:
    return datetime.now(UTC)


async def test_credentials_are_proven_and_limits_read(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        profile = await bob.check()
    assert profile.name == "Bob"
    assert profile.handle.startswith("bob@")
    assert profile.limits is not None
    assert profile.limits.text == 500
    assert profile.limits.url_length == 23


async def test_a_dead_token_asks_for_a_person(instance: MockServer) -> None:
    async with account(instance.base_url, token="stolen") as nobody:
        with pytest.raises(AuthExpired) as raised:
            await nobody.check()
    assert "stolen" not in str(raised.value)


async def test_mentions_arrive_once_and_in_order(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        first = await bob.fetch("")
        await say(instance, "alice_token", status="@bob do you have <oat> milk?")
        await say(instance, "carol_token", status="@bob and decaf?")
        second = await bob.fetch(first.cursor)
        third = await bob.fetch(second.cursor)
    assert [item.text for item in second.items] == ["@bob do you have <oat> milk?", "@bob and decaf?"]
    assert [item.author_name for item in second.items] == ["Alice", "Carol"]
    assert {item.kind for item in second.items} == {Kind.MENTION}
    assert third.items == ()


async def test_a_comment_on_our_post_knows_its_thread(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        post = await bob.publish(Outgoing("k1", "Autumn roast is here"))
        await say(instance, "alice_token", status="@bob lovely", in_reply_to_id=post.remote_id)
        (item,) = (await bob.fetch("")).items
    assert (item.kind, item.thread_id, item.parent_id) == (Kind.COMMENT, post.remote_id, post.remote_id)


async def test_many_mentions_come_page_by_page(instance: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon, "BATCH", 4)
    async with account(instance.base_url) as bob:
        await say(instance, "alice_token", status="@bob zero")
        cursor, seen = (await bob.fetch("")).cursor, []
        for number in range(10):
            await say(instance, "alice_token", status=f"@bob number {number}")
        more = True
        while more:
            page = await bob.fetch(cursor)
            seen += [item.text for item in page.items]
            cursor, more = page.cursor, page.more
    assert seen == [f"@bob number {number}" for number in range(10)]


async def test_edits_and_deletions_are_seen(instance: MockServer) -> None:
    kept = await say(instance, "alice_token", status="@bob opne today?")
    gone = await say(instance, "carol_token", status="@bob never mind")
    headers = {"authorization": "Bearer alice_token"}
    async with account(instance.base_url) as bob:
        first = await bob.fetch("")
        async with httpx.AsyncClient(
            base_url=instance.base_url, headers=headers, trust_env=False, verify=False
        ) as client:
            await client.put(f"/api/v1/statuses/{kept['id']}", json={"status": "@bob open today?"})
            await client.delete(f"/api/v1/statuses/{gone['id']}", headers={"authorization": "Bearer carol_token"})
        second = await bob.fetch(first.cursor)
        third = await bob.fetch(second.cursor)
    found = {item.remote_id: item for item in second.items}
    assert found[kept["id"]].text == "@bob open today?"
    assert found[kept["id"]].edited_at is not None
    assert found[gone["id"]].deleted
    assert third.items == ()


async def test_our_own_answers_given_elsewhere_are_seen(instance: MockServer) -> None:
    asked = await say(instance, "alice_token", status="@bob open today?")
    async with account(instance.base_url) as bob:
        first = await bob.fetch("")
        await say(instance, "bob_token", status="@alice yes!", in_reply_to_id=asked["id"])
        (item,) = (await bob.fetch(first.cursor)).items
    assert item.own
    assert item.parent_id == asked["id"]


async def test_the_same_key_is_the_same_post(instance: MockServer) -> None:
    post = Outgoing("k2", "Once only", link="https://example.org/autumn")
    async with account(instance.base_url) as bob:
        first, second = await bob.publish(post), await bob.publish(post)
    assert first == second
    assert len(await statuses(instance)) == 1


async def test_pictures_are_uploaded_with_their_words(instance: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "cup.png"
    path.write_bytes(PNG)
    post = Outgoing("k3", "A cup", (MediaFile(path, "image/png", "d", "A cup of coffee"),))
    async with account(instance.base_url) as bob:
        published = await bob.publish(post)
        found = await bob.find(post, now() - timedelta(minutes=1))
        bare = await bob.find(Outgoing("k3", "A cup"), now() - timedelta(minutes=1))
    (status,) = await statuses(instance)
    assert status["media_attachments"][0]["description"] == "A cup of coffee"
    assert found == published
    assert bare is None, "the text alone, without its picture, is another post"


async def test_a_lost_picture_is_said_before_anything_goes_out(instance: MockServer, tmp_path: Path) -> None:
    post = Outgoing("k4", "A cup", (MediaFile(tmp_path / "gone.png", "image/png", "d"),))
    async with account(instance.base_url) as bob:
        with pytest.raises(Rejected) as raised:
            await bob.publish(post)
    assert raised.value.field == "media"
    assert await statuses(instance) == []


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_an_answer_names_its_author_and_is_no_wider(instance: MockServer, visibility: str) -> None:
    asked = await say(instance, "alice_token", status="@bob hush", visibility=visibility)
    answer = Answer("r1", "We hear you", asked["id"])
    async with account(instance.base_url) as bob:
        sent = await bob.reply(answer)
        found = await bob.find_reply(answer, now() - timedelta(minutes=1))
    (status,) = await statuses(instance)
    assert status["visibility"] == visibility
    assert status["in_reply_to_id"] == asked["id"]
    assert "@" in status["content"]
    assert found == sent


async def test_an_answer_to_what_is_gone_is_refused(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        with pytest.raises(Rejected):
            await bob.reply(Answer("r2", "Hello?", "999999"))


async def test_a_post_can_be_taken_down(instance: MockServer) -> None:
    async with account(instance.base_url) as bob:
        post = await bob.publish(Outgoing("k5", "Too early"))
        await bob.delete(post.remote_id)
    assert await statuses(instance) == []


@pytest.mark.parametrize(
    "text", ["Plain", "Line one\nline two\n\npara", '<b>& "quotes"</b>', "Ünïcode ☕ 日本", "a  b   c"]
)
async def test_a_committed_post_whose_answer_was_lost_is_found(instance: MockServer, text: str) -> None:
    post = Outgoing("lost", text, link="https://example.org/a?b=1&c=2")
    async with fault_proxy(instance.port) as proxy, account(proxy.url) as bob:
        proxy.fault = "drop_answer"
        started = now()
        with pytest.raises(OutcomeUnknown):
            await bob.publish(post)
        assert proxy.answers > 0
        proxy.fault = "none"
        found = await bob.find(post, started)
        missing = await bob.find(Outgoing("other", "Something else"), started)
    (status,) = await statuses(instance)
    assert found is not None
    assert found.remote_id == status["id"]
    assert missing is None


async def test_a_committed_answer_whose_receipt_was_lost_is_found(instance: MockServer) -> None:
    asked = await say(instance, "alice_token", status="@bob open?")
    answer = Answer("r3", "Until eight, see you!", asked["id"])
    async with fault_proxy(instance.port) as proxy, account(proxy.url) as bob:
        started = now()
        assert await bob.find_reply(answer, started) is None
        spoilt = Spoil(bob, proxy)
        with pytest.raises(OutcomeUnknown):
            await spoilt.reply(answer)
        found = await bob.find_reply(answer, started)
    (status,) = await statuses(instance)
    assert found is not None
    assert found.remote_id == status["id"]


class Spoil:
    """Lets the reading before an answer through and drops what comes back from the answer itself."""

    def __init__(self, connector: Mastodon, proxy: Any) -> None:
        self._connector = connector
        self._proxy = proxy

    async def reply(self, answer: Answer) -> None:
        wire = self._connector._wire
        call = wire.call

        async def spoilt(method: str, path: str, **parts: Any) -> Any:
            if parts.get("effect"):
                await self._connector._wire._client._transport.aclose()
                self._proxy.fault = "drop_answer"
            try:
                return await call(method, path, **parts)
            finally:
                self._proxy.fault = "none"

        wire.call = spoilt  # type: ignore[method-assign]
        await self._connector.reply(answer)


@pytest.mark.parametrize(
    ("fault", "limit", "effect", "reading"),
    [
        ("reset", 0, OutcomeUnknown, Unavailable),
        ("cut", 60, OutcomeUnknown, Unavailable),
        ("delay", 60, OutcomeUnknown, Unavailable),
    ],
)
async def test_faults_on_the_way(
    instance: MockServer, fault: Any, limit: float, effect: type[ConnectorError], reading: type[ConnectorError]
) -> None:
    async with fault_proxy(instance.port) as proxy, account(proxy.url, patience=1 if fault == "delay" else 30) as bob:
        proxy.fault, proxy.limit = fault, limit
        with pytest.raises(effect):
            await bob.publish(Outgoing("k6", "Will it?"))
        with pytest.raises(reading):
            await bob.check()


async def test_nobody_there_is_surely_not_sent(instance: MockServer) -> None:
    async with fault_proxy(instance.port) as proxy:
        dead = proxy.url
    async with account(dead) as bob:
        with pytest.raises(Unavailable):
            await bob.publish(Outgoing("k7", "Hello"))


async def test_a_limit_says_how_long(instance: MockServer) -> None:
    with instance.fault(path="/api/v1/statuses", methods=["POST"], type="ratelimit"):
        async with account(instance.base_url) as bob:
            with pytest.raises(RateLimited) as raised:
                await bob.publish(Outgoing("k8", "Too fast"))
    assert raised.value.retry_after == timedelta(seconds=300)


async def test_too_long_is_refused_in_its_own_words(instance: MockServer) -> None:
    body = {"error": "Validation failed: Text character limit of 500 exceeded"}
    with instance.fault(path="/api/v1/statuses", methods=["POST"], status=422, body=body):
        async with account(instance.base_url) as bob:
            with pytest.raises(Rejected) as raised:
                await bob.publish(Outgoing("k9", "x" * 501))
    assert raised.value.field == "text"
    assert "limit of 500" in str(raised.value)


async def test_a_mention_wakes_the_stream(instance: MockServer) -> None:
    async with account(instance.base_url) as bob, aclosing(bob.stream()) as stream:  # type: ignore[type-var]
        await anext(stream)  # connected: whatever was missed can be fetched
        await say(instance, "alice_token", status="@bob are you there?")
        await anext(stream)
        items: tuple[Item, ...] = (await bob.fetch("")).items
    assert items[0].text == "@bob are you there?"


def test_a_connector_says_what_it_can() -> None:
    assert Can.HIDE not in Mastodon.can


@pytest.mark.parametrize(
    "address", ["http://mastodon.example", "ftp://mastodon.example", "https://", "javascript:alert(1)"]
)
async def test_tokens_travel_by_https_alone(address: str) -> None:
    stranger = Mastodon({"address": address, "token": "t"}, Outside())
    with pytest.raises(Rejected) as raised:
        await stranger.check()
    assert raised.value.field == "address"
