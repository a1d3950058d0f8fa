"""What somebody typed: Slack's marks for links and names taken back, and whether it begins with our name. Pure.

https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")


def plain(text: str) -> str:
    """Return what somebody typed: links and names as they were written, the three quoted characters as they are."""
    words = _TOKEN.sub(_typed, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _typed(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(_SCHEMES):
        return label if label and target.endswith(label) else target
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return target if target.startswith("@") else found[0]


def called_by(user_id: str, text: str) -> str | None:
    """Return what follows our name in words that begin with it, None for others."""
    name = f"@{user_id}"
    return text[len(name) :].lstrip(" :,") if text.startswith(name) else None


def command_in(called: str) -> str:
    """Return words said to us as a command: nobody can write one with a slash in Slack."""
    return f"/{called.removeprefix('/') or 'help'}"
