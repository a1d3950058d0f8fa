"""Workspaces and the brands that they own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, UniqueConstraint

from storage.base import Id, Json, Moment, key, metadata

workspaces = Table(
    "workspaces",
    metadata,
    key(),
    Column("name", String(120), nullable=False),
    Column("created_at", Moment, nullable=False),
)

brands = Table(
    "brands",
    metadata,
    key(),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("slug", String(60), nullable=False),
    Column("language", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("tone", Text, nullable=False),
    Column("policy", Json, nullable=False),
    Column("on_hold", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "slug"),
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One team's installation space."""

    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Brand:
    """A client's brand. `zone` is an IANA name, `policy` the approval policy (smm/policy.py reads it).

    While `on_hold` nothing of the brand goes out.
    """

    id: int
    workspace_id: int
    name: str
    slug: str
    language: str
    zone: str
    tone: str
    policy: dict[str, Any]
    on_hold: bool
    created_at: datetime
