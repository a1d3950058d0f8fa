"""Receipts: nobody has to look whether posts went out. A slot without a receipt raises an alarm, a good day gets one line.

The clock calls `late_check` each few seconds and `daily_lines` each minute; a second call finds nothing left to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm import alerts, moments, posts
from storage import brands, memos, targets
from storage import posts as kept
from storage.brands import Brand
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

GRACE = timedelta(minutes=2)
MORNING = time(9)
TOLD_ALREADY = {"expired", "missed", "failed", "auth_blocked", "partially_published", "on_hold", "by_hand"}


@dataclass(frozen=True, slots=True)
class Day:
    """How one day of publishing went: how many were due, and how many of them are live."""

    day: date
    planned: int
    live: int


def late_check(uow: UnitOfWork, now: datetime) -> int:
    """Tell once of each post whose slot passed two minutes ago and that is not out; return how many were told."""
    late = kept.late(uow, now - GRACE)
    return sum(_tell_late(uow, post) for post in kept.lock_many(uow, [post.id for post in late]))


def _tell_late(uow: UnitOfWork, post: Post) -> bool:
    kept.change_post(uow, post.id, late_at=uow.now)
    if post.state in TOLD_ALREADY:
        return False
    posts.record(uow, None, posts.look(uow, post), "post.late", state=post.state)
    alerts.tell(uow, post.brand_id, "alerts", "post_alert", post.id, {"late": "1"}, alerts.URGENT)
    return True


def daily_lines(uow: UnitOfWork) -> int:
    """In the morning of each brand's zone tell the team how yesterday went; return how many lines were told."""
    workspace = brands.first_workspace(uow)
    return sum(_line_is_due(uow, brand) for brand in brands.of_workspace(uow, workspace.id)) if workspace else 0


def _line_is_due(uow: UnitOfWork, brand: Brand) -> bool:
    local = uow.now.astimezone(ZoneInfo(brand.zone))
    return local.time() >= MORNING and daily_line(uow, brand, local.date() - timedelta(days=1))


def daily_line(uow: UnitOfWork, brand: Brand, day: date) -> bool:
    """Tell the team how a day went, once a day, nothing where nothing was due. The key is the brand's own date."""
    name = f"daily:{brand.id}"
    if (memos.get(uow, name) or "") >= day.isoformat():
        return False
    memos.set(uow, name, day.isoformat())
    if not of_day(uow, brand, day).planned:
        return False
    alerts.tell(uow, brand.id, "team", "daily", brand.id, {"day": day.isoformat()}, alerts.LATER)
    return True


def of_day(uow: UnitOfWork, brand: Brand, day: date) -> Day:
    """Count what was due on a day of the brand and what of it is live."""
    begins, ends = moments.day_span(day, brand.zone)
    rows = [row for row in targets.slotted(uow, brand.id, begins, ends) if row.state != "draft"]
    return Day(day, len(rows), sum(row.state == "published" for row in rows))
