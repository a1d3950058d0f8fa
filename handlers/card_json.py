"""Cards as JSON, for the outbox and the web: only what differs from the default is kept, so rows stay small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any

from handlers.card import Ask, Block, Button, Card, Field, Frame, Link, Para, Picture, Question, Quote, Span
from smm.networks import Options, Poll
from smm.previews import Box, Preview, Tile
from smm.versions import unpack_options

_DEFAULTS: dict[type, dict[str, Any]] = {
    kind: {
        part.name: part.default_factory() if part.default_factory is not MISSING else part.default
        for part in fields(kind)
    }
    for kind in (
        Ask,
        Box,
        Button,
        Card,
        Field,
        Frame,
        Link,
        Options,
        Para,
        Picture,
        Poll,
        Preview,
        Question,
        Quote,
        Span,
        Tile,
    )
}


def pack(card: Card) -> dict[str, Any]:
    """Return a card as plain JSON data."""
    packed: dict[str, Any] = _pack(card)
    return packed


def _pack(value: Any) -> Any:
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, tuple):
        return [_pack(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return {
        name: _pack(part)
        for name, default in _DEFAULTS[type(value)].items()
        if (part := getattr(value, name)) != default
    }


def unpack(packed: Mapping[str, Any]) -> Card:
    """Return the card of `pack`."""
    parts = dict(packed)
    return Card(
        title=parts.get("title", ""),
        body=tuple(_block(block) for block in parts.get("body", ())),
        fields=tuple(Field(**_dated(field)) for field in parts.get("fields", ())),
        pictures=tuple(Picture(**picture) for picture in parts.get("pictures", ())),
        link=Link(**parts["link"]) if "link" in parts else None,
        buttons=tuple(tuple(Button(**button) for button in row) for row in parts.get("buttons", ())),
        ask=_ask(parts["ask"]) if "ask" in parts else None,
        footer=parts.get("footer", ""),
        tone=parts.get("tone", "plain"),
        at=_dated(parts).get("at"),
    )


def _dated(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {**parts, "at": datetime.fromisoformat(parts["at"])} if "at" in parts else dict(parts)


def _block(block: Mapping[str, Any]) -> Block:
    if "spans" in block:
        return Para(tuple(Span(**_dated(span)) for span in block["spans"]))
    return Frame(**{**block, "shown": _preview(block["shown"])}) if "shown" in block else Quote(**block)


def _preview(packed: Mapping[str, Any]) -> Preview:
    tiles, options = tuple(_tile(tile) for tile in packed.get("tiles", ())), unpack_options(packed.get("options", {}))
    return Preview(**{**packed, "tiles": tiles, "options": options})


def _tile(packed: Mapping[str, Any]) -> Tile:
    boxes = {name: Box(**packed[name]) for name in ("place", "crop") if name in packed}
    return Tile(**{**packed, **boxes})


def _ask(packed: Mapping[str, Any]) -> Ask:
    questions = tuple(question(one) for one in packed["questions"])
    return Ask(**{**packed, "questions": questions})


def question(packed: Mapping[str, Any]) -> Question:
    """Return a question of `pack_question`."""
    options = tuple((value, label) for value, label in packed.get("options", ()))
    return Question(**{**packed, "options": options})


def pack_question(asked: Question) -> dict[str, Any]:
    """Return a question as plain JSON data."""
    packed: dict[str, Any] = _pack(asked)
    return packed
