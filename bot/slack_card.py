"""A Card as a Slack message: Block Kit, and a line for notifications. Pure: nothing here knows a channel or a connection.

A message holds 50 blocks, a header 150 characters, an actions block 25 elements, a button's text 75 and its value 2000, an id 255
(https://docs.slack.dev/reference/block-kit/blocks). All texts of a message together are refused somewhere above 11 000
(https://github.com/slackapi/bolt-js/issues/2867).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from bot.chat_text import MARKS, clean, fit, joined, line, plain, shorten, size, units
from bot.slack_text import Block, Run, address, date, fallback, lines, plain_text, rich_text
from handlers.card import Block as Part
from handlers.card import Button, Card, Field, Link, Para, Picture, Quote, Span

TEXT_LIMIT: Final = 10_000
BLOCKS_LIMIT: Final = 50
PICTURES_LIMIT: Final = 10
HEADER_LIMIT: Final = 150
ROW_LIMIT: Final = 25
BUTTONS_LIMIT: Final = 100
BUTTON_LIMIT: Final = 75
VALUE_LIMIT: Final = 2_000
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_ANSWER = 100, 300, 30
ALT_LIMIT: Final = 2_000
NAME, VALUE, TITLE, FOOTER, DATE, FIELDS = 64, 512, 256, 512, 80, 30
PRESS, OPEN, ASK = "press", "open", "ask"  # what an action id begins with; a page that opens asks nothing of us

_LOOKS: Final = {"good": "primary", "bad": "danger"}


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """What is sent: `blocks`, `text` for notifications and screen readers, and the pictures to upload."""

    text: str
    blocks: list[Block]
    pictures: tuple[Picture, ...] = ()

    def illustrated(self, file_ids: Sequence[str]) -> list[Block]:
        """Return the blocks with the uploaded pictures, by the ids of their files, above the buttons."""
        shown = [_image(picture, file_id) for picture, file_id in zip(self.pictures, file_ids, strict=False)]
        keys = next((at for at, block in enumerate(self.blocks) if block["type"] == "actions"), len(self.blocks))
        return [*self.blocks[:keys], *shown, *self.blocks[keys:]]


def render(card: Card) -> SlackMessage:
    """Draw a sealed card. A picture's block is not among the blocks yet, but there is room for it."""
    pictures, keys = card.pictures[:PICTURES_LIMIT], list(_keys(card))
    said = _layout(card, sum(units(key["text"]["text"]) for row in keys for key in row))
    blocks = [*_header(card), *rich_text(said), *_context(card)]
    blocks += _actions([_opener(card), *keys], BLOCKS_LIMIT - len(blocks) - len(pictures))
    title = MARKS[card.tone] + line(card.title)
    return SlackMessage(fallback(f"{title}\n{plain(said)}\n{lines(card.footer)}"), blocks, pictures)


def _header(card: Card) -> Iterator[Block]:
    if title := line(card.title):
        yield {"type": "header", "text": plain_text(MARKS[card.tone] + title, HEADER_LIMIT)}


def _layout(card: Card, labels: int) -> list[Run]:
    """Return all but header, footer and buttons; what is too long is cut in the body, then in the fields."""
    room = TEXT_LIMIT - HEADER_LIMIT - FOOTER - DATE - labels
    foot = _link(card.link)
    facts = fit(_joined([_field(field) for field in card.fields[:FIELDS]], "\n"), room // 2)
    body = _joined([_part(part, number) for number, part in enumerate(card.body, 1)], "\n\n")
    body = fit(body, room - size(facts) - size(foot) - 4)  # two gaps of two line feeds
    return _joined([body, facts, foot], "\n\n")


def _joined(parts: Sequence[list[Run]], gap: str) -> list[Run]:
    return joined(parts, Run(gap))


def _part(part: Part, number: int) -> list[Run]:
    return _quote(part, number) if isinstance(part, Quote) else _para(part)


def _para(para: Para) -> list[Run]:
    return [run for span in para.spans if (run := _span(span)).text]


def _span(span: Span) -> Run:
    return Run(clean(span.text), span.style, address(span.href), span.at)


def _quote(quote: Quote, number: int) -> list[Run]:
    author = shorten(line(quote.author), TITLE)
    by = [Run(author, "bold"), Run("\n")] if author else []
    return [*by, Run(lines(quote.text) or "…", quote=number)]


def _field(field: Field) -> list[Run]:
    label, value = shorten(line(field.label), NAME), shorten(lines(field.value), VALUE)
    told = Run(value, at=field.at)
    return [Run(f"{label}: ", "bold"), told] if label else [told] if value else []


def _link(target: Link | None) -> list[Run]:
    if target is None:
        return []
    label, href = shorten(line(target.label), TITLE), address(target.url)
    shown = label or shorten(href, TITLE)
    return [Run(shown, href=href)] if shown else []


def _context(card: Card) -> Iterator[Block]:
    footer = shorten(lines(card.footer), FOOTER)
    elements: list[Block] = [{"type": "mrkdwn", "text": date(card.at)}] if card.at else []
    if footer:
        elements.append({"type": "plain_text", "text": footer, "emoji": True})
    if elements:
        yield {"type": "context", "elements": elements}


def _actions(rows: Sequence[Sequence[Block]], room: int) -> list[Block]:
    """Return rows of buttons; where there are more rows than room, they are packed as tightly as Slack allows."""
    found = [part for row in rows for part in _portions(row)]
    if len(found) > room:
        found = _portions([key for row in rows for key in row])
    return [{"type": "actions", "elements": part} for part in found]


def _portions(row: Sequence[Block]) -> list[list[Block]]:
    return [list(row[start : start + ROW_LIMIT]) for start in range(0, len(row), ROW_LIMIT)]


def _opener(card: Card) -> list[Block]:
    """Return the button that opens the questions: Slack opens a form only where somebody has just pressed."""
    ask = card.ask
    if ask is None or not 0 < len(ask.ref) <= VALUE_LIMIT:
        return []
    label = plain_text(line(card.title) or ask.submit, BUTTON_LIMIT)
    return [{"type": "button", "action_id": ASK, "text": label, "value": ask.ref, "style": "primary"}]


def _keys(card: Card) -> Iterator[list[Block]]:
    number = count()
    for buttons in card.buttons:
        keys = (key for button in buttons if (key := _key(button)))
        yield [_numbered(key, place) for key in keys if (place := next(number)) < BUTTONS_LIMIT]


def _numbered(key: Block, number: int) -> Block:
    return key | {"action_id": f"{key['action_id']}:{number}"}


def _key(button: Button) -> Block | None:
    drawn: Block = {"type": "button", "text": plain_text(button.label, BUTTON_LIMIT, "•")}
    if look := _LOOKS.get(button.look):
        drawn["style"] = look
    if button.url:
        href = address(button.url)
        return drawn | {"action_id": OPEN, "url": href} if href else None
    if not 0 < len(button.ref) <= VALUE_LIMIT:
        return None
    return drawn | {"action_id": PRESS, "value": button.ref} | _confirmed(button)


def _confirmed(button: Button) -> Block:
    """Return what is asked before a press counts. Who reads it is not known here, so "no" is a sign."""
    if not line(button.confirm):
        return {}
    asked: Block = {
        "title": plain_text(button.label, CONFIRM_TITLE),
        "text": plain_text(button.confirm, CONFIRM_TEXT),
        "confirm": plain_text(button.label, CONFIRM_ANSWER, "✓"),
        "deny": plain_text("✕", CONFIRM_ANSWER),
    }
    return {"confirm": asked | ({"style": look} if (look := _LOOKS.get(button.look)) else {})}


def _image(picture: Picture, file_id: str) -> Block:
    return {
        "type": "image",
        "slack_file": {"id": file_id},
        "alt_text": plain_text(picture.alt, ALT_LIMIT)["text"],
    }
