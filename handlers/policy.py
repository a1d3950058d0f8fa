"""/policy: who must approve a brand's posts, how long they have, and the times that posts usually go out."""

from __future__ import annotations

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Question, bold, para, row
from handlers.route import Context, Words, action, command
from smm import policy
from smm.errors import N_
from smm.policy import Policy
from smm.roles import Right

MODES = {
    "none": N_("Nobody: whoever writes may publish"),
    "internal": N_("The team: an owner or a manager"),
    "client": N_("The client"),
    "internal+client": N_("The team first, then the client"),
}
QUORUMS = (
    ("any", N_("One person")),
    ("2", N_("Two people")),
    ("3", N_("Three people")),
    ("all", N_("Everybody who may")),
)
WHO = {"internal": N_("Who of the team?"), "client": N_("Who of the client?")}


@command("policy", needs=Right.MANAGE, help=N_("Who must approve posts, and by when"))
def show(context: Context) -> Answer:
    """Show the brand's policy."""
    return _card(context.t, policy.read(context.of.policy))


def _card(t: Words, rules: Policy) -> Card:
    quorums = dict(QUORUMS)
    steps = [Field(t(WHO[step.audience]), t(quorums.get(step.quorum, N_("One person")))) for step in rules.steps]
    hours = int(rules.deadline.total_seconds() // 3600)
    buttons = tuple(
        row(Button(f"✓ {t(words)}" if mode == rules.mode else t(words), "policy.mode", args={"mode": mode}))
        for mode, words in MODES.items()
    )
    return Card(
        title=t("Who approves posts?"),
        body=(para(bold(t(MODES[rules.mode]))), para(t("The author of a version never approves it alone."))),
        fields=(
            *steps,
            Field(t("Time to decide"), t.n("{count} hour", "{count} hours", hours)),
            Field(t("Usual times"), _slots(rules)),
        ),
        buttons=(*buttons, row(Button(t("More"), "policy.edit"))),
    )


def _slots(rules: Policy) -> str:
    return " ".join(slot.strftime("%H:%M") for slot in rules.slots)


@action("policy.mode", needs=Right.MANAGE, help=N_("Choose who must approve the brand's posts"))
def set_mode(context: Context) -> Answer:
    """Change who approves."""
    return Edit(_card(context.t, policy.change(context.uow, context.actor, {"mode": context.args["mode"]})))


@action("policy.edit", needs=Right.MANAGE, help=N_("Change how many must approve, by when, and the usual times"))
def edit(context: Context) -> Answer:
    """Ask for the finer rules."""
    t, rules = context.t, policy.read(context.of.policy)
    options = tuple((value, t(words)) for value, words in QUORUMS)
    quorums = tuple(
        Question(step.audience, t(WHO[step.audience]), "choice", options=options, value=step.quorum)
        for step in rules.steps
    )
    hours = str(int(rules.deadline.total_seconds() // 3600))
    questions = (
        *quorums,
        Question("deadline_hours", t("Hours to decide"), "line", value=hours, limit=4),
        Question("slots", t("Usual times, such as 10:00 13:00 18:00"), "line", value=_slots(rules), limit=200),
    )
    return Card(title=t("Policy"), ask=Ask("policy.save", questions, t("Save")))


@action("policy.save", needs=Right.MANAGE, help=N_("Save how posts are approved"))
def save(context: Context) -> Answer:
    """Keep the finer rules."""
    args = context.args
    hours = args.get("deadline_hours", "").strip()
    wanted = {
        "quorum": {audience: args[audience] for audience in WHO if audience in args},
        "deadline_hours": int(hours) if hours.isdecimal() else 0,
        "slots": [slot.zfill(5) for slot in args.get("slots", "").replace(",", " ").split()],
    }
    return _card(context.t, policy.change(context.uow, context.actor, wanted))
