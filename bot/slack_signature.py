"""Whether a pushed request is Slack's: signed with our secret, not older than five minutes, not from the future.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from slack_sdk.signature import Clock, SignatureVerifier

TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"
DIGITS = 12


class _Now(Clock):
    """The desk's clock, in whole seconds as Slack stamps its requests."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        """Return the seconds since 1970."""
        return int(self._clock().timestamp())


class Signature:
    """Checks requests against one signing secret; the comparison takes as long whatever is given."""

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        self._verifier = SignatureVerifier(secret, _Now(clock))

    def holds(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether the body came as Slack sent it, lately. Of the raw bytes: what is written anew differs."""
        given = {name.lower(): value for name, value in headers.items()}
        stamp, signature = given.get(TIMESTAMP, ""), given.get(SIGNATURE, "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= DIGITS and signature.isascii()):
            return False
        try:
            words = body.decode()
        except UnicodeDecodeError:
            return False
        return self._verifier.is_valid(words, stamp, signature)
