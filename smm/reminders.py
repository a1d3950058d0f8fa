"""Reminders and deadlines of approvals: two reminders, then a manager once, and an end where the time runs out.

The clock calls `remind_due` and `expire_due`; a second call for the same moment finds nothing left to do.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from smm import alerts, batches, posts
from smm.approvals import CARDS, ROOMS
from smm.policy import ESCALATE_AFTER, reminder
from smm.posts import Whole
from storage import approvals
from storage import posts as kept
from storage.approvals import Approval
from storage.unit_of_work import UnitOfWork


def remind_due(uow: UnitOfWork, until: datetime) -> int:
    """Remind whoever owes a decision, in their working hours; return how many reminders were told."""
    rows = approvals.to_remind(uow, until)
    known = {post.id: post for post in kept.lock_many(uow, [row.post_id for row in rows])}
    wholes = {row.id: posts.look(uow, known[row.post_id]) for row in rows}
    together = _together(rows, wholes)
    for row in rows:
        _remind(uow, wholes[row.id], row, is_alone=wholes[row.id].brand.id not in together)
    for brand_id in together:
        batches.remind(uow, brand_id)
    return len(rows)


def _together(rows: list[Approval], wholes: dict[int, Whole]) -> set[int]:
    """Return the brands whose client is reminded of several posts at once."""
    owed = Counter(wholes[row.id].brand.id for row in rows if _is_for_client(row))
    return {brand_id for brand_id, count in owed.items() if count > 1}


def _is_for_client(approval: Approval) -> bool:
    return approval.audience == "client" and approval.reminders < ESCALATE_AFTER


def _remind(uow: UnitOfWork, whole: Whole, approval: Approval, *, is_alone: bool) -> None:
    number = approval.reminders + 1
    following = reminder(whole.policy, approval.audience, whole.brand.zone, uow.now, approval.deadline_at)
    if number > ESCALATE_AFTER:
        alerts.tell(uow, whole.brand.id, "alerts", "decision", approval.id, {"escalated": "1"}, alerts.URGENT)
        following = None
    elif is_alone or approval.audience != "client":
        args = {"reminder": str(number), "version": str(approval.version)}
        alerts.tell(uow, whole.brand.id, ROOMS[approval.audience], CARDS[approval.audience], whole.post.id, args)
    approvals.change(uow, approval.id, reminders=number, remind_at=following)
    posts.record(uow, None, whole, "post.remind", number=number, step=approval.step)


def expire_due(uow: UnitOfWork, until: datetime) -> int:
    """Close the questions whose deadline or cut-off has passed and ask the team what to do; return how many."""
    rows = approvals.to_expire(uow, until)
    known = {post.id: post for post in kept.lock_many(uow, [row.post_id for row in rows])}
    for row in rows:
        _expire(uow, posts.look(uow, known[row.post_id]), row)
    return len(rows)


def _expire(uow: UnitOfWork, whole: Whole, approval: Approval) -> None:
    approvals.change(uow, approval.id, state="expired", remind_at=None)
    posts.record(uow, None, whole, "post.expire", step=approval.step)
    posts.settle(uow, whole.post.id)
    alerts.tell(uow, whole.brand.id, "alerts", "post_alert", whole.post.id, urgency=alerts.URGENT)
