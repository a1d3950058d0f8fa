"""What a Bot API server offers beyond what every one does: assumed until it says otherwise, then never tried again.

Self-hosted servers lag behind Telegram's own (https://github.com/tdlib/telegram-bot-api). A card is worth more than its
colours: what is not understood is left out, and the card is sent again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.telegram_card import TelegramMessage
from bot.telegram_refusals import says
from bot.telegram_text import without_moments

log = structlog.get_logger(__name__)

MOMENTS, STYLES = "moments", "styles"
# https://core.telegram.org/bots/api#html-style (tg-time: 9.5), #inlinekeyboardbutton (style: 9.4)
_REFUSALS = {MOMENTS: ("tg-time",), STYLES: ("button style", "inline keyboard button")}


class Offers:
    """What one server turned out not to offer."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def may_learn(self, error: TelegramError) -> bool:
        """Say whether a refusal tells something new about the server."""
        return self._told(error) is not None

    def _told(self, error: TelegramError) -> str | None:
        return next(
            (name for name, words in _REFUSALS.items() if name not in self._missing and says(error, *words)), None
        )

    def learn(self, error: TelegramError) -> bool:
        """Note what a refusal says that the server does not offer; say whether that was new."""
        name = self._told(error)
        if name is None:
            return False
        log.warning("the Bot API server does not know this", what=name)
        self._missing.add(name)
        return True

    def fitting(self, drawn: TelegramMessage) -> TelegramMessage:
        """Return a drawn card without what the server does not know."""
        if MOMENTS in self._missing:
            drawn = replace(drawn, text=without_moments(drawn.text))
        if STYLES in self._missing and drawn.markup:
            drawn = replace(drawn, markup=_plain(drawn.markup))
        return drawn


def _plain(markup: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [{name: part for name, part in key.items() if name != "style"} for key in row]
        for row in markup.get("inline_keyboard", [])
    ]
    return {**markup, "inline_keyboard": rows} if rows else markup
