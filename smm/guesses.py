"""Guesses: how often somebody may try a code."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from storage import memos
from storage.unit_of_work import UnitOfWork

MOST, WINDOW = 5, timedelta(minutes=1)


def may_try(uow: UnitOfWork, who: str) -> bool:
    """Say whether somebody may try a code: five a minute."""
    return len(_within(uow, who)) < MOST


def count(uow: UnitOfWork, who: str) -> None:
    """Count a wrong code."""
    kept = [*_within(uow, who), uow.now][-MOST:]
    memos.set(uow, _memo(who), json.dumps([moment.isoformat() for moment in kept]))


def _within(uow: UnitOfWork, who: str) -> list[datetime]:
    moments = [datetime.fromisoformat(moment) for moment in json.loads(memos.get(uow, _memo(who)) or "[]")]
    return [moment for moment in moments if moment > uow.now - WINDOW]


def _memo(who: str) -> str:
    return f"guesses:{who}"[:128]
