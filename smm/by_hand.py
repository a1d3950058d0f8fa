"""By hand: where no program may publish, a person does, at the right minute, with everything ready to be copied.

    scheduled --hand_over--> by_hand --confirm (a person, or an own item with the same words)--> published
                                |--later----> by_hand, reminded again
                                '--skip-----> cancelled

Nothing was sent, so nothing can be doubtful: a target that waits for hands is no failure; it is
reminded of, and stands in the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from smm import alerts, declared, posts, versions
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.networks import Can, Item
from smm.posts import Whole
from smm.publishing import Publication
from smm.replies.outcome import same_words
from smm.roles import Right
from storage import accounts, attempts, jobs, members, targets
from storage import posts as kept
from storage.accounts import Account
from storage.posts import Post, Target
from storage.unit_of_work import UnitOfWork

VIEW: Final = "by_hand"
STATE: Final = "by_hand"
JOB: Final = "by_hand"
AGAIN: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3))  # after which it is reminded of
LATER: Final = timedelta(minutes=30)
LINK: Final = 2_000


def hand_over(uow: UnitOfWork, publication: Publication, link: str) -> None:
    """Give a publication whose time has come to people; `link` is where they publish it."""
    attempts.close_attempt(uow, publication.attempt_id, "refused", STATE)
    found = _whole(uow, publication.target_id)
    if found is None or found[1].state != "publishing" or found[1].fence != publication.fence:
        return
    _give(uow, *found, link)


def take_over(uow: UnitOfWork, actor: Actor, target_id: int) -> Post:
    """Let people publish what the desk could not."""
    actor.must(Right.WRITE)
    target = targets.get(uow, target_id)
    whole = posts.take(uow, actor, target.post_id if target else 0)
    target = next(each for each in whole.targets if each.id == target_id)
    account = accounts.get(uow, target.account_id)
    if account is None or target.state != "failed" or not whole.is_approved:
        raise Conflict(N_("That has been answered already; the card shows how it stands."))
    _give(uow, whole, target, account.link)
    return posts.settle(uow, whole.post.id)


def can_take_over(account: Account | None, target: Target) -> bool:
    """Say whether people may publish what the desk could not."""
    return account is not None and target.state == "failed" and declared.allows(account, Can.ASSIST)


def _give(uow: UnitOfWork, whole: Whole, target: Target, link: str) -> None:
    targets.move(uow, target, target.state, to=STATE, claim=True)
    targets.change(uow, target.id, link=link[:LINK] if urlsplit(link).scheme in {"http", "https"} else "")
    posts.record(uow, None, whole, "target.by_hand", target=target.id)
    posts.settle(uow, whole.post.id)
    _remind(uow, whole, target.id, 0, AGAIN[0])
    alerts.tell(uow, whole.brand.id, "team", VIEW, target.id, urgency=alerts.URGENT)
    author = members.get(uow, whole.version.author_id)
    if author is not None:
        alerts.tell_member(uow, author, VIEW, target.id, brand_id=whole.brand.id)


def _remind(uow: UnitOfWork, whole: Whole, target_id: int, number: int, wait: timedelta) -> None:
    # The version is a part of the key: what was edited and handed over anew is reminded of anew.
    name = f"{JOB}:{target_id}:{whole.post.version}:{uow.now.isoformat()}:{number}"
    args = {"target_id": target_id, "number": number, "version": whole.post.version}
    jobs.queue(uow, JOB, name, args, uow.now + wait)


def remind(uow: UnitOfWork, args: Mapping[str, Any]) -> bool:
    """Remind of a publication that still waits for hands; say whether it does."""
    found = _whole(uow, args["target_id"])
    if found is None or found[1].state != STATE or found[0].post.version != args["version"]:
        return False
    number = args["number"] + 1
    alerts.tell(uow, found[0].brand.id, "team", VIEW, found[1].id, {"reminder": str(number)}, urgency=alerts.URGENT)
    if number < len(AGAIN):
        _remind(uow, found[0], found[1].id, number, AGAIN[number])
    return True


async def reminded(desk: Desk, args: Mapping[str, Any]) -> None:
    """Remind, as the job that was asked for."""
    await desk.database.write(remind, args)


def confirm(uow: UnitOfWork, actor: Actor, target_id: int, link: str = "") -> Post:
    """Believe a person that it is live, with its address where they have it."""
    whole, target = _waiting(uow, actor, target_id)
    link = link.strip()[:LINK]
    if link and urlsplit(link).scheme not in {"http", "https"}:
        raise Invalid(N_("Paste the address of the post; it begins with https://"), field="link")
    targets.set_live(uow, target.id, "", link, whole.version.hash)
    return _settle(uow, actor, whole, target, "there", link=link)


def later(uow: UnitOfWork, actor: Actor, target_id: int) -> Post:
    """Remind once more in half an hour."""
    whole, target = _waiting(uow, actor, target_id)
    _remind(uow, whole, target.id, len(AGAIN) - 1, LATER)
    return _settle(uow, actor, whole, target, "later")


def skip(uow: UnitOfWork, actor: Actor, target_id: int) -> Post:
    """Leave this account out."""
    whole, target = _waiting(uow, actor, target_id)
    targets.move(uow, target, STATE, to="cancelled", claim=True)
    return _settle(uow, actor, whole, target, "skip")


def recognise(uow: UnitOfWork, account: Account, item: Item) -> bool:
    """Say whether something the account said is what somebody was to publish there by hand; then it is live."""
    if item.parent_id or item.deleted:
        return False
    for target in targets.in_state(uow, account.id, STATE):
        found = _whole(uow, target.id)
        if found is None or not same_words(versions.words_for(found[0].content, account.id), item.text):
            continue
        targets.set_live(uow, target.id, item.remote_id, item.link, found[0].version.hash)
        posts.record(uow, None, found[0], "target.live", target=target.id, remote_id=item.remote_id, link=item.link)
        posts.settle(uow, target.post_id)
        alerts.refresh(uow, VIEW, target.id)
        return True
    return False


def _whole(uow: UnitOfWork, target_id: int) -> tuple[Whole, Target] | None:
    target = targets.get(uow, target_id)
    post = kept.lock(uow, target.post_id) if target else None
    if post is None:
        return None
    whole = posts.look(uow, post)
    return whole, next(each for each in whole.targets if each.id == target_id)


def shown(uow: UnitOfWork, target_id: int) -> tuple[Whole, Target, Account] | None:
    """Return a target with its post and account, for the card that hands it over."""
    target = targets.get(uow, target_id)
    post = kept.get(uow, target.post_id) if target else None
    account = accounts.get(uow, target.account_id) if target else None
    return (posts.look(uow, post), target, account) if target and post and account else None


def _waiting(uow: UnitOfWork, actor: Actor, target_id: int) -> tuple[Whole, Target]:
    actor.must(Right.WRITE)
    target = targets.get(uow, target_id)
    if target is None:
        raise NotFound(N_("There is no such post here. The week's posts: /plan"))
    whole = posts.take(uow, actor, target.post_id)
    target = next(each for each in whole.targets if each.id == target_id)
    if target.state != STATE:
        raise Conflict(N_("That has been answered already; the card shows how it stands."))
    return whole, target


def _settle(uow: UnitOfWork, actor: Actor, whole: Whole, target: Target, answer: str, **facts: str) -> Post:
    posts.record(uow, actor, whole, f"target.{answer}", target=target.id, **facts)
    alerts.refresh(uow, VIEW, target.id)
    return posts.settle(uow, whole.post.id)
