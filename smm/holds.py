"""Holds: one post parked by the team or the client, or a whole brand by its kill switch.

A hold never waits for a network: what has not gone out is parked in the same transaction, and the publisher checks again in
its own. Lifting a hold restores only what is still ahead of its slot; what passed meanwhile is asked about, never blasted out.
"""

from __future__ import annotations

from smm import alerts, posts, states
from smm.actors import Actor
from smm.errors import N_, Conflict, Forbidden, Invalid
from smm.posts import Whole
from smm.roles import Right
from smm.text import clean
from storage import audit, brands, notes, targets
from storage import posts as kept
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork

NOTE = 2_000


def hold_post(uow: UnitOfWork, actor: Actor, post_id: int, reason: str) -> Post:
    """Park one post; the client may, too, and must say why."""
    actor.must(Right.HOLD)
    whole = posts.take(uow, actor, post_id)
    reason = clean(reason.strip(), NOTE)
    if not reason:
        raise Invalid(N_("Say why it should wait: the team sees it."), field="reason")
    if whole.post.on_hold:
        raise Conflict(N_("It is on hold already."))
    if not {target.state for target in whole.targets} & set(states.UNSENT):
        raise Conflict(N_("There is nothing left to hold: it is out, or going out right now."))
    kept.change_post(uow, post_id, on_hold=True)
    notes.add_to_post(uow, post_id, "client" if actor.is_client else "internal", actor.member_id, reason)
    for target in whole.targets:
        _park(uow, target)
    posts.record(uow, actor, whole, "post.hold", reason=reason)
    alerts.tell(uow, whole.brand.id, "team", "post_alert", post_id, urgency=alerts.URGENT)
    return posts.settle(uow, post_id)


def resume_post(uow: UnitOfWork, actor: Actor, post_id: int) -> Post:
    """Lift the hold of one post."""
    _must_lift(actor)
    whole = posts.take(uow, actor, post_id)
    if not whole.post.on_hold:
        raise Conflict(N_("It is not on hold."))
    kept.change_post(uow, post_id, on_hold=False)
    if not whole.brand.on_hold:
        _restore(uow, whole)
    posts.record(uow, actor, whole, "post.resume")
    return posts.settle(uow, post_id)


def hold_brand(uow: UnitOfWork, actor: Actor) -> int:
    """Stop everything of the brand that is not out yet; return how many posts were parked."""
    actor.must(Right.HOLD)
    _switch(uow, actor, on_hold=True)
    rows = targets.of_brand(uow, actor.brand_id, states.WAITING)
    _lock(uow, rows)
    for target in rows:
        _park(uow, target)
    _record(uow, actor, "brand.hold")
    return _settle_all(uow, rows)


def resume_brand(uow: UnitOfWork, actor: Actor) -> int:
    """Let the brand publish again; return how many posts were freed."""
    _must_lift(actor)
    _switch(uow, actor, on_hold=False)
    rows = targets.of_brand(uow, actor.brand_id, ("held",))
    freed = [post for post in _lock(uow, rows) if not post.on_hold]
    for post in freed:
        _restore(uow, posts.look(uow, post))
    _record(uow, actor, "brand.resume")
    return _settle_all(uow, [row for row in rows if row.post_id in {post.id for post in freed}])


def _must_lift(actor: Actor) -> None:
    """Anybody with the right may stop, the client too; letting things out again is the team's decision."""
    actor.must(Right.HOLD)
    if actor.is_client:
        raise Forbidden(N_("Only the team can lift a hold. Write to them here."))


def _switch(uow: UnitOfWork, actor: Actor, *, on_hold: bool) -> None:
    if not brands.switch(uow, actor.brand_id, on_hold=on_hold):
        raise Conflict(N_("The brand is on hold already.") if on_hold else N_("The brand is not on hold."))


def _record(uow: UnitOfWork, actor: Actor, action: str) -> None:
    audit.append(
        uow,
        brand_id=actor.brand_id,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action=action,
        object=f"brand:{actor.brand_id}",
        facts={},
    )


def _lock(uow: UnitOfWork, rows: list[Target]) -> list[Post]:
    return kept.lock_many(uow, [row.post_id for row in rows])


def _park(uow: UnitOfWork, target: Target) -> None:
    targets.move(uow, target, *states.WAITING, to="held", due_at=target.due_at, error=target.error, claim=True)


def _restore(uow: UnitOfWork, whole: Whole) -> None:
    for target in whole.targets:
        ahead = target.due_at is not None and target.due_at > uow.now and whole.is_approved
        to = "scheduled" if ahead else "missed"
        targets.move(uow, target, "held", to=to, due_at=target.due_at if ahead else None, claim=True)
    uow.wake("due")


def _settle_all(uow: UnitOfWork, rows: list[Target]) -> int:
    post_ids = {row.post_id for row in rows}
    for post_id in sorted(post_ids):
        post = posts.settle(uow, post_id)
        if post.state == "missed":
            alerts.tell(uow, post.brand_id, "alerts", "post_alert", post_id, urgency=alerts.URGENT)
    return len(post_ids)
