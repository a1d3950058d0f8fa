"""Rows for tests that care about one column and not about the other twenty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, Table

from storage.accounts import accounts
from storage.base import Moment
from storage.brands import brands, workspaces
from storage.unit_of_work import UnitOfWork


def row(table: Table, now: datetime, **given: Any) -> dict[str, Any]:
    """Return a whole row: what is given, and for the rest the emptiest value that the column takes."""
    filled = {each.name: _empty(each, now) for each in table.c if each.name != "id"}
    return filled | given


def _empty(column: Column[Any], now: datetime) -> Any:
    if column.nullable:
        return None
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, JSON):
        return {}
    if isinstance(column.type, Moment | DateTime):
        return now
    return 0 if isinstance(column.type, Integer) else ""


def brand_with_account(uow: UnitOfWork, name: str = "Northwind Coffee") -> tuple[int, int]:
    """Add a workspace, a brand and its account on the demo network; return the ids of the last two."""
    workspace = uow.add(workspaces, **row(workspaces, uow.now, name=name))
    brand = uow.add(brands, **row(brands, uow.now, workspace_id=workspace, name=name, zone="Europe/Berlin"))
    account = uow.add(accounts, **row(accounts, uow.now, brand_id=brand, network="demo", remote_id=name))
    return brand, account
