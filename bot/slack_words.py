"""Our own words as they are right in Slack, where a command is given as `/desk inbox`: `/inbox` alone is not ours there."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from bot.slack_manifest import COMMAND
from handlers.card import Block, Card, Para
from handlers.route import load, routes

_OURS = frozenset({"plain", "bold"})  # other styles show what somebody wrote, or how it changed


def native(text: str) -> str:
    """Return a text with its commands as they are given here."""
    return _commands().sub(rf"{COMMAND} \1", text)


def native_card(card: Card) -> Card:
    """Return a card with the commands in our own words as they are given here; what somebody else said stays as it is."""
    return replace(
        card,
        body=tuple(_native_block(block) for block in card.body),
        fields=tuple(replace(field, value=native(field.value)) for field in card.fields),
        footer=native(card.footer),
    )


def _native_block(block: Block) -> Block:
    if not isinstance(block, Para) or any(span.style not in _OURS for span in block.spans):
        return block
    return Para(tuple(replace(span, text=native(span.text)) for span in block.spans))


@cache
def _commands() -> re.Pattern[str]:
    load()
    names = sorted({*(route.name for route in routes().values() if route.kind == "command"), "cancel"})
    return re.compile(rf"(?<![\w/.:]){re.escape('/')}({'|'.join(map(re.escape, names))})\b(?![/.])")
