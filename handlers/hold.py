"""/hold and /resume: stop everything of a brand that is not out yet, or one post; the client may stop, the team lets go."""

from __future__ import annotations

from handlers.card import Answer, Ask, Button, Card, Notice, Question, para, row
from handlers.route import Context, Scene, action, command, view
from smm import alerts, holds, posts, showing
from smm.errors import N_, NotFound
from smm.roles import Right


@command("hold", needs=Right.HOLD, help=N_("Stop everything that is not out yet"))
def hold(context: Context) -> Answer:
    """Stop everything of the brand at once."""
    t = context.t
    count = holds.hold_brand(context.uow, context.actor)
    stopped = t.n("{count} planned post was stopped.", "{count} planned posts were stopped.", count)
    words = t("{brand} is on hold: nothing goes out until the team lets it, with /resume.", brand=context.of.name)
    if context.channel is None or context.channel.purpose != "team":
        told = {"by": context.who.name, "brand": context.of.name}
        alerts.tell(context.uow, context.of.id, "team", "hold", context.of.id, told, alerts.URGENT)
    return Card(body=(para(words), para(stopped)), tone="warn")


@view("hold")
def on_hold(scene: Scene) -> Card:
    """Tell the team that somebody stopped the brand elsewhere."""
    words = scene.t("{by} stopped everything of {brand} that is not out yet. To let it go on: /resume", **scene.args)
    return Card(body=(para(words),), tone="warn")


@command("resume", needs=Right.HOLD, help=N_("Let the brand publish again after /hold"))
def resume(context: Context) -> Answer:
    """Let the brand publish again."""
    t = context.t
    count = holds.resume_brand(context.uow, context.actor)
    freed = t.n("{count} post is back in the plan.", "{count} posts are back in the plan.", count)
    words = t(
        "{brand} publishes again. What missed its time meanwhile is asked about, one by one.", brand=context.of.name
    )
    see = Button(t("See the plan"), "plan.week", args={"day": context.uow.now.date().isoformat()})
    return Card(body=(para(words), para(freed)), buttons=(row(see),), tone="good")


@action("post.hold", needs=Right.HOLD, help=N_("Hold this post, and say why"))
def hold_post(context: Context) -> Answer:
    """Ask why one post should wait."""
    question = Question("reason", context.t("Why should it wait?"), limit=holds.NOTE)
    ask = Ask("post.held", (question,), context.t("Hold it"), context.object_id)
    return Card(title=context.t("Hold post {number}", number=context.object_id), ask=ask)


@action("post.held", needs=Right.HOLD, help=N_("Hold this post until the hold is lifted"))
def held(context: Context) -> Answer:
    """Park one post."""
    holds.hold_post(context.uow, context.actor, context.object_id, context.args.get("reason", ""))
    return Notice(context.t("On hold."))


@action("post.resume", needs=Right.HOLD, help=N_("Lift the hold, so that this post can go out"))
def resume_post(context: Context) -> Answer:
    """Lift the hold of one post."""
    post = holds.resume_post(context.uow, context.actor, context.object_id)
    if post.state == "missed":
        return Notice(context.t("The hold is lifted, but its time has passed. Choose on the card when it goes out."))
    return Notice(context.t("The hold is lifted."))


@action("client.hold", needs=Right.SIGN_OFF, help=N_("Ask to hold this post, and say why"))
def client_hold(context: Context) -> Answer:
    """Ask the client why it should wait."""
    question = Question("reason", context.t("Why should it wait?"), limit=holds.NOTE)
    return Card(
        title=context.t("Ask to hold"),
        ask=Ask("client.held", (question,), context.t("Hold it"), context.object_id),
    )


@action("client.held", needs=Right.SIGN_OFF, help=N_("Hold this post until the team lifts the hold"))
def client_held(context: Context) -> Answer:
    """Park the post for the client."""
    if not showing.shared(posts.find(context.uow, context.of.id, context.object_id)):
        raise NotFound(N_("There is no such post here."))
    holds.hold_post(context.uow, context.actor, context.object_id, context.args.get("reason", ""))
    return Notice(context.t("On hold. It does not go out until the team lifts that."))
