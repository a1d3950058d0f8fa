"""Correct: other words for a post that is out, and what can be done where the desk may not change them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Block, Button, Card, Field, Link, Notice, Question, Span, bold, para, row
from handlers.post_parts import CORRECTIONS, label
from handlers.posts import fits, or_newer, show
from handlers.route import Context, Scene, Words, action, view
from smm import amending, contents, corrections, declared, posts, preflight, publishing
from smm.corrections import Shown, Way
from smm.errors import N_
from smm.posts import Whole
from smm.roles import Right

if TYPE_CHECKING:
    from storage.accounts import Account


@action("post.correct", needs=Right.WRITE, help=N_("Correct the text of this post where it is live"))
@or_newer
def ask(context: Context) -> Answer:
    """Ask for the right words, and tell where the desk can put them itself."""
    t = context.t
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    return Card(
        title=t("Correct post {number}", number=whole.post.id),
        body=(*_told(t, corrections.ways(context.uow, whole)), *_asked_again(t, whole)),
        ask=Ask("post.corrected", _questions(context, whole), t("Correct"), whole.post.id, whole.post.version),
    )


def _told(t: Words, found: list[Way]) -> list[Block]:
    able = [label(way.account) for way in found if not way.words]
    told: list[Block] = [para(t("The desk corrects it itself on: {names}.", names=", ".join(able)))] if able else []
    return told + [para(bold(f"{label(way.account)}: "), t(way.words, **way.facts)) for way in found if way.words]


def _asked_again(t: Words, whole: Whole) -> list[Block]:
    if not whole.policy.steps:
        return []
    asks_client = any(step.audience == "client" for step in whole.policy.steps)
    words = N_("The client is asked first.") if asks_client else N_("The team is asked first.")
    return [para(t(words))]


def _questions(context: Context, whole: Whole) -> tuple[Question, ...]:
    t, own = context.t, corrections.own_texts(whole)
    live = {way.account.id: way.account for way in corrections.ways(context.uow, whole)}
    shared = [account for each, account in live.items() if each not in own]
    common = _question("text", t("Text"), whole, whole.content.text, shared)
    return (
        *((common,) if shared or not own else ()),
        *(
            _question(f"text{each}", label(live[each]), whole, whole.content.overrides[each], [live[each]])
            for each in own
        ),
    )


def _question(name: str, title: str, whole: Whole, text: str, where: list[Account]) -> Question:
    required = not whole.content.media
    return Question(name, title, required=required, value=text, limit=contents.MOST_TEXT, fits=fits(where))


@action("post.corrected", needs=Right.WRITE, help=N_("Put the right words where the post is live, once approved"))
@or_newer
def correct(context: Context) -> Answer:
    """Make the correction, and ask about it where the policy says so."""
    t, args = context.t, context.args
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    texts = {each: args[f"text{each}"] for each in corrections.own_texts(whole) if f"text{each}" in args}
    texts |= {corrections.COMMON: args["text"]} if "text" in args else {}
    corrections.correct(context.uow, context.actor, whole.post.id, context.version, texts)
    if not whole.policy.steps:
        return Notice(t("It is on its way. The card shows where it is corrected."))
    if whole.policy.steps[0].audience == "client":
        return Notice(t("The client has it now."))
    return Notice(t("It waits for the team's approval now."))


@action("post.uncorrect", needs=Right.WRITE, help=N_("Withdraw a correction that is not made yet"))
@or_newer
def withdraw(context: Context) -> Answer:
    """Withdraw the correction: the post stays live as it is."""
    corrections.drop(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("Withdrawn. The post stays live as it is."))


@action("correction.open", needs=Right.WRITE, help=N_("Show what can be done where the desk cannot correct the post"))
def open_correction(context: Context) -> Answer:
    """Show a correction's card here."""
    found = corrections.shown(context.uow, context.object_id)
    if found is not None:
        posts.find(context.uow, context.of.id, found.whole.post.id)
        show(context, amending.VIEW, context.object_id)
    return None


@view(amending.VIEW)
def correction_card(scene: Scene) -> Card | None:
    """Draw what people can do where the desk cannot correct a post; once that is done, that."""
    found = corrections.shown(scene.uow, scene.object_id)
    if found is None or scene.audience == "client":
        return None
    t, network = scene.t, declared.title(found.account.network)
    if found.row.state != "hands":
        return _over(scene, found)
    words, facts = publishing.said(found.row.error)
    text = preflight.outgoing_text(found.whole.content, found.account.id)
    return Card(
        title=t("{network}: the correction needs your hands", network=network),
        body=(para(t(words, **facts)), para(t("Copy the text:")), para(Span(text, "code"))),
        fields=_about(t, found),
        link=_link(t, found),
        buttons=_ways(scene, found),
        tone="warn",
    )


def _about(t: Words, found: Shown) -> tuple[Field, ...]:
    return (Field(t("Account"), label(found.account)), Field(t("Post"), str(found.whole.post.id)))


def _link(t: Words, found: Shown) -> Link | None:
    where = found.target.link or found.account.link
    return Link(t("Open it there"), where) if where else None


def _ways(scene: Scene, found: Shown) -> tuple[tuple[Button, ...], ...]:
    t, number = scene.t, found.row.id
    loses = t(
        "Comments, likes and the address of the post on {network} are lost. Take it down and publish it anew?",
        network=declared.title(found.account.network),
    )
    able, _ = amending.why_not(found.account, found.target)
    anew = Button(t("Take down, publish anew"), "correction.anew", number, look="bad", confirm=loses)
    return (
        row(
            Button(t("I have corrected it"), "correction.made", number, look="good"),
            Button(t("Leave as it is"), "correction.leave", number),
        ),
        row(
            Button(t("Try again"), "correction.again", number) if not able else None,
            anew if corrections.can_renew(scene.uow, found.whole, found.target) else None,
            Button(t("Open the post"), "post.open", found.whole.post.id),
        ),
    )


def _over(scene: Scene, found: Shown) -> Card:
    t, done_at = scene.t, found.row.done_at
    network = declared.title(found.account.network)
    if found.row.state == "done" and done_at is not None:
        when = t.when(done_at, found.whole.brand.zone)
        title = t("{network}: corrected {when}", network=network, when=when)
    else:
        title = network + t(CORRECTIONS[found.row.state])
    open_it = row(Button(t("Open the post"), "post.open", found.whole.post.id))
    return Card(title=title, fields=_about(t, found), link=_link(t, found), buttons=(open_it,))


@action("correction.made", needs=Right.WRITE, help=N_("Say that you corrected the post there by hand"))
def made(context: Context) -> Answer:
    """Believe a person that it is corrected."""
    corrections.made(context.uow, context.actor, context.object_id)
    return Notice(context.t("Kept: it is corrected there."))


@action("correction.leave", needs=Right.WRITE, help=N_("Leave the post there as it is"))
def leave(context: Context) -> Answer:
    """Leave it as it is."""
    corrections.leave(context.uow, context.actor, context.object_id)
    return Notice(context.t("Left as it is."))


@action("correction.again", needs=Right.WRITE, help=N_("Let the desk try the correction there once more"))
def again(context: Context) -> Answer:
    """Try once more."""
    corrections.again(context.uow, context.actor, context.object_id)
    return Notice(context.t("It is tried again."))


@action("correction.anew", needs=Right.WRITE, help=N_("Take the post down there and publish it anew, corrected"))
def anew(context: Context) -> Answer:
    """Take it down and publish it anew."""
    corrections.anew(context.uow, context.actor, context.object_id)
    return Notice(context.t("It is taken down and published anew. The card shows how it goes."))
