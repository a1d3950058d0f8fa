"""Posts, their immutable versions, and one target per account. Queries about targets stand in storage/targets.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
    update,
)

from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

# Words of SQL, not parameters: an index over some rows serves only a query that holds the same words
# (https://www.sqlite.org/partialindex.html); with parameters each look at the clock would read every pending target.
NOT_OUT = "state NOT IN ('published', 'cancelled')"
ON_THEIR_WAY = "state IN ('scheduled', 'retry_wait', 'publishing')"
UNSETTLED = "state IN ('publishing', 'outcome_unknown', 'auth_blocked')"

posts = Table(
    "posts",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("author_id", Id, ForeignKey("members.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("slot_at", Moment, nullable=True),
    Column("on_hold", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("late_at", Moment, nullable=True),
    Column("created_at", Moment, nullable=False),
    Index(None, "brand_id", "state"),
    Index(None, "brand_id", "slot_at"),
    Index(
        "ix_posts_not_told",
        "slot_at",
        sqlite_where=text(f"late_at IS NULL AND {NOT_OUT}"),
        postgresql_where=text(f"late_at IS NULL AND {NOT_OUT}"),
    ),
)

versions = Table(
    "versions",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("content", Json, nullable=False),
    Column("author_id", Id, ForeignKey("members.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("post_id", "number"),
)

targets = Table(
    "targets",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("due_at", Moment, nullable=True),
    Column("generation", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("remote_id", String(255), nullable=False),
    Column("link", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("published_hash", String(64), nullable=False),
    Column("published_at", Moment, nullable=True),
    UniqueConstraint("post_id", "account_id"),
    Index(None, "account_id", "published_at"),
    Index(None, "published_at"),
    Index(
        "ix_targets_due",
        "due_at",
        sqlite_where=text(ON_THEIR_WAY),
        postgresql_where=text(ON_THEIR_WAY),
    ),
    Index(
        "ix_targets_unsettled",
        "account_id",
        sqlite_where=text(UNSETTLED),
        postgresql_where=text(UNSETTLED),
    ),
)


@dataclass(frozen=True, slots=True)
class Post:
    """What will be published. `version` is the current version's number, 0 before the first; `slot_at` when it is due.

    `state` is derived from approvals and targets by smm/states.py and kept here for lists. `late_at` is when people were told
    that the slot passed without a receipt.
    """

    id: int
    brand_id: int
    author_id: int
    state: str
    version: int
    slot_at: datetime | None
    on_hold: bool
    revision: int
    late_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """Everything that goes out, frozen. `hash` is over `content` in canonical form (smm/versions.py)."""

    id: int
    post_id: int
    number: int
    hash: str
    content: dict[str, Any]
    author_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A post on one account, with its own state: see the life cycle in smm/publishing.py.

    `due_at` is when to act next: the slot, the end of a back-off, or the end of the settle time after an unknown outcome.
    """

    id: int
    post_id: int
    account_id: int
    state: str
    due_at: datetime | None
    generation: int
    fence: int
    failures: int
    remote_id: str
    link: str
    error: str
    published_hash: str
    published_at: datetime | None


_BY_ID = select(posts).where(posts.c.id == bindparam("wanted"))
_LOCK = _BY_ID.with_for_update()
_LOCK_MANY = (
    select(posts).where(posts.c.id.in_(bindparam("wanted", expanding=True))).order_by(posts.c.id).with_for_update()
)
_VERSION = select(versions).where(
    versions.c.post_id == bindparam("of_post"), versions.c.number == bindparam("of_number")
)
_VERSIONS = select(versions).where(versions.c.post_id == bindparam("of_post")).order_by(versions.c.number)
_CURRENT = (
    select(versions)
    .join(posts, (posts.c.id == versions.c.post_id) & (posts.c.version == versions.c.number))
    .where(versions.c.post_id.in_(bindparam("of_posts", expanding=True)))
)
_UNPLACED = (
    select(posts)
    .where(posts.c.brand_id == bindparam("of_brand"), posts.c.slot_at.is_(None), text(f"posts.{NOT_OUT}"))
    .order_by(posts.c.id.desc())
    .limit(bindparam("most"))
)
_SLOTS = (
    select(posts)
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        posts.c.slot_at >= bindparam("since"),
        posts.c.slot_at < bindparam("until"),
        posts.c.state != "cancelled",
    )
    .order_by(posts.c.slot_at, posts.c.id)
)
_IN_STATES = (
    select(posts)
    .where(posts.c.brand_id == bindparam("of_brand"), posts.c.state.in_(bindparam("states", expanding=True)))
    .order_by(posts.c.slot_at.is_(None), posts.c.slot_at, posts.c.id)
    .limit(bindparam("most"))
)
_NEWEST = (
    select(posts)
    .where(posts.c.brand_id == bindparam("of_brand"), posts.c.state.in_(bindparam("states", expanding=True)))
    .order_by(func.coalesce(posts.c.slot_at, posts.c.created_at).desc(), posts.c.id.desc())
    .limit(bindparam("most"))
)
_LATE = (
    select(posts)
    .where(
        posts.c.late_at.is_(None),
        text(f"posts.{NOT_OUT}"),
        posts.c.slot_at <= bindparam("until"),
    )
    .order_by(posts.c.slot_at)
    .limit(200)
)


def add_post(uow: UnitOfWork, brand_id: int, author_id: int, slot_at: datetime | None) -> int:
    """Add a post that has no version yet."""
    return uow.add(
        posts,
        brand_id=brand_id,
        author_id=author_id,
        state="draft",
        version=0,
        slot_at=slot_at,
        on_hold=False,
        revision=0,
        late_at=None,
        created_at=uow.now,
    )


def add_version(
    uow: UnitOfWork, post_id: int, number: int, digest: str, content: dict[str, Any], author_id: int
) -> None:
    """Add a version and make it the current one."""
    uow.add(
        versions,
        post_id=post_id,
        number=number,
        hash=digest,
        content=content,
        author_id=author_id,
        created_at=uow.now,
    )
    change_post(uow, post_id, version=number)


def get(uow: UnitOfWork, post_id: int) -> Post | None:
    """Return a post."""
    return uow.one(Post, _BY_ID, wanted=post_id)


def lock(uow: UnitOfWork, post_id: int) -> Post | None:
    """Return a post that nobody else changes until this transaction ends."""
    return uow.one(Post, _LOCK, wanted=post_id)


def lock_many(uow: UnitOfWork, post_ids: list[int]) -> list[Post]:
    """Lock several posts, always in one order, so that two who do it never wait for each other."""
    return uow.many(Post, _LOCK_MANY, wanted=sorted(set(post_ids))) if post_ids else []


def change_post(uow: UnitOfWork, post_id: int, **values: Any) -> None:
    """Change a post and raise its revision."""
    uow.wake("posts")
    uow.change(update(posts).where(posts.c.id == post_id).values(revision=posts.c.revision + 1, **values))


def version(uow: UnitOfWork, post_id: int, number: int) -> Version | None:
    """Return one version of a post."""
    return uow.one(Version, _VERSION, of_post=post_id, of_number=number)


def versions_of(uow: UnitOfWork, post_id: int) -> list[Version]:
    """Return every version of a post, oldest first."""
    return uow.many(Version, _VERSIONS, of_post=post_id)


def current_versions(uow: UnitOfWork, post_ids: Sequence[int]) -> dict[int, Version]:
    """Return the current version of each post, by the post."""
    found = uow.many(Version, _CURRENT, of_posts=list(post_ids)) if post_ids else []
    return {each.post_id: each for each in found}


def unplaced(uow: UnitOfWork, brand_id: int, most: int) -> list[Post]:
    """Return the brand's newest posts that are not out and have no time yet."""
    return uow.many(Post, _UNPLACED, of_brand=brand_id, most=most)


def between(uow: UnitOfWork, brand_id: int, since: datetime, until: datetime) -> list[Post]:
    """Return the brand's posts with a slot in a stretch of time, in order, without those that were cancelled."""
    return uow.many(Post, _SLOTS, of_brand=brand_id, since=since, until=until)


def in_states(uow: UnitOfWork, brand_id: int, states: tuple[str, ...], most: int = 50) -> list[Post]:
    """Return the brand's posts in some states, the nearest slot first."""
    return uow.many(Post, _IN_STATES, of_brand=brand_id, states=states, most=most)


def newest(uow: UnitOfWork, brand_id: int, states: Sequence[str], most: int) -> list[Post]:
    """Return the brand's posts in some states, the latest slot first; one without a slot stands where it was made."""
    return uow.many(Post, _NEWEST, of_brand=brand_id, states=list(states), most=most)


def late(uow: UnitOfWork, until: datetime) -> list[Post]:
    """Return posts whose slot passed before `until` without a receipt, and of which nobody was told."""
    return uow.many(Post, _LATE, until=until)
