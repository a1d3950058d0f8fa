"""How well language and tone are read, on sentences that were not learnt from: the quality that the README states."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.labels import EXAMPLES, Labels, usable
from smm.labels import URGENT
from smm.reading import Reading

SENTENCES = Path(__file__).parent / "tone.tsv"
LEAST_TONE = {"en": 0.86, "ru": 0.83}  # of 30 each; measured 0.90 and 0.87
LEAST_LANGUAGE = 0.95
pytestmark = [
    pytest.mark.skipif(not usable(), reason="the model is for Linux on x86-64"),
    pytest.mark.xdist_group("labels"),
]


def rows(path: Path) -> list[tuple[str, str, str]]:
    """Return the (tone, language, text) of a file."""
    found = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [(tone, language, text) for tone, language, text in found]


@pytest.fixture(scope="module")
def reader() -> Labels:
    return Labels()


@pytest.fixture(scope="module")
def readings(reader: Labels) -> list[tuple[str, str, Reading]]:
    """How each sentence should read, and how it does."""
    return [(tone, language, reader.reading(text)) for tone, language, text in rows(SENTENCES)]


def test_nothing_is_measured_on_what_was_learnt() -> None:
    assert not {text for _tone, _language, text in rows(SENTENCES)} & {text for *_, text in rows(EXAMPLES)}


@pytest.mark.parametrize("language", sorted(LEAST_TONE))
def test_the_tone_is_read_as_well_as_we_say(readings: list[tuple[str, str, Reading]], language: str) -> None:
    right = [reading.tone == tone for tone, of, reading in readings if of == language]
    assert len(right) == 30
    assert sum(right) / len(right) >= LEAST_TONE[language]


def test_hardly_anything_friendly_breaks_the_quiet_hours(readings: list[tuple[str, str, Reading]]) -> None:
    alarms = [tone for tone, _language, reading in readings if reading.tone == "bad" and reading.sure >= URGENT]
    assert alarms.count("good") <= 1
    assert len(alarms) >= 10


def test_the_language_is_read_as_well_as_we_say(readings: list[tuple[str, str, Reading]]) -> None:
    right = [reading.language == language for _tone, language, reading in readings]
    assert sum(right) / len(right) >= LEAST_LANGUAGE


async def test_what_cannot_be_told_is_not_told(reader: Labels) -> None:
    emoji, nothing, short, long = await reader.read(["😀😀😀", "", "ok", "terrible " * 10_000])
    assert emoji == nothing == Reading("", "", 0.0)
    assert short.language == ""
    assert long.tone == "bad"
