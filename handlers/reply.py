"""Answering: the question for the text, and the buttons of the preview. The cards are handlers/reply_cards.py.

What is said to a card is never public by itself: it becomes a preview, and only the preview's button makes it public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.card import Answer, Ask, Button, Card, Notice, Question, Quote, para, row
from handlers.mention_cards import author, excerpt
from handlers.reply_cards import ANSWERED, LONGEST
from handlers.route import Context, action
from smm import alerts, declared, inbox, inbox_reading, replies
from smm.errors import N_, Invalid
from smm.mention_moves import get, holder
from smm.replies import Changed, Seen
from smm.roles import Right

if TYPE_CHECKING:
    from storage.mentions import Mention

LINK: Final = 2_000


@action("mention.reply", needs=Right.REPLY, help=N_("Answer this comment in public, after a preview"))
def reply(context: Context) -> Answer:
    """Hold a mention and ask for the answer's text."""
    mention = get(context.uow, context.object_id, context.of.id)
    inbox.claim(context.uow, mention.id, context.actor)
    return _ask(context, mention, context.text)


@action(
    "mention.reply_private", needs=Right.REPLY, help=N_("Answer the author of this comment in private, after a preview")
)
def reply_private(context: Context) -> Answer:
    """Hold a mention and ask for the text that its author alone will read."""
    mention = get(context.uow, context.object_id, context.of.id)
    inbox.claim(context.uow, mention.id, context.actor)
    return _ask(context, mention, private=True)


def _ask(context: Context, mention: Mention, text: str = "", *, private: bool = False) -> Card:
    t, found = context.t, inbox_reading.whole(context.uow, mention.id)
    assert found is not None
    limits = declared.limits(found.account)
    by_letter = limits is not None and limits.url_length is None and limits.grapheme_bytes is None
    most = (limits.reply or limits.text) if limits and by_letter else 0
    question = Question(
        "text",
        t("Your answer"),
        hint=t("Only a preview follows; nothing is public yet."),
        value=text,
        limit=most,
    )
    return Card(
        title=t("Private answer to {who}", who=mention.author_name)
        if private
        else t("Answer to {who}", who=mention.author_name),
        body=(Quote(excerpt(mention.text, ANSWERED), author(mention)),),
        ask=Ask("mention.said", (question,), t("Preview"), mention.id, args=_marked(private)),
    )


@action("mention.said", needs=Right.REPLY, help=N_("Preview the answer; nothing is public yet"))
def said(context: Context) -> Answer:
    """Make a preview of what somebody wrote in answer to a mention's card."""
    mention = get(context.uow, context.object_id, context.of.id)
    return _preview(context, mention, _text(context), private=_private(context))


@action("reply.said", needs=Right.REPLY, help=N_("Preview the new text of the answer"))
def said_again(context: Context) -> Answer:
    """Make another preview of what somebody wrote in answer to a preview."""
    kept, mention = replies.get(context.uow, context.object_id, context.of.id)
    return _preview(context, mention, _text(context), private=kept.private)


def _private(context: Context) -> bool:
    return context.args.get("private") == "1"


def _marked(private: bool) -> dict[str, str]:
    return {"private": "1"} if private else {}


def _text(context: Context) -> str:
    return context.args.get("text", "") or context.text


def _preview(context: Context, mention: Mention, text: str, *, private: bool = False) -> Answer:
    held_by = holder(mention, context.uow.now)
    if held_by is not None and held_by != context.who.id:
        return _held(context, mention, text, private=private)
    previewed = replies.preview(context.uow, mention.id, context.who, text, identity=context.identity, private=private)
    _show(context, previewed.id)
    return None


def _show(context: Context, reply_id: int) -> None:
    alerts.show(context.uow, context.chat, "reply", reply_id, brand_id=context.of.id, language=context.t.language)


def _held(context: Context, mention: Mention, text: str, *, private: bool) -> Card:
    """Keep a text that somebody else's claim stands in the way of, with what can be made of it."""
    t = context.t
    who = inbox_reading.name_of(context.uow, mention.claimed_by)
    time = t.n("{count} min", "{count} min", inbox_reading.held_minutes(mention, context.uow.now))
    return Card(
        title=t("{who} is replying ({time})", who=who, time=time),
        body=(para(t("Your text is not lost, and not public:")), Quote(excerpt(text, LONGEST), context.who.name)),
        buttons=(
            row(
                Button(t("Take over"), "mention.take_text", mention.id, args={"text": text} | _marked(private)),
                Button(t("Keep as a note"), "mention.noted", mention.id, args={"text": text}),
            ),
        ),
        tone="warn",
    )


@action("mention.take_text", needs=Right.REPLY, help=N_("Take this comment over and preview what you wrote"))
def take_text(context: Context) -> Answer:
    """Take a mention over and preview the text that waited for it."""
    mention = get(context.uow, context.object_id, context.of.id)
    inbox.take_over(context.uow, mention.id, context.actor)
    return _preview(context, get(context.uow, mention.id), _text(context), private=_private(context))


@action("reply.confirm", needs=Right.REPLY, help=N_("Send this answer: it becomes public"))
def confirm(context: Context) -> Answer:
    """Let a previewed answer go out, or show what has changed since it was written."""
    replies.get(context.uow, context.object_id, context.of.id)
    newest = context.args.get("newest", "")
    seen = Seen(context.version, int(newest) if newest.isdecimal() else 0)
    try:
        replies.confirm(context.uow, context.object_id, context.who, seen=seen, identity=context.identity)
    except Changed as changed:
        alerts.refresh(context.uow, "reply", context.object_id)
        words = context.t("Not sent. {change} Look at the preview, then send again.", change=changed.say(context.t))
        return Notice(words, alarm=True)
    return None


@action("reply.cancel", needs=Right.REPLY, help=N_("Stop this answer before it goes out"))
def cancel(context: Context) -> Answer:
    """Stop an answer that has not left yet."""
    replies.get(context.uow, context.object_id, context.of.id)
    replies.cancel(context.uow, context.object_id, context.actor)
    return None


@action("reply.edit", needs=Right.REPLY, help=N_("Change the text of this answer"))
def edit(context: Context) -> Answer:
    """Ask for the text again, beginning with what stands."""
    kept, mention = replies.get(context.uow, context.object_id, context.of.id)
    return _ask(context, mention, kept.text, private=kept.private)


@action("reply.discard", needs=Right.REPLY, help=N_("Throw this answer away; nothing was sent"))
def discard(context: Context) -> Answer:
    """Throw a preview away."""
    replies.get(context.uow, context.object_id, context.of.id)
    replies.discard(context.uow, context.object_id, context.actor)
    return None


@action("reply.there", needs=Right.REPLY, help=N_("Say that the answer is public, and where"))
def there(context: Context) -> Answer:
    """Ask for the link of an answer that somebody has seen."""
    replies.get(context.uow, context.object_id, context.of.id)
    t = context.t
    question = Question("link", t("Its address, if you have it"), kind="line", required=False, limit=LINK)
    return Card(title=t("It is there"), ask=Ask("reply.is_there", (question,), t("Keep"), context.object_id))


@action("reply.is_there", needs=Right.REPLY, help=N_("Note that the answer is public"))
def is_there(context: Context) -> Answer:
    """Believe a person that an answer is public."""
    replies.get(context.uow, context.object_id, context.of.id)
    link = context.args.get("link", "")
    if link and not link.startswith(("https://", "http://")):
        raise Invalid(N_("Paste the whole address; it begins with https://"), field="link")
    replies.it_is_there(context.uow, context.object_id, context.actor, link)
    return None


@action("reply.again", needs=Right.REPLY, help=N_("Send the answer again: you have looked, and it is not there"))
def again(context: Context) -> Answer:
    """Send an answer again of which somebody says that it is not there."""
    replies.get(context.uow, context.object_id, context.of.id)
    replies.send_again(context.uow, context.object_id, context.actor)
    return None


@action("reply.drop", needs=Right.REPLY, help=N_("Leave it at that: the answer is not sent again"))
def drop(context: Context) -> Answer:
    """Leave an answer whose fate is unknown as it is."""
    replies.get(context.uow, context.object_id, context.of.id)
    replies.drop(context.uow, context.object_id, context.actor)
    return None
