"""A video or a story of a Page goes out once, whatever happens between; a long upload goes on. Whole calls are in its fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from clocks import Clock
from loopback_graph import APP_ID, APP_SECRET, FIRST_POST, LoopbackGraph, Refusal
from loopback_graph_videos import LoopbackVideos
from loopback_http import Asked, Said, loopback

from connectors import facebook_videos, graph_underway
from connectors.base import App, Outside
from connectors.facebook import Facebook
from smm.errors import OutcomeUnknown, Unavailable
from smm.networks import MediaFile, Outgoing, PostKind
from smm.networks.shapes import Options

ADDRESS = "https://desk.example/public-media/roast.mp4"
CONTENT = bytes(range(256)) * 10
KINDS = (PostKind.POST, PostKind.REEL, PostKind.STORY)


@asynccontextmanager
async def account(graph: LoopbackGraph, secrets: dict[str, str]) -> AsyncIterator[Facebook]:
    """Open the Page; `secrets` are what the desk keeps, and stay when it is closed."""

    async def keep(renewed: Mapping[str, str]) -> None:
        secrets.update(renewed)

    async with loopback(graph) as server:
        outside = Outside(
            {"facebook": server.url}, frozenset({"127.0.0.1"}), apps={"facebook": App(APP_ID, APP_SECRET)}
        )
        connector = Facebook(dict(secrets), outside, "northwind", keep)
        try:
            yield connector
        finally:
            await connector.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "roast"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_underway, "PAUSE", [0.0])


def video(film: Path, kind: PostKind, url: str = "") -> Outgoing:
    return Outgoing("k1", "How we roast", (MediaFile(film, "video/mp4", "d1", url=url),), options=Options(kind=kind))


def published(graph: LoopbackVideos) -> list[str]:
    return [*(each for each in graph.posts if each != FIRST_POST), *graph.stories]


class Failing(LoopbackVideos):
    """A Graph that does the `at`th call that changes something, if it `does`, and loses its answer."""

    at, does, calls = 0, True, 0

    def __call__(self, asked: Asked) -> Said:
        if asked.method == "POST":
            self.calls += 1
            if self.calls == self.at:
                if self.does:
                    self._answer(asked)
                return Said(fault="reset")
        return super().__call__(asked)


@pytest.mark.parametrize("does", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_is_lost_on_the_way_it_goes_out_once(
    clock: Clock, film: Path, kind: PostKind, at: int, does: bool
) -> None:
    graph, secrets, post = Failing(clock), {"token": "page-key"}, video(film, kind)
    graph.at, graph.does = at, does
    found = None
    for _ in range(3):  # each time a process that knows what was kept alone
        async with account(graph, secrets) as connector:
            try:
                found = found or await connector.find(post, clock.now)
                found = found or await connector.publish(post)
            except (OutcomeUnknown, Unavailable):
                continue
    assert found is not None
    assert len(published(graph)) == 1
    assert published(graph)[0].rpartition("_")[2] in found.remote_id


async def test_a_long_upload_goes_on_where_it_stopped(
    clock: Clock, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, secrets, post = LoopbackVideos(clock), {"token": "page-key"}, video(film, PostKind.POST)
    monkeypatch.setattr(facebook_videos, "BUDGET", -1.0)
    async with account(graph, secrets) as connector:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await connector.publish(post)
        assert published(graph) == []
        await connector.publish(post)
    (sent,) = graph.videos.values()
    assert sent.content == CONTENT
    assert len(published(graph)) == 1


async def test_a_reel_is_fetched_from_our_address_where_there_is_one_and_sent_where_there_is_none(
    clock: Clock, film: Path
) -> None:
    graph = LoopbackVideos(clock)
    async with account(graph, {"token": "page-key"}) as connector:
        await connector.publish(video(film, PostKind.REEL, ADDRESS))
        await connector.publish(
            Outgoing("k2", "", video(film, PostKind.REEL).media, options=Options(kind=PostKind.REEL))
        )
    fetched, sent = graph.videos.values()
    assert (fetched.url, fetched.content) == (ADDRESS, b"")
    assert (sent.url, sent.content) == ("", CONTENT)


async def test_a_video_that_takes_long_is_waited_for_and_not_sent_again(clock: Clock, film: Path) -> None:
    graph, secrets, post = LoopbackVideos(clock), {"token": "page-key"}, video(film, PostKind.REEL, ADDRESS)

    class Slow(LoopbackVideos):
        def _upload_whole(self, asked: Asked) -> Said:
            said = super()._upload_whole(asked)
            self.videos[asked.path.rpartition("/")[2]].fetched = False
            return said

    graph = Slow(clock)
    async with account(graph, secrets) as connector:
        with pytest.raises(Unavailable):
            await connector.publish(post)
        (under_way,) = graph.videos.values()
        under_way.fetched = True
        await connector.publish(post)
    assert len(graph.videos) == len(published(graph)) == 1


@pytest.mark.parametrize("shows", [True, False], ids=["archive", "no archive"])
async def test_a_picture_is_one_story_and_is_not_called_missing_where_stories_are_not_shown(
    clock: Clock, film: Path, shows: bool
) -> None:
    graph, secrets = Failing(clock, shows_stories=shows), {"token": "page-key"}
    graph.at = 2
    post = Outgoing("k1", "", (MediaFile(film, "image/png", "d1"),), options=Options(kind=PostKind.STORY))
    async with account(graph, secrets) as connector:
        with pytest.raises(OutcomeUnknown):
            await connector.publish(post)
    async with account(graph, secrets) as connector:
        if shows:
            found = await connector.find(post, clock.now)
            assert found is not None
            assert found.remote_id == f"story:{published(graph)[0]}"
        else:
            with pytest.raises(Unavailable):
                await connector.find(post, clock.now)
    assert len(published(graph)) == 1


async def test_what_a_try_before_has_published_is_not_called_refused(clock: Clock, film: Path) -> None:
    class Strict(LoopbackVideos):
        """Lets nobody publish a video a second time, and tells late that it was published."""

        hidden = False

        def _publish_video(self, video_id: str, given: dict[str, str]) -> Any:
            if self.videos[video_id].post_id:
                self.hidden = False
                raise Refusal(100, "This video was published already")
            return super()._publish_video(video_id, given)

        def _get_node(self, node: str, given: dict[str, str]) -> Any:
            told = super()._get_node(node, given)
            if self.hidden and node in self.videos:
                told["status"]["publishing_phase"] = {"status": "not_started"}
            return told

    graph, secrets, post = Strict(clock), {"token": "page-key"}, video(film, PostKind.REEL, ADDRESS)
    async with account(graph, secrets) as connector:
        await connector.publish(post)
        graph.hidden = True
        found = await connector.publish(post)
    assert found.remote_id.rpartition("_")[2] == published(graph)[0].rpartition("_")[2]
    assert len(published(graph)) == 1
