"""What the bot says, free of any platform. Transports draw it; nothing here knows how.

Text is structured, never parsed: a `Span` carries a style, a `Quote` carries the words of somebody outside. A plain string is
only ever plain text, so nothing that a stranger wrote can become markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from smm.previews import Preview

Style = Literal["plain", "bold", "italic", "strike", "insert", "delete", "code"]
Look = Literal["plain", "good", "bad"]
Tone = Literal["plain", "good", "warn", "bad"]
PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"  # put into a sentence for what `filled` sets there
Kind = Literal["line", "secret", "text", "choice", "moment", "files"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. With `href` it is a link (http or https only; anything else is drawn as text).

    With `at` the text tells that moment in the brand's zone; a platform that can shows it in the reader's own zone instead
    (Telegram's date_time entity, Slack's <!date>, <time> on the web), any other draws the text.
    """

    text: str
    style: Style = "plain"
    href: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph of our own words."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, drawn apart from ours. Long ones are folded where the platform can."""

    text: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Frame(Quote):
    """A post as a network shows it. Chats that cannot draw that show the quote, and the card's pictures."""

    shown: Preview | None = None


Block = Para | Quote


@dataclass(frozen=True, slots=True)
class Field:
    """A short labelled fact. With `at` the value tells that moment, as in a Span."""

    label: str
    value: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to show: by the digest of our own media, or by URL. `alt` is for those who do not see it.

    `ratio` is the width by a thousand of height to which a picture is cropped around its middle, 0 to show all of it.
    """

    digest: str = ""
    url: str = ""
    alt: str = ""
    mime: str = "image/jpeg"
    ratio: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """The one link of a card, to the thing itself on its network."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Button:
    """A press: `action` names a route; object, version and args reach its handler. With `url` it only opens that page.

    `ref` is empty until the router has sealed the card: then it is all that the chat will carry.
    """

    label: str
    action: str = ""
    object_id: int = 0
    version: int = 0
    args: Mapping[str, str] = field(default_factory=dict)
    look: Look = "plain"
    url: str = ""
    confirm: str = ""  # a question to confirm first, where the platform can
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. The answer arrives as a string: the text, an option's value, an ISO date-time with zone, or digests.

    `moment` is asked and shown in the brand's zone; `files` answers are media digests separated by spaces.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    hint: str = ""
    value: str = ""  # filled in beforehand
    options: tuple[tuple[str, str], ...] = ()  # (value, label)
    limit: int = 0  # most characters, 0 for no limit
    fits: int = 0  # where a counter should end that only advises; more is taken
    along: bool = False  # files that may come with the answer to the question before it, or instead of one


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions to one person: a form on the web, a modal in Slack, a reply prompt or one question after another in Telegram.

    When all are answered the route `action` is called with the answers in `Context.args`.
    """

    action: str
    questions: tuple[Question, ...]
    submit: str
    object_id: int = 0
    version: int = 0
    args: Mapping[str, str] = field(default_factory=dict)
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What the bot says: title, body, fields, pictures, a link, rows of buttons, perhaps questions."""

    title: str = ""
    body: tuple[Block, ...] = ()
    fields: tuple[Field, ...] = ()
    pictures: tuple[Picture, ...] = ()
    link: Link | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    ask: Ask | None = None
    footer: str = ""
    tone: Tone = "plain"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A short word to the person who pressed, and to nobody else. `alarm` wants to be noticed."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Draw this card over the message whose button was pressed."""

    card: Card


Answer = Card | Notice | Edit | None


def para(*parts: str | Span) -> Para:
    """Return a paragraph of strings and spans."""
    return Para(tuple(Span(part) if isinstance(part, str) else part for part in parts))


def filled(sentence: str, span: Span, style: Style = "plain") -> tuple[Span, ...]:
    """Return a translated sentence as spans, with `span` where PLACE stands in it."""
    before, _, after = sentence.partition(PLACE)
    return (Span(before, style), span, Span(after, style))


def bold(text: str) -> Span:
    """Return bold text."""
    return Span(text, "bold")


def row(*buttons: Button | None) -> tuple[Button, ...]:
    """Return a row of the buttons that are there."""
    return tuple(button for button in buttons if button is not None)
