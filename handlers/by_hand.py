"""Publishing by hand: the card with everything ready to be copied, and the answers to "is it out?"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.card import (
    Answer,
    Ask,
    Block,
    Button,
    Card,
    Field,
    Link,
    Notice,
    Picture,
    Question,
    Span,
    bold,
    para,
    row,
)
from handlers.extra_parts import told
from handlers.post_parts import label
from handlers.route import Context, Scene, Words, action, view
from smm import by_hand, declared, extras, preflight
from smm.errors import N_
from smm.roles import Right

if TYPE_CHECKING:
    from smm.posts import Whole
    from storage.accounts import Account
    from storage.posts import Target


@view(by_hand.VIEW)
def by_hand_card(scene: Scene) -> Card | None:
    """Draw a publication that waits for hands; once it is out, that it is."""
    found = by_hand.shown(scene.uow, scene.object_id)
    if found is None or scene.audience == "client":
        return None
    t, (whole, target, account) = scene.t, found
    network = declared.title(account.network)
    if target.state != by_hand.STATE:
        return _over(t, whole, target, account)
    number = scene.args.get("reminder")
    again = (para(bold(t("Reminder {number}: it is still not out.", number=number))),) if number else ()
    return Card(
        title=t("Publish this on {network} now", network=network),
        body=(*again, *_prepared(t, whole, account)),
        fields=(Field(t("Account"), label(account)), Field(t("Post"), str(whole.post.id))),
        pictures=tuple(Picture(digest=each.digest, alt=each.alt) for each in whole.content.media),
        link=Link(t("Open {network}", network=network), target.link or account.link)
        if target.link or account.link
        else None,
        buttons=(answers(t, target), (Button(t("Open the post"), "post.open", whole.post.id),)),
        tone="warn",
        footer=t("The desk also notices by itself when it hears the same words from the account."),
    )


def _prepared(t: Words, whole: Whole, account: Account) -> tuple[Block, ...]:
    """Return the text to be copied, and what belongs to it."""
    text = preflight.outgoing_text(whole.content, account.id)
    title = extras.had(account, whole.content.options, text).title
    options = replace(whole.content.options, title=title)
    parts: list[Block] = [para(t("Copy the text:")), para(Span(text, "code"))] if text else []
    parts += [para(bold(f"{name}: "), words) for name, words in told(t, replace(options, first_comment="")).items()]
    if options.first_comment:
        parts += [para(t("First comment:")), para(Span(options.first_comment, "code"))]
    return tuple(parts)


def _over(t: Words, whole: Whole, target: Target, account: Account) -> Card:
    network = declared.title(account.network)
    open_it = (row(Button(t("Open the post"), "post.open", whole.post.id)),)
    if target.state == "published":
        link = Link(t("See it live"), target.link) if target.link else None
        return Card(title=t("It is out on {network}", network=network), link=link, buttons=open_it, tone="good")
    return Card(title=t("Nothing is to be published on {network} by hand", network=network), buttons=open_it)


def answers(t: Words, target: Target, name: str = "") -> tuple[Button, ...]:
    """Return the answers to "is it out?"."""
    return row(
        Button(name + t("It is out"), "target.out", target.id, look="good"),
        Button(t("Not yet"), "target.later", target.id),
        Button(t("Skip"), "target.skip", target.id, confirm=t("Leave this account out?")),
    )


@action("target.out", needs=Right.WRITE, help=N_("Say that you published the post by hand"))
def out(context: Context) -> Answer:
    """Ask for the address, which may be left out."""
    t = context.t
    question = Question("link", t("Its address, if you have it"), "line", required=False, limit=by_hand.LINK)
    return Card(title=t("It is out"), ask=Ask("target.is_out", (question,), t("Keep"), context.object_id))


@action("target.is_out", needs=Right.WRITE, help=N_("Note that the post was published by hand"))
def is_out(context: Context) -> Answer:
    """Believe a person that it is out."""
    by_hand.confirm(context.uow, context.actor, context.object_id, context.args.get("link", ""))
    return Notice(context.t("Kept: it is live."))


@action("target.later", needs=Right.WRITE, help=N_("Be reminded of publishing it in half an hour"))
def later(context: Context) -> Answer:
    """Remind once more."""
    by_hand.later(context.uow, context.actor, context.object_id)
    return Notice(context.t("You are reminded in half an hour."))


@action("target.skip", needs=Right.WRITE, help=N_("Leave this account out: it is not published there"))
def skip(context: Context) -> Answer:
    """Leave this account out."""
    by_hand.skip(context.uow, context.actor, context.object_id)
    return Notice(context.t("Left out."))


@action("target.take_over", needs=Right.WRITE, help=N_("Publish by hand what the desk could not"))
def take_over(context: Context) -> Answer:
    """Let people publish what the desk could not."""
    by_hand.take_over(context.uow, context.actor, context.object_id)
    return Notice(context.t("The text is on its way to the team's room, ready to be copied."))
