"""Text as Slack takes it: literal elements of rich text, plain-text objects, and a fallback line with its markup quoted.

Pure. What a card says and in which order is slack_card's. A rich text's text element is shown as it stands: nothing in it is
looked at for markup, links or `@here` (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). Only a fallback line
and a date are markup, where `&`, `<` and `>` begin it (https://docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote as percent

from bot.chat_text import Stretch, clean, cut, line, link, shorten, size, units, unlinked, visible
from handlers.card import Style

Block = dict[str, Any]

URL_LIMIT: Final = 3_000
PASSAGE_LIMIT: Final = 3_000  # of one rich text block; Slack names none, a section holds as much
MOMENT: Final = "{date_short_pretty} {time}"  # https://docs.slack.dev/reference/block-kit/block-elements/date-element
FALLBACK_LIMIT: Final = 4_000  # https://docs.slack.dev/reference/methods/chat.postMessage#truncating

_STYLES: Final[dict[Style, dict[str, bool]]] = {
    "plain": {},
    "bold": {"bold": True},
    "italic": {"italic": True},
    "strike": {"strike": True},
    "insert": {"bold": True, "underline": True},  # an older app draws no underline
    "delete": {"strike": True},
    "code": {"code": True},
}
_UNSAFE = re.compile(r'["<>\\^`{|}]')  # no part of an address as Slack checks it


@dataclass(frozen=True, slots=True)
class Run(Stretch):
    """A stretch of clean text in one style, perhaps a link or a moment; `quote` numbers its quote, 0 for our own words."""

    style: Style = "plain"
    href: str = ""
    at: datetime | None = None
    quote: int = 0


def escape(text: str) -> str:
    """Quote the three characters with which Slack's markup begins and ends."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(text: str) -> str:
    """Return words for notifications and screen readers: nobody is called by them and nothing in them is markup."""
    words = unlinked(text).strip()
    words = words if visible(words) else "…"
    whole = escape(shorten(words, FALLBACK_LIMIT))
    # Quoting makes at most five characters of one.
    return whole if units(whole) <= FALLBACK_LIMIT else escape(shorten(words, FALLBACK_LIMIT // 5))


def plain_text(text: str, limit: int, instead: str = "…") -> Block:
    """Return a plain-text object of one line, `instead` where there is nothing to see."""
    words = shorten(line(text), limit)
    return {"type": "plain_text", "text": words if visible(words) else instead, "emoji": True}


def address(href: str) -> str:
    """Return an address that Slack takes in a link or a button, empty for any other."""
    safe = _UNSAFE.sub(lambda found: percent(found[0]), link(href))
    return safe if units(safe) <= URL_LIMIT else ""


def date(moment: datetime) -> str:
    """Return markup that shows a moment as the viewer's own clock does, in UTC where it cannot."""
    instead = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{MOMENT}|{instead}>"


def rich_text(runs: Sequence[Run]) -> Iterator[Block]:
    """Write runs as rich text blocks, none over the limit: our own words in sections, somebody's in quotes."""
    elements: list[Block] = []
    room = PASSAGE_LIMIT
    for part in _parts(runs):
        if size(part) > room:
            yield {"type": "rich_text", "elements": elements}
            elements, room = [], PASSAGE_LIMIT
        kind = "rich_text_quote" if part[0].quote else "rich_text_section"
        elements.append({"type": kind, "elements": [_element(run) for run in part]})
        room -= size(part)
    if elements:
        yield {"type": "rich_text", "elements": elements}


def _parts(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Return the sections and quotes in order, each within the limit; the blank lines between them are Slack's own."""
    for _quote, found in groupby(runs, key=lambda run: run.quote):
        yield from _portions(_trimmed(list(found)))


def _trimmed(runs: list[Run]) -> list[Run]:
    while runs and not runs[0].text.strip("\n"):
        del runs[0]
    while runs and not runs[-1].text.strip("\n"):
        del runs[-1]
    return runs


def _portions(runs: Iterable[Run]) -> Iterator[list[Run]]:
    portion: list[Run] = []
    for run in runs:
        left = run
        while units(left.text) > PASSAGE_LIMIT - size(portion):
            head = cut(left.text, PASSAGE_LIMIT - size(portion))
            if head:
                portion.append(replace(left, text=head))
                left = replace(left, text=left.text[len(head) :])
            yield portion
            portion = []
        if left.text:
            portion.append(left)
    if portion:
        yield portion


def _element(run: Run) -> Block:
    drawn: Block = {"type": "text", "text": run.text}
    if run.href:
        drawn = {"type": "link", "url": run.href, "text": run.text}
    elif run.at is not None:
        drawn = {"type": "date", "timestamp": int(run.at.timestamp()), "format": MOMENT, "fallback": run.text}
    return drawn | ({"style": dict(style)} if (style := _STYLES[run.style]) else {})


def lines(text: str) -> str:
    """Return clean text of several lines without blank ends."""
    return clean(text).strip()
