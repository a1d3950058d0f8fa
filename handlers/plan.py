"""/plan: the brand's week by day, in the brand's zone, with the slots that are still free. Months are plan_months.py's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers import plan_months
from handlers.card import Answer, Block, Button, Card, Edit, Span, bold, para, row
from handlers.list_parts import beginning, button_name, in_rows
from handlers.post_parts import STATES, WEEKDAYS
from handlers.route import Context, action, command
from smm import moments, plan, plans, posts
from smm.errors import N_
from smm.roles import Right

if TYPE_CHECKING:
    from storage.posts import Post

MONTH = ("month", "месяц")
OPENABLE = 12  # buttons that open a post


@command("plan", needs=Right.MEMBER, help=N_("What goes out when: this week, or /plan month, or /plan 2026-03"))
def plan_of(context: Context) -> Answer:
    """Show this week or a month; the client sees the month that was shared with them."""
    today = moments.local_day(context.uow.now, context.of.zone)
    if context.is_for_client:
        return plan_months.for_client(context)
    said = context.text.strip().lower()
    if not said:
        return _week(context, today)
    return plan_months.month_card(context, plans.month_of("" if said in MONTH else said, today))


@action("plan.week", needs=Right.SEE, help=N_("Show another week of the plan"))
def turn(context: Context) -> Answer:
    """Show another week in place."""
    return Edit(_week(context, date.fromisoformat(context.args["day"])))


def _week(context: Context, day: date) -> Card:
    t = context.t
    days = plan.week(context.uow, context.of, day)
    planned = [posts.look(context.uow, post) for each in days for post in each.posts][:OPENABLE]
    body: list[Block] = []
    for each in days:
        body += _day(context, each)
    opens = [
        Button(button_name(each.post.id, beginning(t, each.content)), "post.open", each.post.id) for each in planned
    ]
    turns = row(
        Button("←", "plan.week", args={"day": (days[0].day - timedelta(days=7)).isoformat()}),
        Button(
            t("This week"), "plan.week", args={"day": moments.local_day(context.uow.now, context.of.zone).isoformat()}
        ),
        Button("→", "plan.week", args={"day": (days[0].day + timedelta(days=7)).isoformat()}),
        Button(t("Month"), "plan.month", args={"month": days[0].day.replace(day=1).isoformat()}),
    )
    return Card(
        title=t("Plan: {first} to {last}", first=t.day(days[0].day), last=t.day(days[6].day)),
        body=tuple(body),
        buttons=(*in_rows(opens), turns),
        footer=t("Times in {zone}", zone=context.of.zone),
    )


def _day(context: Context, day: plan.Day) -> list[Block]:
    t = context.t
    title = f"{t(WEEKDAYS[day.day.weekday()])} {day.day.day:02}.{day.day.month:02}."
    free = ", ".join(moments.clock(slot, context.of.zone) for slot in day.free)
    tail = t(" · free: {slots}", slots=free) if free else ""
    return [para(bold(title), Span(tail)), *(_line(context, post) for post in day.posts)]


def _line(context: Context, post: Post) -> Block:
    whole = posts.look(context.uow, post)
    text = beginning(context.t, whole.content, 60)
    time = moments.clock(post.slot_at, context.of.zone) if post.slot_at else ""
    return para(bold(time), f" {post.id}. {text} · ", Span(context.t(STATES[post.state]), "italic"))
