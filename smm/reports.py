"""Reports for the client: what the desk knows of a period, gathered once and frozen, so that what is shared is what was seen.

Only stored facts. What is not known is no data; nothing is guessed and nothing is zero for want of a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from smm import alerts, declared, moments, versions
from smm.actors import Actor
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.roles import Right
from smm.text import clean
from storage import accounts, approvals, audit, brands, join_links, mentions, metrics, reports, targets
from storage.brands import Brand
from storage.metrics import Snapshot
from storage.reports import Report
from storage.unit_of_work import UnitOfWork

TEAM, CLIENT = "report", "report_client"
COMMENT = 4_000
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Live:
    """A publication: where it can be seen, and how often people reacted, None where the network does not tell."""

    text: str
    network: str
    link: str
    at: str
    reactions: int | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """How many people first joined by a link in a period, and how many of them have left again."""

    name: str
    joined: int
    left: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a period. Seconds are medians, None without a case."""

    posts: tuple[Live, ...] = ()
    approved: int = 0
    approval_seconds: float | None = None
    answered: int = 0
    answer_seconds: float | None = None
    came: tuple[Came, ...] = ()

    @property
    def best(self) -> list[Live]:
        """The publications that people reacted to most, where that is known of more than one."""
        known = [each for each in self.posts if each.reactions]
        return sorted(known, key=lambda each: -(each.reactions or 0))[:3] if len(known) > 1 else []


def read(facts: Mapping[str, Any]) -> Facts:
    """Return the facts of a kept report."""
    posts = tuple(Live(**each) for each in facts.get("posts", ()))
    return Facts(**{**facts, "posts": posts, "came": tuple(Came(**each) for each in facts.get("came", ()))})


def gather(uow: UnitOfWork, brand: Brand, first: date, last: date) -> Facts:
    """Return what the desk knows of a period, whole days of the brand."""
    since, until = moments.midnight(first, brand.zone), moments.midnight(last + timedelta(days=1), brand.zone)
    decided = approvals.decided_between(uow, brand.id, "client", since, until)
    waits = [(each.decided_at - each.asked_at).total_seconds() for each in decided if each.decided_at]
    answers = [
        (answered - said).total_seconds() for said, answered in mentions.answered_between(uow, brand.id, since, until)
    ]
    posts, came = _posts(uow, brand, since, until), join_links.between(uow, brand.id, since, until)
    return Facts(posts, len(waits), _middle(waits), len(answers), _middle(answers), tuple(Came(*each) for each in came))


def _posts(uow: UnitOfWork, brand: Brand, since: datetime, until: datetime) -> tuple[Live, ...]:
    known = {account.id: account for account in accounts.of_brand(uow, brand.id)}
    found = []
    for target, content in targets.live_between(uow, brand.id, since, until):
        network = declared.title(known[target.account_id].network) if target.account_id in known else ""
        text = versions.words_for(versions.unpack(content), target.account_id)
        at = target.published_at.isoformat() if target.published_at else ""
        found.append(Live(clean(" ".join(text.split()), 120), network, target.link, at, _reactions(uow, target.id)))
    return tuple(found)


def _reactions(uow: UnitOfWork, target_id: int) -> int | None:
    taken: Snapshot | None = metrics.newest(uow, target_id)
    told = [taken.likes, taken.comments, taken.shares] if taken else []
    known = [figure for figure in told if figure is not None]
    return sum(known) if known else None


def _middle(seconds: Sequence[float]) -> float | None:
    return median(max(0.0, each) for each in seconds) if seconds else None


def make(uow: UnitOfWork, actor: Actor, first: date, last: date) -> int:
    """Make a draft of a report, for the team to look at."""
    actor.must(Right.MANAGE)
    brand = brands.get(uow, actor.brand_id)
    assert brand is not None
    today = moments.local_day(uow.now, brand.zone)
    if not first <= last or last - first > LONGEST:
        raise Invalid(N_("A report covers a day to a year. Write the first day, then the last."), field="first")
    if first > today:
        raise Invalid(N_("These days have not begun yet."), field="first")
    facts = asdict(gather(uow, brand, first, min(last, today)))
    report_id = reports.add(uow, brand.id, first.isoformat(), min(last, today).isoformat(), facts, actor.member_id)
    _record(uow, actor, report_id, "report.make")
    return report_id


def find(uow: UnitOfWork, brand_id: int, report_id: int) -> Report:
    """Return a report of the brand."""
    report = reports.get(uow, report_id)
    if report is None or report.brand_id != brand_id:
        raise NotFound(N_("There is no such report here. Make one: /report"))
    return report


def get(uow: UnitOfWork, report_id: int) -> Report | None:
    """Return a report, for its card."""
    return reports.get(uow, report_id)


def comment(uow: UnitOfWork, actor: Actor, report_id: int, seen: int, text: str) -> None:
    """Put the manager's words on a draft, in place of what stood there."""
    _change(uow, actor, report_id, seen, comment=clean(text.strip(), COMMENT))


def gather_again(uow: UnitOfWork, actor: Actor, report_id: int, seen: int) -> None:
    """Gather the facts of a draft anew."""
    report = find(uow, actor.brand_id, report_id)
    brand = brands.get(uow, actor.brand_id)
    assert brand is not None
    facts = gather(uow, brand, date.fromisoformat(report.first), date.fromisoformat(report.last))
    _change(uow, actor, report_id, seen, facts=asdict(facts))


def drop(uow: UnitOfWork, actor: Actor, report_id: int, seen: int) -> None:
    """Throw a draft away."""
    _change(uow, actor, report_id, seen, state="dropped")


def share(uow: UnitOfWork, actor: Actor, report_id: int, seen: int) -> None:
    """Show the client exactly what was looked at; it does not change any more."""
    _change(uow, actor, report_id, seen, state="shared", shared_by=actor.member_id, shared_at=uow.now)
    if not alerts.tell(uow, actor.brand_id, "client", CLIENT, report_id):
        raise Invalid(N_("The client has no room yet. Make one first: /channels"))
    _record(uow, actor, report_id, "report.share")


def _change(uow: UnitOfWork, actor: Actor, report_id: int, seen: int, **values: Any) -> None:
    actor.must(Right.MANAGE)
    report = find(uow, actor.brand_id, report_id)
    if report.state != "draft":
        raise Conflict(N_("This report is closed. Make a new one: /report"))
    if not reports.change(uow, report_id, seen, **values):
        raise Conflict(N_("The report has just changed. Look at it again, then press once more."))
    alerts.refresh(uow, TEAM, report_id)


def _record(uow: UnitOfWork, actor: Actor, report_id: int, action: str) -> None:
    audit.append(
        uow,
        brand_id=actor.brand_id,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action=action,
        object=f"report:{report_id}",
        facts={},
    )
