"""/draft and Suggest: variants that fill a card while they are written, for a person to choose from. Nothing goes out from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Block, Button, Card, Notice, Question, Quote, bold, para, row
from handlers.route import Context, Scene, Words, action, command, view
from smm import accounts, alerts, drafts, posts, replies
from smm.errors import N_, Forbidden
from smm.roles import Right, allows
from smm.versions import Content

if TYPE_CHECKING:
    from storage.drafts import Draft
    from storage.posts import Post

LETTERS = "ABC"
SHOWN = 600  # characters of what is being answered


@command("draft", needs=Right.WRITE, help=N_("Have a post written for you; add a topic, such as autumn menu"))
def draft(context: Context) -> Answer:
    """Start drafts of a post about the words after the command, or ask what about."""
    topic = context.args.get("topic", context.text)
    if not topic.strip():
        return _ask_topic(context.t)
    _show_view(context, "draft", drafts.start(context.uow, context.actor, topic))
    return None


@action("draft.start", needs=Right.WRITE, help=N_("Have drafts of a post written about this topic"))
def start(context: Context) -> Answer:
    """Start drafts about the topic that was asked for."""
    return draft(context)


def _ask_topic(t: Words) -> Card:
    question = Question(
        "topic", t("What is the post about?"), hint=t("For example: autumn menu, from Monday"), limit=drafts.TOPIC
    )
    return Card(title=t("A new draft"), ask=Ask("draft.start", (question,), t("Write drafts")))


@action("mention.suggest", needs=Right.REPLY, help=N_("Have answers to this comment drafted"))
def suggest(context: Context) -> Answer:
    """Have answers to a mention drafted, or show those that stand already."""
    _show_view(context, "draft", drafts.suggest_reply(context.uow, context.actor, context.object_id))
    return None


def _show_view(context: Context, name: str, object_id: int) -> None:
    alerts.show(context.uow, context.chat, name, object_id, brand_id=context.of.id, language=context.t.language)


@action("draft.use", needs=Right.SEE, help=N_("Make this variant a post, or preview it as an answer"))
def use(context: Context) -> Answer:
    """Make the chosen variant a post, or the preview of an answer."""
    chosen = _own(context)
    text = drafts.take(context.uow, context.actor, chosen, context.version, int(context.args.get("variant", "0")))
    if chosen.mention_id is None:
        _show_view(context, "post", _post(context, text).id)
    else:
        reply = replies.preview(context.uow, chosen.mention_id, context.who, text, identity=context.identity)
        _show_view(context, "reply", reply.id)
    return None


def _post(context: Context, text: str) -> Post:
    everywhere = tuple(account.id for account in accounts.connected_ones(context.uow, context.of.id))
    return posts.create(context.uow, context.actor, Content(text, everywhere))


@action("draft.again", needs=Right.SEE, help=N_("Have other variants written"))
def again(context: Context) -> Answer:
    """Have other variants written."""
    drafts.again(context.uow, context.actor, _own(context), context.version)
    return Notice(context.t("Writing other variants…"))


@action("draft.shorter", needs=Right.SEE, help=N_("Have shorter variants written"))
def shorter(context: Context) -> Answer:
    """Have shorter variants written."""
    drafts.again(context.uow, context.actor, _own(context), context.version, shorter=True)
    return Notice(context.t("Writing shorter variants…"))


@action("draft.discard", needs=Right.SEE, help=N_("Throw these drafts away"))
def discard(context: Context) -> Answer:
    """Throw the draft away."""
    drafts.discard(context.uow, context.actor, _own(context), context.version)
    return Notice(context.t("Discarded."))


def _own(context: Context) -> Draft:
    """Return the pressed draft, if the presser may do what it is for."""
    found = drafts.get(context.uow, context.of.id, context.object_id)
    if not allows(context.roles, Right.REPLY if found.mention_id else Right.WRITE):
        raise Forbidden(N_("You have no right to do that in this brand. Ask an owner or a manager: /members"))
    return found


@view("draft")
def card(scene: Scene) -> Card | None:
    """Draw a draft as it stands now."""
    found = drafts.find(scene.uow, scene.object_id)
    if found is None or scene.audience == "client":
        return None
    draw = {"writing": _writing, "ready": _ready, "failed": _failed}.get(found.state, _closed)
    return draw(scene.t, found, _subject(scene, found))


def _subject(scene: Scene, draft: Draft) -> Block:
    if draft.mention_id is None:
        return para(bold(draft.topic))
    return Quote(drafts.answered(scene.uow, draft)[:SHOWN])


def _writing(t: Words, draft: Draft, subject: Block) -> Card:
    growing = (Quote(draft.growing),) if draft.growing else ()
    return Card(
        title=t("Writing…"), body=(subject, *growing), buttons=(row(_button(t("Stop"), "draft.discard", draft)),)
    )


def _ready(t: Words, draft: Draft, subject: Block) -> Card:
    lettered = list(zip(LETTERS, draft.variants, strict=False))
    texts = [block for letter, variant in lettered for block in (para(bold(letter)), Quote(str(variant["text"])))]
    uses = [
        _button(t("Use {letter}", letter=letter), "draft.use", draft, variant=str(number))
        for number, (letter, _) in enumerate(lettered)
    ]
    return Card(
        title=t("Drafts of an answer") if draft.mention_id else t("Drafts of a post"),
        body=(subject, *texts),
        buttons=(row(*uses), _further(t, draft)),
        footer=_source(t, draft),
    )


def _source(t: Words, draft: Draft) -> str:
    if draft.model:
        return t("Machine draft by {model}. Nothing goes out until a person sends it.", model=draft.model)
    source = t(str(draft.variants[0]["source"])) if draft.variants else ""
    return t("Built from {source}. Nothing goes out until a person sends it.", source=source)


def _further(t: Words, draft: Draft) -> tuple[Button, ...]:
    # The brand's own words do not change by asking again.
    anew = (
        (_button(t("Again"), "draft.again", draft), _button(t("Shorter"), "draft.shorter", draft))
        if draft.model
        else ()
    )
    return row(*anew, _button(t("Discard"), "draft.discard", draft))


def _failed(t: Words, draft: Draft, subject: Block) -> Card:
    buttons = row(_button(t("Again"), "draft.again", draft), _button(t("Discard"), "draft.discard", draft))
    return Card(title=t("No draft this time"), body=(subject, para(t(draft.error))), buttons=(buttons,), tone="warn")


def _closed(t: Words, draft: Draft, subject: Block) -> Card:
    return Card(title=t("Draft used") if draft.state == "used" else t("Draft discarded"), body=(subject,))


def _button(label: str, name: str, draft: Draft, **args: str) -> Button:
    return Button(label, name, draft.id, draft.round, args)
