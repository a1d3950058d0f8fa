"""Posts, their immutable versions, and one target per account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.base import Id, Json, Moment, key, metadata

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
    Column("created_at", Moment, nullable=False),
    Index(None, "brand_id", "state"),
    Index(None, "brand_id", "slot_at"),
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
    Index(
        "ix_targets_due",
        "due_at",
        sqlite_where=text("state IN ('scheduled', 'retry_wait', 'publishing')"),
        postgresql_where=text("state IN ('scheduled', 'retry_wait', 'publishing')"),
    ),
)


@dataclass(frozen=True, slots=True)
class Post:
    """What will be published. `version` is the current version's number, 0 before the first; `slot_at` when it is due.

    `state` is derived from approvals and targets by smm/posts.py and kept here for lists.
    """

    id: int
    brand_id: int
    author_id: int
    state: str
    version: int
    slot_at: datetime | None
    on_hold: bool
    revision: int
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
    """A post on one account, with its own state: see life-cycle in smm/publishing.py.

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
