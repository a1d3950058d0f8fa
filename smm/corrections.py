"""Corrections: a typo in a post that is out. Other words are a version like any other, approved as the first was, then put there.

What a network's programs cannot do is left to people: by hand, taken down and published anew, or left as it is. How words get to
the networks is smm/amending.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from smm import amending, approvals, declared, posts, preflight
from smm.actors import Actor
from smm.contents import MOST_TEXT
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.networks import Can
from smm.posts import Whole
from smm.roles import Right
from smm.text import clean
from smm.versions import Content
from storage import accounts, corrections, targets
from storage import posts as kept
from storage.accounts import Account
from storage.corrections import Correction
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork

COMMON = 0  # stands for the text that accounts without one of their own have
STANDING = ("waiting", "due", "working", "blocked", "hands", "removing")


@dataclass(frozen=True, slots=True)
class Way:
    """How a target would be corrected: by the desk, or why not, in words of the catalogue with their facts."""

    account: Account
    words: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A correction with all that its card needs."""

    row: Correction
    whole: Whole
    target: Target
    account: Account
    live: Content


def can_correct(whole: Whole) -> bool:
    """Say whether there is something live to correct, and nothing of the post is on its way."""
    found = {target.state for target in whole.targets}
    return "published" in found and not found & {"publishing", "outcome_unknown"}


def newest(whole: Whole) -> dict[int, Correction]:
    """Return the newest correction of each target that has one that says something."""
    return {row.target_id: row for row in whole.corrections if row.state != "dropped"}


def standing(whole: Whole) -> list[Correction]:
    """Return the corrections of which something is still to come."""
    return [row for row in newest(whole).values() if row.state in STANDING]


def ways(uow: UnitOfWork, whole: Whole) -> list[Way]:
    """Return how each target that is live would be corrected."""
    found = []
    for target in whole.targets:
        account = accounts.get(uow, target.account_id)
        if target.state == "published" and account is not None:
            found.append(Way(account, *amending.why_not(account, target)))
    return found


def own_texts(whole: Whole) -> list[int]:
    """Return the accounts that are live with a text of their own."""
    live = [target.account_id for target in whole.targets if target.state == "published"]
    return [account_id for account_id in live if account_id in whole.content.overrides]


def correct(uow: UnitOfWork, actor: Actor, post_id: int, seen: int, texts: Mapping[int, str]) -> Post:
    """Make a version with other words, and ask about it where the policy says so; then it goes to where the post is live.

    `texts` by account; COMMON is the text of all that have none of their own. What is not named stays.
    """
    actor.must(Right.WRITE)
    whole = posts.take(uow, actor, post_id, seen)
    _must_be_live(whole)
    before = whole.version.hash
    whole = posts.renew(uow, actor, whole, _with(whole.content, texts))
    _must_fit(uow, whole)
    if not _add(uow, whole):
        raise Invalid(N_("These are the words that stand there already. Change something."), field="text")
    posts.record(uow, actor, whole, "post.correct", before=before)
    if whole.policy.steps:
        approvals.put(uow, actor, whole)
    else:
        amending.release(uow, whole)
    return posts.settle(uow, post_id)


def _must_be_live(whole: Whole) -> None:
    if not can_correct(whole):
        raise Conflict(N_("It can be corrected once it is live and nothing of it is on its way. Look at its card."))


def _with(content: Content, texts: Mapping[int, str]) -> Content:
    cleaned = {account: clean(text.strip(), MOST_TEXT) for account, text in texts.items()}
    own = {account: cleaned.get(account, text) for account, text in content.overrides.items()}
    return replace(content, text=cleaned.get(COMMON, content.text), overrides=own)


def _must_fit(uow: UnitOfWork, whole: Whole) -> None:
    live = {target.account_id for target in whole.targets if target.state == "published"}
    for problem in preflight.problems(uow, whole):
        if problem.blocks and problem.part == "text" and problem.account_id in live:
            raise Invalid(problem.words, field="text", **problem.facts)


def _add(uow: UnitOfWork, whole: Whole) -> int:
    """Add a correction for each target whose words change and that has none yet; return how many there are."""
    count = 0
    for target in whole.targets:
        if target.state == "published" and amending.differs(uow, whole, target):
            corrections.add(uow, whole.post.id, target.id, whole.post.version, whole.version.hash)
            count += 1
    return count


def drop(uow: UnitOfWork, actor: Actor, post_id: int, seen: int) -> Post:
    """Withdraw a correction that is not made yet: the post says again what is live."""
    actor.must(Right.WRITE)
    whole = posts.take(uow, actor, post_id, seen)
    rows = standing(whole)
    if not rows:
        raise Conflict(N_("There is no correction to withdraw."))
    if any(row.state in {"working", "removing"} for row in rows):
        raise Conflict(N_("It is being corrected right now. Wait a moment, then look at its card."))
    if any(row.unsure for row in rows):
        raise Conflict(N_("The new words may stand there by now. Correct them once more instead."))
    first = next(target for target in whole.targets if target.id == rows[-1].target_id)
    content = amending.live(uow, whole, first)
    for row in rows:
        corrections.move(uow, row, "dropped", claim=True)
    whole = posts.renew(uow, actor, whole, replace(whole.content, text=content.text, overrides=content.overrides))
    posts.record(uow, actor, whole, "post.uncorrect")
    return posts.settle(uow, post_id)


def shown(uow: UnitOfWork, correction_id: int) -> Shown | None:
    """Return a correction with its post, for the card on which people choose."""
    row = corrections.get(uow, correction_id)
    post = kept.get(uow, row.post_id) if row else None
    target = targets.get(uow, row.target_id) if row else None
    account = accounts.get(uow, target.account_id) if target else None
    if row is None or post is None or target is None or account is None:
        return None
    whole = posts.look(uow, post)
    return Shown(row, whole, target, account, amending.live(uow, whole, target))


def can_renew(uow: UnitOfWork, whole: Whole, target: Target) -> bool:
    """Say whether a publication can be taken down and published anew by the desk."""
    account = accounts.get(uow, target.account_id)
    able = account is not None and account.closed_at is None and bool(target.remote_id)
    return able and all(declared.allows(account, what) for what in (Can.DELETE, Can.PUBLISH))  # type: ignore[arg-type]


def made(uow: UnitOfWork, actor: Actor, correction_id: int) -> Post:
    """Believe a person that they have corrected it by hand."""
    whole, row = _asked(uow, actor, correction_id)
    corrections.move(uow, row, "done", done_at=uow.now, unsure=False, claim=True)
    targets.change(uow, row.target_id, published_hash=row.hash)
    posts.record(uow, actor, whole, "target.corrected", target=row.target_id, to=row.version)
    return posts.settle(uow, whole.post.id)


def leave(uow: UnitOfWork, actor: Actor, correction_id: int) -> Post:
    """Leave a publication as it is."""
    whole, row = _asked(uow, actor, correction_id)
    corrections.move(uow, row, "left", done_at=uow.now, claim=True, error=row.error)
    posts.record(uow, actor, whole, "target.left", target=row.target_id)
    return posts.settle(uow, whole.post.id)


def again(uow: UnitOfWork, actor: Actor, correction_id: int) -> Post:
    """Let the desk try once more."""
    whole, row = _asked(uow, actor, correction_id)
    corrections.move(uow, row, "waiting", claim=True, failures=0)
    amending.release(uow, whole)
    return posts.settle(uow, whole.post.id)


def anew(uow: UnitOfWork, actor: Actor, correction_id: int) -> Post:
    """Take a publication down, and publish the approved words anew: a person has agreed to lose what people said under it."""
    whole, row = _asked(uow, actor, correction_id)
    target = next(each for each in whole.targets if each.id == row.target_id)
    if not can_renew(uow, whole, target):
        raise Conflict(N_("The desk cannot take it down there. Do it by hand, or leave it as it is."))
    corrections.move(uow, row, "removing", due_at=uow.now, claim=True, failures=0)
    posts.record(uow, actor, whole, "target.take_down", target=target.id)
    return posts.settle(uow, whole.post.id)


def _asked(uow: UnitOfWork, actor: Actor, correction_id: int) -> tuple[Whole, Correction]:
    """Return a correction that is left to people, of the version that is approved."""
    actor.must(Right.WRITE)
    row = corrections.get(uow, correction_id)
    if row is None:
        raise NotFound(N_("There is no such post here. The week's posts: /plan"))
    whole = posts.take(uow, actor, row.post_id)
    row = next((each for each in whole.corrections if each.id == correction_id), None)
    if row is None or row.state != "hands" or row.version != whole.post.version or not whole.is_approved:
        raise Conflict(N_("That has been answered already; the card shows how it stands."))
    return whole, row
