"""The outbox: what must reach a chat, until it is delivered. Woken topic: "alerts"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from storage.base import Id, Json, Moment, key, metadata
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

alerts = Table(
    "alerts",
    metadata,
    key(),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("topic_id", String(32), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("language", String(2), nullable=False),
    Column("view", String(32), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("args", Json, nullable=False),
    Column("card", Json, nullable=True),
    Column("edits", String(64), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Index(
        "ix_alerts_open",
        "urgency",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(None, "view", "object_id"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A row of the outbox: either a `view` of an object, drawn when it is delivered, or a finished `card`.

    `edits` is the message to change, empty to send a new one. `urgency`: 0 interactive, 1 now, 2 can wait. `state`: queued,
    delivered, merged (a newer one covers it), lost (the chat is gone and the fallback was told).
    """

    id: int
    platform: str
    chat_id: str
    topic_id: str
    brand_id: int | None
    language: str
    view: str
    object_id: int
    args: dict[str, Any]
    card: dict[str, Any] | None
    edits: str
    urgency: int
    state: str
    not_before: datetime
    failures: int
    error: str
    created_at: datetime
    done_at: datetime | None


def queue(
    uow: UnitOfWork,
    chat: ChatRef,
    *,
    language: str,
    view: str = "",
    object_id: int = 0,
    args: Mapping[str, str] | None = None,
    card: Mapping[str, Any] | None = None,
    edits: str = "",
    brand_id: int | None = None,
    urgency: int = 1,
    not_before: datetime | None = None,
) -> int:
    """Put a row into the outbox and wake delivery after commit."""
    uow.wake("alerts")
    return uow.add(
        alerts,
        platform=chat.platform,
        chat_id=chat.chat_id,
        topic_id=chat.topic_id,
        brand_id=brand_id,
        language=language,
        view=view,
        object_id=object_id,
        args=dict(args or {}),
        card=dict(card) if card is not None else None,
        edits=edits,
        urgency=urgency,
        state="queued",
        not_before=not_before or uow.now,
        failures=0,
        error="",
        created_at=uow.now,
        done_at=None,
    )
