"""Targets: the queries about a post on one account. The table stands in storage/posts.py, the rules in smm/publishing.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, func, select, text, update

from storage.accounts import accounts
from storage.brands import Brand, brands
from storage.posts import ON_THEIR_WAY, UNSETTLED, Post, Target, posts, targets, versions
from storage.unit_of_work import UnitOfWork

_BY_ID = select(targets).where(targets.c.id == bindparam("wanted"))
_OF_POST = select(targets).where(targets.c.post_id == bindparam("of_post")).order_by(targets.c.id)
_OF_POSTS = select(targets).where(targets.c.post_id.in_(bindparam("of_posts", expanding=True))).order_by(targets.c.id)
_BRAND = select(brands).where(brands.c.id == bindparam("wanted"))
_SHARE_BRAND = _BRAND.with_for_update(read=True)
_DUE = (
    select(targets.c.id, targets.c.due_at)
    .where(text(f"targets.{ON_THEIR_WAY}"), targets.c.due_at <= bindparam("until"))
    .order_by(targets.c.due_at, targets.c.id)
    .limit(500)
)
_IN_FLIGHT = select(targets).where(
    text(f"targets.{UNSETTLED}"), targets.c.state == "publishing", targets.c.due_at > bindparam("until")
)
_CAS = (
    update(targets)
    .where(
        targets.c.id == bindparam("wanted"),
        targets.c.fence == bindparam("old_fence"),
        targets.c.state.in_(bindparam("old_states", expanding=True)),
    )
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due"),
        fence=targets.c.fence + bindparam("raise_by", type_=Integer),
        failures=bindparam("new_failures"),
        error=bindparam("new_error"),
    )
)
_LIVE_SINCE = select(func.count()).where(
    targets.c.account_id == bindparam("of_account"),
    targets.c.state == "published",
    targets.c.published_at >= bindparam("since"),
)
_LIVE_BETWEEN = (
    select(targets, versions.c.content)
    .join(posts, posts.c.id == targets.c.post_id)
    .join(versions, (versions.c.post_id == targets.c.post_id) & (versions.c.hash == targets.c.published_hash))
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        targets.c.state == "published",
        targets.c.published_at >= bindparam("since"),
        targets.c.published_at < bindparam("until"),
    )
    .order_by(targets.c.published_at, targets.c.id)
)
_FLYING = select(func.count()).where(
    text(f"targets.{UNSETTLED}"), targets.c.account_id == bindparam("of_account"), targets.c.state != "auth_blocked"
)
_RECENT = (
    select(versions.c.content, targets.c.published_at)
    .join(versions, (versions.c.post_id == targets.c.post_id) & (versions.c.hash == targets.c.published_hash))
    .where(
        targets.c.account_id == bindparam("of_account"),
        targets.c.published_at >= bindparam("since"),
        targets.c.post_id != bindparam("but_post"),
    )
    .order_by(targets.c.published_at.desc())
    .limit(50)
)
_OF_BRAND = (
    select(targets)
    .join(posts, posts.c.id == targets.c.post_id)
    .where(posts.c.brand_id == bindparam("of_brand"), targets.c.state.in_(bindparam("states", expanding=True)))
    .order_by(targets.c.post_id, targets.c.id)
)
_UNBLOCKED = (
    select(targets)
    .join(accounts, accounts.c.id == targets.c.account_id)
    .where(
        text(f"targets.{UNSETTLED}"),
        targets.c.state == "auth_blocked",
        accounts.c.health == "ok",
        accounts.c.closed_at.is_(None),
    )
)
_IN_STATE = (
    select(targets)
    .where(
        targets.c.account_id == bindparam("of_account"),
        targets.c.published_at.is_(None),
        targets.c.state == bindparam("in_state"),
    )
    .order_by(targets.c.id)
)
_UPCOMING = (
    select(posts)
    .join(targets, targets.c.post_id == posts.c.id)
    .where(
        targets.c.account_id == bindparam("of_account"),
        targets.c.state.in_(("scheduled", "retry_wait", "held", "auth_blocked")),
        posts.c.slot_at <= bindparam("until"),
    )
    .order_by(posts.c.slot_at, posts.c.id)
    .limit(50)
)
_SLOTTED = (
    select(targets)
    .join(posts, posts.c.id == targets.c.post_id)
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        posts.c.slot_at >= bindparam("since"),
        posts.c.slot_at < bindparam("until"),
        targets.c.state != "cancelled",
    )
)


def add(uow: UnitOfWork, post_id: int, account_id: int) -> None:
    """Add a target that waits for its post."""
    uow.add(
        targets,
        post_id=post_id,
        account_id=account_id,
        state="draft",
        due_at=None,
        generation=1,
        fence=0,
        failures=0,
        remote_id="",
        link="",
        error="",
        published_hash="",
        published_at=None,
    )


def get(uow: UnitOfWork, target_id: int) -> Target | None:
    """Return a target."""
    return uow.one(Target, _BY_ID, wanted=target_id)


def of_post(uow: UnitOfWork, post_id: int) -> list[Target]:
    """Return the targets of a post."""
    return uow.many(Target, _OF_POST, of_post=post_id)


def of_posts(uow: UnitOfWork, post_ids: Sequence[int]) -> dict[int, list[Target]]:
    """Return the targets of several posts, by the post."""
    found: dict[int, list[Target]] = {post_id: [] for post_id in post_ids}
    for target in uow.many(Target, _OF_POSTS, of_posts=list(post_ids)) if post_ids else ():
        found[target.post_id].append(target)
    return found


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return what comes due before `until`, in order: (target, when)."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until)]


def in_flight(uow: UnitOfWork, until: datetime) -> list[Target]:
    """Return targets that are being published and are not looked at before `until`."""
    return uow.many(Target, _IN_FLIGHT, until=until)


def move(
    uow: UnitOfWork,
    target: Target,
    *states: str,
    to: str,
    due_at: datetime | None = None,
    error: str = "",
    failures: int | None = None,
    claim: bool = False,
) -> bool:
    """Change the state of a target that is still as it was read and in one of `states`; False: somebody was first.

    A claim raises the fence, so that whoever held the target before can no longer move it.
    """
    return (
        uow.change(
            _CAS,
            wanted=target.id,
            old_fence=target.fence,
            old_states=states,
            new_state=to,
            new_due=due_at,
            raise_by=int(claim),
            new_failures=target.failures if failures is None else failures,
            new_error=error,
        )
        == 1
    )


def change(uow: UnitOfWork, target_id: int, **values: Any) -> None:
    """Change a target whose post is locked."""
    uow.change(update(targets).where(targets.c.id == target_id).values(**values))


def set_live(uow: UnitOfWork, target_id: int, remote_id: str, link: str, digest: str) -> bool:
    """Write down that a target is live, whatever we believed before; False if that was known."""
    statement = (
        update(targets)
        .where(targets.c.id == target_id, targets.c.state != "published")
        .values(
            state="published",
            due_at=None,
            remote_id=remote_id,
            link=link,
            error="",
            published_hash=digest,
            published_at=uow.now,
        )
    )
    return uow.change(statement) == 1


def live_since(uow: UnitOfWork, account_id: int, since: datetime) -> int:
    """Count what an account has published since a moment, with what may be going out right now."""
    live = uow.scalar(_LIVE_SINCE, of_account=account_id, since=since)
    return int(live) + int(uow.scalar(_FLYING, of_account=account_id))


def live_between(
    uow: UnitOfWork, brand_id: int, since: datetime, until: datetime
) -> list[tuple[Target, dict[str, Any]]]:
    """Return what went live in a stretch of time, in order, with the content that did."""
    rows = uow.rows(_LIVE_BETWEEN, of_brand=brand_id, since=since, until=until)
    return list({row[0]: (Target(*row[:-1]), row[-1]) for row in rows}.values())  # the same content may be two versions


def recent(uow: UnitOfWork, account_id: int, since: datetime, but_post: int) -> list[dict[str, Any]]:
    """Return what other posts put on an account since a moment, newest first."""
    return [row[0] for row in uow.rows(_RECENT, of_account=account_id, since=since, but_post=but_post)]


def of_brand(uow: UnitOfWork, brand_id: int, states: Sequence[str]) -> list[Target]:
    """Return a brand's targets in some states."""
    return uow.many(Target, _OF_BRAND, of_brand=brand_id, states=states)


def in_state(uow: UnitOfWork, account_id: int, state: str) -> list[Target]:
    """Return an account's targets that are in a state and not live."""
    return uow.many(Target, _IN_STATE, of_account=account_id, in_state=state)


def unblocked(uow: UnitOfWork) -> list[Target]:
    """Return the targets that waited for an account which works again."""
    return sorted(uow.many(Target, _UNBLOCKED), key=lambda target: (target.post_id, target.id))


def upcoming(uow: UnitOfWork, account_id: int, until: datetime) -> list[Post]:
    """Return the posts that are to go out on an account until a moment, in order."""
    return uow.many(Post, _UPCOMING, of_account=account_id, until=until)


def slotted(uow: UnitOfWork, brand_id: int, since: datetime, until: datetime) -> list[Target]:
    """Return the targets of a brand's posts with a slot in a stretch of time."""
    return uow.many(Target, _SLOTTED, of_brand=brand_id, since=since, until=until)


def share_brand(uow: UnitOfWork, brand_id: int) -> Brand | None:
    """Return a brand that nobody can put on hold until this transaction ends."""
    return uow.one(Brand, _SHARE_BRAND, wanted=brand_id)
