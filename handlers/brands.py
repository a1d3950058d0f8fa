"""/brands: the brands that somebody works for: choose one, make one, change its settings."""

from __future__ import annotations

from handlers.card import Answer, Ask, Button, Card, Edit, Field, Notice, Question, para, row
from handlers.route import Context, Words, action, command
from smm import brands, members
from smm.brands import LANGUAGES
from smm.errors import N_
from smm.roles import Right, allows


@command("brands", needs=Right.MEMBER, help=N_("Choose whom you work for, add another, change settings"), brand=False)
def show(context: Context) -> Answer:
    """List the member's brands."""
    t = context.t
    mine = brands.of_member(context.uow, context.who)
    here = context.brand.id if context.brand is not None else 0
    choices = tuple(
        row(Button(f"✓ {brand.name}" if brand.id == here else brand.name, "brands.look", brand.id)) for brand in mine
    )
    may = allows(context.roles, Right.MANAGE)
    edit = Button(t("Settings"), "brands.edit", here) if here and may else None
    return Card(
        title=t("Brands"),
        body=(para(t("In a brand's room everything is about that brand; elsewhere about the one you choose here.")),),
        buttons=(*choices, row(edit, Button(t("Make a brand"), "brands.new") if may else None)),
    )


@action("brands.look", needs=Right.MEMBER, help=N_("Choose the brand that you work for in private"), brand=False)
def look(context: Context) -> Answer:
    """Choose the brand to work for in private."""
    brand = brands.get(context.uow, context.object_id)
    members.look_at(context.uow, context.who, brand)
    return Notice(context.t("In private you work for {brand} now.", brand=brand.name))


@action("brands.new", needs=Right.MANAGE, help=N_("Start a new brand: name, language and time zone"), brand=False)
def new(context: Context) -> Answer:
    """Ask for a new brand's name, language and zone."""
    t = context.t
    return Card(title=t("A new brand"), ask=Ask("brands.make", _questions(t), t("Make it")))


def _questions(t: Words, name: str = "", language: str = "", zone: str = "") -> tuple[Question, ...]:
    return (
        Question("name", t("What is the brand called?"), "line", value=name, limit=120),
        Question("language", t("Which language do its rooms speak?"), "choice", value=language, options=LANGUAGES),
        Question(
            "zone",
            t("In which time zone does it work?"),
            "line",
            value=zone,
            hint=t("A city or a name such as Europe/Berlin"),
            limit=64,
        ),
    )


@action("brands.make", needs=Right.MANAGE, help=N_("Make the brand, then set up its rooms"), brand=False)
def make(context: Context) -> Answer:
    """Make the brand and lead on to its rooms."""
    t, given = context.t, context.args
    brand = brands.make(context.uow, context.who, given["name"], given["language"], given["zone"])
    return Card(
        title=t("{brand} is on the desk", brand=brand.name),
        body=(para(t("Next, its rooms: where the team works, and where the client approves.")),),
        fields=(Field(t("Time zone"), brand.zone),),
        buttons=(row(Button(t("Rooms"), "channels.show"), Button(t("Invite somebody"), "members.invite")),),
        tone="good",
    )


@action(
    "brands.edit",
    needs=Right.MANAGE,
    help=N_("Change the brand's name, language, time zone and way of speaking"),
    brand=False,
)
def edit(context: Context) -> Answer:
    """Ask for a brand's settings."""
    t, brand = context.t, brands.managed(context.uow, context.who, context.object_id)
    tone = Question(
        "tone",
        t("How does the brand speak?"),
        required=False,
        value=brand.tone,
        hint=t("Short rules for drafts: words to use, words to avoid"),
        limit=4000,
    )
    questions = (*_questions(t, brand.name, brand.language, brand.zone), tone)
    return Card(title=brand.name, ask=Ask("brands.save", questions, t("Save"), brand.id))


@action("brands.save", needs=Right.MANAGE, help=N_("Save the brand's settings"), brand=False)
def save(context: Context) -> Answer:
    """Keep a brand's settings."""
    given = context.args
    brand = brands.change(
        context.uow,
        context.who,
        brands.managed(context.uow, context.who, context.object_id),
        given["name"],
        given["language"],
        given["zone"],
        given.get("tone", ""),
    )
    t = context.t
    return Edit(Card(title=brand.name, body=(para(t("Saved.")),), fields=(Field(t("Time zone"), brand.zone),)))
