"""Comments on a post between the client and the team: seen by both, apart from what the team notes for itself.

The client comments without deciding. The team answers only after a preview of what the client will read; a message in the
team's room reaches nobody by itself.
"""

from __future__ import annotations

from handlers.card import Answer, Ask, Button, Card, Notice, Question, Quote, para, row
from handlers.list_parts import beginning
from handlers.posts import show
from handlers.route import Context, Scene, Words, action, view
from smm import comments, posts, showing
from smm.errors import N_, NotFound
from smm.posts import Whole
from smm.roles import Right


def _asked(t: Words, title: str, name: str, submit: str, post_id: int, value: str = "") -> Card:
    question = Question("text", t("Comment"), limit=comments.MOST, value=value)
    return Card(title=title, ask=Ask(name, (question,), submit, post_id))


@action("client.comment", needs=Right.SIGN_OFF, help=N_("Say something about this post without deciding it"))
def ask_comment(context: Context) -> Answer:
    """Ask the client for a comment."""
    t = context.t
    title = t("A comment on post {number}", number=context.object_id)
    return _asked(t, title, "client.commented", t("Send to the team"), context.object_id)


@action("client.commented", needs=Right.SIGN_OFF, help=N_("Send this comment to the team"))
def commented(context: Context) -> Answer:
    """Keep the client's comment."""
    comments.comment(context.uow, context.actor, context.object_id, context.args.get("text", ""))
    return Notice(context.t("The team has your comment."))


@action("comment_client.said", needs=Right.MEMBER, help=N_("Take an answer to the team's comment as a comment"))
def said_to_comment(context: Context) -> Answer:
    """Keep what the client wrote as an answer to the team's comment; what the team says in that room is talk."""
    if not context.actor.may(Right.SIGN_OFF):
        return None
    comments.comment(context.uow, context.actor, _post_of(context), context.text)
    return Notice(context.t("The team has your comment."))


@action("client.show", needs=Right.MEMBER, help=N_("Show this post as its networks will"))
def show_post(context: Context) -> Answer:
    """Show the client a post that is shared with them."""
    if not showing.shared(posts.find(context.uow, context.of.id, context.object_id)):
        raise NotFound(N_("There is no such post here."))
    show(context, "post_client", context.object_id)
    return None


@action("post.answer", needs=Right.SEE, help=N_("Write something to the client about this post"))
def ask_answer(context: Context) -> Answer:
    """Ask what the client should read."""
    t = context.t
    posts.find(context.uow, context.of.id, context.object_id)
    title = t("To the client, about post {number}", number=context.object_id)
    return _asked(t, title, "post.answered", t("Preview"), context.object_id, context.args.get("text", ""))


@action("post.answered", needs=Right.SEE, help=N_("Preview what the client will read; nothing is sent yet"))
def preview(context: Context) -> Answer:
    """Show what the client will read."""
    return _preview(context, context.object_id, context.args.get("text", ""))


@action("comment.said", needs=Right.SEE, help=N_("Preview an answer to the client's comment; nothing is sent yet"))
def said_to_client(context: Context) -> Answer:
    """Show what the client would read if the answer to the card were sent."""
    return _preview(context, _post_of(context), context.text)


def _preview(context: Context, post_id: int, text: str) -> Card:
    t = context.t
    text = comments.sendable(context.uow, context.actor, post_id, text)
    return Card(
        title=t("The client will read this about post {number}", number=post_id),
        body=(Quote(text, context.who.name),),
        buttons=(
            row(
                Button(t("Send to the client"), "post.say", post_id, args={"text": text}, look="good"),
                Button(t("Edit"), "post.answer", post_id, args={"text": text}),
            ),
        ),
        footer=t("Nobody of the client sees this before you press Send."),
    )


@action("post.say", needs=Right.SEE, help=N_("Send the client what was previewed"))
def say(context: Context) -> Answer:
    """Send what was looked at."""
    comments.answer(context.uow, context.actor, context.object_id, context.args.get("text", ""))
    return Notice(context.t("Sent. It stands in the client's room and on the post's card."))


def _post_of(context: Context) -> int:
    note = showing.note(context.uow, context.object_id)
    if note is None or note.post_id is None:
        raise NotFound(N_("There is no such post here."))
    return posts.find(context.uow, context.of.id, note.post_id).post.id


@view("comment")
def team_card(scene: Scene) -> Card | None:
    """Tell the team what the client says about a post."""
    found = _found(scene)
    if found is None or scene.audience == "client":
        return None
    t, whole, quote = scene.t, *found
    return Card(
        title=t("{name} comments on post {number}", name=quote.author, number=whole.post.id),
        body=(quote, para(beginning(t, whole.content))),
        buttons=(
            row(
                Button(t("Answer the client"), "post.answer", whole.post.id, look="good"),
                Button(t("Open the post"), "post.open", whole.post.id),
            ),
        ),
        footer=t("The client reads nothing before you press Send."),
    )


@view("comment_client", for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Show the client what the team says about a post."""
    found = _found(scene)
    if found is None:
        return None
    t, whole, quote = scene.t, *found
    content = showing.content(scene.uow, whole.post.id, showing.shared(whole))
    about = (para(beginning(t, content)),) if content else ()
    return Card(
        title=t("{brand}: the team writes about post {number}", brand=whole.brand.name, number=whole.post.id),
        body=(quote, *about),
        buttons=(
            row(
                Button(t("Comment"), "client.comment", whole.post.id),
                Button(t("Show the post"), "client.show", whole.post.id),
            ),
        ),
    )


def _found(scene: Scene) -> tuple[Whole, Quote] | None:
    """Return what a comment is about, and its words; a remark of the team's own is no comment."""
    note = showing.note(scene.uow, scene.object_id)
    whole = showing.whole(scene.uow, note.post_id) if note and note.post_id and note.audience == "client" else None
    if note is None or whole is None:
        return None
    return whole, Quote(note.text, showing.name(scene.uow, note.member_id))
