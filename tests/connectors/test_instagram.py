"""A publication on Instagram is a container that goes out once, whatever happens between. Whole calls are in its fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from loopback_graph import APP_ID, APP_SECRET, FIRST_MEDIA, LoopbackGraph
from loopback_http import Asked, Said, loopback

from connectors import graph_underway
from connectors.base import App, Outside
from connectors.instagram import Instagram
from smm.errors import AuthExpired, OutcomeUnknown, Unavailable
from smm.networks import MediaFile, Outgoing, PostKind
from smm.networks.shapes import Options

CUP = MediaFile(Path("cup.jpg"), "image/jpeg", "d1", "A cup", "https://desk.example/public-media/cup.jpg")
POST = Outgoing("k1", "The autumn blend is back.", (CUP,))


class Slow(LoopbackGraph):
    """A Graph whose containers are not ready for some looks."""

    looks = 0

    def __call__(self, asked: Asked) -> Said:
        if asked.path.strip("/") in self.containers and self.looks:
            self.looks -= 1
            return Said.of({"id": asked.path.strip("/"), "status_code": "IN_PROGRESS"})
        return super().__call__(asked)


@asynccontextmanager
async def account(graph: LoopbackGraph, secrets: dict[str, str]) -> AsyncIterator[Instagram]:
    """Open the account; `secrets` are what the desk keeps, and stay when it is closed."""

    async def keep(renewed: Mapping[str, str]) -> None:
        secrets.update(renewed)

    async with loopback(graph) as server:
        outside = Outside(
            {"instagram": server.url}, frozenset({"127.0.0.1"}), apps={"instagram": App(APP_ID, APP_SECRET)}
        )
        connector = Instagram(dict(secrets), outside, "northwind", keep)
        try:
            yield connector
        finally:
            await connector.close()


def lose(graph: LoopbackGraph) -> None:
    def done(do: object) -> Said:
        assert callable(do)
        do()
        return Said(fault="reset")

    graph.next_public = done


def published(graph: LoopbackGraph) -> list[str]:
    return [each for each in graph.media if each != FIRST_MEDIA]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_underway, "PAUSE", [0.0])


async def test_after_a_lost_answer_and_a_restart_the_same_container_is_asked_about(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock), {"token": "page-key"}
    async with account(graph, secrets) as connector:
        lose(graph)
        with pytest.raises(OutcomeUnknown):
            await connector.publish(POST)
    async with account(graph, secrets) as connector:
        found = await connector.find(POST, clock.now)
        assert found is not None
        assert [found.remote_id] == published(graph)
    assert len(graph.containers) == 1


async def test_what_was_not_published_goes_out_as_the_same_container(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock), {"token": "page-key"}
    async with account(graph, secrets) as connector:
        graph.next_public = lambda do: Said(502)
        with pytest.raises(OutcomeUnknown):
            await connector.publish(POST)
    async with account(graph, secrets) as connector:
        assert await connector.find(POST, clock.now) is None
        await connector.publish(POST)
    assert len(graph.containers) == len(published(graph)) == 1


async def test_a_file_that_takes_long_is_looked_at_again_and_not_sent_again(clock: Clock) -> None:
    graph, secrets = Slow(clock), {"token": "page-key"}
    graph.looks = graph_underway.LOOKS
    async with account(graph, secrets) as connector:
        with pytest.raises(Unavailable):
            await connector.publish(POST)
        assert published(graph) == []
        await connector.publish(POST)
    assert len(graph.containers) == len(published(graph)) == 1


async def test_the_files_of_a_carousel_that_take_long_are_not_sent_again(clock: Clock) -> None:
    graph, secrets = Slow(clock), {"token": "page-key"}
    graph.looks = graph_underway.LOOKS
    cups = Outgoing("k1", "Two cups", (CUP, CUP))
    async with account(graph, secrets) as connector:
        with pytest.raises(Unavailable):
            await connector.publish(cups)
    async with account(graph, secrets) as connector:
        await connector.publish(cups)
    assert len(graph.containers) == 3
    assert len(published(graph)) == 1


async def test_two_at_once_keep_both_containers(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock), {"token": "page-key"}
    async with account(graph, secrets) as connector:
        await asyncio.gather(*(connector.publish(Outgoing(f"k{n}", f"Post {n}", (CUP,))) for n in range(4)))
    assert len(secrets["containers"].splitlines()) == 4
    assert len(published(graph)) == 4


async def test_two_stories_of_one_moment_are_not_taken_for_each_other(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock), {"token": "page-key"}
    story = Outgoing("k1", "", (CUP,), options=Options(kind=PostKind.STORY))
    async with account(graph, secrets) as connector:
        lose(graph)
        with pytest.raises(OutcomeUnknown):
            await connector.publish(story)
        await connector.publish(Outgoing("k2", "", (CUP,), options=Options(kind=PostKind.STORY)))
        with pytest.raises(Unavailable):
            await connector.find(story, clock.now)


async def test_an_accounts_own_key_is_renewed_once_before_it_ends_whoever_checks(clock: Clock) -> None:
    renewals = list[str]()

    class Own(LoopbackGraph):
        def _get_refresh_access_token(self, node: str, given: dict[str, str]) -> Any:
            renewals.append(given["access_token"])
            return super()._get_refresh_access_token(node, given)

    graph, soon = Own(clock, "own-key", own=True), datetime.now(UTC) + timedelta(days=20)
    secrets = {"token": "own-key", "login": "instagram", "expires_at": soon.isoformat()}
    async with account(graph, secrets) as connector:
        told = await asyncio.gather(*(connector.check() for _ in range(3)))
    assert renewals == ["own-key"]
    assert secrets["token"] == "own-key-lasting"
    assert all(each.expires_at and each.expires_at > soon + timedelta(days=30) for each in told)
    async with account(graph, secrets) as connector:
        assert (await connector.check()).expires_at == told[0].expires_at
    assert len(renewals) == 1


async def test_which_login_a_key_is_stands_beside_it_and_is_not_asked_again(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock, "own-key", own=True), {"token": "own-key"}
    async with account(graph, secrets) as connector:
        assert (await connector.check()).mode == "key of the account"
    assert secrets["login"] == "instagram"
    graph.token = "another"
    async with account(graph, secrets) as connector:
        with pytest.raises(AuthExpired):
            await connector.fetch("")


async def test_a_container_that_is_there_no_longer_is_looked_for_among_the_posts(clock: Clock) -> None:
    graph, secrets = LoopbackGraph(clock), {"token": "page-key"}
    async with account(graph, secrets) as connector:
        lose(graph)
        with pytest.raises(OutcomeUnknown):
            await connector.publish(POST)
        graph.containers.clear()
        found = await connector.find(POST, clock.now)
        assert found is not None
        assert [found.remote_id] == published(graph)


@pytest.mark.parametrize(
    ("app", "place", "right"),
    [
        ("instagram", "https://www.facebook.com/v25.0/dialog/oauth?", "instagram_content_publish"),
        ("instagram_login", "https://www.instagram.com/oauth/authorize?", "instagram_business_content_publish"),
    ],
)
def test_a_consent_goes_through_the_login_that_the_desk_has_an_app_for(app: str, place: str, right: str) -> None:
    outside = Outside(apps={app: App(APP_ID, APP_SECRET)})
    assert Instagram.consents(outside)
    address = Instagram({}, outside).consent("state", "challenge", "https://desk.example/s/me/connected")
    assert address.startswith(place)
    assert f"client_id={APP_ID}" in address
    assert f"%2C{right}%2C" in address
    assert APP_SECRET not in address
    assert not Instagram.consents(Outside())
