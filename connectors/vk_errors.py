"""What VKontakte means by its errors. They come under a status that says yes, each with a code.

The codes: https://dev.vk.com/ru/reference/errors and the errors of each method. What is not listed is a refusal, and is told
in VKontakte's own words.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.outcomes import EXPIRED, GONE, REFUSED, REFUSED_SILENTLY, SLOWER, Reply, lost
from connectors.reading import parse
from connectors.vk_spots import SITE
from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    RateLimited,
    Rejected,
    Unsupported,
)

MOSCOW: Final = timezone(timedelta(hours=3))
SETTINGS: Final = "https://dev.vk.com/ru/api/access-token/getting-started"
_REASON: Final = 300

MISSING_RIGHT = N_("The key has no right to do that on {network}. Make one that has it, and reconnect: {url}")
CONFIRM = N_("{network} wants to see that a person is there. Open it, pass the check, then try again: {url}")
WRONG_KEY = N_("{network} does not let this kind of key do that. A user's key may, or do it on {network} itself.")
NO_MESSAGES = N_("This person takes no messages from the community. Answer in public instead.")
NO_LINKS = N_("{network} takes no links here: {reason}")
NO_POST = N_("{network} takes no post on this wall now (50 a day, one at a time): {reason}")

UNSURE: Final = frozenset({1, 10, 13, 36, 43})  # its own failure: it may have happened before that
DEAD: Final = frozenset({4, 5, 1114, 1116, 1117, 1118, 3609, 3610})
RIGHTS: Final = frozenset({7, 15, 20, 21, 203, 204, 205, 260})
KINDS: Final = frozenset({27, 28, 1051})  # the method is not for keys of this kind
NEITHER: Final = frozenset({1133, 1134})  # sub-codes of 15 that mean the same
PERSON: Final = frozenset({14, 17, 24, 25, 41, 703, 704, 3300, 3301, 3302, 3303, 3304, 11500})
REFUSALS: Final = (
    (frozenset({18, 30, 37, 40, 104, 113, 125, 1403}), GONE, "target"),
    (frozenset({900, 901, 902, 932, 950, 985}), NO_MESSAGES, "target"),
    (frozenset({222}), NO_LINKS, "link"),
    (frozenset({214}), NO_POST, ""),
)
WAITS: Final = {
    6: timedelta(seconds=1),  # calls a second: 3 of a user, 20 of a community
    9: timedelta(minutes=15),  # the same thing too often
    32: timedelta(minutes=1),
    223: timedelta(minutes=15),
    601: timedelta(hours=1),
    1105: timedelta(minutes=15),
}
DAILY: Final = 29  # calls of a method a day


def told(reply: Reply) -> dict[str, Any] | None:
    """Return the error in an answer, None where there is none."""
    try:
        value = parse(reply.content)
    except ValueError:
        return None
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) and isinstance(error.get("error_code"), int) else None


def code_of(reply: Reply) -> int:
    """Return the code of the error in an answer, 0 where there is none."""
    error = told(reply)
    return int(error["error_code"]) if error else 0


def meaning(reply: Reply) -> ConnectorError | None:
    """Return what the error in an answer means."""
    error = told(reply)
    if error is None:
        return _upload_refused(reply)
    code, who = int(error["error_code"]), reply.who
    reason = who.masked(" ".join(str(error.get("error_msg") or "").split()))[:_REASON]
    if code in UNSURE:
        return lost(who, effect=reply.effect)
    if code in DEAD:
        return AuthExpired(EXPIRED, **who.facts)
    if code in WAITS or code == DAILY:
        wait = WAITS.get(code) or until_tomorrow(datetime.now(UTC))
        return RateLimited(SLOWER, retry_after=wait, **who.facts)
    if code in KINDS or (code in RIGHTS and error.get("error_subcode") in NEITHER):
        return Unsupported(WRONG_KEY, **who.facts)
    if code in RIGHTS:
        return NeedsHuman(MISSING_RIGHT, url=SETTINGS, **who.facts)
    if code in PERSON:
        return NeedsHuman(CONFIRM, url=_theirs(error.get("redirect_uri")), **who.facts)
    return _refused(code, reason, who.facts)


def _refused(code: int, reason: str, facts: dict[str, str]) -> Rejected:
    """Return the error of what VKontakte does not take, and of what is no longer there."""
    found = next(((words, field) for codes, words, field in REFUSALS if code in codes), None)
    words, field = found or (REFUSED if reason else REFUSED_SILENTLY, _field(reason))
    return Rejected(words, reason=reason, field=field, **facts)


def _field(reason: str) -> str:
    """Say what a refused parameter was to a person: https://dev.vk.com/ru/reference/errors names it at the end."""
    named = reason.lower()
    if "photo" in named or "attach" in named or "video" in named:
        return "media"
    return "text" if "message" in named or "text" in named else ""


def _upload_refused(reply: Reply) -> Rejected | None:
    """Return the refusal of a file: the servers that files are sent to answer in a form of their own."""
    if reply.status != HTTPStatus.OK or not reply.reason:
        return None
    return Rejected(REFUSED, reason=reply.reason, field="media", **reply.who.facts)


def _theirs(url: object) -> str:
    """Return the address at which a person proves to be one, if it is VKontakte's own."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname or ""
    except ValueError:
        return SITE
    ours = (parts.scheme == "https" and host.endswith((".vk.com", ".vk.ru"))) or host in {"vk.com", "vk.ru"}
    return parts.geturl() if ours and parts.scheme == "https" else SITE


def until_tomorrow(now: datetime) -> timedelta:
    """Return how long it is until midnight in Moscow."""
    local = now.astimezone(MOSCOW)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - local
