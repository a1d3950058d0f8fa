"""A chat that got another id: everything that names it follows, in one transaction."""

from __future__ import annotations

from sqlalchemy import update

from storage.alerts import alerts
from storage.asks import asks
from storage.buttons import buttons
from storage.channels import channels
from storage.copies import copies
from storage.unit_of_work import UnitOfWork


def move(uow: UnitOfWork, platform: str, old: str, new: str) -> None:
    """Rename a chat wherever it is named: channels, outbox, buttons, questions, standing cards."""
    for table in (channels, alerts, buttons, asks, copies):
        uow.change(update(table).where(table.c.platform == platform, table.c.chat_id == old).values(chat_id=new))
    uow.wake("alerts")
