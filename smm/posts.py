"""Posts: made, edited, placed in time, cancelled. Every change of content is a new version, and a new version is not approved.

Each use case locks the post first, so that whatever races (an edit, a decision, the publisher) happens one after the other.
The state is derived (smm/states.py); who may approve stands in smm/approvals.py, how it goes out in smm/publishing.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from smm import alerts, contents, policy, states, versions
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.policy import Policy
from smm.roles import Right
from smm.text import clean
from smm.versions import Content
from storage import approvals, audit, batches, brands, corrections, notes, plans, posts, targets
from storage.approvals import Approval
from storage.brands import Brand
from storage.corrections import Correction
from storage.posts import Post, Target, Version
from storage.unit_of_work import UnitOfWork

VIEWS = ("post", "post_client", "post_alert", "post_late")
BATCH_VIEWS = ("batch", "batch_told")


class Stale(Conflict):
    """The version that a person looked at is not the current one."""

    def __init__(self, post: Post, seen: int) -> None:
        self.post = post
        self.seen = seen
        super().__init__(N_("There is version {current}, this was {seen}."), current=post.version, seen=seen)


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with everything that decides what may be done with it."""

    post: Post
    brand: Brand
    policy: Policy
    version: Version
    content: Content
    targets: list[Target]
    approvals: list[Approval]
    corrections: list[Correction]

    @property
    def is_approved(self) -> bool:
        """Whether every step of the policy approved exactly the current content."""
        return states.approved(self.post, self.version.hash, self.approvals, self.policy)

    @property
    def open_approval(self) -> Approval | None:
        """The question that is being asked about the current version, also when its time has run out."""
        rows = states.current(self.post, self.approvals)
        return rows[-1] if rows and rows[-1].state in {"open", "expired"} else None


def look(uow: UnitOfWork, post: Post) -> Whole:
    """Return a post with its brand, current version, targets and approvals."""
    brand = brands.get(uow, post.brand_id)
    version = posts.version(uow, post.id, post.version)
    assert brand is not None
    assert version is not None
    found, given = targets.of_post(uow, post.id), approvals.of_post(uow, post.id)
    is_out = any(target.state == "published" for target in found)
    return Whole(
        post,
        brand,
        policy.at_least(policy.read(brand.policy), states.agreed(found, given)),
        version,
        versions.unpack(version.content),
        found,
        given,
        corrections.of_post(uow, post.id) if is_out else [],
    )


def find(uow: UnitOfWork, brand_id: int, post_id: int) -> Whole:
    """Return a post of the brand; another brand's post is not there."""
    post = posts.get(uow, post_id)
    if post is None or post.brand_id != brand_id:
        raise NotFound(N_("There is no such post here. The week's posts: /plan"))
    return look(uow, post)


def take(uow: UnitOfWork, actor: Actor, post_id: int, seen: int = 0) -> Whole:
    """Lock a post of the actor's brand for this transaction; `seen` is the version that the person looked at."""
    post = posts.lock(uow, post_id)
    if post is None or post.brand_id != actor.brand_id:
        raise NotFound(N_("There is no such post here. The week's posts: /plan"))
    if seen and seen != post.version:
        raise Stale(post, seen)
    return look(uow, post)


def settle(uow: UnitOfWork, post_id: int) -> Post:
    """Derive a post's state, keep it, and redraw its cards wherever they stand."""
    post = posts.get(uow, post_id)
    assert post is not None
    whole = look(uow, post)
    state = states.derive(post, whole.targets, whole.approvals, is_approved=whole.is_approved)
    if state != post.state:
        posts.change_post(uow, post_id, state=state)
    for view in VIEWS:
        alerts.refresh(uow, view, post_id)
    for approval in whole.approvals:
        alerts.refresh(uow, "decision", approval.id)
    for row in whole.corrections:
        alerts.refresh(uow, "correction", row.id)
    _redraw_lists(uow, post)
    return replace(post, state=state)


def _redraw_lists(uow: UnitOfWork, post: Post) -> None:
    """Redraw the cards on which a post stands among others: lists for the client, and their plans from this month on."""
    for batch_id in batches.with_post(uow, post.id):
        for view in BATCH_VIEWS:
            alerts.refresh(uow, view, batch_id)
    for plan in plans.since(uow, post.brand_id, f"{uow.now - timedelta(days=1):%Y-%m}"):
        alerts.refresh(uow, "plan_client", plan.id)


def record(uow: UnitOfWork, actor: Actor | None, whole: Whole, action: str, **facts: Any) -> None:
    """Write into the audit trail what happened to a post, with its version and hash."""
    audit.append(
        uow,
        brand_id=whole.brand.id,
        actor=f"member:{actor.member_id}" if actor else "desk",
        identity=actor.identity if actor else "",
        action=action,
        object=f"post:{whole.post.id}",
        facts={"version": whole.post.version, "hash": whole.version.hash, **facts},
    )


def create(uow: UnitOfWork, actor: Actor, content: Content, slot_at: datetime | None = None) -> Post:
    """Make a draft with its first version."""
    actor.must(Right.WRITE)
    brand = brands.get(uow, actor.brand_id)
    assert brand is not None
    content = contents.check(uow, brand, content)
    _check_slot(uow, slot_at)
    post_id = posts.add_post(uow, brand.id, actor.member_id, slot_at)
    for account_id in sorted(set(content.accounts)):
        targets.add(uow, post_id, account_id)
    _add_version(uow, brand, post_id, 1, content, slot_at, actor.member_id)
    post = posts.get(uow, post_id)
    assert post is not None
    record(uow, actor, look(uow, post), "post.create")
    return post


def edit(uow: UnitOfWork, actor: Actor, post_id: int, seen: int, content: Content, slot_at: datetime | None) -> Post:
    """Make a new version, from any state: it waits for approval again and keeps its slot; what was asked is withdrawn."""
    actor.must(Right.WRITE)
    whole = take(uow, actor, post_id, seen)
    _must_not_be_out(whole)
    content = contents.check(uow, whole.brand, content)
    if slot_at != whole.post.slot_at:
        _check_slot(uow, slot_at)
    if versions.pack(replace(content, slot="")) == versions.pack(replace(whole.content, slot="")):
        return whole.post if slot_at == whole.post.slot_at else _move_slot(uow, actor, whole, slot_at)
    _withdraw(uow, whole)
    _match_targets(uow, whole, content)
    posts.change_post(uow, post_id, slot_at=slot_at, late_at=None)
    _add_version(uow, whole.brand, post_id, whole.post.version + 1, content, slot_at, actor.member_id)
    post = settle(uow, post_id)
    record(uow, actor, look(uow, post), "post.edit", before=whole.version.hash)
    return post


def renew(uow: UnitOfWork, actor: Actor, whole: Whole, content: Content | None = None) -> Whole:
    """Make a new version, of the same content unless another is given, so that it can be asked about once more."""
    _withdraw(uow, whole)
    number, content = whole.post.version + 1, content or whole.content
    _add_version(uow, whole.brand, whole.post.id, number, content, whole.post.slot_at, actor.member_id)
    return look(uow, replace(whole.post, version=number))


def place(uow: UnitOfWork, actor: Actor, post_id: int, seen: int, slot_at: datetime | None) -> Post:
    """Give a post its time, or take it away; if it is approved it will go out at its time by itself."""
    actor.must(Right.WRITE)
    whole = take(uow, actor, post_id, seen)
    _must_not_be_out(whole)
    _check_slot(uow, slot_at)
    return _move_slot(uow, actor, whole, slot_at)


def publish_now(uow: UnitOfWork, actor: Actor, post_id: int, seen: int) -> Post:
    """Let an approved post go out at once."""
    actor.must(Right.WRITE)
    whole = take(uow, actor, post_id, seen)
    _must_not_be_out(whole)
    if not whole.is_approved:
        raise Conflict(N_("This version is not approved yet. Press Send for approval first."))
    if whole.post.on_hold or whole.brand.on_hold:
        raise Conflict(N_("It is on hold. Lift the hold first: /resume"))
    if whole.policy.slot_bound:
        raise Conflict(N_("The time is a part of what was approved. Pick a time and send it for approval again."))
    return _move_slot(uow, actor, whole, uow.now)


def cancel(uow: UnitOfWork, actor: Actor, post_id: int, seen: int = 0) -> Post:
    """Drop what has not gone out yet."""
    actor.must(Right.WRITE)
    whole = take(uow, actor, post_id, seen)
    _must_not_be_out(whole)
    approvals.supersede(uow, post_id)
    for target in whole.targets:
        targets.move(uow, target, *states.UNSENT, to="cancelled", claim=True)
    post = settle(uow, post_id)
    record(uow, actor, whole, "post.cancel")
    return post


def remark(uow: UnitOfWork, actor: Actor, post_id: int, text: str) -> None:
    """Keep a remark for the team alone. What is said to the client goes through smm/comments.py."""
    actor.must(Right.SEE)
    whole = take(uow, actor, post_id)
    text = clean(text.strip(), 2_000)
    if not text:
        raise Invalid(N_("The remark is empty."), field="text")
    notes.add_to_post(uow, post_id, "internal", actor.member_id, text)
    record(uow, actor, whole, "post.remark", audience="internal")
    settle(uow, post_id)


def duplicate(uow: UnitOfWork, actor: Actor, post_id: int) -> Post:
    """Make a draft with the same content and no time."""
    return create(uow, actor, replace(find(uow, actor.brand_id, post_id).content, slot=""))


def arm(uow: UnitOfWork, whole: Whole) -> bool:
    """Schedule an approved post for its slot; False if it has none, or if its cut-off has passed and a person must choose."""
    slot_at = whole.post.slot_at
    if not whole.is_approved or slot_at is None or is_late(whole, uow.now):
        return False
    schedule(uow, whole, slot_at)
    return True


def is_late(whole: Whole, now: datetime) -> bool:
    """Whether a post has a time that is too near, or has passed, for an approval to let it go out by itself."""
    return whole.post.slot_at is not None and whole.post.slot_at - whole.policy.cutoff < now


def schedule(uow: UnitOfWork, whole: Whole, due_at: datetime) -> None:
    """Set every target that is not out to go at a moment."""
    state = "held" if whole.post.on_hold or whole.brand.on_hold else "scheduled"
    for target in whole.targets:
        targets.move(uow, target, *states.UNSENT, to=state, due_at=due_at, failures=0, claim=True)
    uow.wake("due")


def _move_slot(uow: UnitOfWork, actor: Actor, whole: Whole, slot_at: datetime | None) -> Post:
    if slot_at == whole.post.slot_at and slot_at is None:
        return whole.post
    posts.change_post(uow, whole.post.id, slot_at=slot_at, late_at=None)
    whole = replace(whole, post=replace(whole.post, slot_at=slot_at))
    if whole.policy.slot_bound and whole.content.slot != _iso(slot_at):
        whole = renew(uow, actor, whole)
    if slot_at is not None and whole.is_approved:
        schedule(uow, whole, slot_at)
    elif slot_at is None:
        _unschedule(uow, whole)
    record(uow, actor, whole, "post.place", slot=_iso(slot_at))
    return settle(uow, whole.post.id)


def _withdraw(uow: UnitOfWork, whole: Whole) -> None:
    approvals.supersede(uow, whole.post.id)
    _unschedule(uow, whole)


def _unschedule(uow: UnitOfWork, whole: Whole) -> None:
    for target in whole.targets:
        targets.move(uow, target, *states.UNSENT, to="draft", failures=0, claim=True)


def _match_targets(uow: UnitOfWork, whole: Whole, content: Content) -> None:
    known = {target.account_id: target for target in whole.targets}
    for account_id in sorted(set(content.accounts) - known.keys()):
        targets.add(uow, whole.post.id, account_id)
    for account_id, target in known.items():
        if account_id not in content.accounts and target.state in states.UNSENT:
            targets.change(uow, target.id, state="cancelled", due_at=None)
        elif account_id in set(content.accounts) - set(whole.content.accounts) and target.state == "cancelled":
            targets.change(
                uow, target.id, state="draft", due_at=None
            )  # added anew; what a person dropped stays dropped


def _must_not_be_out(whole: Whole) -> None:
    found = {target.state for target in whole.targets}
    if "publishing" in found:
        raise Conflict(N_("It is going out right now. Wait for the receipt on its card."))
    if "outcome_unknown" in found:
        raise Conflict(N_("Nobody knows yet whether it is live. Answer that on its card first."))
    if not found & set(states.UNSENT):
        raise Conflict(N_("There is nothing left to change: it is published or cancelled. Duplicate it for a new one."))


def _add_version(
    uow: UnitOfWork, brand: Brand, post_id: int, number: int, content: Content, slot_at: datetime | None, author_id: int
) -> None:
    bound = policy.read(brand.policy).slot_bound
    content = replace(content, slot=_iso(slot_at) if bound else "")
    digest = versions.fingerprint(content)
    posts.add_version(uow, post_id, number, digest, versions.pack(content), author_id)
    corrections.follow(uow, post_id, number, digest)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _check_slot(uow: UnitOfWork, slot_at: datetime | None) -> None:
    if slot_at is not None and slot_at < uow.now:
        raise Invalid(N_("That time has passed. Pick a later one."), field="slot")
