"""Without a language model: the brand's own words, and it says so."""

from __future__ import annotations

import pytest

from connectors.own_words import SOURCE, OwnWords
from smm.errors import WriterError
from smm.writing import Brief


def brief(purpose: str, *examples: str, topic: str = "", most: int = 500) -> Brief:
    return Brief(purpose, "en", "Northwind Coffee", "", topic, {"demo": most}, "Do you have oat milk?", examples)


async def test_an_answer_is_one_that_was_given_before_and_says_so() -> None:
    found = await OwnWords().suggest(
        brief("reply", "Yes, oat and soy.", "We open at 8.", "Yes, oat and soy.", "Sorry!", "More")
    )
    assert [one.text for one in found] == ["Yes, oat and soy.", "We open at 8.", "Sorry!"]
    assert {one.source for one in found} == {SOURCE}


async def test_a_post_takes_the_topic_and_the_close_of_a_past_one() -> None:
    found = await OwnWords().suggest(
        brief("post", "Summer is here!\n\nCome by, every day 8-18. #northwind", topic="Autumn menu")
    )
    assert found[0].text == "Autumn menu\n\nCome by, every day 8-18. #northwind"


async def test_variants_fit_the_network() -> None:
    found = await OwnWords().suggest(brief("reply", "A sentence of some length. " * 40, most=100))
    assert len(found[0].text) <= 100


async def test_nothing_to_build_from_names_the_next_step() -> None:
    with pytest.raises(WriterError, match="/templates"):
        await OwnWords().suggest(brief("reply", "  "))
