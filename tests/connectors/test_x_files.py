"""Videos on X over real HTTP: sent in pieces, waited for, sent once. Single calls are in the fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from clocks import Clock
from loopback_http import loopback
from loopback_x import LoopbackX

from connectors import x_files
from connectors.base import App, Outside
from connectors.x import X
from smm.errors import Rejected, Unavailable
from smm.networks import MediaFile, Outgoing

FILM = bytes(range(27))  # four pieces, the last one short


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    monkeypatch.setattr(x_files, "PIECE", 8)
    monkeypatch.setattr(x_files, "PAUSES", [0.0, 0.0])
    (tmp_path / "film.mp4").write_bytes(FILM)
    return Outgoing("k1", "From the tree to the cup", (MediaFile(tmp_path / "film.mp4", "video/mp4", "d1"),))


@asynccontextmanager
async def account(network: LoopbackX) -> AsyncIterator[tuple[X, Mapping[str, str]]]:
    kept: dict[str, str] = {"refresh_token": network.refresh_token}

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.clear()
        kept.update(renewed)

    async with loopback(network) as server:
        opened = X(dict(kept), Outside({"x": f"{server.url}/"}, apps={"x": App("desk", "app-secret")}), "", keep)
        try:
            yield opened, kept
        finally:
            await opened.close()


async def test_a_video_is_sent_in_pieces_and_shown_when_it_is_made(clock: Clock, film: Outgoing) -> None:
    network = LoopbackX(clock, working=3)
    async with account(network) as (opened, kept):
        said = await opened.publish(film)
        assert not kept.get("films"), "a video that was shown is let go of"
    (sent,) = network.films.values()
    assert sent.arrived == FILM
    assert network.posts[said.remote_id]["attachments"] == {"media_keys": ["3_0"]}


async def test_one_that_takes_long_is_waited_for_by_the_next_try_and_not_sent_again(
    clock: Clock, film: Outgoing
) -> None:
    network = LoopbackX(clock, working=10)
    async with account(network) as (opened, _):
        with pytest.raises(Unavailable):
            await opened.publish(film)
        assert network.posts == {}
        await opened.publish(film)
    assert len(network.films) == len(network.posts) == 1


async def test_one_that_cannot_be_made_says_why_and_is_sent_anew_when_tried_again(clock: Clock, film: Outgoing) -> None:
    network = LoopbackX(clock, fails="Unsupported codec")
    async with account(network) as (opened, _):
        with pytest.raises(Rejected) as raised:
            await opened.publish(film)
        network.fails = ""
        await opened.publish(film)
    assert raised.value.reason == "Unsupported codec"
    assert len(network.films) == 2
