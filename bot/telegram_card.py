"""A Card as a Telegram message: HTML text, keyboard, pictures. Pure: nothing here knows a chat or a connection.

A text holds 4096 UTF-16 units and a caption 1024 after parsing (https://core.telegram.org/bots/api#sendmessage,
#sendphoto), a button's data 64 bytes (#inlinekeyboardbutton), a keyboard 100 buttons, 8 in a row.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from bot.chat_text import (
    MARKS,
    clean,
    fit,
    joined,
    line,
    link,
    plain,
    shorten,
    size,
    units,
    unlinked,
    visible,
)
from bot.telegram_text import BOLD, ITALIC, STYLES, Run, anchor, disarmed, html, moment
from handlers.card import Ask, Block, Button, Card, Field, Link, Para, Picture, Question, Quote, Span

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ALBUM_LIMIT = 10  # https://core.telegram.org/bots/api#sendmediagroup
PICTURES_LIMIT = 20
DATA_LIMIT = 64
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
NOTICE_LIMIT = 200  # https://core.telegram.org/bots/api#answercallbackquery
PLACEHOLDER_LIMIT = 64  # https://core.telegram.org/bots/api#forcereply
LABEL, TITLE, NAME, VALUE, FOOTER, FIELDS, ADDRESSES = 64, 256, 64, 512, 256, 30, 4
FOLD_UNITS, FOLD_LINES = 320, 6

_LOOKS = {"good": "success", "bad": "danger"}

Markup = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TelegramMessage:
    """What is sent: `text` as HTML, `plain` the same words without markup, `length` of either in UTF-16 units."""

    text: str
    plain: str
    length: int
    markup: Markup | None = None
    pictures: tuple[Picture, ...] = ()

    @property
    def captioned(self) -> bool:
        """Whether text and keyboard can stand under the pictures; else they follow as a message of their own.

        An album shows its text only while no other picture of it has words of its own.
        """
        one = len(self.pictures) == 1
        album = 1 < len(self.pictures) <= ALBUM_LIMIT and self.markup is None
        bare = not any(picture.alt for picture in self.pictures)
        return (one or (album and bare)) and self.length <= CAPTION_LIMIT


def render(card: Card, mention: str = "", limit: int = TEXT_LIMIT) -> TelegramMessage:
    """Draw a sealed card. `mention` is the user id that a question is put to: only they are prompted for an answer."""
    runs = _layout(card, mention)
    if limit < TEXT_LIMIT:
        runs = fit(runs, limit)
    if not visible(plain(runs)):
        runs = [*runs, Run("…")]
    return TelegramMessage(html(runs), plain(runs), size(runs), _markup(card), card.pictures[:PICTURES_LIMIT])


def said_of(picture: str) -> str:
    """Return the words under one picture of an album."""
    return shorten(clean(picture).strip(), CAPTION_LIMIT)


def notice(text: str) -> str:
    """Return the words of a notice as a press may be answered with."""
    return shorten(clean(text).strip(), NOTICE_LIMIT)


def _layout(card: Card, mention: str) -> list[Run]:
    """Head and foot always stay whole; what is too long is cut in the body, then in the fields."""
    head = _title(card)
    foot = _joined(
        [_link(card.link), _addresses(card), _question(card.ask, mention), _at(card.at), _footer(card.footer)], "\n"
    )
    body = _joined([_block(block) for block in card.body], "\n\n")
    facts = _joined([_field(field) for field in card.fields[:FIELDS]], "\n")
    whole = _joined([head, body, facts, foot], "\n\n")
    if size(whole) <= TEXT_LIMIT:
        return whole
    room = TEXT_LIMIT - size(head) - size(foot) - 6  # three gaps of two line feeds
    facts = fit(facts, max(room // 2, room - size(body)))
    return _joined([head, fit(body, room - size(facts)), facts, foot], "\n\n")


def _joined(parts: Sequence[list[Run]], gap: str) -> list[Run]:
    return joined(parts, Run(gap))


def _title(card: Card) -> list[Run]:
    title = shorten(unlinked(line(card.title)), TITLE)
    return [Run(MARKS[card.tone] + title, (BOLD,))] if title else []


def _block(block: Block) -> list[Run]:
    return _quote(block) if isinstance(block, Quote) else _para(block)


def _para(block: Para) -> list[Run]:
    return [run for span in block.spans if (run := _span(span)).text]


def _span(span: Span) -> Run:
    href, style = link(span.href), STYLES[span.style]
    if href and units(href) <= TEXT_LIMIT:
        # Telegram lets nothing stand inside or around code.
        return Run(unlinked(clean(span.text)), (anchor(href), *(() if span.style == "code" else style)))
    return Run(unlinked(clean(span.text)), style if span.style == "code" else (*_moment(span.at), *style))


def _moment(at: datetime | None) -> tuple[tuple[str, str], ...]:
    return (moment(at),) if at is not None else ()


def _quote(quote: Quote) -> list[Run]:
    text = disarmed(clean(quote.text)).strip() or "…"
    folds = units(text) > FOLD_UNITS or text.count("\n") >= FOLD_LINES
    tag = ("<blockquote expandable>" if folds else "<blockquote>", "</blockquote>")
    author = shorten(disarmed(line(quote.author)), TITLE)
    by = [Run(author, (BOLD,)), Run("\n")] if author else []
    return [*by, Run(text, (tag,))]


def _field(field: Field) -> list[Run]:
    label = shorten(unlinked(line(field.label)), NAME)
    value = shorten(unlinked(clean(field.value)).strip(), VALUE)
    told = Run(value, _moment(field.at))
    return [Run(f"{label}: ", (BOLD,)), told] if label else [told] if value else []


def _link(target: Link | None) -> list[Run]:
    if target is None:
        return []
    label, href = shorten(unlinked(line(target.label)), TITLE), link(target.url)
    if not href or units(href) > TEXT_LIMIT:
        return [Run(label)] if label else []
    return [Run(label or shorten(href, TITLE), (anchor(href),))]


def _addresses(card: Card) -> list[Run]:
    """Addresses that a button may not carry stand in the text, so that a button never costs a card."""
    parts: list[list[Run]] = []
    for button in _all_buttons(card):
        href = link(button.url)
        if href and not _reachable(href):
            parts.append([Run(shorten(f"{line(button.label)}: {href}", TITLE))])
    return _joined(parts[:ADDRESSES], "\n")


def _question(ask: Ask | None, mention: str) -> list[Run]:
    if ask is None or not ask.questions:
        return []
    question = ask.questions[0]
    call = [Run("➤", (anchor_to(mention),)), Run(" ")] if mention.isdigit() else []
    label = [*call, Run(shorten(unlinked(line(question.label)), VALUE), (BOLD,))]
    hint = shorten(unlinked(clean(question.hint)).strip(), VALUE)
    value = shorten(unlinked(clean(question.value)).strip(), VALUE)
    shown = [Run(value, (("<code>", "</code>"),))] if value else []
    return _joined([label, [Run(hint, (ITALIC,))] if hint else [], shown], "\n")


def anchor_to(user_id: str) -> tuple[str, str]:
    """Return the tags that name a person by their id, which calls them (https://core.telegram.org/bots/api#html-style)."""
    return (f'<a href="tg://user?id={user_id}">', "</a>")


def _at(at: datetime | None) -> list[Run]:
    return [Run(f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", (moment(at), ITALIC))] if at is not None else []


def _footer(footer: str) -> list[Run]:
    text = shorten(unlinked(clean(footer)).strip(), FOOTER)
    return [Run(text, (ITALIC,))] if text else []


def _markup(card: Card) -> Markup | None:
    rows = list(_rows(card))
    if rows:
        return {"inline_keyboard": rows}
    if card.ask is not None and card.ask.questions:
        return _prompt(card.ask.questions[0])
    return None


def _prompt(question: Question) -> Markup:
    hint = shorten(line(question.hint or question.label), PLACEHOLDER_LIMIT)
    prompt: Markup = {"force_reply": True, "selective": True}
    return prompt | {"input_field_placeholder": hint} if hint else prompt


def _rows(card: Card) -> Iterator[list[Markup]]:
    left = BUTTONS_LIMIT
    for buttons in card.buttons:
        keys = list(islice((key for button in buttons if (key := _key(button))), left))
        left -= len(keys)
        for start in range(0, len(keys), ROW_LIMIT):
            yield keys[start : start + ROW_LIMIT]


def _all_buttons(card: Card) -> Iterator[Button]:
    return (button for row in card.buttons for button in row)


def _key(button: Button) -> Markup | None:
    label = shorten(line(button.label), LABEL)
    text = {"text": label if visible(label) else "•"}
    if button.url:
        href = link(button.url)
        return text | {"url": href} if href and _reachable(href) else None
    if not (button.ref.isascii() and 0 < len(button.ref) <= DATA_LIMIT):
        return None
    look = _LOOKS.get(button.look)
    return text | {"callback_data": button.ref} | ({"style": look} if look else {})


def _reachable(href: str) -> bool:
    """Telegram refuses the whole message when a button's address is not one of the public web, such as localhost."""
    host = urlsplit(href).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal", ".lan"))
