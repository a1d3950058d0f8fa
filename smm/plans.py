"""The plan of a month that is shared with the client: what they were shown, what is approved, what is out; nothing else.

Sharing is done once for a month; afterwards the client's card follows whatever changes. The team's own plan is smm/plan.py's.
"""

from __future__ import annotations

from datetime import date

from smm import alerts, calendar, moments
from smm.actors import Actor
from smm.calendar import Entry, Wanted
from smm.errors import N_, Invalid, NotFound
from smm.roles import Right
from storage import audit, brands, copies, plans
from storage import posts as kept
from storage.brands import Brand
from storage.plans import Plan
from storage.unit_of_work import UnitOfWork

VIEW = "plan_client"


def month_of(text: str, today: date) -> date:
    """Return the first day of a month written as 2026-03, of this month where nothing is written."""
    try:
        return date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError as error:
        raise Invalid(N_("Write the month like this: /plan 2026-03"), field="month") from error


def after(month: date, months: int = 1) -> date:
    """Return the first day of a month so many months away."""
    return calendar.beside(Wanted("month", month), months)


def entries(uow: UnitOfWork, brand: Brand, month: date, *, for_client: bool) -> list[Entry]:
    """Return what has its time in a month, in order."""
    begins, ends = moments.midnight(month, brand.zone), moments.midnight(after(month), brand.zone)
    return calendar.entries(uow, kept.between(uow, brand.id, begins, ends), for_client=for_client)


def share(uow: UnitOfWork, actor: Actor, month: date) -> bool:
    """Show a month in the client's rooms; False if it stands there already, kept up to date."""
    actor.must(Right.MANAGE)
    brand = brands.get(uow, actor.brand_id)
    assert brand is not None
    if not entries(uow, brand, month, for_client=True):
        raise Invalid(N_("Nothing of this month was shown to the client yet. Send posts for approval first."))
    is_fresh = plans.share(uow, brand.id, f"{month:%Y-%m}", actor.member_id)
    shared = plans.of_month(uow, brand.id, f"{month:%Y-%m}")
    assert shared is not None
    if not is_fresh and copies.of(uow, VIEW, shared.id):
        return False
    if not alerts.tell(uow, brand.id, "client", VIEW, shared.id):
        raise Invalid(N_("The client has no room yet. Make one first: /channels"))
    _record(uow, actor, shared)
    return True


def find(uow: UnitOfWork, brand_id: int, plan_id: int) -> Plan:
    """Return a shared month of the brand."""
    shared = plans.get(uow, plan_id)
    if shared is None or shared.brand_id != brand_id:
        raise NotFound(N_("There is no such plan here."))
    return shared


def of_month(uow: UnitOfWork, brand_id: int, month: date) -> Plan | None:
    """Return a month if it was shared."""
    return plans.of_month(uow, brand_id, f"{month:%Y-%m}")


def _record(uow: UnitOfWork, actor: Actor, shared: Plan) -> None:
    audit.append(
        uow,
        brand_id=actor.brand_id,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action="plan.share",
        object=f"plan:{shared.id}",
        facts={"month": shared.month},
    )
