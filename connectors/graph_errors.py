"""What Meta's Graph API means by its errors: a code, often a sub-code that says more, and words of its own.

The codes: https://developers.facebook.com/docs/graph-api/guides/error-handling, and for publishing on Instagram
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes. What is not listed is a
refusal, and is told in Meta's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.graph_usage import regained
from connectors.outcomes import (
    EXPIRED,
    GONE,
    REFUSED,
    REFUSED_SILENTLY,
    SLOWER,
    UNREACHABLE,
    Reply,
    Who,
    lost,
    retry_after,
)
from connectors.reading import UNKNOWN, parse
from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)

RIGHTS_PAGE: Final = "https://developers.facebook.com/apps/"
STATUS_PAGE: Final = "https://www.facebook.com/support/"
LOGIN_PAGE: Final = "https://www.facebook.com/"
_REASON: Final = 300

MISSING_RIGHT = N_("The key has no right to do that on {network}. Give the app that right, and reconnect: {url}")
NOT_A_PAGE = N_(
    "This key is a person's, not the Page's. Take the Page's own key, as the guide says, and reconnect: {url}"
)
BLOCKED = N_("{network} has blocked this account from doing that for now. Look there what it wants: {url}")
CONFIRM = N_("{network} wants to see that a person is there. Open it, pass the check, then try again: {url}")
AUTHORIZE = N_(
    "{network} wants the Page to be confirmed (Page Publishing Authorization) before anything is published: {url}"
)
OTHER_APP = N_("This key was made with another app than the desk's. Make one with the desk's own app, and reconnect.")
EXHAUSTED = N_("{network} takes no more posts now: those of 24 hours are used up. The desk tries again in an hour.")
NOT_FETCHED = N_(
    "{network} could not fetch the file from the desk's public address. Check that it can be reached from outside."
)
WRONG_FILE = N_("{network} does not take this file: {reason}")
WRONG_TEXT = N_("{network} does not take this text: {reason}")
ANSWERED = N_("{network} lets nobody answer this in private any more: it was done once, or is older than a week.")

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
UNSURE: Final = frozenset({-1, -2, 1, 2})  # its own failure: it may have happened before that
DEAD: Final = frozenset({102, 190, 463, 467, 490})
RIGHTS: Final = frozenset({3, 10, *range(200, 300)})
SLOW: Final = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
BLOCKS: Final = frozenset({368, 1346003, 1404102, 2207050, 2207051})
SPENT: Final = frozenset({2207042})
PERSON: Final = frozenset({459, 464})  # sub-codes of 190
AUTHORIZATION: Final = frozenset({1404078, 2207081})
TRANSIENT: Final = frozenset({1363047, 1609010, 2207001, 2207032, 2207053, 2207082})
NOT_DONE: Final = frozenset({2207006, 2207008, 2207020, 2207027, 9007})  # a container that ended, or is not ready
REPEATED: Final = frozenset({506, 1366051})  # the same was published just now: perhaps by us
AWAY: Final = frozenset({9004, 2207003, 2207052})
FILES: Final = frozenset({324, 352, 36000, 36001, 36003, 1366046})
FILES_ON_INSTAGRAM: Final = frozenset({2207004, 2207005, 2207009, 2207023, 2207026, 2207028, 2207057})
TEXTS: Final = frozenset({36004, 1609008, 2207010, 2207040})
NO_SUCH: Final = frozenset({803, 1705, 33})  # 33 is a sub-code of 100
PRIVATELY: Final = frozenset({10900, 10903, 2018278, 2534022})  # the last two are sub-codes of 10
FAST: Final = frozenset({1390008})


@dataclass(frozen=True, slots=True)
class Told:
    """The error of an answer. `codes` are its code and sub-code."""

    code: int
    codes: frozenset[int]
    reason: str
    transient: bool = False


def told(reply: Reply) -> Told | None:
    """Return the error in an answer, None where there is none."""
    try:
        value = parse(reply.content)
    except ValueError:
        return None
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict) or not _is_code(error.get("code")):
        return None
    sub = error.get("error_subcode")
    words = next((error[name] for name in ("error_user_msg", "message") if isinstance(error.get(name), str)), "")
    reason = reply.who.masked(" ".join(words.split()))[:_REASON]
    codes = frozenset({error["code"], sub} if _is_code(sub) else {error["code"]})
    return Told(error["code"], codes, reason, error.get("is_transient") is True)


def _is_code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def meaning(reply: Reply) -> ConnectorError | None:
    """Return what the error in an answer means."""
    error = told(reply)
    return None if error is None else understood(error, reply.who, effect=reply.effect, headers=reply.headers)


def understood(
    error: Told, who: Who, *, effect: bool = False, headers: Mapping[str, str] | None = None
) -> ConnectorError:
    """Return the error of the desk that an error of Meta's is."""
    codes = error.codes
    if codes & REPEATED and effect:
        return OutcomeUnknown(UNKNOWN, **who.facts)
    if codes & PRIVATELY:
        return Rejected(ANSWERED, reason=error.reason, field="target", **who.facts)
    if (found := _people(error, who)) is not None:
        return found
    if codes & (SLOW | SPENT | FAST):
        return _later(error, who, headers or {})
    if codes & NOT_DONE:
        return Unavailable(UNREACHABLE, **who.facts)
    if (refusal := _refused(error, who)) is not None:
        return refusal
    if codes & (TRANSIENT | UNSURE) or error.transient:
        return lost(who, effect=effect)
    return Rejected(REFUSED if error.reason else REFUSED_SILENTLY, reason=error.reason, **who.facts)


def _later(error: Told, who: Who, headers: Mapping[str, str]) -> RateLimited:
    if error.codes & SPENT:
        return RateLimited(EXHAUSTED, retry_after=HOUR, **who.facts)
    wait = retry_after(headers, datetime.now(UTC)) if "retry-after" in headers else QUARTER
    return RateLimited(SLOWER, retry_after=regained(headers) or wait, **who.facts)


def _people(error: Told, who: Who) -> ConnectorError | None:
    """Return the error that only a person can end."""
    codes, facts = error.codes, who.facts
    if codes & PERSON and error.code in DEAD:
        return NeedsHuman(CONFIRM, url=LOGIN_PAGE, **facts)
    if codes & AUTHORIZATION:
        return NeedsHuman(AUTHORIZE, url=LOGIN_PAGE, **facts)
    if codes & BLOCKS:
        return NeedsHuman(BLOCKED, url=STATUS_PAGE, **facts)
    if error.code in DEAD:
        return AuthExpired(EXPIRED, **facts)
    if "as the page itself" in error.reason.lower():
        return NeedsHuman(NOT_A_PAGE, url=RIGHTS_PAGE, **facts)
    if "not enough viewers" in error.reason.lower():  # comes as code 10, and is no missing right
        return Rejected(REFUSED, reason=error.reason, **facts)
    if error.code in RIGHTS:
        return NeedsHuman(MISSING_RIGHT, url=RIGHTS_PAGE, **facts)
    return None


def _refused(error: Told, who: Who) -> Rejected | None:
    """Return the refusal of what was sent, with what is to be mended."""
    if "appsecret_proof" in error.reason:
        return Rejected(OTHER_APP, reason=error.reason, field="token", **who.facts)
    known = (
        (NO_SUCH, GONE, "target"),
        (AWAY, NOT_FETCHED, "media"),
        (FILES | FILES_ON_INSTAGRAM, WRONG_FILE, "media"),
        (TEXTS, WRONG_TEXT, "text"),
    )
    found = next(((words, field) for codes, words, field in known if error.codes & codes), None)
    return Rejected(found[0], reason=error.reason, field=found[1], **who.facts) if found else None
