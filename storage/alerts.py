"""The outbox: what must reach a chat, until it is delivered. Woken topic: "alerts"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    bindparam,
    delete,
    false,
    func,
    null,
    select,
    text,
    update,
)

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
    Column("done_at", Moment, nullable=True, index=True),
    Column("held", Boolean, nullable=False, server_default=false()),
    Index(
        "ix_alerts_open",
        "id",
        "not_before",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_alerts_waiting",
        "platform",
        "chat_id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(None, "view", "object_id"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A row of the outbox: either a `view` of an object, drawn when it is delivered, or a finished `card`.

    `edits` is the message to change, empty to send a new one; with neither view nor card it is taken away. `urgency`: 0
    interactive, 1 at once, 2 news, 3 can wait. `state`: queued, delivered, merged (a newer one covers it), lost (the
    chat is gone and the fallback was told). `held`: the room did not want it before `not_before`; what is held for a room
    goes out together.
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
    held: bool


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
    held: bool = False,
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
        held=held,
    )


_QUEUED = "alerts.state = 'queued'"  # as it stands in the indexes, or they are not used
_DUE = (
    select(alerts)
    .where(text(_QUEUED), alerts.c.not_before <= bindparam("at"), alerts.c.id > bindparam("after"))
    .order_by(alerts.c.id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(alerts.c.not_before)).where(text(_QUEUED), alerts.c.not_before > bindparam("at"))
_CLOSE = (
    update(alerts)
    .where(alerts.c.id.in_(bindparam("wanted", expanding=True)), alerts.c.state == "queued")
    .values(state=bindparam("now_state"), done_at=bindparam("at"), card=null())
)
_OF_CHAT = (
    select(alerts)
    .where(
        alerts.c.platform == bindparam("at_platform"),
        alerts.c.chat_id == bindparam("at_chat"),
        text(_QUEUED),
    )
    .order_by(alerts.c.id)
)
_GET = select(alerts).where(alerts.c.id.in_(bindparam("wanted", expanding=True))).order_by(alerts.c.id)


# The newest row stays, whatever its age: SQLite counts on from it, and delivery looks beyond the numbers that it has seen.
_OLD = (
    select(alerts.c.id)
    .where(alerts.c.done_at < bindparam("before"), alerts.c.id < select(func.max(alerts.c.id)).scalar_subquery())
    .order_by(alerts.c.done_at)
    .limit(bindparam("most"))
)
_FORGET = delete(alerts).where(alerts.c.id.in_(_OLD))


def due(uow: UnitOfWork, after: int, most: int) -> list[Alert]:
    """Return what is queued and due beyond an id, oldest first."""
    return uow.many(Alert, _DUE, at=uow.now, after=after, most=most)


def next_due(uow: UnitOfWork) -> datetime | None:
    """Return when the next row becomes due that is not due yet."""
    moment: datetime | None = uow.scalar(_NEXT, at=uow.now)
    return moment


def get(uow: UnitOfWork, ids: Sequence[int]) -> list[Alert]:
    """Return rows by id."""
    return uow.many(Alert, _GET, wanted=list(ids)) if ids else []


def of_chat(uow: UnitOfWork, chat: ChatRef) -> list[Alert]:
    """Return what is queued for a chat and its topics."""
    return uow.many(Alert, _OF_CHAT, at_platform=chat.platform, at_chat=chat.chat_id)


def close(uow: UnitOfWork, ids: Sequence[int], state: str) -> int:
    """Take rows out of the queue as delivered, merged or lost. A finished card is not kept: it may hold a one-time code."""
    return uow.change(_CLOSE, wanted=list(ids), now_state=state, at=uow.now) if ids else 0


def forget(uow: UnitOfWork, before: datetime, most: int) -> int:
    """Drop rows that were done with before a moment, the oldest first and no more than `most`; return how many."""
    return uow.change(_FORGET, before=before, most=most)


def withdraw(uow: UnitOfWork, view: str, object_ids: Sequence[int]) -> None:
    """Take new cards back that nobody has seen yet: another one says the same."""
    news = alerts.c.state == "queued", alerts.c.edits == "", alerts.c.view == view
    uow.change(update(alerts).where(*news, alerts.c.object_id.in_(object_ids)).values(state="merged", done_at=uow.now))


def put_off(uow: UnitOfWork, alert_id: int, until: datetime, failures: int, error: str) -> None:
    """Try a row again later."""
    uow.change(
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.state == "queued")
        .values(not_before=until, failures=failures, error=error)
    )
    uow.wake("alerts")


def urge(uow: UnitOfWork, view: str, object_id: int, urgency: int) -> int:
    """Let out at once what is held of a view of an object; return how many rows that were."""
    uow.wake("alerts")
    here = (alerts.c.view == view, alerts.c.object_id == object_id, alerts.c.held, alerts.c.state == "queued")
    return uow.change(update(alerts).where(*here).values(not_before=uow.now, held=False, urgency=urgency))


def send_elsewhere(uow: UnitOfWork, alert_id: int, chat: ChatRef, language: str, **values: Any) -> None:
    """Send a queued row to another chat instead, as a new message; `values` are other columns to set."""
    values |= {"platform": chat.platform, "chat_id": chat.chat_id, "topic_id": chat.topic_id}
    uow.change(update(alerts).where(alerts.c.id == alert_id).values(language=language, edits="", **values))
    uow.wake("alerts")


_HELD = (
    select(alerts)
    .where(
        alerts.c.platform == bindparam("at_platform"),
        alerts.c.chat_id == bindparam("at_chat"),
        alerts.c.topic_id == bindparam("at_topic"),
        text(_QUEUED),
        alerts.c.held,
    )
    .order_by(alerts.c.id)
)


def held_for(uow: UnitOfWork, chat: ChatRef) -> list[Alert]:
    """Return what is held for a room."""
    return uow.many(Alert, _HELD, at_platform=chat.platform, at_chat=chat.chat_id, at_topic=chat.topic_id)


def hold_until(uow: UnitOfWork, ids: Sequence[int], until: datetime) -> None:
    """Have held rows go out at another time."""
    uow.change(update(alerts).where(alerts.c.id.in_(ids), alerts.c.state == "queued").values(not_before=until))
    uow.wake("alerts")


def show(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Note that merged rows were shown by themselves after all."""
    if ids:
        uow.change(update(alerts).where(alerts.c.id.in_(ids), alerts.c.state == "merged").values(state="delivered"))
