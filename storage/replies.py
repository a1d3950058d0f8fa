"""Replies to mentions, from preview to public; and the brand's saved answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from storage.base import Id, Moment, key, metadata

replies = Table(
    "replies",
    metadata,
    key(),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False, index=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("seen_revision", Integer, nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("send_at", Moment, nullable=True),
    Column("generation", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("remote_id", String(255), nullable=False),
    Column("link", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment, nullable=True),
    Index(None, "state", "send_at"),
)

templates = Table(
    "templates",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way. `state`: preview, queued (undo window), sending, sent, failed, unknown, cancelled.

    `seen_revision` is the mention's revision that the writer saw; sending re-checks it.
    """

    id: int
    mention_id: int
    member_id: int
    text: str
    state: str
    seen_revision: int
    key: str
    send_at: datetime | None
    generation: int
    fence: int
    remote_id: str
    link: str
    error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Template:
    """A saved answer."""

    id: int
    brand_id: int
    title: str
    text: str
    created_at: datetime
