"""Approvals: a version is put to the policy's steps, one after the other, and each step is decided once.

A decision holds for one version alone. The first decision stands: one conditional update decides, and whoever comes later is
told who was first. Reminders and deadlines stand in smm/reminders.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from smm import alerts, amending, batches, posts, preflight, states, voices
from smm.actors import Actor
from smm.errors import N_, Conflict, DeskError, Forbidden, Invalid
from smm.policy import Step, reminder
from smm.posts import Whole
from smm.roles import ROLES, Right, Role
from smm.text import clean
from storage import approvals, members
from storage import posts as kept
from storage.approvals import Approval
from storage.members import Member
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

Decision = Literal["approve", "changes", "reject"]
RIGHTS = {"internal": Right.APPROVE, "client": Right.SIGN_OFF}
ROOMS = {"internal": "team", "client": "client"}
CARDS = {"internal": "post", "client": "post_client"}
STATES: dict[Decision, str] = {"approve": "approved", "changes": "changes", "reject": "rejected"}
REASON = 2_000
PASSED = N_("Not sent: the time of this post has passed. Give it a new one, or send it without a time.")
TOO_NEAR = N_("Not sent: nobody can approve this before its time. Give it a later one, or send it without a time.")


class Late(Conflict):
    """The time of a post has passed, or is too near for its approval to come first."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one press. `needs` is how many more approvals the step waits for; `late` that the slot has passed."""

    post: Post
    state: str
    needs: int = 0
    late: bool = False


def submit(uow: UnitOfWork, actor: Actor, post_id: int, seen: int = 0) -> Post:
    """Put the current version to the first step of the policy."""
    actor.must(Right.WRITE)
    whole = posts.take(uow, actor, post_id, seen)
    _must_be_askable(uow, whole)
    if any(row.version == whole.post.version and row.state != "superseded" for row in whole.approvals):
        whole = posts.renew(uow, actor, whole)
    put(uow, actor, whole)
    return posts.settle(uow, post_id)


def put(uow: UnitOfWork, actor: Actor, whole: Whole) -> None:
    """Put a version to the first step, where somebody can answer every one."""
    for step in whole.policy.steps:
        _must_be_answerable(uow, whole, step)
    _ask(uow, whole, 0)
    posts.record(uow, actor, whole, "post.submit")


def _must_be_askable(uow: UnitOfWork, whole: Whole) -> None:
    if not whole.policy.steps:
        raise Conflict(N_("This brand needs no approval. Press Pick a time or Publish now."))
    if whole.post.state in {"published", "cancelled", "publishing", "outcome_unknown"}:
        raise Conflict(N_("There is nothing left to approve. Duplicate the post for a new one."))
    if whole.is_approved:
        raise Conflict(N_("This version is approved already. Press Pick a time or Publish now."))
    waiting = whole.open_approval
    if waiting is not None and waiting.state == "open":
        raise Conflict(N_("This version is already waiting for its approval: /approvals"))
    blocking = [problem for problem in preflight.problems(uow, whole) if problem.blocks]
    if blocking:
        raise blocking[0].error()
    if late := too_late(whole, uow.now):
        raise Late(late)


def too_late(whole: Whole, now: datetime) -> str:
    """Return why no approval can come before a post's time, in words of the catalogue; empty where one can."""
    if not posts.is_late(whole, now):
        return ""
    return PASSED if whole.post.slot_at is not None and whole.post.slot_at <= now else TOO_NEAR


def _ask(uow: UnitOfWork, whole: Whole, number: int) -> None:
    step = whole.policy.steps[number]
    deadline = _deadline(whole, uow.now)
    remind = reminder(whole.policy, step.audience, whole.brand.zone, uow.now, deadline)
    approvals.ask(
        uow,
        whole.post.id,
        whole.post.version,
        whole.version.hash,
        number,
        step.audience,
        step.quorum,
        deadline,
        remind,
    )
    if step.audience == "client":
        batches.ask(uow, whole.brand.id, whole.post.id, whole.post.version)
    else:
        alerts.tell(uow, whole.brand.id, "team", "post", whole.post.id, {"version": str(whole.post.version)})


def _must_be_answerable(uow: UnitOfWork, whole: Whole, step: Step) -> None:
    must_suffice(step, len(deciders(uow, whole, step.audience)))


def must_suffice(step: Step, people: int) -> None:
    """Refuse to ask so few people that a step could never be decided."""
    if not people and step.audience == "client":
        raise Invalid(N_("Nobody of the client can approve yet. Invite a client: /members"))
    if not people:
        raise Invalid(N_("Nobody but the author may approve this. Invite an owner or a manager: /members"))
    if step.quorum.isdigit() and int(step.quorum) > people:
        raise Invalid(
            N_("The policy wants {wanted} approvals, but only {there} people may give one. Invite more: /members"),
            wanted=step.quorum,
            there=people,
        )


def _deadline(whole: Whole, now: datetime) -> datetime:
    latest = now + whole.policy.deadline
    if whole.post.slot_at is None or whole.post.slot_at <= now:
        return latest
    return min(latest, max(now, whole.post.slot_at - whole.policy.cutoff))


def deciders(uow: UnitOfWork, whole: Whole, audience: str) -> list[Member]:
    """Return who may decide a step about the current version today: those with the right, its authors aside."""
    roles = [role.value for role in ROLES[RIGHTS[audience]]]
    authors = set() if whole.policy.self_approval else authors_of(whole)
    return [member for member in approvals.with_roles(uow, whole.brand.id, roles) if member.id not in authors]


def authors_of(whole: Whole) -> set[int]:
    """Return whose work the current version is."""
    return {whole.post.author_id, whole.version.author_id}


def decide(
    uow: UnitOfWork,
    actor: Actor,
    post_id: int,
    seen: int,
    decision: Decision,
    reason: str = "",
    audience: str = "",
    files: Sequence[str] = (),
    *,
    is_told: bool = True,
) -> Decided:
    """Decide the step that is being asked about version `seen`; `audience` says in whose name, where a person has both.

    What should change is said in words, in a voice note among `files`, or both. Unless it is told elsewhere the team gets a
    card of the decision.
    """
    whole = posts.take(uow, actor, post_id, seen)
    approval = _asked(uow, whole)
    _must_decide(actor, approval, audience)
    reason = clean(reason.strip(), REASON)
    voice = voices.among(uow, whole.brand.id, files)
    if decision != "approve" and not (reason or voice):
        raise Invalid(N_("Say what should change: the author sees it."), field="reason")
    override = _may_approve(uow, actor, whole, approval) if decision == "approve" else False
    if not approvals.add_vote(uow, approval.id, actor.member_id, decision, reason):
        raise Conflict(N_("You have decided this version already. It waits for the others."))
    heard = {"voice": voice.digest} if voice else {}
    posts.record(uow, actor, whole, f"post.{decision}", step=approval.step, reason=reason, override=override, **heard)
    needs = missing(uow, whole, approval) if decision == "approve" else 0
    if needs:
        return Decided(posts.settle(uow, post_id), "open", needs)
    if not approvals.decide(uow, approval.id, STATES[decision], actor.member_id, reason):
        raise Conflict(N_("Somebody else has just decided this version."))
    if voice is not None:
        voices.keep(uow, whole, approval.id, actor.member_id, voice)
    decided = _go_on(uow, actor, whole, approval, decision)
    if is_told:
        alerts.tell(uow, whole.brand.id, "team", "decision", approval.id)
    return decided


def _asked(uow: UnitOfWork, whole: Whole) -> Approval:
    approval = whole.open_approval
    if approval is not None:
        return approval
    rows = [row for row in whole.approvals if row.version == whole.post.version and row.decided_by is not None]
    if not rows:
        raise Conflict(N_("This version is not waiting for an approval."))
    by = members.get(uow, rows[-1].decided_by or 0)
    words = {
        "approved": N_("{name} has already approved this version."),
        "changes": N_("{name} has already asked for changes to this version."),
        "rejected": N_("{name} has already rejected this version."),
    }
    raise Conflict(
        words.get(rows[-1].state, N_("{name} has already decided this version.")), name=by.name if by else "?"
    )


def _must_decide(actor: Actor, approval: Approval, audience: str) -> None:
    if audience and audience != approval.audience:
        raise Conflict(
            N_("The team has approved this version; it waits for the client now.")
            if approval.audience == "client"
            else N_("The team is still looking at this version. You will be asked.")
        )
    if not actor.may(RIGHTS[approval.audience]):
        raise Forbidden(
            N_("This waits for the client. Only the client can sign it off.")
            if approval.audience == "client"
            else N_("Only an owner or a manager approves inside the team.")
        )


def _may_approve(uow: UnitOfWork, actor: Actor, whole: Whole, approval: Approval) -> bool:
    """Refuse before anything is written what could not be finished; say whether the owner's override was used."""
    following = approval.step + 1
    if following < len(whole.policy.steps):
        _must_be_answerable(uow, whole, whole.policy.steps[following])
    return _four_eyes(actor, whole)


def _four_eyes(actor: Actor, whole: Whole) -> bool:
    """Refuse authors; say whether the owner's override, which the policy must allow, was used."""
    if whole.policy.self_approval or actor.member_id not in authors_of(whole):
        return False
    if whole.policy.owner_override and Role.OWNER in actor.roles:
        return True
    raise Forbidden(N_("You wrote this version, so somebody else must approve it."))


def missing(uow: UnitOfWork, whole: Whole, approval: Approval) -> int:
    """Return how many more people must approve a step."""
    given = {vote.member_id for vote in approvals.votes_of(uow, approval.id) if vote.decision == "approve"}
    people = {member.id for member in deciders(uow, whole, approval.audience)}
    return lacking(approval.quorum, people, given)


def lacking(quorum: str, people: set[int], given: set[int]) -> int:
    """Return how many more people must approve what needs a quorum."""
    if quorum == "all":
        return len(people - given)
    wanted = int(quorum) if quorum.isdigit() else 1
    return max(0, wanted - len(given))


def _go_on(uow: UnitOfWork, actor: Actor, whole: Whole, approval: Approval, decision: Decision) -> Decided:
    whole = posts.look(uow, whole.post)
    late = False
    if decision == "approve" and approval.step + 1 < len(whole.policy.steps):
        _ask(uow, whole, approval.step + 1)
    elif decision == "approve":
        amending.release(uow, whole)
        late = not posts.arm(uow, whole) and whole.post.slot_at is not None and states.is_open(whole.targets)
    return Decided(posts.settle(uow, whole.post.id), STATES[decision], late=late)


def approve_all(
    uow: UnitOfWork, actor: Actor, asked: list[tuple[int, int]], audience: str = "", *, is_told: bool = True
) -> list[DeskError | None]:
    """Approve several versions at once; the answer of each stands at its place, None where it was approved."""
    kept.lock_many(uow, [post_id for post_id, _ in asked])
    return [_approve_one(uow, actor, post_id, version, audience, is_told=is_told) for post_id, version in asked]


def approve_batch(uow: UnitOfWork, actor: Actor, batch_id: int, seen: int) -> dict[int, DeskError | None]:
    """Approve what the client saw on a list and did not leave out; the answer of each post, None where it was approved."""
    batch = batches.take(uow, actor, batch_id, seen)
    chosen = [(each.post_id, each.version) for each in batches.items(uow, batch) if not each.left_out]
    held = {post.id for post in kept.lock_many(uow, [post_id for post_id, _ in chosen]) if post.on_hold}
    chosen = [(post_id, version) for post_id, version in chosen if post_id not in held]
    if not chosen:
        raise Conflict(N_("Every post of the list is left out. Take one in, or answer them one by one."))
    answers = approve_all(uow, actor, chosen, "client", is_told=False)
    batches.answered(uow, actor, batch)
    return dict(zip((post_id for post_id, _ in chosen), answers, strict=True))


def _approve_one(
    uow: UnitOfWork, actor: Actor, post_id: int, version: int, audience: str, *, is_told: bool
) -> DeskError | None:
    try:
        decide(uow, actor, post_id, version, "approve", audience=audience, is_told=is_told)
    except DeskError as error:
        return error
    return None


def for_me(uow: UnitOfWork, actor: Actor, *audiences: str) -> list[Approval]:
    """Return what waits for this very person's decision, the nearest slot first: neither what they decided nor their own work."""
    asked = [audience for audience in audiences if actor.may(RIGHTS[audience])]
    rows = waiting(uow, actor.brand_id, *asked) if asked else []
    return [approval for approval in rows if _is_theirs(uow, actor, approval)]


def _is_theirs(uow: UnitOfWork, actor: Actor, approval: Approval) -> bool:
    if any(vote.member_id == actor.member_id for vote in approvals.votes_of(uow, approval.id)):
        return False
    whole = posts.find(uow, actor.brand_id, approval.post_id)
    return whole.policy.self_approval or actor.member_id not in authors_of(whole)


def waiting(uow: UnitOfWork, brand_id: int, *audiences: str) -> list[Approval]:
    """Return what waits for a decision in a brand, the nearest slot first."""
    return approvals.waiting(uow, brand_id, audiences)
