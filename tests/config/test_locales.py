"""The Russian catalogue says everything that the code says, with the same places, and is compiled as it is written."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
RU = ROOT / "config" / "locales" / "ru" / "LC_MESSAGES" / "copydesk.po"
KEYWORDS: dict[str, Any] = {"t": None, "N_": None, "n": (1, 2)}
PLACE = re.compile(r"\{(\w*)[^}]*\}")


@pytest.fixture(scope="module")
def russian() -> Catalog:
    """The catalogue as it is written."""
    with RU.open("rb") as file:
        return read_po(file, locale="ru", domain="copydesk")


@pytest.fixture(scope="module")
def said() -> set[Any]:
    """Every message in the code and the pages: its words, or the pair of its plural forms."""
    return set(_said())


def _said() -> Iterator[Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    methods = [(pattern, each["method"]) for each in settings for pattern in each["pattern"]]
    for top in ("bot", "handlers", "smm", "connectors", "storage", "config"):
        mine = [
            (pattern.removeprefix(f"{top}/"), method) for pattern, method in methods if pattern.startswith(f"{top}/")
        ]
        for _, _, words, _, _ in extract_from_dir(ROOT / top, mine, keywords=KEYWORDS):
            yield words


def test_everything_is_said_in_russian(russian: Catalog, said: set[Any]) -> None:
    missing = [words for words in said if not _translated(russian.get(words if isinstance(words, str) else words[0]))]
    assert missing == [], "make messages, and fill in config/locales/ru/LC_MESSAGES/copydesk.po"


def test_nothing_is_left_over(russian: Catalog, said: set[Any]) -> None:
    known = {words if isinstance(words, str) else words[0] for words in said}
    assert [message.id for message in russian if message.id and _first(message) not in known] == []


def _translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return all(forms) and (not message.pluralizable or len(forms) == 3)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def test_the_places_are_the_same(russian: Catalog) -> None:
    assert [(message.id, string) for message in russian if message.id for string in _misplaced(message)] == []


def _misplaced(message: Message) -> list[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    places = set().union(*(PLACE.findall(each) for each in ids))
    return [
        each for each in strings if each and not _fits(places, set(PLACE.findall(each)), plural=message.pluralizable)
    ]


def _fits(places: set[str], given: set[str], *, plural: bool) -> bool:
    return given == places or (plural and given | {"count"} == places)


def test_the_compiled_catalogue_is_the_written_one(russian: Catalog) -> None:
    written = io.BytesIO()
    write_mo(written, russian)
    assert RU.with_suffix(".mo").read_bytes() == written.getvalue(), "make messages"
