"""Buttons: what is behind the opaque references that chats carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from storage.base import Id, Json, Moment, metadata
from storage.unit_of_work import UnitOfWork

buttons = Table(
    "buttons",
    metadata,
    Column("ref", String(24), primary_key=True),
    Column("action", String(64), nullable=False),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=True),
    Column("object_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("args", Json, nullable=False),
    Column("platform", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """What a button means. `ref` is 96 random bits, URL-safe; it is all that a chat carries. Pressed only in its own chat.

    `digest` is over everything it means, so that the same button drawn again in the same chat is the same row.
    """

    ref: str
    action: str
    brand_id: int | None
    object_id: int
    version: int
    args: dict[str, Any]
    platform: str
    chat_id: str
    digest: str
    created_at: datetime
    expires_at: datetime


_GET = select(buttons).where(buttons.c.ref == bindparam("wanted"))
_KNOWN = select(buttons).where(buttons.c.digest.in_(bindparam("wanted", expanding=True)))
_RENEW = (
    update(buttons).where(buttons.c.ref.in_(bindparam("wanted", expanding=True))).values(expires_at=bindparam("until"))
)
_EXPIRED = delete(buttons).where(buttons.c.expires_at < bindparam("before"))


def get(uow: UnitOfWork, ref: str) -> ButtonRow | None:
    """Return what a ref means, None if it means nothing (any more)."""
    return uow.one(ButtonRow, _GET, wanted=ref)


def known(uow: UnitOfWork, digests: Sequence[str]) -> dict[str, ButtonRow]:
    """Return the buttons that exist already, by digest."""
    return {row.digest: row for row in uow.many(ButtonRow, _KNOWN, wanted=list(digests))} if digests else {}


def renew(uow: UnitOfWork, refs: Sequence[str], until: datetime) -> None:
    """Let buttons live longer: they are being shown again."""
    if refs:
        uow.change(_RENEW, wanted=list(refs), until=until)


def put(uow: UnitOfWork, rows: Sequence[ButtonRow]) -> None:
    """Keep new buttons; one that somebody else is keeping at this moment stays theirs."""
    uow.put_new(
        buttons, [{name: getattr(row, name) for name in ButtonRow.__dataclass_fields__} for row in rows], on=("digest",)
    )


def forget_expired(uow: UnitOfWork, before: datetime) -> int:
    """Drop the buttons whose time ended before a moment."""
    return uow.change(_EXPIRED, before=before)
