"""The states of a post: derived from its approvals and targets, never set by hand.

Pure functions; smm/posts.py keeps the result. The life cycle is drawn in the design's life-cycles, section 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from smm.policy import Policy
from storage.approvals import Approval
from storage.posts import Post, Target

UNSENT = ("draft", "scheduled", "retry_wait", "held", "auth_blocked", "missed", "failed", "by_hand")
WAITING = ("scheduled", "retry_wait")
IN_FLIGHT = ("publishing", "outcome_unknown")
PUBLIC = ("published", "partially_published")
PLANNED = ("scheduled", "publishing", "retry_wait")
REVIEW = ("internal_review", "client_review")
SETTLED = ("published", "cancelled")
GROUPS = {  # how people look for posts
    "draft": ("draft", "changes_requested", "rejected", "expired"),
    "review": REVIEW,
    "ready": ("approved", "scheduled", "publishing", "retry_wait", "on_hold", "by_hand"),
    "trouble": ("auth_blocked", "missed", "failed", "outcome_unknown", "partially_published"),
    "live": ("published",),
}
_DECIDED = {"changes": "changes_requested", "rejected": "rejected", "expired": "expired"}
_WORST = ("auth_blocked", "missed", "failed")


def current(post: Post, approvals: Sequence[Approval]) -> list[Approval]:
    """Return the approvals of the post's current version, in the order of their steps."""
    return [each for each in approvals if each.version == post.version and each.state != "superseded"]


def approved(post: Post, digest: str, approvals: Sequence[Approval], policy: Policy) -> bool:
    """Say whether every step of the policy approved exactly this content."""
    given = {
        (each.step, each.audience)
        for each in current(post, approvals)
        if each.state == "approved" and each.hash == digest
    }
    return all((number, step.audience) in given for number, step in enumerate(policy.steps))


def agreed(targets: Sequence[Target], approvals: Sequence[Approval]) -> str:
    """Return the quorum by which the client approved what is live, empty where they did not: no later change goes round them."""
    live = {target.published_hash for target in targets if target.state == "published"}
    given = [each for each in approvals if each.audience == "client" and each.state == "approved" and each.hash in live]
    return given[-1].quorum if given else ""


def is_open(targets: Sequence[Target]) -> bool:
    """Say whether something of a post can still be changed: it is not going out, not out everywhere, not dropped."""
    found = {target.state for target in targets}
    return bool(found & set(UNSENT)) and not found & set(IN_FLIGHT)


def derive(post: Post, targets: Sequence[Target], approvals: Sequence[Approval], *, is_approved: bool) -> str:
    """Return the state of the whole post."""
    states = {target.state for target in targets} - {"cancelled"}
    if not states:
        return "cancelled"
    return _gone_out(states) or _held(post, states) or _stuck(states) or _reviewed(post, states, approvals, is_approved)


def _gone_out(states: set[str]) -> str:
    for flying in reversed(IN_FLIGHT):
        if flying in states:
            return flying
    if "by_hand" in states:
        return "by_hand"
    if "published" not in states:
        return ""
    if states == {"published"}:
        return "published"
    if "draft" in states:
        return ""
    return "publishing" if states & set(WAITING) else "partially_published"


def _held(post: Post, states: set[str]) -> str:
    return "on_hold" if post.on_hold or "held" in states else ""


def _stuck(states: set[str]) -> str:
    if "retry_wait" in states:
        return "retry_wait"
    return next((worst for worst in _WORST if worst in states), "")


def _reviewed(post: Post, states: set[str], approvals: Sequence[Approval], is_approved: bool) -> str:
    rows = current(post, approvals)
    if rows and rows[-1].state == "open":
        return f"{rows[-1].audience}_review"
    if rows and rows[-1].state in _DECIDED:
        return _DECIDED[rows[-1].state]
    if "scheduled" in states:
        return "scheduled"
    return "approved" if is_approved and rows else "draft"
