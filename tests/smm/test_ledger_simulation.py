"""The ledger under a seeded simulation: whatever fails and wherever the process dies, a post goes out once or is asked about.

HISTORIES=20000 runs more of them; each failure names its seed and its history.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ledger_world import simulate

from smm import amending, holds, policy, posts, publishing
from smm.policy import Policy
from storage import corrections, targets

HISTORIES = int(os.environ.get("HISTORIES", "40"))
SEED = int(os.environ.get("SEED", "20260302"))


async def test_nothing_is_doubled_unapproved_wrongly_called_or_stuck() -> None:
    found, sim = await simulate(HISTORIES, SEED)
    assert found == []
    assert sim.crashes > HISTORIES / 3
    assert sum(bool(feed.live) for feed in sim.feeds.values()) > HISTORIES * 2


def _blind_retry(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publishing, "finish_unknown", publishing.finish_later)


def _no_settle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publishing, "CALL", timedelta())
    real = policy.read
    patch.setattr(policy, "read", lambda stored: _settled(real(stored)))


def _settled(policy: Policy) -> Policy:
    return replace(policy, settle=timedelta(seconds=1))


def _no_attempt(patch: pytest.MonkeyPatch) -> None:
    """A row that is found in mid-publication without an attempt is taken to be unsent."""

    def forget(uow: Any, whole: Any, target: Any) -> None:
        targets.move(uow, target, "publishing", to="retry_wait", due_at=uow.now, claim=True)

    patch.setattr(publishing, "_look_for", forget)


def _guards_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(posts, "_unschedule", lambda *_: None)
    patch.setattr(publishing, "_may_go", lambda *_: True)


def _hold_unchecked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holds, "_park", lambda *_: None)
    patch.setattr(publishing, "_may_go", lambda uow, whole, target: whole.is_approved)


def _given_up_as_failed(patch: pytest.MonkeyPatch) -> None:
    def give_up(uow: Any, publication: Any, error: str, *, can_look: bool) -> None:
        publishing.finish_refused(uow, publication, error)

    patch.setattr(publishing, "unseen", give_up)


def _correction_unchecked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(corrections, "follow", lambda *_: None)
    patch.setattr(amending, "_may_go", lambda *_: True)


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (_blind_retry, "live"),
        (_no_settle, "live"),
        (_no_attempt, "live"),
        (_guards_off, "unapproved"),
        (_hold_unchecked, "on hold"),
        (_given_up_as_failed, "but live"),
        (_correction_unchecked, "correct"),
    ],
)
async def test_a_planted_mistake_is_caught(monkeypatch: pytest.MonkeyPatch, break_it: Any, expected: str) -> None:
    break_it(monkeypatch)
    found, _ = await simulate(200, SEED, stop_at_first=True)
    assert found
    assert expected in found[0]
