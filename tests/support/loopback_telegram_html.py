"""Telegram's HTML, read as strictly as the Bot API reads it: text and entities, or the words of its refusal.

https://core.telegram.org/bots/api#html-style: only the named tags, only four named entities, every `<` begins a tag, tags
nest and are closed in order, nothing stands inside code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "tg-time": "date_time",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-z]+(?:=\"[^\"<>]*\")?)*)\s*>")
_ATTRIBUTE = re.compile(r"([a-z]+)(?:=\"([^\"]*)\")?")
# https://core.telegram.org/bots/api#date-time-entity-formatting
_WHEN = re.compile(r"\s+unix=\"\d+\"(?:\s+format=\"(?:r|w?[dD]?[tT]?)\")?")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_AUTO = {
    "mention": re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}(?!\w)", re.ASCII),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w+)?", re.ASCII),
    "url": re.compile(r"https?://[^\s<>\"]+"),
}


class CannotParse(Exception):
    """The text is not Telegram's HTML."""


@dataclass(slots=True)
class Parsed:
    """Text without markup and its entities; offsets in UTF-16 units."""

    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)

    def kinds(self) -> set[str]:
        return {entity["type"] for entity in self.entities}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> Parsed:
    """Return what the text says, or raise CannotParse in the Bot API's words."""
    text, offset, position = "", 0, 0
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    entities: list[dict[str, Any]] = []
    while position < len(source):
        if source[position] != "<":
            end = source.find("<", position)
            end = len(source) if end < 0 else end
            piece = _ENTITY.sub(lambda found: unescape(found.group()), source[position:end])
            text, offset, position = text + piece, offset + units(piece), end
            continue
        found = _TAG.match(source, position)
        at = len(source[:position].encode())
        if found is None or found[2].lower() not in TAGS:
            raise CannotParse(f'Unsupported start tag "{found[2] if found else ""}" at byte offset {at}')
        closing, name = bool(found[1]), found[2].lower()
        if name == "tg-time" and not closing and not _WHEN.fullmatch(found[3]):
            raise CannotParse(f"Invalid date and time at byte offset {at}")
        if not closing:
            open_tags.append((name, offset, dict(_ATTRIBUTE.findall(found[3]))))
        elif not open_tags:
            raise CannotParse(f"Unexpected end tag at byte offset {at}")
        elif open_tags[-1][0] != name:
            raise CannotParse(f'Unmatched end tag at byte offset {at}, expected "</{open_tags[-1][0]}>"')
        else:
            begun, start, attributes = open_tags.pop()
            if offset > start:
                entities.append(_entity(begun, start, offset - start, attributes))
        position = found.end()
    if open_tags:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return _trimmed(Parsed(text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))))


def _entity(name: str, start: int, length: int, attributes: dict[str, str]) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": TAGS[name], "offset": start, "length": length}
    if name == "a":
        href = unescape(attributes.get("href", ""))
        if href.startswith("tg://user?id="):
            number = int(href.removeprefix("tg://user?id="))
            return entity | {"type": "text_mention", "user": {"id": number, "is_bot": False, "first_name": "?"}}
        return entity | {"url": href}
    if name == "tg-time":
        return entity | {"unix_time": int(attributes["unix"]), "date_time_format": attributes.get("format", "")}
    if name == "blockquote" and "expandable" in attributes:
        return entity | {"type": "expandable_blockquote"}
    return entity


def _trimmed(parsed: Parsed) -> Parsed:
    """The server cuts blanks off both ends, and moves the entities."""
    leading = units(parsed.text) - units(parsed.text.lstrip())
    text = parsed.text.strip()
    kept = []
    for entity in parsed.entities:
        start = max(0, entity["offset"] - leading)
        end = min(units(text), entity["offset"] + entity["length"] - leading)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return Parsed(text, kept)


def detect(parsed: Parsed) -> Parsed:
    """Add what the server finds by itself: mentions, commands and addresses outside code and links."""
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in parsed.entities
        if entity["type"] in {"code", "pre", "text_link", "text_mention"}
    ]
    for kind, pattern in _AUTO.items():
        for found in pattern.finditer(parsed.text):
            start = units(parsed.text[: found.start()])
            if not any(begin <= start < end for begin, end in closed):
                parsed.entities.append({"type": kind, "offset": start, "length": units(found.group())})
    return parsed
