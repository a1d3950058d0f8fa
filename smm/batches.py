"""Batches: what waits for the client is asked together, so that twelve posts are one message and not twelve.

A post that waits alone has a card of its own. What a batch approves is decided in smm/approvals.py, version by version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from smm import alerts
from smm.actors import Actor
from smm.errors import N_, Conflict, NotFound
from smm.roles import Right
from storage import alerts as outbox
from storage import approvals, batches
from storage.approvals import Approval
from storage.batches import Batch, Item
from storage.unit_of_work import UnitOfWork

VIEW, TOLD, ALONE = "batch", "batch_told", "post_client"
GATHER = timedelta(minutes=10)  # what comes within it joins the list that is there, without another message


def ask(uow: UnitOfWork, brand_id: int, post_id: int, version: int) -> None:
    """Ask the client about one more version: on a card of its own, or with what waits already."""
    waiting = approvals.waiting(uow, brand_id, ("client",))
    if len(waiting) < 2:  # noqa: PLR2004 - together means more than one
        alerts.tell(uow, brand_id, "client", ALONE, post_id, {"version": str(version)})
        return
    outbox.withdraw(uow, ALONE, [each.post_id for each in waiting])
    fresh = [each for each in batches.open_ones(uow, brand_id) if each.asked_at > uow.now - GATHER]
    if fresh:
        batches.put(uow, fresh[-1].id, waiting)
        batches.turn(uow, fresh[-1].id, fresh[-1].revision)
        alerts.refresh(uow, VIEW, fresh[-1].id)
    else:
        alerts.tell(uow, brand_id, "client", VIEW, make(uow, brand_id, waiting))


def remind(uow: UnitOfWork, brand_id: int) -> None:
    """Ask again for everything that waits, in one message."""
    waiting = approvals.waiting(uow, brand_id, ("client",))
    alerts.tell(uow, brand_id, "client", VIEW, make(uow, brand_id, waiting), {"reminder": "1"})


def view_of(uow: UnitOfWork, brand_id: int) -> tuple[str, int] | None:
    """Return the card that shows all that waits for the client, as a view and its object; None where nothing does."""
    waiting = approvals.waiting(uow, brand_id, ("client",))
    if not waiting:
        return None
    return (ALONE, waiting[0].post_id) if len(waiting) == 1 else (VIEW, make(uow, brand_id, waiting))


def make(uow: UnitOfWork, brand_id: int, waiting: Sequence[Approval]) -> int:
    """Make a list of what waits, in place of those that were open."""
    for older in batches.open_ones(uow, brand_id):
        batches.close(uow, older.id, "folded")
        alerts.refresh(uow, VIEW, older.id)
    batch_id = batches.add(uow, brand_id)
    batches.put(uow, batch_id, waiting)
    return batch_id


def find(uow: UnitOfWork, brand_id: int, batch_id: int) -> Batch:
    """Return a batch of the brand."""
    batch = batches.get(uow, batch_id)
    if batch is None or batch.brand_id != brand_id:
        raise NotFound(N_("There is no such list here. What waits for you: /approvals"))
    return batch


def items(uow: UnitOfWork, batch: Batch) -> list[Item]:
    """Return what stands on a batch."""
    return batches.items(uow, batch.id)


def leave_out(uow: UnitOfWork, actor: Actor, batch_id: int, seen: int, post_id: int) -> None:
    """Leave a post out of approving all, or take it in again."""
    batch = take(uow, actor, batch_id, seen)
    if not batches.toggle(uow, batch.id, post_id):
        raise NotFound(N_("There is no such post here."))
    alerts.refresh(uow, VIEW, batch.id)


def take(uow: UnitOfWork, actor: Actor, batch_id: int, seen: int) -> Batch:
    """Take an open batch as it was seen; whoever was first changes what the others see."""
    actor.must(Right.SIGN_OFF)
    batch = find(uow, actor.brand_id, batch_id)
    if batch.state == "folded":
        raise Conflict(N_("There is a newer list below. Answer that one."))
    if batch.state == "answered":
        raise Conflict(N_("This list was answered already."))
    if not batches.turn(uow, batch.id, seen):
        raise Conflict(N_("The list has just changed. Look at it again, then press once more."))
    return batch


def answered(uow: UnitOfWork, actor: Actor, batch: Batch) -> None:
    """Close a batch and tell the team once what came of it."""
    batches.close(uow, batch.id, "answered", actor.member_id)
    alerts.refresh(uow, VIEW, batch.id)
    alerts.tell(uow, batch.brand_id, "team", TOLD, batch.id)
