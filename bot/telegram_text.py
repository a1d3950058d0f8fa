"""Text as Telegram takes it: cleaned, counted in UTF-16 units, cut before it is quoted, written as its HTML.

Pure. What a card says and in which order is telegram_card's. Rules: https://core.telegram.org/bots/api#html-style and
https://core.telegram.org/api/entities#entity-length (lengths are UTF-16 code units of the text after parsing).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

# Controls but the line feed, lone surrogates, bidi overrides and isolates, invisible fillers, non-characters. Joiners stay:
# emoji and some scripts are written with them.
_UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
_BLANKS = re.compile(r"\n{3,}")
_AT = re.compile(r"(?<![\w@])@(?=\w)")
_COMMAND = re.compile(r"(?<![\w/<>])/(?=\w)")
_MOMENT = re.compile(r"</?tg-time[^<>]*>")
_APART = "\u2060"  # a word joiner: nothing to see, and what follows is no mention or command any more
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u180e")
ELLIPSIS = "…"
MOST = 20_000  # characters looked at: many times what a message can show, and a megabyte costs no more


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of clean text, and the tags around it from the outside in, each as opening and closing."""

    text: str
    tags: tuple[tuple[str, str], ...] = ()


BOLD = ("<b>", "</b>")
ITALIC = ("<i>", "</i>")
STYLES: dict[str, tuple[tuple[str, str], ...]] = {
    "plain": (),
    "bold": (BOLD,),
    "italic": (ITALIC,),
    "strike": (("<s>", "</s>"),),
    "insert": (("<u>", "</u>"),),
    "delete": (("<s>", "</s>"),),
    "code": (("<code>", "</code>"),),
}


def clean(text: str) -> str:
    """Return text without what could disturb or deceive: controls, lone surrogates, bidi overrides."""
    unbroken = _BREAKS.sub("\n", text[:MOST]).replace("\t", " ")
    return _BLANKS.sub("\n\n", _UNWANTED.sub("", unbroken))


def line(text: str) -> str:
    """Return clean text on one line."""
    return " ".join(clean(text).split())


def unlinked(text: str) -> str:
    """Keep `@name` from calling somebody: it stays readable and is no mention any more."""
    return _AT.sub("@" + _APART, text)


def disarmed(text: str) -> str:
    """Keep a stranger's `@name` from calling somebody and their `/command` from being one tap away."""
    return _COMMAND.sub("/" + _APART, unlinked(text))


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


def escape(text: str) -> str:
    """Quote every character that could begin or end markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def link(href: str) -> str:
    """Return an address that may be opened from a chat, empty for anything but http and https."""
    address = "".join(clean(href).split())
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""


def anchor(href: str) -> tuple[str, str]:
    """Return the tags of a link to an address that `link` let through."""
    return (f'<a href="{escape(href)}">', "</a>")


def moment(at: datetime) -> tuple[str, str]:
    """Return the tags of a moment, which each reader sees on their own clock: weekday, date and time, in their language.

    https://core.telegram.org/bots/api#date-time-entity-formatting
    """
    return (f'<tg-time unix="{int(at.timestamp())}" format="wDt">', "</tg-time>")


def without_moments(written: str) -> str:
    """Return HTML of ours with the moments as plain words, for a server that does not know them."""
    return _MOMENT.sub("", written)


def size(runs: Iterable[Run]) -> int:
    """Count the units of runs."""
    return sum(units(run.text) for run in runs)


def fit(runs: Sequence[Run], limit: int) -> list[Run]:
    """Return runs cut to `limit` units; a cut ends in an ellipsis and how many units were left out."""
    whole = size(runs)
    if whole <= limit:
        return list(runs)
    note = f"{ELLIPSIS} (+{whole - limit})"
    room = limit - units(note)
    kept: list[Run] = []
    for run in runs:
        part = cut(run.text, room)
        room -= units(part)
        kept.append(Run(part, run.tags))
        if part != run.text:
            break
    return [*(run for run in kept if run.text), Run(cut(note, limit))]


def html(runs: Iterable[Run]) -> str:
    """Write runs as Telegram's HTML."""
    return "".join(_write(run) for run in runs)


def _write(run: Run) -> str:
    before = "".join(opening for opening, _ in run.tags)
    after = "".join(closing for _, closing in reversed(run.tags))
    return before + escape(run.text) + after


def plain(runs: Iterable[Run]) -> str:
    """Write runs without markup."""
    return "".join(run.text for run in runs)


def visible(text: str) -> bool:
    """Say whether there is anything to see; Telegram refuses a text without."""
    return any(unicodedata.category(mark)[0] in "LNPS" and mark not in _UNSEEN for mark in text)
