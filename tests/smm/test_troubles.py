"""What is wrong with an account."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from smm import troubles
from smm.errors import (
    Rejected,
)
from storage.accounts import Account


@given(st.text(), st.text())
def test_trouble_is_said_as_it_was(network: str, reason: str) -> None:
    error = Rejected("{network} refuses it: {reason}", network=network, reason=reason)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    note = troubles.note(error)
    account = Account(
        1, 1, "demo", "u", "n", "h", "", None, None, "", "failing", note, 1, None, None, None, moment, None
    )
    assert str(troubles.of(account)) == str(error)
