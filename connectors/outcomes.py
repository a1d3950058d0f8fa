"""The one place where what happened on the wire becomes an error that says what to do next (smm/errors.py).

A call that changes something in public (`effect`) is told apart from a reading one: where an answer is missing or strange,
the first may have happened, the second surely can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from connectors.guard import Barred
from connectors.reading import UNKNOWN, UNREADABLE, Body, parse
from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unreadable,
)

WAIT: Final = timedelta(minutes=1)  # where a network asks to wait and does not say how long
LONGEST_WAIT: Final = timedelta(hours=24)
NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    UnicodeError,
)
_REASON_LENGTH: Final = 300

REFUSED = N_("{network} refuses it: {reason}")
REFUSED_SILENTLY = N_("{network} refuses it and does not say why. Look at the account on {network}.")
FORBIDDEN = N_("{network} does not allow this account to do that: {reason}")
GONE = N_("It is no longer on {network}, or never was.")
EXPIRED = N_("{network} no longer accepts the key of this account. Reconnect it: /accounts")
SLOWER = N_("{network} asks to wait a little.")
UNREACHABLE = N_("{network} cannot be reached right now.")
GOES_ON = N_("{network} is still working on the file. The desk looks again in a moment.")
MOVED = N_("The address of {network} leads elsewhere. Check it: /accounts")
BARRED = N_("That address cannot be used: it must be a public one that begins with https://.")


@dataclass(frozen=True, slots=True)
class Who:
    """Whom an error is about, and which secrets must never stand in it."""

    network: str
    account: str = ""
    hidden: tuple[str, ...] = field(default=(), repr=False)

    def masked(self, text: str) -> str:
        """Return text without the secrets."""
        for secret in self.hidden:
            text = text.replace(secret, "…") if secret else text
        return text

    @property
    def facts(self) -> dict[str, str]:
        """The facts that every error carries."""
        return {"network": self.network, "account": self.account}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    who: Who
    effect: bool = False

    def body(self) -> Body:
        """Return the JSON of the answer."""
        try:
            value = parse(self.content)
        except ValueError as error:
            raise strange(self.who, effect=self.effect) from error
        return Body(value, self.who.network, self.who.account, self.effect)

    @property
    def reason(self) -> str:
        """What the network says is wrong, in its own words; empty where it says nothing readable."""
        try:
            value: Any = parse(self.content)
        except ValueError:
            return ""
        found = value if isinstance(value, dict) else {}
        inner = found.get("error")  # some put an object there, with a message in it
        told = [
            found.get(name)
            for name in ("error_description", "error", "error_message", "message", "detail", "description")
        ]
        told += [inner.get("message")] if isinstance(inner, dict) else []
        words = next((text for text in told if isinstance(text, str) and text.strip()), "")
        return self.who.masked(" ".join(words.split()))[:_REASON_LENGTH]


def strange(who: Who, *, effect: bool, path: str = "answer") -> ConnectorError:
    """Return the error of an answer that makes no sense."""
    if effect:
        return OutcomeUnknown(UNKNOWN, **who.facts)
    return Unreadable(UNREADABLE, path=path, **who.facts)


def lost(who: Who, *, effect: bool) -> ConnectorError:
    """Return the error of an answer that did not come or is the network's own failure."""
    return OutcomeUnknown(UNKNOWN, **who.facts) if effect else Unavailable(UNREACHABLE, **who.facts)


def judge(reply: Reply, now: datetime) -> ConnectorError | None:
    """Return the error that an answer's status means, None for a good one."""
    who, status = reply.who, reply.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED:
        return None
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthExpired(EXPIRED, **who.facts)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(SLOWER, retry_after=retry_after(reply.headers, now), **who.facts)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Rejected(GONE, reason=reply.reason, field="target", **who.facts)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Rejected(MOVED, field="address", **who.facts)
    if status == HTTPStatus.REQUEST_TIMEOUT or not status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return lost(who, effect=reply.effect)
    return refused(reply)


def refused(reply: Reply, field: str = "") -> Rejected:
    """Return the error of an answer that says no, in the network's own words where it has some."""
    words = FORBIDDEN if reply.status == HTTPStatus.FORBIDDEN else REFUSED
    return Rejected(words if reply.reason else REFUSED_SILENTLY, reason=reply.reason, field=field, **reply.who.facts)


def failed(error: Exception, who: Who, *, effect: bool) -> ConnectorError:
    """Return what a failure on the wire means: nothing was sent, or nobody knows."""
    if isinstance(error.__cause__, Barred) or isinstance(error, Barred | httpx.UnsupportedProtocol):
        return Rejected(BARRED, field="address", **who.facts)
    return lost(who, effect=effect and not isinstance(error, NOT_SENT))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long to wait: seconds, an HTTP date, or a minute (https://www.rfc-editor.org/rfc/rfc9110#name-retry-after)."""
    told = headers.get("retry-after", "").strip()
    try:
        if not told and "x-ratelimit-reset" in headers:  # https://docs.joinmastodon.org/api/rate-limits/
            wait = datetime.fromisoformat(headers["x-ratelimit-reset"]).astimezone(UTC) - now
        else:
            wait = timedelta(seconds=float(told)) if told.replace(".", "", 1).isdigit() else _until(told, now)
    except (ValueError, OverflowError):
        return WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _until(told: str, now: datetime) -> timedelta:
    moment = parsedate_to_datetime(told)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
