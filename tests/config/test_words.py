"""Words, moments and lengths of time as a reader of each language sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from config.words import words
from smm.errors import Conflict

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("en", "Europe/Berlin", "Mon, 2 Mar 2026, 10:00 (Berlin, UTC+1)"),
        ("ru", "Europe/Berlin", "пн, 2 мар. 2026, 10:00 (Берлин, UTC+1)"),
        ("en", "America/New_York", "Mon, 2 Mar 2026, 04:00 (New York, UTC−5)"),
        ("en", "Asia/Kathmandu", "Mon, 2 Mar 2026, 14:45 (Kathmandu, UTC+5:45)"),
        ("en", "UTC", "Mon, 2 Mar 2026, 09:00 UTC"),
    ],
)
def test_a_moment_shows_the_local_time_its_place_and_its_distance(language: str, zone: str, shown: str) -> None:
    assert words(language).when(MOMENT, zone) == shown


@pytest.mark.parametrize(("language", "shown"), [("en", "2 Mar 2026"), ("ru", "2 мар. 2026")])
def test_a_date_is_written_as_people_write_it(language: str, shown: str) -> None:
    assert words(language).day(MOMENT.date()) == shown


def test_a_moment_in_summer_shows_summer_time() -> None:
    assert words("en").when(datetime(2026, 7, 1, 9, 0, tzinfo=UTC), "Europe/Berlin").endswith("11:00 (Berlin, UTC+2)")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0 s"), (40.9, "40 s"), (60, "1 min"), (3_599, "59 min"), (7_200, "2 h"), (86_400, "1 day"), (2e5, "2 days")],
)
def test_a_length_of_time_is_short(seconds: float, shown: str) -> None:
    assert words("en").ago(seconds) == shown


def test_places_are_filled_and_braces_in_facts_are_left_alone() -> None:
    t = words("en")
    assert t("Hello {name}", name="{evil} %s") == "Hello {evil} %s"
    assert t("50 % {off}") == "50 % {off}"
    assert t("") == ""


def test_a_plural_follows_the_count() -> None:
    t = words("en")
    assert [t.n("{count} comment", "{count} comments", count) for count in (0, 1, 2)] == [
        "0 comments",
        "1 comment",
        "2 comments",
    ]


@pytest.mark.parametrize(
    ("asked", "spoken"), [("ru-RU", "ru"), ("EN_us", "en"), ("de", "en"), ("", "en"), ("../x", "en")]
)
def test_a_language_that_we_do_not_speak_is_english(asked: str, spoken: str) -> None:
    assert words(asked).language == spoken
    assert words(asked) is words(asked)


def test_an_error_says_its_words_through_them() -> None:
    said = Conflict("{name} was first.", name="Anna").say(words("ru"))
    assert re.search("Anna", said)
