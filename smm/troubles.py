"""What is wrong with an account: kept in the words in which it was said when it went wrong."""

from __future__ import annotations

import json

from smm.errors import DeskError, NeedsHuman
from storage.accounts import Account


def note(error: DeskError) -> str:
    """Return what went wrong as it is kept."""
    facts = {name: str(fact) for name, fact in error.facts.items()}
    return json.dumps({"words": error.words, "facts": facts, "human": isinstance(error, NeedsHuman)})


def of(account: Account) -> DeskError | None:
    """Return what is wrong with an account, as it was said when it went wrong."""
    try:
        kept = json.loads(account.health_note)
        return DeskError(kept["words"], **kept["facts"])
    except (ValueError, KeyError, TypeError):
        return None


def needs_human(account: Account) -> bool:
    """Say whether an account waits for what only a person can do on the network: a right, a captcha."""
    try:
        return account.health == "failing" and bool(json.loads(account.health_note).get("human"))
    except (ValueError, AttributeError):
        return False
