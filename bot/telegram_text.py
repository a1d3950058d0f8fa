"""Text as Telegram takes it: quoted and written as its HTML. What is common to all chats stands in chat_text.

Pure. What a card says and in which order is telegram_card's. Rules: https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.chat_text import APART, Stretch, unlinked

_COMMAND = re.compile(r"(?<![\w/<>])/(?=\w)")
_MOMENT = re.compile(r"</?tg-time[^<>]*>")


@dataclass(frozen=True, slots=True)
class Run(Stretch):
    """A stretch of clean text, and the tags around it from the outside in, each as opening and closing."""

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


def disarmed(text: str) -> str:
    """Keep a stranger's `@name` from calling somebody and their `/command` from being one tap away."""
    return _COMMAND.sub("/" + APART, unlinked(text))


def escape(text: str) -> str:
    """Quote every character that could begin or end markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


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


def html(runs: Iterable[Run]) -> str:
    """Write runs as Telegram's HTML."""
    return "".join(_write(run) for run in runs)


def _write(run: Run) -> str:
    before = "".join(opening for opening, _ in run.tags)
    after = "".join(closing for _, closing in reversed(run.tags))
    return before + escape(run.text) + after
