"""Searches: what is looked for on a network for a rule, how far that has come, and when to look again. Woken topic: "due"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)

from storage.base import Id, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

searches = Table(
    "searches",
    metadata,
    key(),
    Column("rule_id", Id, ForeignKey("rules.id"), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("query", String(255), nullable=False),
    Column("cursor", Text, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("failures", Integer, nullable=False),
    UniqueConstraint("rule_id", "account_id", "query"),
)


@dataclass(frozen=True, slots=True)
class Search:
    """One query that an account asks its network for a rule. The cursor is the connector's."""

    id: int
    rule_id: int
    account_id: int
    query: str
    cursor: str
    due_at: datetime
    failures: int


_GET = select(searches).where(searches.c.id == bindparam("wanted"))
_OF_RULE = select(searches).where(searches.c.rule_id == bindparam("of_rule")).order_by(searches.c.id)
_DUE = (
    select(searches.c.id, searches.c.due_at)
    .where(searches.c.due_at <= bindparam("until"))
    .order_by(searches.c.due_at)
    .limit(bindparam("most"))
)


def get(uow: UnitOfWork, search_id: int) -> Search | None:
    """Return a search."""
    return uow.one(Search, _GET, wanted=search_id)


def of_rule(uow: UnitOfWork, rule_id: int) -> list[Search]:
    """Return what is looked for for a rule."""
    return uow.many(Search, _OF_RULE, of_rule=rule_id)


def due(uow: UnitOfWork, until: datetime, most: int = 100) -> list[tuple[int, datetime]]:
    """Return what is to be asked by then, each with its moment."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until, most=most)]


def add(uow: UnitOfWork, rule_id: int, account_id: int, query: str) -> None:
    """Look for a query from now on; one that is looked for already goes on."""
    on = ("rule_id", "account_id", "query")
    uow.add_new(
        searches, on=on, rule_id=rule_id, account_id=account_id, query=query, cursor="", due_at=uow.now, failures=0
    )
    uow.wake("due")


def change(uow: UnitOfWork, search_id: int, **values: Any) -> int:
    """Set columns of a search."""
    return uow.change(update(searches).where(searches.c.id == search_id).values(**values))


def drop_of_rule(uow: UnitOfWork, rule_id: int) -> int:
    """Look for a rule no more."""
    return uow.change(delete(searches).where(searches.c.rule_id == rule_id))


def drop(uow: UnitOfWork, search_id: int) -> int:
    """Look for one query no more."""
    return uow.change(delete(searches).where(searches.c.id == search_id))
