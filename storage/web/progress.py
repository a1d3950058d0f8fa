"""What has been done so far, in numbers: by these the demo's guide ticks off its steps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from storage.approvals import approvals
from storage.posts import targets
from storage.replies import replies
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Progress:
    """How many comments were answered, clients asked and posts published."""

    answered: int
    asked: int
    published: int


def progress(uow: UnitOfWork) -> Progress:
    """Count what has been done."""
    return Progress(
        answered=uow.scalar(select(func.count()).select_from(replies).where(replies.c.state == "sent")),
        asked=uow.scalar(select(func.count()).select_from(approvals).where(approvals.c.audience == "client")),
        published=uow.scalar(select(func.count()).select_from(targets).where(targets.c.state == "published")),
    )
