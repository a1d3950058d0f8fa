"""Accounts: a brand's logins on networks, their sealed credentials, cursors and health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from storage.base import Id, Json, Moment, Secret, key, metadata
from storage.vault import Sealed

accounts = Table(
    "accounts",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("network", String(32), nullable=False),
    Column("remote_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("handle", String(200), nullable=False),
    Column("link", Text, nullable=False),
    Column("secret", Secret, nullable=True),
    Column("limits", Json, nullable=True),
    Column("cursor", Text, nullable=False),
    Column("health", String(12), nullable=False),
    Column("health_note", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("poll_at", Moment, nullable=True),
    Column("polled_at", Moment, nullable=True),
    Column("expires_at", Moment, nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment, nullable=True),
    UniqueConstraint("brand_id", "network", "remote_id"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A login on a network. `health`: ok, failing or auth_expired. `limits` overrides the network's, read at run time.

    `secret` opens for the owner "account:<id>".
    """

    id: int
    brand_id: int
    network: str
    remote_id: str
    name: str
    handle: str
    link: str
    secret: Sealed | None
    limits: dict[str, Any] | None
    cursor: str
    health: str
    health_note: str
    failures: int
    poll_at: datetime | None
    polled_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
