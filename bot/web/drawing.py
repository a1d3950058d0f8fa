"""Drawing: from rows to what the templates show. Reads nothing and decides nothing about access.

Templates escape everything; on top of that every text is cleaned of control characters and bounded, and a link is only a
link if it leads to http or https.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web import forms
from handlers.card import Card, Frame, Picture
from handlers.card_json import unpack
from handlers.extra_parts import KINDS, SEEN, runs
from handlers.post_parts import STATES, label, tone
from handlers.route import Words
from smm.previews import pieces
from smm.text import clean
from storage import web
from storage.media import Media

FOLD_CHARS, FOLD_LINES = 420, 8
SHORT = 18
_HUES = 8


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a message is drawn: their seat, words, zone and what their forms must carry. `origin` is our own.

    `back` is the page that a form leads back to, empty for the chat where the message stands.
    """

    seat: str
    member_id: int
    csrf: str
    t: Words
    zone: str
    origin: str
    now: datetime
    back: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it. `asking`: open (a form for this reader), other (for somebody else), closed."""

    id: int
    revision: int
    mine: bool
    author: str
    hue: int
    text: str
    files: tuple[Media, ...]
    sizes: Mapping[str, tuple[int, int]]
    card: Card | None
    asking: str
    asked_of: str
    zone: str
    at: datetime
    edited: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that came back: which question's answer cannot be used, why, and what was given."""

    message_id: int
    errors: Mapping[str, str]
    values: Mapping[str, str]


def bubble(
    message: web.Message,
    reader: Reader,
    names: Mapping[int, str],
    files: Mapping[str, Media],
    asked: Mapping[str, web.Asked],
) -> Bubble:
    """Return a message as one reader sees it."""
    card = unpack(message.card) if message.card is not None else None
    question = asked.get(card.ask.ref) if card is not None and card.ask is not None else None
    return Bubble(
        id=message.id,
        revision=message.revision,
        mine=message.member_id == reader.member_id,
        author=names.get(message.member_id or 0, ""),
        hue=(message.member_id or 0) % _HUES,
        text=message.text,
        files=tuple(files[digest] for digest in message.files if digest in files),
        sizes={digest: (one.width, one.height) for digest, one in files.items() if one.width},
        card=card,
        asking=_asking(question, reader),
        asked_of=names.get(question.member_id or 0, "") if question else "",
        zone=(question.zone if question else None) or reader.zone,
        at=message.created_at,
        edited=message.edited_at is not None,
    )


def _asking(question: web.Asked | None, reader: Reader) -> str:
    if question is None or question.state != "open" or question.expires_at <= reader.now:
        return "closed"
    return "open" if question.member_id in {None, reader.member_id} else "other"


def href(url: str) -> str:
    """Return a URL that may stand in a link, empty for one that may not."""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in {"http", "https"} and parts.hostname and url.isprintable() else ""
    except ValueError:
        return ""


def host(url: str) -> str:
    """Return where a link leads, for showing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_long(text: str) -> bool:
    """Say whether a quote is folded."""
    return len(text) > FOLD_CHARS or text.count("\n") >= FOLD_LINES


def opening(text: str) -> str:
    """Return the first words of a folded quote."""
    lines = "\n".join(text.split("\n")[: FOLD_LINES - 2])
    return lines[: FOLD_CHARS - 120].rsplit(" ", 1)[0]


def flows(card: Card) -> bool:
    """Say whether a card's rows of buttons may run on: they were made for narrower chats. A list of long ones stays a list."""
    return len(card.buttons) > 1 and all(len(button.label) <= SHORT for row in card.buttons for button in row)


def without(address: str, *names: str) -> str:
    """Return an address without some of its parameters."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def unframed(card: Card) -> list[Picture]:
    """Return the pictures of a card that do not stand in one of its previews already."""
    shown = [block.shown for block in card.body if isinstance(block, Frame) and block.shown is not None]
    framed = {tile.digest for preview in shown for tile in preview.tiles}
    return [picture for picture in card.pictures if picture.digest not in framed]


def initials(name: str) -> str:
    """Return one or two letters to stand for a name."""
    letters = [word[0] for word in clean(name, 120).split() if word[:1].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "•"


def _clock(at: datetime, reader: Reader) -> str:
    return str(format_time(at, "HH:mm", tzinfo=ZoneInfo(reader.zone), locale=reader.t.language))


def _day(at: datetime, reader: Reader) -> date:
    return at.astimezone(ZoneInfo(reader.zone)).date()


def _day_name(at: datetime, reader: Reader) -> str:
    day, today = _day(at, reader), _day(reader.now, reader)
    distance = (today - day).days
    if distance == 0:
        return reader.t("Today")
    return reader.t("Yesterday") if distance == 1 else str(format_date(day, "d MMMM y", locale=reader.t.language))


def _shown(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _state_words(state: str, t: Words) -> str:
    return t(STATES[state])


def _key() -> str:
    return secrets.token_urlsafe(16)


@cache
def environment() -> Environment:
    """Return the templates, which escape everything that they print."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        href=href, host=host, is_long=is_long, opening=opening, initials=initials, flows=flows, without=without
    )
    made.filters.update(pieces=pieces, unframed=unframed)
    made.filters.update(account_label=label, tone=tone, state_words=_state_words)
    made.filters.update(poll_runs=lambda poll, t: runs(t, poll), kind_words=lambda kind, t: t(KINDS[kind]))
    made.filters.update(seen_words=lambda seen, t: t(SEEN[seen]))
    made.globals.update(
        clock=_clock, day=_day, day_name=_day_name, local=forms.local, zone_name=forms.zone_name, key=_key
    )
    return made


def draw(templates: Environment, shown: Bubble, reader: Reader, refused: Refused | None = None) -> str:
    """Return one message as HTML."""
    return templates.get_template("message.html").render(m=shown, reader=reader, t=reader.t, refused=refused)


def digests_of(messages: Sequence[web.Message]) -> list[str]:
    """Return the files that messages show."""
    sent = [digest for message in messages for digest in message.files]
    cards = [picture for message in messages if message.card for picture in message.card.get("pictures", ())]
    return sent + [picture["digest"] for picture in cards if picture.get("digest")]


def asks_of(messages: Sequence[web.Message]) -> list[str]:
    """Return the references of the questions that messages carry."""
    asks = (message.card.get("ask", {}) for message in messages if message.card)
    return [ask["ref"] for ask in asks if ask.get("ref")]
