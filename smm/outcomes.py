"""What people say about a publication of which nobody knows whether it is live: it is there, send it again, or drop it."""

from __future__ import annotations

from urllib.parse import urlsplit

from smm import posts, publishing
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid
from smm.posts import Whole
from smm.roles import Right
from storage import attempts, targets
from storage import posts as kept
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork


def there(uow: UnitOfWork, actor: Actor, target_id: int, link: str) -> Post:
    """Believe a person that it is live, at a link they have seen."""
    whole, target = _asked(uow, actor, target_id)
    link = link.strip()[:2_000]
    if urlsplit(link).scheme not in {"http", "https"}:
        raise Invalid(N_("Paste the address of the post; it begins with https://"), field="link")
    tried = _close(uow, target, "ok", actor)
    targets.set_live(uow, target.id, "", link, tried or whole.version.hash)
    return _finish(uow, actor, whole, target, "there", link=link)


def again(uow: UnitOfWork, actor: Actor, target_id: int) -> Post:
    """Send it once more, as a new generation with a new key, because a person has looked and it is not there."""
    whole, target = _asked(uow, actor, target_id)
    _close(uow, target, "unknown", actor)
    kept.change_post(uow, whole.post.id, slot_at=uow.now, late_at=None)
    targets.move(uow, target, "outcome_unknown", to="scheduled", due_at=uow.now, failures=0, claim=True)
    targets.change(uow, target.id, generation=target.generation + 1)
    uow.wake("due")
    return _finish(uow, actor, whole, target, "again")


def drop(uow: UnitOfWork, actor: Actor, target_id: int) -> Post:
    """Leave it at that: it is not sent to this account."""
    whole, target = _asked(uow, actor, target_id)
    _close(uow, target, "unknown", actor)
    targets.move(uow, target, "outcome_unknown", to="cancelled", claim=True)
    return _finish(uow, actor, whole, target, "drop")


def _asked(uow: UnitOfWork, actor: Actor, target_id: int) -> tuple[Whole, Target]:
    actor.must(Right.WRITE)
    target = targets.get(uow, target_id)
    whole = posts.take(uow, actor, target.post_id if target else 0)
    target = next(each for each in whole.targets if each.id == target_id)
    if target.state != "outcome_unknown":
        raise Conflict(N_("That has been answered already; the card shows how it stands."))
    return whole, target


def _close(uow: UnitOfWork, target: Target, outcome: str, actor: Actor) -> str:
    digest = ""
    for attempt in attempts.open_of(uow, publishing.KIND, target.id):
        attempts.close_attempt(uow, attempt.id, outcome, f"member:{actor.member_id}")
        digest = attempt.content_hash
    return digest


def _finish(uow: UnitOfWork, actor: Actor, whole: Whole, target: Target, answer: str, **facts: str) -> Post:
    posts.record(uow, actor, whole, f"target.{answer}", target=target.id, **facts)
    return posts.settle(uow, whole.post.id)
