"""/report: what was done in a period, for the client. The team looks first; only Share shows it in the client's room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Block, Button, Card, Field, Notice, Question, Quote, Span, bold, para, row
from handlers.join_links import arrivals
from handlers.posts import show
from handlers.route import Context, Scene, Words, action, command, view
from smm import moments, reports, showing
from smm.errors import N_, Invalid
from smm.reports import Facts, Live
from smm.roles import Right

if TYPE_CHECKING:
    from storage.reports import Report

SHOWN = 20  # publications on a card


@command("report", needs=Right.MANAGE, help=N_("A report for the client: choose days, or add 2026-03-01 2026-03-31"))
def report(context: Context) -> Answer:
    """Make a report of the days after the command, or offer some."""
    said = context.text.split()
    if said:
        return _make(context, said[0], said[-1])
    t = context.t
    offers = [Button(words, "report.make", args=days) for words, days in _offers(context)]
    return Card(
        title=t("A report for the client"),
        body=(para(t("Of which days? You see it first; the client sees it when you share it.")),),
        buttons=(tuple(offers), row(Button(t("Other days"), "report.days"))),
    )


def _offers(context: Context) -> list[tuple[str, dict[str, str]]]:
    t, today = context.t, moments.local_day(context.uow.now, context.of.zone)
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    before = first - timedelta(days=1)
    spans = {
        t("Last week"): (monday - timedelta(days=7), monday - timedelta(days=1)),
        t("Last month"): (before.replace(day=1), before),
        t("This month"): (first, today),
    }
    return [(words, {"first": str(begins), "last": str(ends)}) for words, (begins, ends) in spans.items()]


@action("report.days", needs=Right.MANAGE, help=N_("Choose the days of a report"))
def ask_days(context: Context) -> Answer:
    """Ask for the days."""
    t = context.t
    hint = t("For example: 2026-03-01")
    questions = (
        Question("first", t("First day"), "line", hint=hint),
        Question("last", t("Last day"), "line", hint=hint),
    )
    return Card(title=t("A report for the client"), ask=Ask("report.make", questions, t("Make the report")))


@action("report.make", needs=Right.MANAGE, help=N_("Make a report of these days, for the team to look at"))
def make(context: Context) -> Answer:
    """Make a draft of a report."""
    return _make(context, context.args.get("first", ""), context.args.get("last", ""))


def _make(context: Context, first: str, last: str) -> Answer:
    made = reports.make(context.uow, context.actor, _day(first, "first"), _day(last, "last"))
    show(context, reports.TEAM, made)
    return None


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(N_("Write a day like this: 2026-03-01"), field=field) from error


@view("report")
def team_card(scene: Scene) -> Card | None:
    """Draw a report for the team: what the client will see, and what can be done with it."""
    found = reports.get(scene.uow, scene.object_id)
    if found is None or scene.audience == "client":
        return None
    t, card = scene.t, _drawn(scene, found)
    if found.state != "draft":
        words = t("Shared with the client.") if found.state == "shared" else t("Thrown away.")
        return Card(title=card.title, body=(para(bold(words)), *card.body), fields=card.fields)
    first = para(bold(t("The client will see this when you share it:")))
    return Card(title=card.title, body=(first, *card.body), fields=card.fields, buttons=_buttons(t, found))


def _buttons(t: Words, found: Report) -> tuple[tuple[Button, ...], ...]:
    share = Button(
        t("Share with the client"),
        "report.share",
        found.id,
        found.revision,
        look="good",
        confirm=t("Show this report in the client's room?"),
    )
    return (
        row(share, Button(t("Comment"), "report.comment", found.id, found.revision)),
        row(
            Button(t("Gather anew"), "report.again", found.id, found.revision),
            Button(t("Drop"), "report.drop", found.id, found.revision, look="bad"),
        ),
    )


@view("report_client", for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Draw a shared report for the client, as it was when it was shared."""
    found = reports.get(scene.uow, scene.object_id)
    return _drawn(scene, found) if found is not None and found.state == "shared" else None


def _drawn(scene: Scene, found: Report) -> Card:
    t, facts = scene.t, reports.read(found.facts)
    brand = showing.brand(scene.uow, found.brand_id)
    first, last = t.day(date.fromisoformat(found.first)), t.day(date.fromisoformat(found.last))
    comment = (Quote(found.comment, showing.name(scene.uow, found.made_by)),) if found.comment else ()
    return Card(
        title=t("{brand}: report, {first} to {last}", brand=brand.name if brand else "", first=first, last=last),
        body=(*comment, *_published(t, facts), *_best(t, facts), *_came(t, facts)),
        fields=_figures(t, facts),
    )


def _published(t: Words, facts: Facts) -> list[Block]:
    if not facts.posts:
        return []
    found: list[Block] = [para(bold(t("What was published:")))]
    found += [_line(each) for each in facts.posts[:SHOWN]]
    if len(facts.posts) > SHOWN:
        count = len(facts.posts) - SHOWN
        found.append(para(t.n("and {count} more", "and {count} more", count)))
    return found


def _line(each: Live) -> Block:
    return para("• ", Span(each.text or each.network, href=each.link), f" · {each.network}")


def _best(t: Words, facts: Facts) -> list[Block]:
    if not facts.best:
        return []
    lines = (
        para(
            Span(each.text or each.network, href=each.link),
            " · ",
            t.n("{count} reaction", "{count} reactions", each.reactions or 0),
        )
        for each in facts.best
    )
    return [para(bold(t("People reacted most to:"))), *lines]


def _came(t: Words, facts: Facts) -> list[Block]:
    if not facts.came:
        return []
    lines = [para("• ", Span(each.name), " · ", arrivals(t, each.joined, each.left)) for each in facts.came[:SHOWN]]
    return [para(bold(t("People joined by these links:"))), *lines]


def _figures(t: Words, facts: Facts) -> tuple[Field, ...]:
    nothing = t("no data")

    def took(seconds: float | None, count: int) -> str:
        if seconds is None:
            return nothing
        return t.n("{time}, one case", "{time}, the median of {count} cases", count, time=t.ago(seconds))

    return (
        Field(t("Published"), str(len(facts.posts)) if facts.posts else nothing),
        Field(t("Time to your approval"), took(facts.approval_seconds, facts.approved)),
        Field(t("Comments answered"), str(facts.answered) if facts.answered else nothing),
        Field(t("Time to an answer"), took(facts.answer_seconds, facts.answered)),
    )


@action("report.comment", needs=Right.MANAGE, help=N_("Write what the client should know about these days"))
def ask_comment(context: Context) -> Answer:
    """Ask for the manager's words."""
    t, found = context.t, reports.find(context.uow, context.of.id, context.object_id)
    question = Question(
        "text", t("What should the client know?"), required=False, value=found.comment, limit=reports.COMMENT
    )
    ask = Ask("report.commented", (question,), t("Keep"), found.id, found.revision)
    return Card(title=t("Comment"), ask=ask)


@action("report.commented", needs=Right.MANAGE, help=N_("Put these words on the report"))
def commented(context: Context) -> Answer:
    """Put the manager's words on the report."""
    reports.comment(context.uow, context.actor, context.object_id, context.version, context.args.get("text", ""))
    return Notice(context.t("Kept. The client sees it when you share the report."))


@action("report.again", needs=Right.MANAGE, help=N_("Gather the report's facts anew"))
def again(context: Context) -> Answer:
    """Gather the facts anew."""
    reports.gather_again(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("Gathered."))


@action("report.drop", needs=Right.MANAGE, help=N_("Throw this draft of a report away"))
def drop(context: Context) -> Answer:
    """Throw a draft away."""
    reports.drop(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("Thrown away."))


@action("report.share", needs=Right.MANAGE, help=N_("Show the client exactly this report"))
def share(context: Context) -> Answer:
    """Show the client exactly what was looked at."""
    reports.share(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("Shared. The client has it now; it does not change any more."))
