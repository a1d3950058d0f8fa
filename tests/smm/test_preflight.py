"""Preflight: each network's limits, in its own measure, told while writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from post_world import PostDesk, words_of

from handlers.card import Notice
from smm import declared, preflight
from smm.declared import Declared
from smm.networks import Can, Limits, Options, Poll, PostKind
from smm.versions import Content
from smm.versions import Media as Picture
from storage.accounts import Account
from storage.media import Media

LIMITS = Limits(
    text=30,
    media=2,
    media_bytes=1_000_000,
    source="https://example.org",
    text_with_media=20,
    url_length=5,
    text_required=True,
)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ACCOUNT = Account(1, 1, "small", "r", "Northwind", "", "", None, None, "", "ok", "", 0, None, None, None, NOW, None)


@pytest.fixture(autouse=True)
def small_network() -> Iterator[None]:
    """A network with small limits, and none of it left behind."""
    known = dict(declared._networks)
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), LIMITS))
    declared.declare(Declared("feed", "A feed", frozenset({Can.FETCH}), LIMITS))
    yield
    declared._networks.clear()
    declared._networks.update(known)


def _file(digest: str = "a", **changes: Any) -> Media:
    return replace(Media(digest, None, "image/png", 10, 1, 1, "pie.png", NOW), **changes)


def told(text: str = "Hello", *files: Media, account: Account = ACCOUNT, **parts: Any) -> list[str]:
    """Return what stands against a content, in words."""
    content = Content(text, (1,), media=tuple(Picture(file.digest) for file in files), **parts)
    found = preflight.check(account, content, {file.digest: file for file in files})
    return [problem.words.format(**problem.facts) for problem in found]


def test_bytes_and_characters_that_the_network_counts_and_bars() -> None:
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), replace(LIMITS, text_bytes=12, barred="<>")))
    assert told("Кофе и пирог") == [
        "Too long for Small: 22 of 12 bytes. Letters other than Latin ones take two or more."
    ]
    assert told("1 < 2") == ["Small takes no < in texts: take them out."]
    assert told("Coffee, pie") == []


def test_what_a_network_does_not_have_is_told() -> None:
    poll = Poll(("Light", "Dark", "Both"))
    assert told(options=Options(PostKind.STORY)) == ["Small takes no stories from programs."]
    assert told(options=Options(poll=poll)) == [
        "Small has no polls that programs can make: take away the poll, or the account."
    ]
    assert told(options=Options(warning="Coffee")) == ["Small has no content warnings: it goes out there without one."]
    assert told(options=Options(first_comment="First!")) == [
        "Small takes no first comment from programs: it will be missing there."
    ]
    able = replace(
        LIMITS,
        poll_choices=2,
        first_comment=True,
        warning=True,
        reply=5,
        kinds=(PostKind.POST, PostKind.STORY),
        media_required=True,
    )
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH, Can.REPLY}), able))
    everything = Options(PostKind.STORY, warning="Coffee", poll=poll, first_comment="First!")
    assert told(options=everything) == [
        "A poll on Small has at most 2 answers.",
        "The first comment is too long for Small: 6 of 5 characters.",
        "Small wants a picture or a video.",
        "A story on Small shows the file alone: text and first comment are missing there.",
    ]
    silent = replace(ACCOUNT, can=frozenset({Can.PUBLISH}))
    found = told(account=silent, options=Options(first_comment="1st!"))
    assert "Small takes no first comment from programs: it will be missing there." in found, "the key may not"


def test_a_story_or_reel_is_one_file_and_a_reel_a_video() -> None:
    every = replace(LIMITS, media=5, media_types=("image/png", "video/mp4"), kinds=tuple(PostKind), text_required=False)
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), every))
    film, picture = _file("f", mime="video/mp4"), _file()
    reel = Options(PostKind.REEL)
    assert told("Hi", film, options=reel) == told("", picture, options=Options(PostKind.STORY)) == []
    assert told("Hi", picture, options=reel) == ["A reel on Small is a video. Attach one, or choose another kind."]
    assert told("Hi", film, picture, options=reel) == ["A story or reel on Small is one picture or video. Leave one."]


def test_a_video_has_limits_of_its_own() -> None:
    video = replace(
        LIMITS, media_types=("image/png", "video/mp4"), video_bytes=5_000_000, video_seconds=60, text_required=False
    )
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), video))
    film = _file(mime="video/mp4", size=4_000_000, seconds=60, name="film.mp4")
    assert told("Hi", film) == []
    assert told("Hi", replace(film, seconds=61)) == [
        "film.mp4 is too long for Small: 61 seconds of 60. Attach a shorter one."
    ]
    assert "too big" in told("Hi", replace(film, size=5_000_001))[0]


def test_what_a_network_shows_alone_has_nothing_beside_it() -> None:
    alone = replace(LIMITS, media_types=("image/png", "video/mp4"), video_alone=True, poll_choices=2, poll_alone=True)
    declared.declare(Declared("small", "Small", frozenset({Can.PUBLISH}), replace(alone, poll_choice=5)))
    film = _file(mime="video/mp4")
    assert told("Hi", film) == []
    assert told("Hi", film, _file("b")) == ["Small shows a video alone: take away the video, or what is beside it."]
    assert told("Hi", _file(), options=Options(poll=Poll(("Light", "Dark")))) == [
        "Small shows nothing beside a poll: take away the poll, or what is attached."
    ]
    assert told("Hi", options=Options(poll=Poll(("Light", "Medium")))) == [
        "An answer of a poll on Small has at most 5 characters: “Medium” is longer."
    ]


def test_a_warning_that_counts_is_told_where_it_is_too_much() -> None:
    declared.declare(
        Declared("small", "Small", frozenset({Can.PUBLISH}), replace(LIMITS, warning=True, warning_counts=True))
    )
    assert told("x" * 24, options=Options(warning="Coffee")) == []
    assert told("x" * 25, options=Options(warning="Coffee")) == [
        "Too long for Small with its content warning: 31 of 30 characters. Take away 1."
    ]


def test_what_the_key_does_not_allow_is_told_with_its_reason() -> None:
    narrow = replace(ACCOUNT, can=["fetch"], cannot={"publish": "{network} gives that right to people alone."})
    assert told(account=narrow) == ["Small gives that right to people alone."]


def test_what_fits_is_fine() -> None:
    assert told("x" * 30) == []
    assert told("x" * 20, _file(), _file("b")) == []


def test_too_long_says_by_how_much() -> None:
    assert told("x" * 31) == ["Too long for Small: 31 of 30 characters. Take away 1."]


def test_less_fits_beside_a_picture() -> None:
    assert told("x" * 21, _file()) == [
        "Too long for Small with a picture: 21 of 20 characters. Take away 1, or the picture."
    ]


def test_links_count_as_the_network_counts_them() -> None:
    assert told(f"{'x' * 23}", link="https://example.org/a/very/long/address/indeed") == []
    assert told(f"{'x' * 24}", link="https://example.org/a/very/long/address/indeed") != []


def test_letters_in_two_pieces_count_once() -> None:
    assert told("e\u0301" * 30) == []


def test_nothing_to_say() -> None:
    assert told(" ") == ["There is nothing to publish on Small: write a text."]
    assert told("", _file()) == ["Small wants a text beside the pictures."]


def test_pictures_that_are_too_many_too_big_or_of_the_wrong_kind() -> None:
    files = [_file(name) for name in "abc"]
    assert told("Hi", *files) == ["Small takes at most 2 pictures; there are 3."]
    assert told("Hi", _file(size=1_600_000)) == [
        "pie.png is too big for Small: 1.6 MB of 1.0 MB. Attach a smaller one."
    ]
    assert told("Hi", _file(mime="image/gif")) == ["Small does not take pie.png: it is image/gif."]


def test_accounts_that_cannot_publish() -> None:
    assert told(account=replace(ACCOUNT, network="feed")) == ["A feed is read only: nothing can be published there."]
    assert told(account=replace(ACCOUNT, health="auth_expired")) == ["Small has to be reconnected first: /accounts"]


def test_limits_read_from_the_account_win() -> None:
    assert told("x" * 31, account=replace(ACCOUNT, limits={"text": 40})) == []


async def test_what_blocks_is_on_the_card_and_stops_the_sending(posting: PostDesk) -> None:
    await posting.add_account("Tiny", "small")
    await posting.desk.vera.says("/post " + "x" * 31)
    assert "✗ Too long for Small: 31 of 30 characters." in words_of(posting.desk.room("team").cards[-1])
    refused = await posting.desk.vera.presses("Send for approval")
    assert isinstance(refused, Notice)
    assert "Too long for Small" in refused.text


async def test_the_same_text_again_is_a_warning(posting: PostDesk) -> None:
    await posting.policy(mode="none")
    await posting.desk.vera.says("/post Fresh beans")
    await posting.desk.vera.presses("Publish now")
    await posting.tick()
    card = await posting.desk.vera.says("/post  fresh   BEANS")
    assert "! The same text went out on Demo within the last 30 days." in words_of(card)
