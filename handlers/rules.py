"""/rules: what the brand listens for: rules listed, made, tried, changed, switched and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.card import Answer, Ask, Button, Card, Edit, Notice, Para, Question, Quote, Span, bold, para, row
from handlers.mention_cards import author, excerpt
from handlers.route import Context, Words, action, command
from handlers.rule_cards import SIGNS, URGENCIES, found_words, matched
from smm import alerts, inbox, rooms
from smm.errors import N_
from smm.roles import Right, allows
from smm.rules import book, searching
from smm.rules.query import MOST_TEXT
from smm.rules.routing import preview

if TYPE_CHECKING:
    from storage.rules import Rule, Tally

PAGE: Final = 8
SHOWN: Final = 60  # characters of a rule in the list
EXAMPLES: Final = 3
EXCERPT: Final = 160


@command("rules", needs=Right.SEE, help=N_("What the brand listens for; add words to make a rule"))
def listing(context: Context) -> Answer:
    """List the rules, or make one of the words after the command."""
    if context.text:
        return _made(context, context.text)
    return _page(context, 0)


@action("rules.page", needs=Right.SEE, help=N_("Show more rules"))
def page(context: Context) -> Answer:
    """Turn the pages of the list."""
    number = context.args.get("page", "0")
    return Edit(_page(context, int(number) if number.isdecimal() else 0))


def _page(context: Context, number: int) -> Card:
    t, known = context.t, book.all_of(context.uow, context.of.id)
    add = Button(t("Add a rule"), "rules.add", look="good") if _manages(context) else None
    if not known:
        words = t("Nothing is listened for yet. A rule names words, and says how urgent it is where they are found.")
        example = para(t("For example: "), Span('coffee (cold OR iced) -"ice cream"', "code"))
        return Card(title=t("Rules"), body=(para(words), example), buttons=(row(add),) if add else ())
    shown = known[number * PAGE : (number + 1) * PAGE] or known[:PAGE]
    tallies = book.tallies(context.uow, shown)
    turns = row(
        Button(t("Earlier"), "rules.page", args={"page": str(number - 1)}) if number else None,
        Button(t("Later"), "rules.page", args={"page": str(number + 1)}) if known[(number + 1) * PAGE :] else None,
    )
    return Card(
        title=t.n("{count} rule", "{count} rules", len(known)),
        body=tuple(_line(t, rule, tallies.get(rule.id)) for rule in shown),
        buttons=(*(row(_open(rule)) for rule in shown), *([turns] if turns else []), *([row(add)] if add else [])),
    )


def _manages(context: Context) -> bool:
    return allows(context.roles, Right.MANAGE)


def _line(t: Words, rule: Rule, tally: Tally | None) -> Para:
    return para(
        f"{SIGNS[rule.state]} ",
        bold(rule.query[:SHOWN]),
        " · ",
        t(URGENCIES[rule.urgency]),
        " · ",
        found_words(t, tally),
    )


def _open(rule: Rule) -> Button:
    return Button(rule.query[:SHOWN], "rules.open", rule.id)


@action("rules.open", needs=Right.SEE, help=N_("Show this rule and what it found"))
def open_one(context: Context) -> Answer:
    """Show one rule."""
    _show(context, book.get(context.uow, context.of.id, context.object_id))
    return None


def _show(context: Context, rule: Rule) -> None:
    alerts.show(context.uow, context.chat, book.VIEW, rule.id, brand_id=context.of.id, language=context.t.language)


@action("rules.add", needs=Right.MANAGE, help=N_("Make a rule: the words to listen for"))
def add(context: Context) -> Answer:
    """Ask what to listen for."""
    t = context.t
    return Card(title=t("A rule"), body=_grammar(t), ask=Ask("rules.made", (_asked(t),), t("Listen")))


def _asked(t: Words, query: str = "") -> Question:
    return Question("query", t("Which words?"), "line", value=query, limit=MOST_TEXT)


def _grammar(t: Words) -> tuple[Para, ...]:
    together = t("AND both (or a space), OR one of them, NOT without (or -wifi), ( ) a group, * any ending")
    closer = t("quotation marks next to each other, ~5 at most five words between, ! no other form")
    return (
        para(Span(t("coffee AND (latte OR decaf*) NOT wifi"), "code"), f" — {together}"),
        para(Span(t('"oat milk" OR "fresh milk"~5 OR !Milka'), "code"), f" — {closer}"),
    )


@action("rules.made", needs=Right.MANAGE, help=N_("Listen for these words from now on"))
def made(context: Context) -> Answer:
    """Keep a new rule."""
    return _made(context, context.args.get("query", ""))


def _made(context: Context, query: str) -> Answer:
    rule = book.make(context.uow, context.actor, query)
    _show(context, rule)
    return None


@action("rules.edit", needs=Right.MANAGE, help=N_("Change the words of this rule"))
def edit(context: Context) -> Answer:
    """Ask for other words."""
    t, rule = context.t, book.get(context.uow, context.of.id, context.object_id)
    return Card(
        title=t("Change the rule"),
        body=_grammar(t),
        ask=Ask("rules.edited", (_asked(t, rule.query),), t("Listen"), rule.id),
    )


@action("rules.edited", needs=Right.MANAGE, help=N_("Listen for these words instead"))
def edited(context: Context) -> Answer:
    """Change what a rule listens for."""
    book.rewrite(context.uow, context.actor, context.object_id, context.args.get("query", ""))
    return None


@action("rules.route", needs=Right.MANAGE, help=N_("Choose how urgent it is, where it is told and who answers"))
def route(context: Context) -> Answer:
    """Ask how what a rule finds is told."""
    t, rule = context.t, book.get(context.uow, context.of.id, context.object_id)
    places = [each for each in rooms.all_of(context.uow, context.of) if each.purpose in rooms.INTERNAL]
    people = inbox.answerers(context.uow, context.of.id)
    questions = (
        Question(
            "urgency",
            t("How urgent?"),
            "choice",
            value=rule.urgency,
            options=tuple((level, t(words)) for level, words in URGENCIES.items()),
        ),
        Question(
            "room",
            t("Where is it told?"),
            "choice",
            value=str(rule.channel_id or "0"),
            options=(("0", t("Where alerts go")), *((str(each.id), each.title or each.chat_id) for each in places)),
        ),
        Question(
            "who",
            t("Who answers?"),
            "choice",
            value=str(rule.member_id or "0"),
            options=(("0", t("Whoever takes it")), *((str(each.id), each.name) for each in people)),
        ),
    )
    return Card(title=t("How is it told?"), ask=Ask("rules.routed", questions, t("Save"), rule.id))


@action("rules.routed", needs=Right.MANAGE, help=N_("Tell what this rule finds in the chosen way"))
def routed(context: Context) -> Answer:
    """Take how what a rule finds is told."""
    given = context.args
    book.route(
        context.uow,
        context.actor,
        context.object_id,
        urgency=given.get("urgency", ""),
        channel_id=_number(given.get("room", "")),
        member_id=_number(given.get("who", "")),
    )
    return None


def _number(said: str) -> int | None:
    return int(said) or None if said.isdecimal() else None


@action("rules.forms", needs=Right.MANAGE, help=N_("Choose which forms of a word count"))
def forms(context: Context) -> Answer:
    """Ask for the forms of one word of a rule."""
    t, rule = context.t, book.get(context.uow, context.of.id, context.object_id)
    word = context.args.get("word", "")
    question = Question(
        "forms",
        t("Forms of “{word}” that count", word=word),
        hint=t("Strike what means something else, add what is missing; spaces between."),
        value=" ".join(rule.forms.get(word, ())),
        required=False,
    )
    return Card(title=t("Word forms"), ask=Ask("rules.formed", (question,), t("Save"), rule.id, args={"word": word}))


@action("rules.formed", needs=Right.MANAGE, help=N_("Listen for these forms of the word"))
def formed(context: Context) -> Answer:
    """Take the forms of a word."""
    given = context.args
    book.choose_forms(context.uow, context.actor, context.object_id, given.get("word", ""), given.get("forms", ""))
    return None


@action("rules.switch", needs=Right.MANAGE, help=N_("Let this rule listen, or let it rest"))
def switch(context: Context) -> Answer:
    """Switch a rule on or off."""
    book.switch(context.uow, context.actor, context.object_id, on=bool(context.args.get("on")))
    return None


@action("rules.outside", needs=Right.MANAGE, help=N_("Look for these words everywhere on the networks that can"))
def outside(context: Context) -> Answer:
    """Look for a rule outside."""
    count = searching.begin(context.uow, context.actor, context.object_id)
    return Notice(
        context.t.n("Looking on {count} account from now on.", "Looking on {count} accounts from now on.", count)
    )


@action("rules.inside", needs=Right.MANAGE, help=N_("Look for these words only in what people say to the brand"))
def inside(context: Context) -> Answer:
    """Look for a rule outside no more."""
    searching.end(context.uow, context.actor, context.object_id)
    return None


@action("rules.try", needs=Right.SEE, help=N_("Look what this rule would have found so far"))
def try_out(context: Context) -> Answer:
    """Show what a rule would have found among what came lately."""
    t, rule = context.t, book.get(context.uow, context.of.id, context.object_id)
    looked, found = preview(context.uow, rule)
    told = t.n(
        "{count} of the newest {looked} would have been found.",
        "{count} of the newest {looked} would have been found.",
        len(found),
        looked=looked,
    )
    examples = [
        block
        for mention, match in found[:EXAMPLES]
        for block in (Quote(excerpt(mention.text, EXCERPT), author(mention)), matched(t, match.words))
    ]
    return Card(title=rule.query[:SHOWN], body=(para(bold(told)), *examples))


@action("rules.remove", needs=Right.MANAGE, help=N_("Take this rule away; what it found stays"))
def remove(context: Context) -> Answer:
    """Take a rule away."""
    book.remove(context.uow, context.actor, context.object_id)
    return Edit(_page(context, 0))
