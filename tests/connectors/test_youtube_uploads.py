"""Videos over real HTTP: uploads that break off, whose answer is lost, or that YouTube keeps to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback_http import Said, loopback
from loopback_youtube import LoopbackYoutube

from connectors import youtube_uploads
from connectors.base import App, Outside
from connectors.youtube import Youtube
from smm.errors import ConnectorError, NeedsHuman, OutcomeUnknown, RateLimited, Rejected, Unavailable, Unreadable
from smm.networks import MediaFile, Options, Outgoing, Visibility

FILM = bytes(range(27))  # four pieces, the last one short
TRIED = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    monkeypatch.setattr(youtube_uploads, "PIECE", 8)
    (tmp_path / "film.mp4").write_bytes(FILM)
    file = MediaFile(tmp_path / "film.mp4", "video/mp4", "d")
    return Outgoing("k1", "From the tree to the cup", (file,), options=Options(title="Cup"))


@asynccontextmanager
async def starts(network: LoopbackYoutube) -> AsyncIterator[Callable[[], Youtube]]:
    """Serve YouTube; each call starts a program anew, with what an earlier one has kept."""
    kept: dict[str, str] = {"token": network.token, "refresh_token": network.refresh_token}
    opened: list[Youtube] = []

    async def keep(renewed: Mapping[str, str]) -> None:
        kept.update(renewed)

    async with loopback(network) as server:
        outside = Outside({"youtube": f"{server.url}/"}, apps={"youtube": App("desk", "shh")})

        def start() -> Youtube:
            opened.append(Youtube(dict(kept), outside, "northwind", keep))
            return opened[-1]

        try:
            yield start
        finally:
            for each in opened:
                await each.close()


def lost(do: Callable[[], Said]) -> Said:
    do()
    return Said(fault="reset")


def busy(do: Callable[[], Said]) -> Said:
    return Said(503)


@pytest.mark.parametrize("fault", [lost, busy])
async def test_what_broke_off_goes_on_where_it_stopped(
    film: Outgoing, fault: Callable[[Callable[[], Said]], Said]
) -> None:
    network = LoopbackYoutube(next_piece=fault)
    async with starts(network) as start:
        with pytest.raises(Unavailable):
            await start().publish(film)
        assert await start().find(film, TRIED) is None
        said = await start().publish(film)
        assert await start().publish(film) == said, "the same publication again is the same video"
    assert list(network.videos) == [said.remote_id]
    (session,) = network.sessions.values()
    assert session.arrived == FILM


async def test_an_answer_that_was_lost_is_asked_for_at_the_address(film: Outgoing) -> None:
    network = LoopbackYoutube(next_public=lost)
    async with starts(network) as start:
        with pytest.raises(OutcomeUnknown):
            await start().publish(film)
        found = await start().find(film, TRIED)
        network.sessions.clear()
        assert await start().find(film, TRIED) == found, "without the address it is found among the uploads"
        assert await start().find(film, datetime(2026, 11, 25, 11, tzinfo=UTC)) is None
    assert found is not None
    assert found.remote_id in network.videos


async def test_what_youtube_keeps_private_is_for_a_person_and_is_not_sent_again(film: Outgoing) -> None:
    network = LoopbackYoutube(audited=False)
    async with starts(network) as start:
        with pytest.raises(OutcomeUnknown):
            await start().publish(film)
        with pytest.raises(NeedsHuman):
            await start().find(film, TRIED)
        ours = Outgoing("k2", film.text, film.media, options=Options(title="Cup", visibility=Visibility.PRIVATE))
        await start().publish(ours)
    assert len(network.videos) == 2


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://youtube.googleapis.com/upload?upload_id=1", True),
        ("https://storage.googleapis.com/u", True),
        ("https://googleapis.com.evil.example/u", False),
        ("http://storage.googleapis.com/u", False),
        ("//evil.example/u", False),
        ("", False),
    ],
)
async def test_the_key_goes_to_googles_addresses_alone(address: str, fits: bool) -> None:
    assert Youtube({}, Outside())._is_google(address) is fits


@pytest.mark.parametrize(
    ("reason", "status", "means"),
    [
        ("quotaExceeded", 403, RateLimited),
        ("uploadLimitExceeded", 400, RateLimited),
        ("invalidTitle", 400, Rejected),
        ("insufficientPermissions", 403, NeedsHuman),
        ("backendError", 503, Unavailable),
    ],
)
async def test_each_refusal_says_what_to_do_next(
    film: Outgoing, reason: str, status: int, means: type[ConnectorError]
) -> None:
    told = Said.of({"error": {"message": "No", "errors": [{"reason": reason}]}}, status)
    network = LoopbackYoutube(next_piece=lambda do: told)
    async with starts(network) as start:
        with pytest.raises(means):
            await start().publish(film)
    assert network.videos == {}


async def test_a_video_that_makes_no_way_is_not_sent_for_ever(film: Outgoing) -> None:
    network = LoopbackYoutube(next_piece=lambda do: Said(308))
    async with starts(network) as start:
        with pytest.raises(Unreadable):
            await start().publish(film)
