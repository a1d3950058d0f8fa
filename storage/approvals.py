"""Approvals of versions, the votes that decide them, and the notes people leave on a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.base import Id, Moment, key, metadata

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

notes = Table(
    "notes",
    metadata,
    key(),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=True, index=True),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=True, index=True),
    Column("audience", String(8), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
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


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a post or a mention. `audience`: internal (the team alone) or client."""

    id: int
    post_id: int | None
    mention_id: int | None
    audience: str
    member_id: int
    text: str
    created_at: datetime
