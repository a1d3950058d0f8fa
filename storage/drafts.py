"""Drafts: what a writer was asked for and what it made of it; and the brand's past words that it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)

from storage.base import Id, Json, Moment, key, metadata
from storage.mentions import mentions
from storage.posts import posts, targets, versions
from storage.replies import replies
from storage.unit_of_work import UnitOfWork

drafts = Table(
    "drafts",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("topic", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=True, index=True),
    Column("length", String(8), nullable=False),
    Column("round", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("growing", Text, nullable=False),
    Column("variants", Json, nullable=False),
    Column("model", String(120), nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ready_at", Moment, nullable=True),
    Index(None, "brand_id", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer was asked for. `purpose`: post or reply. `length`: normal or shorter.

    `state`: writing, ready, failed, used or discarded. `round` grows with every "Again"; `calls` counts rounds that cost a
    model's time; `growing` is the text so far; `variants` are `{"text", "source"}`; `model` is empty where no model wrote it;
    `error` is a message of the catalogue.
    """

    id: int
    brand_id: int
    member_id: int
    purpose: str
    topic: str
    mention_id: int | None
    length: str
    round: int
    calls: int
    state: str
    growing: str
    variants: list[dict[str, Any]]
    model: str
    error: str
    created_at: datetime
    ready_at: datetime | None


_BY_ID = select(drafts).where(drafts.c.id == bindparam("wanted"))
_OPEN_FOR = (
    select(drafts)
    .where(drafts.c.mention_id == bindparam("of_mention"), drafts.c.state.in_(("writing", "ready")))
    .order_by(drafts.c.id.desc())
    .limit(1)
)
_CALLS = select(func.coalesce(func.sum(drafts.c.calls), 0)).where(
    drafts.c.brand_id == bindparam("of_brand"), drafts.c.created_at >= bindparam("since")
)
_SENT = (
    select(mentions.c.text, replies.c.text)
    .join(mentions, mentions.c.id == replies.c.mention_id)
    .where(mentions.c.brand_id == bindparam("of_brand"), replies.c.state == "sent")
    .order_by(replies.c.id.desc())
    .limit(bindparam("most"))
)
_LIVE = (
    select(versions.c.content)
    .join(posts, (posts.c.id == versions.c.post_id) & (posts.c.version == versions.c.number))
    .where(
        posts.c.brand_id == bindparam("of_brand"),
        select(targets.c.id).where(targets.c.post_id == posts.c.id, targets.c.state == "published").exists(),
    )
    .order_by(versions.c.id.desc())
    .limit(bindparam("most"))
)


def add(uow: UnitOfWork, brand_id: int, member_id: int, purpose: str, topic: str, mention_id: int | None) -> int:
    """Keep what is asked for, as being written."""
    return uow.add(
        drafts,
        brand_id=brand_id,
        member_id=member_id,
        purpose=purpose,
        topic=topic,
        mention_id=mention_id,
        length="normal",
        round=1,
        calls=0,
        state="writing",
        growing="",
        variants=[],
        model="",
        error="",
        created_at=uow.now,
        ready_at=None,
    )


def get(uow: UnitOfWork, draft_id: int) -> Draft | None:
    """Return a draft."""
    return uow.one(Draft, _BY_ID, wanted=draft_id)


def open_for(uow: UnitOfWork, mention_id: int) -> Draft | None:
    """Return the newest draft of an answer to a mention that is still of use."""
    return uow.one(Draft, _OPEN_FOR, of_mention=mention_id)


def move(uow: UnitOfWork, draft: Draft, *states: str, **values: Any) -> bool:
    """Change a draft that is still in its round and in one of `states`; False means that somebody was first."""
    statement = (
        update(drafts)
        .where(drafts.c.id == draft.id, drafts.c.round == draft.round, drafts.c.state.in_(states))
        .values(**values)
    )
    return uow.change(statement) == 1


def calls_since(uow: UnitOfWork, brand_id: int, since: datetime) -> int:
    """Count what a brand has asked of a model since a moment."""
    return int(uow.scalar(_CALLS, of_brand=brand_id, since=since))


def past_answers(uow: UnitOfWork, brand_id: int, most: int) -> list[tuple[str, str]]:
    """Return the brand's newest public answers, each with the words it answered."""
    return [(row[0], row[1]) for row in uow.rows(_SENT, of_brand=brand_id, most=most)]


def past_posts(uow: UnitOfWork, brand_id: int, most: int) -> list[str]:
    """Return the texts of the brand's newest live posts."""
    return [str(row[0].get("text", "")) for row in uow.rows(_LIVE, of_brand=brand_id, most=most)]
