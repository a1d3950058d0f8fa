"""A month of the plan: the team's card with Share with the client, and the client's card, which follows what changes.

The client's is drawn from what they were shown (smm/plans.py), in their words, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from handlers.card import Answer, Block, Button, Card, Edit, Notice, Span, bold, para, row
from handlers.list_parts import begun
from handlers.post_parts import STATES, WEEKDAYS
from handlers.route import Context, Scene, Words, action, view
from smm import moments, plans, showing
from smm.calendar import Entry
from smm.errors import N_
from smm.roles import Right, allows

PAGE = 20  # posts on a card
_CLIENT_STATES = {
    "client_review": N_("waits for you"),
    "expired": N_("waits for you"),
    "approved": N_("approved"),
    "scheduled": N_("goes out then"),
    "publishing": N_("going out"),
    "retry_wait": N_("going out"),
    "published": N_("live"),
    "partially_published": N_("live"),
    "rejected": N_("rejected"),
    "on_hold": N_("on hold"),
}
_AT_WORK = N_("the team is working on it")
_AS_SHOWN = frozenset({"published", "partially_published", "on_hold"})


def month_card(context: Context, month: date, page: int = 0) -> Card:
    """Return the team's card of a month."""
    t, brand = context.t, context.of
    entries = plans.entries(context.uow, brand, month, for_client=False)
    turns = row(
        _turn("←", plans.after(month, -1)),
        _turn(t("This month"), moments.local_day(context.uow.now, brand.zone).replace(day=1)),
        _turn("→", plans.after(month)),
    )
    share = Button(t("Share with the client"), "plan.share", args={"month": month.isoformat()}, look="good")
    may_share = bool(entries) and allows(context.roles, Right.MANAGE)
    return Card(
        title=_title(t, month),
        body=_listed(t, entries, page, brand.zone, lambda each: t(STATES[each.post.state])),
        buttons=(
            *_pages(t, entries, page, "plan.month", {"month": month.isoformat()}),
            turns,
            row(share if may_share else None, Button(t("This week"), "plan.week", args=_today(context))),
        ),
        footer=t("Times in {zone}", zone=brand.zone),
    )


def _title(t: Words, month: date) -> str:
    last = date.fromordinal(plans.after(month).toordinal() - 1)
    return t("Plan: {first} to {last}", first=t.day(month), last=t.day(last))


def _turn(label: str, month: date) -> Button:
    return Button(label, "plan.month", args={"month": month.isoformat()})


def _today(context: Context) -> dict[str, str]:
    return {"day": moments.local_day(context.uow.now, context.of.zone).isoformat()}


def _listed(
    t: Words, entries: Sequence[Entry], page: int, zone: str, state: Callable[[Entry], str]
) -> tuple[Block, ...]:
    if not entries:
        return (para(t("Nothing is planned in this month yet.")),)
    shown = entries[page * PAGE : (page + 1) * PAGE]
    found: list[Block] = []
    for day, of_day in groupby(
        shown, key=lambda each: moments.local_day(each.post.slot_at or each.post.created_at, zone)
    ):
        found.append(para(bold(f"{t(WEEKDAYS[day.weekday()])} {day.day:02}.{day.month:02}.")))
        found += [_line(t, each, zone, state(each)) for each in of_day]
    return tuple(found)


def _line(t: Words, each: Entry, zone: str, state: str) -> Block:
    clock = moments.clock(each.post.slot_at, zone) if each.post.slot_at else ""
    return para(bold(clock), f" {each.post.id}. {begun(t, each.text, 60)} · ", Span(state, "italic"))


def _pages(
    t: Words, entries: Sequence[Entry], page: int, name: str, args: dict[str, str], object_id: int = 0
) -> tuple[tuple[Button, ...], ...]:
    """Return the ways to the pages beside this one, where a month has more than one."""
    before = Button(t("Earlier"), name, object_id, args={**args, "page": str(page - 1)}) if page else None
    has_more = len(entries) > (page + 1) * PAGE
    later = Button(t("Later"), name, object_id, args={**args, "page": str(page + 1)}) if has_more else None
    found = row(before, later)
    return (found,) if found else ()


def _page(args: dict[str, str]) -> int:
    given = args.get("page", "0")
    return int(given) if given.isdecimal() else 0


@action("plan.month", needs=Right.SEE, help=N_("Show a month of the plan"))
def turn(context: Context) -> Answer:
    """Show another month, or another page of it, in place."""
    return Edit(month_card(context, date.fromisoformat(context.args["month"]), _page(dict(context.args))))


@action("plan.share", needs=Right.MANAGE, help=N_("Show this month in the client's room and keep it up to date"))
def share(context: Context) -> Answer:
    """Share a month with the client."""
    t = context.t
    if plans.share(context.uow, context.actor, date.fromisoformat(context.args["month"])):
        return Notice(t("Shared. The client sees what was shown to them, and the card follows what changes."))
    return Notice(t("The client has this month already; their card is up to date."))


def for_client(context: Context) -> Answer:
    """Show the client this month's plan, if it was shared."""
    month = moments.local_day(context.uow.now, context.of.zone).replace(day=1)
    shared = plans.of_month(context.uow, context.of.id, month)
    if shared is None:
        return Notice(context.t("The team has not shared a plan of this month yet."))
    scene = Scene(context.uow, context.t, context.chat, shared.id, "client")
    return client_card(scene)


@view("plan_client", for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Draw a shared month for the client."""
    shared = showing.plan(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, shared.brand_id) if shared else None
    if shared is None or brand is None:
        return None
    t, month, page = scene.t, plans.month_of(shared.month, date.min), _page(dict(scene.args))
    entries = plans.entries(scene.uow, brand, month, for_client=True)
    return Card(
        title=f"{brand.name} · {_title(t, month)}",
        body=_listed(t, entries, page, brand.zone, lambda each: _said(t, scene, each)),
        buttons=_pages(t, entries, page, "plan.page", {}, shared.id),
        footer=t("Times in {zone}. This card follows what changes.", zone=brand.zone),
    )


def _said(t: Words, scene: Scene, each: Entry) -> str:
    """Return a post's state in the client's words: while a newer version is written, only that."""
    whole = showing.whole(scene.uow, each.post.id)
    is_current = whole is not None and showing.shared(whole) == each.post.version
    known = _CLIENT_STATES if is_current or each.post.state in _AS_SHOWN else {}
    return t(known.get(each.post.state, _AT_WORK))


@action("plan.page", needs=Right.MEMBER, help=N_("Show another page of the shared month"))
def client_page(context: Context) -> Answer:
    """Show another page of a shared month in place."""
    shared = plans.find(context.uow, context.of.id, context.object_id)
    card = client_card(Scene(context.uow, context.t, context.chat, shared.id, "client", context.args))
    return Edit(card) if card else None
