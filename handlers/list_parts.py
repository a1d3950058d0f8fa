"""How things stand in a list: the beginning of what they say, and buttons that say what they open."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.card import Button
from handlers.route import Words
from smm import versions
from smm.versions import Content

EXCERPT = 80
NAMED, BESIDE = 24, 2  # characters of a name on a button, buttons in a row: more of either cannot be read on a phone


def excerpt(text: str, most: int = EXCERPT) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def beginning(t: Words, content: Content, most: int = EXCERPT) -> str:
    """Return how a post begins, as one part of a line."""
    return begun(t, versions.words_for(content, min(content.accounts)), most)


def begun(t: Words, text: str, most: int = EXCERPT) -> str:
    """Return the beginning of a post's text; one without a text says so, for a line has no empty part."""
    return excerpt(text, most) or t("without text")


def button_name(number: int, words: str) -> str:
    """Return the name of a button that opens what a list shows: its number there and its first words."""
    return f"{number} · {excerpt(words, NAMED)}" if words.strip() else str(number)


def in_rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Return buttons with names in rows in which they can be read."""
    return tuple(tuple(buttons[start : start + BESIDE]) for start in range(0, len(buttons), BESIDE))
