"""The extras of a post: a poll, a warning, a first comment, a story; a form with what its networks have of them."""

from __future__ import annotations

from dataclasses import replace

from handlers.card import Answer
from handlers.extra_parts import questions
from handlers.posts import asking, or_newer, save
from handlers.route import Context, action
from smm import extras, posts, showing
from smm.errors import N_, Invalid
from smm.roles import Right


@action("post.extras", needs=Right.WRITE, help=N_("Give this post a poll, a title or a first comment"))
@or_newer
def ask(context: Context) -> Answer:
    """Ask for what at least one of the post's networks has."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    accounts = showing.accounts_of(context.uow, context.of.id)
    offer = extras.offered(showing.chosen(whole.content, accounts), whole.content.options)
    if not offer.any:
        raise Invalid(N_("None of this post's networks has polls, titles or first comments that programs can make."))
    t = context.t
    title = t("Extras of post {number}", number=whole.post.id)
    return asking(context, title, "post.extras_set", questions(t, offer, whole.content.options), t("Save"))


@action("post.extras_set", needs=Right.WRITE, help=N_("Save the extras as a new version"))
@or_newer
def keep(context: Context) -> Answer:
    """Save the extras as a new version."""
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    options = extras.chosen(context.args, whole.content.options)
    return save(context, whole, replace(whole.content, options=options))
