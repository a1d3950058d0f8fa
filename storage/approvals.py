"""Approvals of versions, the votes that decide them, and the notes people leave on a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    or_,
    select,
    update,
)

from storage.base import Id, Moment, key, metadata
from storage.brands import brands
from storage.members import Member, members, memberships
from storage.posts import posts
from storage.unit_of_work import UnitOfWork

approvals = Table(
    "approvals",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("audience", String(8), nullable=False),
    Column("quorum", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("deadline_at", Moment, nullable=True),
    Column("remind_at", Moment, nullable=True),
    Column("reminders", Integer, nullable=False),
    Column("decided_by", Id, ForeignKey("members.id"), nullable=True),
    Column("decided_at", Moment, nullable=True),
    Column("reason", Text, nullable=False),
    UniqueConstraint("post_id", "version", "step"),
    Index(None, "state", "remind_at"),
)

votes = Table(
    "votes",
    metadata,
    key(),
    Column("approval_id", Id, ForeignKey("approvals.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("decision", String(8), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("approval_id", "member_id"),
)


@dataclass(frozen=True, slots=True)
class Approval:
    """The question "may this version go out?", put to one step. `audience`: internal or client. `quorum`: any, all or a number.

    `state`: open, approved, changes, rejected, expired or superseded.
    """

    id: int
    post_id: int
    version: int
    hash: str
    step: int
    audience: str
    quorum: str
    state: str
    asked_at: datetime
    deadline_at: datetime | None
    remind_at: datetime | None
    reminders: int
    decided_by: int | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's decision: approve, changes or reject."""

    id: int
    approval_id: int
    member_id: int
    decision: str
    reason: str
    created_at: datetime


_OF_POST = (
    select(approvals).where(approvals.c.post_id == bindparam("of_post")).order_by(approvals.c.version, approvals.c.step)
)
_BY_ID = select(approvals).where(approvals.c.id == bindparam("wanted"))
_VOTES = select(votes).where(votes.c.approval_id == bindparam("of_approval")).order_by(votes.c.id)
_DECIDE = (
    update(approvals)
    .where(approvals.c.id == bindparam("wanted"), approvals.c.state.in_(("open", "expired")))
    .values(
        state=bindparam("new_state"),
        decided_by=bindparam("by"),
        decided_at=bindparam("at"),
        reason=bindparam("why"),
        remind_at=None,
    )
)
_SUPERSEDE = (
    update(approvals)
    .where(approvals.c.post_id == bindparam("of_post"), approvals.c.state.in_(("open", "expired")))
    .values(state="superseded", remind_at=None)
)
_TO_REMIND = (
    select(approvals)
    .where(approvals.c.state == "open", approvals.c.remind_at <= bindparam("until"))
    .order_by(approvals.c.post_id)
    .limit(200)
)
_TO_EXPIRE = (
    select(approvals)
    .where(approvals.c.state == "open", approvals.c.deadline_at <= bindparam("until"))
    .order_by(approvals.c.post_id)
    .limit(200)
)
_WAITING = (
    select(approvals)
    .join(posts, posts.c.id == approvals.c.post_id)
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        approvals.c.version == posts.c.version,
        approvals.c.state.in_(("open", "expired")),
        approvals.c.audience.in_(bindparam("audiences", expanding=True)),
    )
    .order_by(posts.c.slot_at.is_(None), posts.c.slot_at, approvals.c.id)
    .limit(50)
)
_DECIDED = (
    select(approvals)
    .join(posts, posts.c.id == approvals.c.post_id)
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        approvals.c.audience == bindparam("of_audience"),
        approvals.c.state == "approved",
        approvals.c.decided_at >= bindparam("since"),
        approvals.c.decided_at < bindparam("until"),
    )
)
_WITH_ROLES = (
    select(members)
    .distinct()
    .join(memberships, memberships.c.member_id == members.c.id)
    .join(brands, brands.c.workspace_id == members.c.workspace_id)
    .where(
        brands.c.id == bindparam("of_brand"),
        or_(memberships.c.brand_id == brands.c.id, memberships.c.brand_id.is_(None)),
        memberships.c.role.in_(bindparam("roles", expanding=True)),
        members.c.revoked_at.is_(None),
    )
    .order_by(members.c.id)
)


def ask(
    uow: UnitOfWork,
    post_id: int,
    version: int,
    digest: str,
    step: int,
    audience: str,
    quorum: str,
    deadline_at: datetime | None,
    remind_at: datetime | None,
) -> int:
    """Put a version to a step."""
    return uow.add(
        approvals,
        post_id=post_id,
        version=version,
        hash=digest,
        step=step,
        audience=audience,
        quorum=quorum,
        state="open",
        asked_at=uow.now,
        deadline_at=deadline_at,
        remind_at=remind_at,
        reminders=0,
        decided_by=None,
        decided_at=None,
        reason="",
    )


def get(uow: UnitOfWork, approval_id: int) -> Approval | None:
    """Return an approval."""
    return uow.one(Approval, _BY_ID, wanted=approval_id)


def of_post(uow: UnitOfWork, post_id: int) -> list[Approval]:
    """Return every approval of a post by version and step."""
    return uow.many(Approval, _OF_POST, of_post=post_id)


def decide(uow: UnitOfWork, approval_id: int, state: str, member_id: int, reason: str) -> bool:
    """Decide an approval that nobody has decided; False means that somebody was first."""
    return uow.change(_DECIDE, wanted=approval_id, new_state=state, by=member_id, at=uow.now, why=reason) == 1


def supersede(uow: UnitOfWork, post_id: int) -> int:
    """Close the open approvals of a post: they asked about something that is no more."""
    return uow.change(_SUPERSEDE, of_post=post_id)


def change(uow: UnitOfWork, approval_id: int, **values: object) -> None:
    """Change an open approval whose post is locked."""
    statement = update(approvals).where(approvals.c.id == approval_id, approvals.c.state.in_(("open", "expired")))
    uow.change(statement.values(**values))


def to_remind(uow: UnitOfWork, until: datetime) -> list[Approval]:
    """Return open approvals with a reminder due."""
    return uow.many(Approval, _TO_REMIND, until=until)


def to_expire(uow: UnitOfWork, until: datetime) -> list[Approval]:
    """Return open approvals past their deadline."""
    return uow.many(Approval, _TO_EXPIRE, until=until)


def waiting(uow: UnitOfWork, brand_id: int, audiences: tuple[str, ...]) -> list[Approval]:
    """Return what waits for a decision about a current version, the nearest slot first."""
    return uow.many(Approval, _WAITING, of_brand=brand_id, audiences=audiences)


def decided_between(uow: UnitOfWork, brand_id: int, audience: str, since: datetime, until: datetime) -> list[Approval]:
    """Return what some people approved in a stretch of time."""
    return uow.many(Approval, _DECIDED, of_brand=brand_id, of_audience=audience, since=since, until=until)


def add_vote(uow: UnitOfWork, approval_id: int, member_id: int, decision: str, reason: str) -> bool:
    """Keep one person's decision; False if they have decided before."""
    added = uow.add_new(
        votes,
        on=("approval_id", "member_id"),
        approval_id=approval_id,
        member_id=member_id,
        decision=decision,
        reason=reason,
        created_at=uow.now,
    )
    return added is not None


def votes_of(uow: UnitOfWork, approval_id: int) -> list[Vote]:
    """Return the votes of an approval."""
    return uow.many(Vote, _VOTES, of_approval=approval_id)


def with_roles(uow: UnitOfWork, brand_id: int, roles: list[str]) -> list[Member]:
    """Return the members who have any of the roles in a brand today."""
    return uow.many(Member, _WITH_ROLES, of_brand=brand_id, roles=roles)
