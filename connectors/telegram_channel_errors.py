"""What Telegram means by its refusals: it has few codes, and tells them apart in words (https://core.telegram.org/bots/api#making-requests)."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from connectors.outcomes import EXPIRED, GONE, LONGEST_WAIT, SLOWER, Reply, refused
from connectors.reading import parse
from smm.errors import N_, AuthExpired, ConnectorError, NeedsHuman, RateLimited, Rejected, Unavailable

FATHER: Final = "https://t.me/BotFather"
TAKEN = N_("Something else takes what this bot hears. Give the channel a bot of its own (@BotFather): {url}")
BUSY = N_("Another program asks for what this bot hears. If this lasts, give the channel a bot of its own: /accounts")
NO_ADMIN = N_("The bot must be an administrator of the channel. Add it there, then try again: {url}")
_ADMINISTRATOR: Final = ("administrator rights", "not enough rights", "admin_required", "not a member", "was kicked")
_FILE: Final = ("photo", "video", "image", "media", "file")


def meaning(reply: Reply, channel: str) -> ConnectorError | None:
    """Return what an answer means, None to judge it by its status alone; `channel` is the channel's address."""
    said, facts = reply.reason.lower(), reply.who.facts
    if reply.status == HTTPStatus.NOT_FOUND and said == "not found":  # the token of no possible bot
        return AuthExpired(EXPIRED, **facts)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and (wait := _wait(reply)):
        return RateLimited(SLOWER, retry_after=wait, **facts)
    if reply.status == HTTPStatus.CONFLICT:
        return NeedsHuman(TAKEN, url=FATHER, **facts) if "webhook" in said else Unavailable(BUSY, **facts)
    if any(words in said for words in _ADMINISTRATOR):
        return NeedsHuman(NO_ADMIN, url=channel, **facts)
    if reply.status == HTTPStatus.BAD_REQUEST:
        return _refused(reply, said)
    return None


def _refused(reply: Reply, said: str) -> Rejected:
    """Return the error of what Telegram does not take, and of what is no longer there."""
    if "not found" in said:
        return Rejected(GONE, reason=reply.reason, field="target", **reply.who.facts)
    if "too long" in said or "text" in said:
        return refused(reply, "text")
    return refused(reply, "media" if any(words in said for words in _FILE) else "")


def _wait(reply: Reply) -> timedelta | None:
    """Return how long Telegram asks to wait, None where it does not say."""
    try:
        told = int(parse(reply.content)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        return None
    return timedelta(seconds=min(max(told, 1), LONGEST_WAIT.total_seconds()))
