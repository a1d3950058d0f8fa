"""Text on its way into any chat: cleaned, counted in UTF-16 units, cut before it is marked up.

Pure, and free of any platform's markup: telegram_text and slack_text write their own. Telegram counts UTF-16 code units
(https://core.telegram.org/api/entities#entity-length); Slack does not say, and there are never more characters than units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

# Controls but the line feed, lone surrogates, bidi overrides and isolates, invisible fillers, non-characters. Joiners stay:
# emoji and some scripts are written with them.
_UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
_BLANKS = re.compile(r"\n{3,}")
_AT = re.compile(r"(?<![\w@])@(?=\w)")
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u180e")
APART = "\u2060"  # a word joiner: nothing to see, and what follows is no mention or command any more
ELLIPSIS = "…"
MOST = 20_000  # characters looked at: many times what a message can show, and a megabyte costs no more
MARKS = {"plain": "", "good": "✅ ", "warn": "⚠️ ", "bad": "⛔ "}  # the tones of a card, where a chat has no colours


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of clean text; each platform adds how it is marked up, with nothing as the default."""

    text: str


AnyStretch = TypeVar("AnyStretch", bound=Stretch)


def clean(text: str) -> str:
    """Return text without what could disturb or deceive: controls, lone surrogates, bidi overrides."""
    unbroken = _BREAKS.sub("\n", text[:MOST]).replace("\t", " ")
    return _BLANKS.sub("\n\n", _UNWANTED.sub("", unbroken))


def line(text: str) -> str:
    """Return clean text on one line."""
    return " ".join(clean(text).split())


def unlinked(text: str) -> str:
    """Keep `@name` from calling somebody: it stays readable and is no mention any more."""
    return _AT.sub("@" + APART, text)


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` UTF-16 units; a character is never halved."""
    short = text.encode("utf-16-le", "surrogatepass")[: max(limit, 0) * 2].decode("utf-16-le", "ignore")
    return short if len(short) == len(text) else short.rstrip("\u200d\ufe0f")


def shorten(text: str, limit: int) -> str:
    """Return text within `limit` units, with an ellipsis where something was left out."""
    if 2 * len(text) <= limit or units(text) <= limit:
        return text
    return cut(text, limit - 1).rstrip() + ELLIPSIS


def link(href: str) -> str:
    """Return an address that may be opened from a chat, empty for anything but http and https."""
    address = "".join(clean(href).split())
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""


def visible(text: str) -> bool:
    """Say whether there is anything to see; chats refuse a text without."""
    return any(unicodedata.category(mark)[0] in "LNPS" and mark not in _UNSEEN for mark in text)


def size(runs: Iterable[Stretch]) -> int:
    """Count the units of runs."""
    return sum(units(run.text) for run in runs)


def plain(runs: Iterable[Stretch]) -> str:
    """Write runs without markup."""
    return "".join(run.text for run in runs)


def joined(parts: Iterable[Sequence[AnyStretch]], gap: AnyStretch) -> list[AnyStretch]:
    """Return the parts that are there with a gap between them."""
    runs: list[AnyStretch] = []
    for part in parts:
        if part:
            runs += [gap, *part] if runs else part
    return runs


def fit(runs: Sequence[AnyStretch], limit: int) -> list[AnyStretch]:
    """Return runs cut to `limit` units; a cut ends in an ellipsis and how many units were left out."""
    whole = size(runs)
    if whole <= limit:
        return list(runs)
    note = f"{ELLIPSIS} (+{whole - limit})"
    room = limit - units(note)
    kept: list[AnyStretch] = []
    for run in runs:
        part = cut(run.text, room)
        room -= units(part)
        kept.append(replace(run, text=part))
        if part != run.text:
            break
    return [*(run for run in kept if run.text), type(runs[0])(cut(note, limit))]
