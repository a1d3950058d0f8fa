"""/templates: the brand's saved answers, listed, added and removed. Suggestions are built from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Button, Card, Edit, Question, Quote, bold, para, row
from handlers.route import Context, action, command
from smm import templates
from smm.errors import N_
from smm.roles import Right

if TYPE_CHECKING:
    from storage.templates import Template

PAGE = 5
SHOWN = 300  # characters of a saved answer in the list


@command("templates", needs=Right.REPLY, help=N_("Saved answers: list, add, remove"))
def listing(context: Context) -> Answer:
    """Show the brand's saved answers."""
    return _page(context, 0)


@action("template.page", needs=Right.REPLY, help=N_("Show more saved answers"))
def page(context: Context) -> Answer:
    """Turn the pages of the list."""
    return Edit(_page(context, int(context.args.get("page", "0"))))


def _page(context: Context, number: int) -> Card:
    t, saved = context.t, templates.of_brand(context.uow, context.of.id)
    add = Button(t("Add an answer"), "template.add", look="good")
    if not saved:
        words = t("There are no saved answers yet. What you answer again and again can be kept here.")
        return Card(title=t("Saved answers"), body=(para(words),), buttons=(row(add),))
    shown = saved[number * PAGE : (number + 1) * PAGE] or saved[:PAGE]
    blocks = [block for each in shown for block in (para(bold(each.title)), Quote(each.text[:SHOWN]))]
    turns = row(
        Button(t("Earlier"), "template.page", args={"page": str(number - 1)}) if number else None,
        Button(t("Later"), "template.page", args={"page": str(number + 1)}) if saved[(number + 1) * PAGE :] else None,
    )
    removals = tuple(row(_remove(context, each)) for each in shown)
    return Card(
        title=t.n("{count} saved answer", "{count} saved answers", len(saved)),
        body=tuple(blocks),
        buttons=(*removals, *([turns] if turns else []), row(add)),
    )


def _remove(context: Context, template: Template) -> Button:
    t = context.t
    label = t("Remove “{title}”", title=template.title[:30])
    return Button(label, "template.remove", template.id, confirm=t("Remove this saved answer?"))


@action("template.add", needs=Right.REPLY, help=N_("Write an answer to keep for later"))
def add(context: Context) -> Answer:
    """Ask for a new saved answer."""
    t = context.t
    questions = (
        Question("title", t("What is it for?"), "line", hint=t("For example: opening hours"), limit=templates.TITLE),
        Question("text", t("The answer"), limit=templates.TEXT),
    )
    return Card(title=t("A saved answer"), ask=Ask("template.save", questions, t("Save")))


@action("template.save", needs=Right.REPLY, help=N_("Keep this answer for later"))
def save(context: Context) -> Answer:
    """Keep what was asked for."""
    templates.save(context.uow, context.of.id, context.args.get("title", ""), context.args.get("text", ""))
    return _page(context, 0)


@action("template.remove", needs=Right.REPLY, help=N_("Remove this saved answer"))
def remove(context: Context) -> Answer:
    """Forget a saved answer."""
    templates.forget(context.uow, context.of.id, context.object_id)
    return Edit(_page(context, 0))
