"""A list without a cursor: each thing comes once, what was changed comes again, and a long past does not come at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.seen import FIRST, news
from smm.networks import Item, Kind

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def review(number: int, text: str = "Lovely", rating: int = 5) -> Item:
    said = NOON + timedelta(minutes=number)
    return Item(Kind.REVIEW, f"r{number}", "mia", "Mia", text, said, rating=rating)


def test_each_comes_once_and_again_when_words_or_stars_change() -> None:
    first, cursor = news([review(1), review(2)], "")
    assert [item.remote_id for item in first] == ["r1", "r2"]
    assert news([review(2), review(1)], cursor) == ((), cursor)
    mended, worse = review(1, "Less lovely"), review(2, rating=1)
    again, _ = news([worse, mended, review(3)], cursor)
    assert again == (
        replace(mended, edited_at=mended.said_at),
        replace(worse, edited_at=worse.said_at),
        review(3),
    )


@pytest.mark.parametrize("cursor", ["", "[]", "{", "7"])
def test_a_first_look_and_a_strange_cursor_bring_the_newest(cursor: str) -> None:
    items, _ = news([review(number) for number in range(90)], cursor)
    assert [item.remote_id for item in items] == [f"r{number}" for number in range(90 - FIRST, 90)]
